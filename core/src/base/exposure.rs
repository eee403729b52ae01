//! One rule for files and folders that hold secrets or personal data: nobody but their owner may open them.
//! Who reads the mode of a file asks here, so that keys, secrets and databases are refused alike.

use std::path::PathBuf;

/// Others may open it. A secret that others could have read is no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} can be opened by other users; run `chmod go= {path}` if you are sure that nobody did", path = .0.display())]
pub struct Exposed(pub PathBuf);

/// Whether the permission bits `mode` (Unix) give the group or everybody anything.
pub const fn others_may_open(mode: u32) -> bool {
    mode & 0o077 != 0
}

/// Whether others may change a folder. They may see which files there are, each of which is checked by itself, but
/// they must not put one in the place of another.
pub const fn others_may_change(mode: u32) -> bool {
    mode & 0o022 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_may_have_any_right() {
        for private in [0o600, 0o400, 0o700, 0o100_600] {
            assert!(!others_may_open(private), "{private:o}");
        }
        for open in [0o604, 0o640, 0o620, 0o602, 0o666, 0o710, 0o755, 0o100_644] {
            assert!(others_may_open(open), "{open:o}");
        }
    }

    #[test]
    fn only_the_owner_may_change_a_folder() {
        assert!([0o700, 0o755, 0o500, 0o750].iter().all(|mode| !others_may_change(*mode)));
        assert!([0o770, 0o777, 0o1777, 0o702].iter().all(|mode| others_may_change(*mode)));
    }

    #[test]
    fn the_message_says_what_to_run() {
        let said = Exposed(PathBuf::from("/etc/vpgate/secret")).to_string();
        assert!(said.contains("`chmod go= /etc/vpgate/secret`"), "{said}");
    }
}
