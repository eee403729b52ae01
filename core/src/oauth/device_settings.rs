//! What the operator decided about the device grant of one client: `[device]`, and over it the table
//! `device` of the client.

use std::time::Duration;

use url::Url;

use super::proximity::{Proximity, ProximityPolicy};
use super::user_code::UserCodeFormat;
use crate::admission::scopes::Scopes;

/// The device grant of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSettings {
    /// Life of both codes.
    pub code_lifetime: Duration,
    /// How often a device may ask.
    pub polling_interval: Duration,
    /// What user codes look like.
    pub user_code: UserCodeFormat,
    /// Where people type the code.
    pub verification: VerificationUris,
    /// What follows when device and person are on different networks.
    pub proximity: ProximityPolicy,
    /// The person picks the number that the device shows.
    pub number_matching: bool,
    /// What its devices may ask for; `None` for all scopes of the client (RFC 10027 section 6.1.9).
    pub scopes: Option<Scopes>,
    /// What of that a person may grant who is not on the device's network; `None` for all of it.
    pub scopes_elsewhere: Option<Scopes>,
}

/// Where people type the code (RFC 8628 section 3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerificationUris {
    /// `verification_uri`; our own page when `None`.
    pub plain: Option<Url>,
    /// `verification_uri_complete`. When `None`: our own page with the code in it, or nothing at all
    /// when the page is not ours.
    pub complete: Option<CompleteUri>,
}

/// A `verification_uri_complete` with the placeholder `USER_CODE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompleteUri(String);

/// What stands for the code.
const PLACEHOLDER: &str = "USER_CODE";

/// The placeholder is missing, or there twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must hold the placeholder USER_CODE once")]
pub struct NoPlaceholder;

impl Default for DeviceSettings {
    /// Ten minutes, five seconds, eight characters.
    fn default() -> Self {
        Self {
            code_lifetime: Duration::from_secs(600),
            polling_interval: Duration::from_secs(5),
            user_code: UserCodeFormat::default(),
            verification: VerificationUris::default(),
            proximity: ProximityPolicy::default(),
            number_matching: false,
            scopes: None,
            scopes_elsewhere: None,
        }
    }
}

impl DeviceSettings {
    /// What of `asked` a person may grant who is this near; empty when nothing remains.
    pub fn grantable(&self, asked: &Scopes, proximity: Proximity) -> Scopes {
        match &self.scopes_elsewhere {
            Some(narrow) if proximity != Proximity::Same => asked.only(narrow),
            _ => asked.clone(),
        }
    }
}

impl CompleteUri {
    /// Reads the pattern; that it is a good address is for the configuration to say.
    ///
    /// # Errors
    /// [`NoPlaceholder`]
    pub fn parse(pattern: &str) -> Result<Self, NoPlaceholder> {
        let once = pattern.matches(PLACEHOLDER).count() == 1;
        once.then(|| Self(pattern.to_owned())).ok_or(NoPlaceholder)
    }

    /// With the code in it. Codes are letters, digits and dashes: nothing to encode.
    pub fn with(&self, user_code: &str) -> String {
        self.0.replace(PLACEHOLDER, user_code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_15_9_only_the_device_s_own_network_earns_the_wider_scopes() {
        let asked = Scopes::parse("basic adult").unwrap();
        let narrow =
            DeviceSettings { scopes_elsewhere: Scopes::parse("adult").ok(), ..DeviceSettings::default() };
        assert_eq!(narrow.grantable(&asked, Proximity::Same), asked);
        for far in [Proximity::Different, Proximity::Unknown] {
            assert_eq!(narrow.grantable(&asked, far).to_string(), "adult");
            assert_eq!(DeviceSettings::default().grantable(&asked, far), asked);
        }
        assert!(narrow.grantable(&Scopes::parse("basic").unwrap(), Proximity::Different).is_empty());
    }

    #[test]
    fn req_10_10_the_placeholder_stands_for_the_code() {
        let uri = CompleteUri::parse("https://as.example.com/device?user_code=USER_CODE").unwrap();
        assert_eq!(uri.with("WDJB-MJHT"), "https://as.example.com/device?user_code=WDJB-MJHT");
        for wrong in ["https://as.example.com/device", "https://as.example.com/USER_CODE?c=USER_CODE"] {
            assert_eq!(CompleteUri::parse(wrong), Err(NoPlaceholder));
        }
    }
}
