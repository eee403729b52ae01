//! What went wrong with a statement: what the server said of it, or that nobody knows.

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Why a statement has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PostgresFault {
    /// It was never sent: nothing happened.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// The server refused it: nothing happened. Never the details of it, in which values of rows can be.
    #[error("{message} ({})", code.code())]
    Refused {
        /// Which kind of fault (SQLSTATE).
        code: SqlState,
        /// In the words of the server.
        message: String,
    },
    /// It was sent, and nobody knows what became of it.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// A row is not as it must be.
    #[error("an answer that cannot be read: {0}")]
    Unreadable(String),
}

impl PostgresFault {
    /// Of a connection that cannot be had.
    pub(super) fn connecting(fault: &PoolError) -> Self {
        match fault {
            PoolError::Backend(fault) => Self::NoConnection(said(fault)),
            other => Self::NoConnection(other.to_string()),
        }
    }

    /// Of a connection that is none of a pool.
    pub(super) fn unconnected(fault: &Error) -> Self {
        Self::NoConnection(said(fault))
    }

    /// Of a statement that was sent.
    pub(super) fn sent(fault: &Error) -> Self {
        match fault.as_db_error() {
            // The server ends: it may have made the change before it did.
            Some(said) if ends_the_session(said.code()) => Self::NoAnswer(words(said)),
            Some(said) => Self::Refused { code: said.code().clone(), message: said.message().to_owned() },
            None => Self::NoAnswer(fault.to_string()),
        }
    }

    /// Of a statement that was only prepared.
    pub(super) fn preparing(fault: &Error) -> Self {
        match Self::sent(fault) {
            Self::NoAnswer(why) => Self::NoConnection(why),
            refused => refused,
        }
    }

    pub(super) fn unreadable(fault: &Error) -> Self {
        Self::Unreadable(fault.to_string())
    }

    /// Whether the same statement may do better at once: it lost a race over locks, or this connection does not know
    /// what it had prepared. Nothing happened.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self.code(),
            Some(
                &SqlState::T_R_SERIALIZATION_FAILURE
                    | &SqlState::T_R_DEADLOCK_DETECTED
                    | &SqlState::INVALID_SQL_STATEMENT_NAME
                    | &SqlState::DUPLICATE_PSTATEMENT
            )
        )
    }

    /// Whether somebody else does the same at this moment: holds what this needs, or has made what this makes. Nothing
    /// happened.
    pub(super) fn somebody_is_in_the_way(&self) -> bool {
        self.is_taken()
            || self.may_pass()
            || matches!(
                self.code(),
                Some(
                    &SqlState::LOCK_NOT_AVAILABLE
                        | &SqlState::DUPLICATE_SCHEMA
                        | &SqlState::DUPLICATE_TABLE
                        | &SqlState::DUPLICATE_OBJECT
                )
            )
    }

    /// Whether a value that must be unique is in use.
    pub(super) fn is_taken(&self) -> bool {
        self.code() == Some(&SqlState::UNIQUE_VIOLATION)
    }

    /// Whether the server takes no writes any more: another one has become the primary.
    pub(super) fn is_read_only(&self) -> bool {
        self.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
    }

    fn code(&self) -> Option<&SqlState> {
        if let Self::Refused { code, .. } = self { Some(code) } else { None }
    }
}

fn ends_the_session(code: &SqlState) -> bool {
    *code == SqlState::ADMIN_SHUTDOWN || *code == SqlState::CRASH_SHUTDOWN || code.code().starts_with("08")
}

/// An error and what it comes from, in words.
fn said(fault: &Error) -> String {
    let source = std::error::Error::source(fault).map(|source| match source.downcast_ref::<DbError>() {
        Some(said) => words(said),
        None => source.to_string(),
    });
    source.map_or_else(|| fault.to_string(), |source| format!("{fault}: {source}"))
}

fn words(said: &DbError) -> String {
    format!("{} ({})", said.message(), said.code().code())
}
