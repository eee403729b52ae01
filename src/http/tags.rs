//! How the OpenAPI document groups its endpoints.

/// The endpoints, as the document groups them.
#[derive(poem_openapi::Tags)]
pub enum Tags {
    /// OAuth, for televisions and other clients.
    Client,
    /// OpenID4VP, for wallets.
    Wallet,
    /// REST, for web applications.
    RelyingParty,
}
