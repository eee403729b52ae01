//! The shapes of RFC 8628 section 3.1 and 3.2.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};
use serde::Deserialize;

use crate::flow::device::authorize::DeviceAuthorization;
use crate::http::PublicUrl;
use crate::http::basic::ClientParameters;

/// A device asks for codes.
#[derive(Debug, Object, Deserialize)]
pub struct DeviceAuthorizationRequest {
    /// Who asks.
    #[oai(flatten)]
    #[serde(flatten)]
    pub client: ClientParameters,
    /// Space-separated; all scopes of the client when left out.
    pub scope: Option<String>,
    /// The base64url of the SHA-256 of the `code_verifier` (RFC 7636): the token request must show it then.
    pub code_challenge: Option<String>,
    /// `S256`
    pub code_challenge_method: Option<String>,
    /// The resource that the token is for (RFC 8707).
    pub resource: Option<String>,
    /// An extension: what the device calls itself, in 1 to 64 characters of one line, for a person who has several of
    /// them. Pages show it, and wallets that know the transaction data type `urn:vpgate:device_authorization:1`.
    pub device_label: Option<String>,
}

/// How a device authorization is answered.
#[derive(Debug, ApiResponse)]
pub enum DeviceAuthorizationAnswer {
    /// The codes.
    #[oai(status = 200)]
    Given(Json<DeviceCodes>),
}

/// The codes.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DeviceCodes {
    /// What the device polls with. Secret.
    pub device_code: String,
    /// What the person types, as it should be shown.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: String,
    /// That address with the code in it, for a QR code. Left out where the page is another service's and
    /// its links are not known here.
    pub verification_uri_complete: Option<String>,
    /// Seconds both codes live.
    pub expires_in: u64,
    /// Seconds to wait between polls.
    pub interval: u64,
    /// An extension, for clients with `number_matching`: two digits that the device must show beside
    /// the code. The person picks them among three.
    pub confirmation_number: Option<String>,
}

impl DeviceAuthorizationAnswer {
    /// What the device is told.
    pub fn new(given: &DeviceAuthorization, public_url: &PublicUrl) -> Self {
        let user_code = given.user_code.shown();
        let uris = &given.verification;
        let verification_uri = match &uris.plain {
            Some(theirs) => theirs.to_string(),
            None => public_url.at("/device"),
        };
        let verification_uri_complete = match (&uris.complete, &uris.plain) {
            (Some(pattern), _) => Some(pattern.with(&user_code)),
            // Letters, digits and dashes only: nothing to encode.
            (None, None) => Some(format!("{verification_uri}?user_code={user_code}")),
            (None, Some(_)) => None,
        };
        Self::Given(Json(DeviceCodes {
            device_code: given.device_code.expose().to_owned(),
            verification_uri,
            verification_uri_complete,
            user_code,
            expires_in: given.expires_in,
            interval: given.interval,
            confirmation_number: given.number.map(|number| number.to_string()),
        }))
    }
}
