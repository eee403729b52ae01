//! The name of a key by what it is (RFC 7638), as tokens are bound to it (RFC 9449 section 6).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::base64url;

/// SHA-256 over the required members of a public JWK: 43 base64url characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// `None` unless it is exactly 43 base64url characters.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 43 && base64url::decode(text).is_ok()).then(|| Self(text.to_owned()))
    }

    /// The 43 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_thumbprint_is_read_as_one() {
        let good = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(Thumbprint::parse(good).unwrap().as_str(), good);
        for wrong in ["", &good[1..], "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4=", &format!("{good}A")] {
            assert_eq!(Thumbprint::parse(wrong), None, "{wrong}");
        }
    }
}
