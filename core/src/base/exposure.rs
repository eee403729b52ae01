//! One rule for files and folders that hold secrets or personal data: nobody but their owner may open them. What root
//! owns may be read by its group: so are secrets of Kubernetes and credentials of systemd handed to who must not own
//! them, and PostgreSQL takes its keys by the same rule.
//! Who reads the mode of a file asks here, so that keys, secrets and databases are refused alike.

use std::path::PathBuf;

/// Others may open it. A secret that others could have read is no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} can be opened by other users; run `chmod go= {path}` if you are sure that nobody did", path = .0.display())]
pub struct Exposed(pub PathBuf);

/// The user that can open everything anyway, and decides who is in which group.
const ROOT: u32 = 0;

/// Whether the permission bits `mode` (Unix) of what the user `owner` has give anything to whom it was not handed.
pub const fn others_may_open(mode: u32, owner: u32) -> bool {
    let handed_on = if owner == ROOT { 0o040 } else { 0 };
    mode & 0o077 & !handed_on != 0
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
        for owner in [ROOT, 1000] {
            for private in [0o600, 0o400, 0o700, 0o100_600] {
                assert!(!others_may_open(private, owner), "{private:o}");
            }
            for open in [0o604, 0o620, 0o602, 0o660, 0o666, 0o710, 0o755, 0o100_644] {
                assert!(others_may_open(open, owner), "{open:o}");
            }
        }
    }

    #[test]
    fn what_root_owns_may_be_read_by_its_group() {
        for handed_on in [0o440, 0o640, 0o100_440] {
            assert!(!others_may_open(handed_on, ROOT), "{handed_on:o}");
            assert!(others_may_open(handed_on, 1000), "{handed_on:o}");
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
