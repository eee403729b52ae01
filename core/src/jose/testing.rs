//! Randomness for keys of tests: the rules draw none.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "for tests only")]

/// 32 fresh bytes.
pub fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    openssl::rand::rand_bytes(&mut bytes).unwrap();
    bytes
}
