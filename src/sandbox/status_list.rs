//! The demo issuer's status list (draft-ietf-oauth-status-list; as JWT and as CWT): which of its credentials it
//! has taken back, published under its own key.

use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

use super::mdoc::authority::PackedList;

use vpgate_core::base::base64url;
use vpgate_core::base::time::Timestamp;

/// Two bits for each credential: four to a byte.
const BITS: usize = 2;
/// A list of a few entries would tell who is looked up (section 12.1).
const LEAST_BYTES: usize = 256;
/// How long a copy may be kept, in seconds: short, so that a person sees what the button does.
const TTL: u64 = 1;
/// How long a copy is good for at all, in seconds.
const LIFETIME: i64 = 3600;

/// What the issuer says about a credential (section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoStatus {
    /// It is good.
    Valid,
    /// It is taken back for good, in a real issuer's list.
    Revoked,
    /// It may become valid again.
    Suspended,
}

impl DemoStatus {
    /// Each with its name in forms.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Valid, "valid"), (Self::Revoked, "revoked"), (Self::Suspended, "suspended")];

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(status, _)| status)
    }

    fn value(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Revoked => 1,
            Self::Suspended => 2,
        }
    }
}

/// The statuses of all credentials of one issuer, by index.
#[derive(Default)]
pub(super) struct StatusRegister(Mutex<Vec<DemoStatus>>);

impl StatusRegister {
    /// A new entry, valid: its index.
    pub(super) fn enter(&self) -> usize {
        let mut statuses = self.statuses();
        statuses.push(DemoStatus::Valid);
        statuses.len() - 1
    }

    /// What is said at `index`; `None` when there is no such entry.
    pub(super) fn at(&self, index: usize) -> Option<DemoStatus> {
        self.statuses().get(index).copied()
    }

    /// Says something else at `index`, if there is such an entry.
    pub(super) fn set(&self, index: usize, status: DemoStatus) {
        if let Some(entry) = self.statuses().get_mut(index) {
            *entry = status;
        }
    }

    /// The list as it travels.
    pub(super) fn list(&self) -> std::io::Result<PackedList> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.packed())?;
        let compressed = encoder.finish()?;
        Ok(PackedList { bits: BITS as u64, compressed, lifetime: LIFETIME, ttl: TTL })
    }

    /// The payload of the token for `uri` (section 5.1).
    pub(super) fn payload(&self, uri: &str, now: Timestamp) -> std::io::Result<Value> {
        let lst = base64url::encode(self.list()?.compressed);
        Ok(json!({
            "sub": uri,
            "iat": now.unix(),
            "exp": now.unix() + LIFETIME,
            "ttl": TTL,
            "status_list": { "bits": BITS, "lst": lst },
        }))
    }

    /// Index 0 stands in the lowest bits of the first byte (section 4.1).
    fn packed(&self) -> Vec<u8> {
        let entry = |(place, status): (usize, &DemoStatus)| status.value() << (place * BITS);
        let byte = |four: &[DemoStatus]| four.iter().enumerate().map(entry).sum();
        let mut packed: Vec<u8> = self.statuses().chunks(8 / BITS).map(byte).collect();
        packed.resize(packed.len().max(LEAST_BYTES), 0);
        packed
    }

    fn statuses(&self) -> MutexGuard<'_, Vec<DemoStatus>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_statuses_stand_in_a_byte_from_the_lowest_bits_up() {
        let register = StatusRegister::default();
        let indexes: Vec<usize> = (0..6).map(|_| register.enter()).collect();
        assert_eq!(indexes, [0, 1, 2, 3, 4, 5]);
        register.set(0, DemoStatus::Revoked);
        register.set(3, DemoStatus::Suspended);
        register.set(5, DemoStatus::Revoked);
        register.set(6, DemoStatus::Revoked);
        let packed = register.packed();
        assert_eq!((packed[0], packed[1], packed[2], packed.len()), (0b1000_0001, 0b0100, 0, LEAST_BYTES));
        register.set(0, DemoStatus::Valid);
        assert_eq!(register.packed()[0], 0b1000_0000);
        assert_eq!((register.at(3), register.at(6)), (Some(DemoStatus::Suspended), None));
    }
}
