//! Reading what strangers send, bounded before it is kept.

use poem::error::ReadBodyError;
use poem::{Body, Request};

/// The longest form on the client door and of a page, in bytes.
pub const MAX_FORM_BYTES: usize = 16 * 1024;
/// The longest fragment response, in bytes: room for several credentials with portraits left out.
pub const MAX_RESPONSE_BYTES: usize = 128 * 1024;
/// The longest answer that a wallet posts, in bytes: a fragment response, encrypted (a third longer).
pub const MAX_POSTED_BYTES: usize = 192 * 1024;
/// The longest JSON body on the relying-party door, in bytes: room for a `vp_token` as long as a
/// wallet may send it here, and for the question around it.
pub const MAX_JSON_BYTES: usize = 192 * 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Longer than allowed. Reading stopped at the limit.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// The connection broke, or the transfer coding was wrong.
    #[error("the body could not be read")]
    Unreadable,
}

/// Reads at most `limit` bytes; one more is a refusal.
///
/// # Errors
/// [`BodyFault`]
pub async fn read_bounded(body: Body, limit: usize) -> Result<Vec<u8>, BodyFault> {
    match body.into_bytes_limit(limit).await {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(ReadBodyError::PayloadTooLarge) => Err(BodyFault::TooLarge(limit)),
        Err(_) => Err(BodyFault::Unreadable),
    }
}

/// Whether the request says that its body is of `media_type`; parameters such as `charset` do not matter.
pub fn has_media_type(request: &Request, media_type: &str) -> bool {
    let essence = |value: &str| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    request.content_type().is_some_and(|value| essence(value) == media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let read = |length: usize| read_bounded(Body::from(vec![b'x'; length]), 5000);
        assert_eq!(read(5000).await.unwrap().len(), 5000);
        assert_eq!(read(5001).await, Err(BodyFault::TooLarge(5000)));
    }

    #[test]
    fn media_types_are_compared_without_case_and_parameters() {
        let of = |value: &str| Request::builder().content_type(value).finish();
        for right in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(has_media_type(&of(right), "application/json"), "{right}");
        }
        for wrong in ["text/plain", "application/jsonx", "application/problem+json", ""] {
            assert!(!has_media_type(&of(wrong), "application/json"), "{wrong}");
        }
        assert!(!has_media_type(&Request::default(), "application/json"));
    }
}
