//! What one process at a time does for all.

use super::{Rows, Step, insert, must};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Lease;

/// Takes it, or goes on with it.
pub(super) fn take(what: Lease, holder: &Digest, at: Timestamp, until: Timestamp) -> Step {
    must(
        insert!(
            Rows::New,
            "leases (name, holder, held_until)",
            "$1, $2, $3",
            "TRUE",
            "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
             WHERE leases.holder = excluded.holder OR leases.held_until <= $4"
        ),
        [what.name().into(), holder.into(), until.into(), at.into()],
    )
}
