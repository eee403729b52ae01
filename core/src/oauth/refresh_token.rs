//! Refresh tokens (RFC 6749 section 1.5), rotated at every use (RFC 9700 section 4.14.2) unless they are bound to the
//! key of a client that authenticates and is registered so.
//!
//! A token is 22 characters that all tokens of one family share, and 43 that only this one has. A
//! token of a known family that is not its current one was used before: somebody has a copy.

use crate::base::base64url;
use crate::base::repeat::Used;
use crate::base::secret::{Digest, Secret};
use crate::base::time::Timestamp;

const LINEAGE: usize = 22;
const LENGTH: usize = LINEAGE + 43;

/// A refresh token as the client holds it.
#[derive(Debug)]
pub struct RefreshToken(Secret);

/// What a row keeps of the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshState {
    /// Digest of what the tokens of the family share.
    pub lineage: Digest,
    /// Digest of the one that works.
    pub current: Digest,
    /// From this second on it does not.
    pub expires_at: Timestamp,
    /// The one that it was given for; none for the first.
    pub previous: Option<Used>,
}

impl RefreshToken {
    /// The first of a family.
    pub fn first(lineage: [u8; 16], own: [u8; 32]) -> Self {
        Self(Secret::received(base64url::encode(lineage) + &base64url::encode(own)))
    }

    /// The one that replaces this one.
    #[must_use]
    pub fn next(&self, own: [u8; 32]) -> Self {
        Self(Secret::received(self.shared().to_owned() + &base64url::encode(own)))
    }

    /// The same again, for a client whose refresh tokens stay.
    #[must_use]
    pub fn again(&self) -> Self {
        Self(Secret::received(self.0.expose()))
    }

    /// What a client shows. `None` when it is none of ours.
    pub fn read(shown: Secret) -> Option<Self> {
        let ours = shown.expose().len() == LENGTH && shown.expose().bytes().all(base64url_character);
        ours.then_some(Self(shown))
    }

    /// By what its family is found.
    pub fn lineage(&self) -> Digest {
        Digest::of(self.shared().as_bytes())
    }

    /// By what it is known as the current one.
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }

    /// For a row, to be valid until `expires_at`; given for `previous`.
    pub fn state(&self, expires_at: Timestamp, previous: Option<Used>) -> RefreshState {
        RefreshState { lineage: self.lineage(), current: self.digest(), expires_at, previous }
    }

    /// For the client.
    pub fn into_secret(self) -> Secret {
        self.0
    }

    fn shared(&self) -> &str {
        self.0.expose().get(..LINEAGE).unwrap_or_default()
    }
}

fn base64url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_11_44_a_successor_belongs_to_the_same_family_and_is_another_token() {
        let first = RefreshToken::first([1; 16], [2; 32]);
        let second = first.next([3; 32]);
        assert_eq!(first.lineage(), second.lineage());
        assert_ne!(first.digest(), second.digest());
        assert_ne!(RefreshToken::first([9; 16], [2; 32]).lineage(), first.lineage());
        let read = RefreshToken::read(Secret::received(second.into_secret().expose())).unwrap();
        assert_eq!(read.digest(), first.next([3; 32]).digest());
    }

    #[test]
    fn req_11_44_what_is_not_ours_is_not_looked_up() {
        let good = RefreshToken::first([1; 16], [2; 32]).into_secret();
        let good = good.expose();
        assert!(RefreshToken::read(Secret::received(good)).is_some());
        for wrong in ["", &good[1..], &format!("{good}A"), &good.replace('A', "é"), &good.replace('A', ".")]
        {
            assert!(RefreshToken::read(Secret::received(wrong)).is_none(), "{wrong}");
        }
    }
}
