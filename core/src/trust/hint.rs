//! What a credential says of its issuer before anything of it is believed.

use serde_json::Value;

/// Unverified statements used to choose a key.
#[derive(Clone, Copy, Debug)]
pub struct IssuerHint<'a> {
    /// The `iss` claim, when it is a string.
    pub iss: Option<&'a str>,
    /// The `vct` claim, when it is a string.
    pub vct: Option<&'a str>,
    /// The `kid` of the JOSE header.
    pub kid: Option<&'a str>,
    /// The certificate chain of the JOSE header, unread.
    pub x5c: Option<&'a Value>,
    /// Whether the presentation came in JSON serialisation.
    pub json_serialization: bool,
}
