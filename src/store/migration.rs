//! What leads a database from one version to the next, and who can work with it afterwards. Versions count the
//! migrations that were applied; each store has its own.

use super::OpenFault;

/// A step to the next version.
#[derive(Clone, Copy, Debug)]
pub(super) enum Migration {
    /// Adds what a program of the version before does not look at: both work on one database.
    Expands(&'static str),
    /// Takes away or changes what a program of the version before needs.
    Contracts(&'static str),
}

impl Migration {
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Expands(sql) | Self::Contracts(sql) => sql,
        }
    }
}

/// The oldest program that works with a database to which these were applied.
pub(super) fn least_reader(applied: &[Migration]) -> usize {
    applied.iter().rposition(|it| matches!(it, Migration::Contracts(_))).map_or(0, |last| last + 1)
}

/// The version of a database that is newer than a program of version `known`, where such a program can work with it.
pub(super) fn readable(found: usize, least_reader: i64, known: usize) -> Result<usize, OpenFault> {
    let can = usize::try_from(least_reader).is_ok_and(|least| least <= known);
    if can { Ok(found) } else { Err(OpenFault::Newer { found, known }) }
}

#[cfg(test)]
mod tests {
    use super::Migration::{Contracts, Expands};
    use super::*;

    #[test]
    fn who_can_read_is_told_by_the_last_migration_that_took_something_away() {
        assert_eq!(least_reader(&[]), 0);
        assert_eq!(least_reader(&[Contracts(""), Contracts("")]), 2);
        assert_eq!(least_reader(&[Contracts(""), Expands(""), Expands("")]), 1);
        assert_eq!(least_reader(&[Contracts(""), Expands(""), Contracts(""), Expands("")]), 3);
        assert_eq!(readable(9, 3, 3).unwrap(), 9);
        assert!(matches!(readable(9, 4, 3), Err(OpenFault::Newer { found: 9, known: 3 })));
    }
}
