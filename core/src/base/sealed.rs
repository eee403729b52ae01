//! Text that only who has the key can read: for rows whose content somebody brings the key to.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::base64url;
use super::secret::Digest;

/// Bytes of randomness that one text needs.
pub const FRESH: usize = NONCE_LEN;

/// AES-256-GCM, behind its nonce, as base64url. `fresh` is drawn for this text alone. `None` never happens with texts
/// that fit memory.
pub fn seal(key: &Digest, fresh: [u8; FRESH], text: &str) -> Option<String> {
    let mut sealed = text.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key(fresh);
    key_of(key)?.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).ok()?;
    Some(base64url::encode([&fresh[..], &sealed].concat()))
}

/// What was sealed; `None` with another key, or where it was changed.
pub fn open(key: &Digest, sealed: &str) -> Option<String> {
    let bytes = base64url::decode(sealed).ok()?;
    let (fresh, sealed) = bytes.split_first_chunk::<FRESH>()?;
    let mut text = sealed.to_vec();
    let nonce = Nonce::assume_unique_for_key(*fresh);
    let text = key_of(key)?.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn key_of(key: &Digest) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key.as_bytes()).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_key_reads_it_and_only_whole() {
        let key = Digest::of(b"one");
        let sealed = seal(&key, [7; FRESH], "ada@example.com").unwrap();
        assert!(!sealed.contains("ada"));
        assert_eq!(open(&key, &sealed).as_deref(), Some("ada@example.com"));
        assert_eq!(open(&Digest::of(b"other"), &sealed), None);
        for wrong in
            ["", "AAAA", &sealed[1..], &sealed[..sealed.len() - 4], &sealed.replace(&sealed[20..22], "__")]
        {
            assert_eq!(open(&key, wrong), None, "{wrong}");
        }
    }
}
