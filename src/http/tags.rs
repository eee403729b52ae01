//! How the OpenAPI document groups its endpoints.

/// The doors, as the document groups them.
#[derive(poem_openapi::Tags)]
pub enum Tags {
    /// OAuth, for televisions and other clients.
    Client,
    /// REST, for web applications.
    RelyingParty,
}
