//! The shapes of RFC 8628 section 3.1 and 3.2.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use crate::flow::authorize_device::DeviceAuthorization;
use crate::http::PublicUrl;
use crate::http::basic::ClientParameters;

/// A device asks for codes.
#[derive(Debug, Object)]
pub struct DeviceAuthorizationRequest {
    /// Who asks.
    #[oai(flatten)]
    pub client: ClientParameters,
    /// Space-separated; all scopes of the client when left out.
    pub scope: Option<String>,
}

/// The answer.
#[derive(Debug, ApiResponse)]
pub enum DeviceAuthorizationAnswer {
    /// The codes.
    #[oai(status = 200)]
    Given(Json<DeviceCodes>),
}

/// The codes.
#[derive(Debug, Object)]
pub struct DeviceCodes {
    /// What the device polls with. Secret.
    pub device_code: String,
    /// What the person types, as it should be shown.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: String,
    /// Seconds both codes live.
    pub expires_in: u64,
    /// Seconds to wait between polls.
    pub interval: u64,
}

impl DeviceAuthorizationAnswer {
    /// What the device is told.
    pub fn new(given: &DeviceAuthorization, public_url: &PublicUrl) -> Self {
        let verification_uri = public_url.at("/device");
        let user_code = given.user_code.shown();
        Self::Given(Json(DeviceCodes {
            device_code: given.device_code.expose().to_owned(),
            // Letters, digits and dashes only: nothing to encode.
            verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
            verification_uri,
            user_code,
            expires_in: given.expires_in,
            interval: given.interval,
        }))
    }
}
