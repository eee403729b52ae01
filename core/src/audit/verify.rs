//! Whether a log is whole: each line behind the one that it names, each checkpoint signed for the line before it.

use serde_json::Value;

use super::{AuditHead, AuditLine, CHECKPOINT, CHECKPOINT_TYP};
use crate::base::json::Bounds;
use crate::jose::jws::UnverifiedJws;
use crate::jose::key_set::KeySet;

/// A checkpoint.
const BOUNDS: Bounds = Bounds { bytes: 8 << 10, depth: 4, members: 32 };

/// Who signs checkpoints.
#[derive(Clone, Copy, Debug)]
pub enum CheckpointKeys<'k> {
    /// One of these.
    Known(&'k KeySet),
    /// Nobody looks: what the lines say of each other is all that is checked.
    Unknown,
}

/// What somebody noted of a log earlier: that it held this line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedLine {
    /// Its place.
    pub ordinal: u64,
    /// Its hash.
    pub hash: String,
}

/// What is known of a log that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditVerdict {
    /// The first line that is kept.
    pub first: Option<u64>,
    /// The newest line.
    pub newest: Option<AuditHead>,
    /// How many lines there are.
    pub lines: u64,
    /// How many checkpoints were checked by their signature.
    pub checkpoints: u64,
    /// The newest line that such a checkpoint vouches for.
    pub vouched_for: Option<u64>,
}

/// Why a log is not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// It cannot be read.
    #[error("line {place} of the input is not a line of an audit log: {why}")]
    NotALine {
        /// From 1.
        place: u64,
        /// In words.
        why: String,
    },
    /// Lines are missing, or are there twice.
    #[error("behind line {after} of the log comes line {found}: lines are missing, or in another order")]
    Ordinal {
        /// The line before.
        after: u64,
        /// The one that was found.
        found: u64,
    },
    /// The line before was changed, or this one is of another log.
    #[error("line {ordinal} does not name the line before it: one of the two was changed")]
    Previous {
        /// The line that names another one.
        ordinal: u64,
    },
    /// The first line of a log names none before it.
    #[error(
        "line {ordinal} does not say what was before it: the lines before it were cut off, and it was changed"
    )]
    Beginning {
        /// The line.
        ordinal: u64,
    },
    /// A checkpoint that nobody signed.
    #[error("the checkpoint in line {ordinal} cannot be believed: {why}")]
    Checkpoint {
        /// The line.
        ordinal: u64,
        /// What differs.
        why: &'static str,
    },
    /// What was seen earlier is not there any more.
    #[error("line {ordinal} is not the one that was seen earlier: {why}")]
    NotAsSeen {
        /// The line.
        ordinal: u64,
        /// What differs.
        why: &'static str,
    },
}

/// Checks a log line by line, in order.
#[derive(Debug)]
pub struct AuditCheck<'k> {
    keys: CheckpointKeys<'k>,
    left: Vec<ExpectedLine>,
    so_far: AuditVerdict,
    /// A checkpoint by a key that is not known, with none behind it that vouches for all before.
    unknown: Option<u64>,
}

impl<'k> AuditCheck<'k> {
    /// Each of `seen` must be among the lines.
    pub fn new(keys: CheckpointKeys<'k>, seen: Vec<ExpectedLine>) -> Self {
        let so_far = AuditVerdict { first: None, newest: None, lines: 0, checkpoints: 0, vouched_for: None };
        Self { keys, left: seen, so_far, unknown: None }
    }

    /// The next line, without its end.
    ///
    /// # Errors
    /// [`AuditFault`]
    pub fn line(&mut self, text: &str) -> Result<(), AuditFault> {
        let head = self.next(text)?;
        if self.left.iter().any(|it| it.ordinal == head.ordinal() && it.hash != head.hash()) {
            let why = "it was changed, with all that follow";
            return Err(AuditFault::NotAsSeen { ordinal: head.ordinal(), why });
        }
        self.left.retain(|it| it.ordinal != head.ordinal());
        self.so_far.first.get_or_insert(head.ordinal());
        self.so_far.lines += 1;
        self.so_far.newest = Some(head);
        Ok(())
    }

    /// That was all.
    ///
    /// # Errors
    /// [`AuditFault`]
    pub fn conclude(self) -> Result<AuditVerdict, AuditFault> {
        if let Some(ordinal) = self.unknown {
            let why = "its key is not among those that were given, and no later checkpoint holds";
            return Err(AuditFault::Checkpoint { ordinal, why });
        }
        match self.left.first() {
            Some(missing) => {
                let why = "it is not there: the log was cut, or is another one";
                Err(AuditFault::NotAsSeen { ordinal: missing.ordinal, why })
            }
            None => Ok(self.so_far),
        }
    }

    /// The line `text`, behind those so far.
    fn next(&mut self, text: &str) -> Result<AuditHead, AuditFault> {
        let place = self.so_far.lines + 1;
        let line: AuditLine = serde_json::from_str(text)
            .map_err(|why| AuditFault::NotALine { place, why: without_place(&why) })?;
        let ordinal = line.ordinal;
        match &self.so_far.newest {
            Some(before) if ordinal != before.ordinal().saturating_add(1) => {
                return Err(AuditFault::Ordinal { after: before.ordinal(), found: ordinal });
            }
            Some(before) if line.previous.as_deref() != Some(before.hash()) => {
                return Err(AuditFault::Previous { ordinal });
            }
            None if line.previous.is_none() != (ordinal == 1) => {
                return Err(AuditFault::Beginning { ordinal });
            }
            Some(_) | None => {}
        }
        if line.kind == CHECKPOINT
            && let CheckpointKeys::Known(keys) = self.keys
        {
            self.checkpoint(&line, keys)?;
        }
        Ok(AuditHead::of(ordinal, text))
    }

    /// Keys go sooner than logs: what a later checkpoint vouches for needs no earlier one.
    fn checkpoint(&mut self, line: &AuditLine, keys: &KeySet) -> Result<(), AuditFault> {
        let ordinal = line.ordinal;
        let refused = |why| AuditFault::Checkpoint { ordinal, why };
        if signed_by_known(line, keys).map_err(refused)? {
            self.so_far.checkpoints += 1;
            self.so_far.vouched_for = ordinal.checked_sub(1);
            self.unknown = None;
        } else {
            self.unknown.get_or_insert(ordinal);
        }
        Ok(())
    }
}

/// Whether it vouches for the line before its own; `false` when its key is not known.
fn signed_by_known(line: &AuditLine, keys: &KeySet) -> Result<bool, &'static str> {
    let jws = UnverifiedJws::parse(line.jws.as_deref().unwrap_or_default(), &BOUNDS);
    let jws = jws.map_err(|_| "it is no JWS")?;
    if jws.typ() != Some(CHECKPOINT_TYP) {
        return Err("it was signed for something else");
    }
    let Some(key) = keys.find(jws.kid(), jws.algorithm()) else { return Ok(false) };
    let claims = jws.verify(key).map_err(|_| "its signature does not hold")?.into_payload();
    if claims.get("ordinal").and_then(Value::as_u64) != line.ordinal.checked_sub(1)
        || claims.get("hash").and_then(Value::as_str) != line.previous.as_deref()
    {
        return Err("it vouches for another line than the one before it");
    }
    Ok(true)
}

/// What `serde_json` says without its line and column: there is one line.
fn without_place(why: &serde_json::Error) -> String {
    let text = why.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
