//! What an operator does by a command is noted in the audit log, as what services do is.

use std::thread;

use crate::config::{Config, Storage};
use crate::flow::ports::{Clock as _, Entropy as _, NotCommitted, Unavailable};
use crate::store::{self, OpenFault};
use crate::system::clock::SystemClock;
use crate::system::entropy::SystemEntropy;
use vpgate_core::audit::{AuditDetails, AuditKind, AuditNote, AuditWrite};
use vpgate_core::base::id::NoticeId;
use vpgate_core::change::Change;

/// Why something that was done is not in the audit log.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotNoted {
    #[error("the database cannot be opened")]
    Open(#[from] OpenFault),
    #[error("the database did not take it")]
    Write(#[from] NotCommitted),
    #[error(transparent)]
    Entropy(#[from] Unavailable),
    /// The system gives us no thread.
    #[error("no runtime can be started")]
    Runtime(#[from] std::io::Error),
}

/// Notes that `kind` was done to what `about` names, where a log is kept and there is a database. A service gives the
/// note its place. Blocks.
///
/// # Errors
/// [`NotNoted`]; what was done is done.
pub fn note(config: &Config, kind: AuditKind, about: &str) -> Result<(), NotNoted> {
    let (Some(policy), false) = (config.policy.audit, config.storage == Storage::Memory) else {
        return Ok(());
    };
    let mut id = [0; 16];
    SystemEntropy.fill(&mut id)?;
    let details = AuditDetails { about: Some(about), ..AuditDetails::default() };
    write(config, policy.note(NoticeId::from_entropy(id), SystemClock.now(), kind, &details))
}

/// On a thread of its own: whoever runs a command may be in the middle of work that waits.
fn write(config: &Config, note: AuditNote) -> Result<(), NotNoted> {
    let write = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = match store::open_existing(&config.storage) {
                // Nothing was ever kept, so there is no log either.
                Err(OpenFault::NoDatabase(_)) => return Ok(()),
                opened => opened?,
            };
            let written = store.commit(&Change::WriteAudit(AuditWrite::Note(note))).await;
            store.close().await;
            Ok(written?)
        })
    };
    let written = thread::scope(|scope| scope.spawn(write).join());
    written.unwrap_or_else(|_| Err(std::io::Error::other("it has panicked").into()))
}
