//! The certificates of a header (`x5chain`, RFC 9360 section 2), read and not believed.

use serde_json::Value;

use crate::cbor::Item;
use crate::jose::x5c;

/// One to six certificates in DER, the leaf first.
pub struct X5Chain {
    certificates: Vec<Vec<u8>>,
    protected: bool,
}

impl X5Chain {
    /// One byte string, or an array of them; of one, too, as several issuers write it.
    pub(super) fn read(item: &Item<'_>, protected: bool) -> Option<Self> {
        let certificates: Vec<&[u8]> = match item.as_array() {
            Some(list) if list.len() <= x5c::MOST_CERTIFICATES => {
                list.iter().map(Item::as_bytes).collect::<Option<_>>()?
            }
            Some(_) => return None,
            None => vec![item.as_bytes()?],
        };
        let small = |one: &&[u8]| one.len() <= x5c::CERTIFICATE_BYTES;
        if certificates.is_empty() || !certificates.iter().all(small) {
            return None;
        }
        Some(Self { certificates: certificates.into_iter().map(<[u8]>::to_vec).collect(), protected })
    }

    /// Whether it stands where the signature covers it.
    pub fn is_protected(&self) -> bool {
        self.protected
    }

    /// As an `x5c` header has it, for [`Roots::validate`](crate::jose::x5c::Roots::validate).
    pub fn to_x5c(&self) -> Value {
        x5c::of_der(&self.certificates)
    }
}
