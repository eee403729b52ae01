//! How many files and connections the process may have open at one time.

/// Nothing to raise: connections are not counted among open files here.
#[cfg(not(unix))]
pub fn raise_limit() -> Option<u64> {
    None
}

/// Raises the soft limit of this process to its hard limit. The limit from now on; `None` where there is none
/// to be known.
#[cfg(unix)]
pub fn raise_limit() -> Option<u64> {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => Some(limit),
        Err(fault) => {
            tracing::warn!(%fault, "the limit of open files could not be raised");
            rlimit::Resource::NOFILE.get_soft().ok()
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn it_is_raised_to_the_hard_limit() {
        assert_eq!(raise_limit(), rlimit::Resource::NOFILE.get_hard().ok());
    }
}
