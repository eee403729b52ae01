//! Unpadded base64url (RFC 4648 section 5), the only alphabet JOSE knows.
//! Decoding is strict: padding, white space and non-zero trailing bits are refused,
//! so that one value has one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Encodes without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base64url without padding, strictly.
///
/// # Errors
/// [`NotBase64Url`] for anything but the canonical unpadded spelling.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64Url)
}

/// The text is not canonical unpadded base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not unpadded base64url")]
pub struct NotBase64Url;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_padding_space_standard_alphabet_and_loose_bits() {
        assert_eq!(decode("_-8"), Ok(vec![0xff, 0xef]));
        for wrong in ["_-8=", "_-8 ", "/+8", "_-9", "_"] {
            assert_eq!(decode(wrong), Err(NotBase64Url), "{wrong}");
        }
    }
}
