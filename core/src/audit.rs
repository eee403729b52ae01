//! The audit log: what was done to the service, whom it refused, what was taken back and deleted. It is only ever
//! appended to, and no line says a claim.
//!
//! ```text
//! AuditNote, in the write that it is about -> sealed behind: the next line, which names the hash of the one before
//!                                          -> every hour a checkpoint: a line that is signed
//! ```
//! A line is a JSON object. The hash of a line is SHA-256 over its bytes as they are, without the end of the line, so
//! that anybody can check it with a tool that digests. Whoever changes, removes or adds a line has to write all later
//! ones anew, and cannot sign the checkpoints among them.

mod verify;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::digest::DigestAlgorithm;
use crate::base::id::NoticeId;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

pub use self::verify::{AuditCheck, AuditFault, AuditVerdict, CheckpointKeys, ExpectedLine};

/// The JOSE `typ` of a checkpoint.
pub const CHECKPOINT_TYP: &str = "vpgate-audit-checkpoint+jwt";
/// The kind of a line that holds one.
const CHECKPOINT: &str = "checkpoint";
/// How long lines wait for the next checkpoint.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(3600);
/// The longest text of a note, in characters: names of clients, reasons.
const LONGEST_TEXT: usize = 256;

/// `[audit]`, where the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPolicy {
    /// How long a line is kept.
    pub keep_for: Duration,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditKind {
    /// A service began to answer.
    ServiceStarted,
    /// It has stopped, and said so.
    ServiceStopped,
    /// The configuration was read anew, and holds.
    ConfigurationChanged,
    /// A command brought the database to another version.
    DatabaseMigrated,
    /// A key is published and signs, or will.
    KeyPublished,
    /// A command made the next signing keys.
    KeysRotated,
    /// A command has the database go with the keys that are in the folder, whatever it went with before.
    KeysAdopted,
    /// A client did not prove who it is, or asked for what it may not have.
    ClientRefused,
    /// Tokens were ended: given back by their client, or because a code was shown twice.
    TokensRevoked,
    /// The credential behind tokens was taken back by its issuer, or the configuration no longer has what earned them.
    CredentialRevoked,
    /// A person was signed out.
    SessionEnded,
    /// A client had a presentation forgotten.
    PresentationDeleted,
    /// Rows were removed whose time was over.
    RowsRemoved,
}

impl AuditKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::ServiceStarted,
        Self::ServiceStopped,
        Self::ConfigurationChanged,
        Self::DatabaseMigrated,
        Self::KeyPublished,
        Self::KeysRotated,
        Self::KeysAdopted,
        Self::ClientRefused,
        Self::TokensRevoked,
        Self::CredentialRevoked,
        Self::SessionEnded,
        Self::PresentationDeleted,
        Self::RowsRemoved,
    ];

    /// As a line says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceStarted => "service.started",
            Self::ServiceStopped => "service.stopped",
            Self::ConfigurationChanged => "configuration.changed",
            Self::DatabaseMigrated => "database.migrated",
            Self::KeyPublished => "key.published",
            Self::KeysRotated => "keys.rotated",
            Self::KeysAdopted => "keys.adopted",
            Self::ClientRefused => "client.refused",
            Self::TokensRevoked => "tokens.revoked",
            Self::CredentialRevoked => "credential.revoked",
            Self::SessionEnded => "session.ended",
            Self::PresentationDeleted => "presentation.deleted",
            Self::RowsRemoved => "rows.removed",
        }
    }
}

/// Something that happened, before it has its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditNote {
    /// Drawn for it, or made of what it is about where that is noted once.
    pub id: NoticeId,
    /// When it happened.
    pub at: Timestamp,
    /// Until when its line is kept.
    pub kept_until: Timestamp,
    /// What it says, as JSON.
    text: String,
}

/// What a note says beside its kind. Identifiers and words of ours; never a claim, a code or a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditDetails<'a> {
    /// The client.
    pub client: Option<&'a str>,
    /// What it is about, by its id.
    pub about: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
    /// How often, where it is counted.
    pub count: Option<u64>,
}

/// A note as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingNote {
    /// Its id.
    pub id: NoticeId,
    /// What it says.
    pub text: String,
}

/// The newest line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    ordinal: u64,
    hash: String,
}

/// A line with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedLine {
    /// The note that it is made of.
    pub id: NoticeId,
    /// Its place, from 1.
    pub ordinal: u64,
    /// The line.
    pub text: String,
}

/// What is written into the log by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditWrite {
    /// A note. One that is there already stays as it is.
    Note(AuditNote),
    /// A note gets its place. `Lost` when it has one; `Taken` when another line has this place.
    Seal(SealedLine),
    /// A line that never waited: a checkpoint, right behind the line that it is about. `Taken` when another line has
    /// its place.
    Append(AuditNote, SealedLine),
}

impl AuditPolicy {
    /// Notes that this happened.
    pub fn note(self, id: NoticeId, at: Timestamp, kind: AuditKind, details: &AuditDetails<'_>) -> AuditNote {
        let AuditDetails { client, about, reason, count } = details;
        let texts = [("client", client), ("about", about), ("reason", reason)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, json!(bounded((*text)?)))));
        let count = count.map(|count| ("count", json!(count)));
        self.write(id, at, kind.name(), texts.chain(count))
    }

    /// A note that holds a checkpoint, as it was signed.
    pub fn checkpoint(self, id: NoticeId, at: Timestamp, jws: &str) -> AuditNote {
        self.write(id, at, CHECKPOINT, [("jws", json!(jws))])
    }

    fn write(
        self,
        id: NoticeId,
        at: Timestamp,
        kind: &str,
        more: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> AuditNote {
        let said = [("at", json!(at.rfc3339())), ("kind", json!(kind))].into_iter().chain(more);
        let said: Map<String, Value> = said.map(|(name, value)| (name.to_owned(), value)).collect();
        AuditNote { id, at, kept_until: at.plus(self.keep_for), text: Value::Object(said).to_string() }
    }
}

impl AuditNote {
    /// What it says, as JSON.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl AuditHead {
    /// The line at this place.
    pub fn of(ordinal: u64, line: &str) -> Self {
        Self { ordinal, hash: hash(line) }
    }

    /// Its place, from 1.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// SHA-256 over its bytes, base64url.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What a checkpoint of `issuer` about this line says.
    pub fn checkpoint(&self, issuer: &str, now: Timestamp) -> Map<String, Value> {
        let claims = [
            ("iss", json!(issuer)),
            ("iat", json!(now)),
            ("ordinal", json!(self.ordinal)),
            ("hash", json!(self.hash)),
        ];
        claims.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
    }
}

impl WaitingNote {
    /// The line behind `head`; the first one where there is none. `None` when the note is not as we write them.
    pub fn sealed_behind(&self, head: Option<&AuditHead>) -> Option<SealedLine> {
        let mut said: Map<String, Value> = serde_json::from_str(&self.text).ok()?;
        let ordinal = head.map_or(1, |head| head.ordinal.saturating_add(1));
        said.insert("ordinal".to_owned(), json!(ordinal));
        if let Some(head) = head {
            said.insert("previous".to_owned(), json!(head.hash));
        }
        Some(SealedLine { id: self.id.clone(), ordinal, text: Value::Object(said).to_string() })
    }
}

impl SealedLine {
    /// This line, for the next one.
    pub fn head(&self) -> AuditHead {
        AuditHead::of(self.ordinal, &self.text)
    }
}

/// An id for what is noted once, however often it is seen.
pub fn id_of(kind: AuditKind, about: &str) -> NoticeId {
    let digest = Digest::of(format!("{}\n{about}", kind.name()).as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&digest.as_bytes()[..16]);
    NoticeId::from_entropy(id)
}

/// Whether a line is a checkpoint.
pub fn is_checkpoint(line: &str) -> bool {
    #[derive(Deserialize)]
    struct KindOfLine {
        kind: String,
    }
    serde_json::from_str::<KindOfLine>(line).is_ok_and(|line| line.kind == CHECKPOINT)
}

fn hash(line: &str) -> String {
    DigestAlgorithm::Sha256.digest_bytes(line.as_bytes())
}

/// What somebody sent may name a client, and is cut.
fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// One line, as it is read back.
#[derive(Debug, Serialize, Deserialize)]
struct AuditLine {
    ordinal: u64,
    #[serde(default)]
    previous: Option<String>,
    kind: String,
    #[serde(default)]
    jws: Option<String>,
}

#[cfg(test)]
mod tests;
