//! The allow-list of signature algorithms. What is not here does not exist: no `none`, no HMAC.
/// Asymmetric signature algorithms (RFC 7518 section 3.1, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Es256,
    Es384,
    Es512,
    EdDsa,
    Rs256,
    Ps256,
}
impl Algorithm {
    pub fn from_name(name: &str) -> Option<Self> {
        todo!()
    }
    pub fn name(self) -> &'static str {
        todo!()
    }
}
