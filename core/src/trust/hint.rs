//! What a credential says of its issuer before anything of it is believed.

use serde_json::Value;

use super::format::CredentialFormat;

/// Unverified statements used to choose a key.
#[derive(Clone, Copy, Debug, Default)]
pub struct IssuerHint<'a> {
    /// The format that it was read as.
    pub format: CredentialFormat,
    /// The name of the issuer (`iss`), when it is a string.
    pub iss: Option<&'a str>,
    /// The type, when it is a string.
    pub credential_type: Option<&'a str>,
    /// The name of the key (`kid`).
    pub kid: Option<&'a str>,
    /// The certificate chain (`x5c`), unread.
    pub x5c: Option<&'a Value>,
    /// Whether an SD-JWT came in JSON serialisation.
    pub json_serialization: bool,
}
