//! The audit log: notes that wait for their place, and the lines that they become.

use super::{Step, insert, may, must, text, update};
use vpgate_core::audit::{AuditNote, AuditWrite, SealedLine};

pub(super) fn write(write: &AuditWrite) -> Step {
    match write {
        AuditWrite::Note(noted) => note(noted),
        AuditWrite::Seal(line) => seal(line),
        AuditWrite::Append(note, line) => append(note, line),
    }
}

/// What was noted before is not noted again.
pub(super) fn note(note: &AuditNote) -> Step {
    may(
        insert!("audit (id, text, at, forget_at)", "$1, $2, $3, $4", "ON CONFLICT (id) DO NOTHING"),
        [text(note.id.as_str()), text(note.text()), note.at.into(), note.kept_until.into()],
    )
}

/// Two that seal at once want the same place: one of them gets it.
fn seal(line: &SealedLine) -> Step {
    must(
        update!("audit", "ordinal = $1, text = $2", "id = $3 AND ordinal IS NULL"),
        [
            i64::try_from(line.ordinal).unwrap_or(i64::MAX).into(),
            text(line.text.as_str()),
            text(line.id.as_str()),
        ],
    )
}

/// A line that never waited.
fn append(note: &AuditNote, line: &SealedLine) -> Step {
    must(
        insert!("audit (id, ordinal, text, at, forget_at)", "$1, $2, $3, $4, $5"),
        [
            text(note.id.as_str()),
            i64::try_from(line.ordinal).unwrap_or(i64::MAX).into(),
            text(line.text.as_str()),
            note.at.into(),
            note.kept_until.into(),
        ],
    )
}
