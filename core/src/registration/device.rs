//! The device grant: what holds for all clients, and what a client has over it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::Addresses;
use super::fault::Pointer;
use super::lifetime;
use crate::admission::ScopePolicy;
use crate::admission::scopes::Scopes;
use crate::oauth::attempts::DeviceLimits;
use crate::oauth::client::Clients;
use crate::oauth::device_settings::{CompleteUri, DeviceSettings, VerificationUris};
use crate::oauth::proximity::ProximityPolicy;
use crate::oauth::user_code::{FLOOR_BITS, FormatFault, UserCodeFormat, UserCodeFormats};
use crate::policy::DevicePolicy;

/// The device grant; of a client, over what holds for all of them.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct DeviceRegistration {
    /// Life of both codes.
    pub code_lifetime: Option<String>,
    /// How often a device may ask.
    pub polling_interval: Option<String>,
    /// How many characters a user code has: 7 to 16.
    pub user_code_length: Option<i64>,
    /// BASE20, NUMERIC, or the characters themselves: more of them than a code has.
    pub user_code_charset: Option<String>,
    /// Refuse the device grant to clients without a secret. For all clients.
    pub require_client_authentication: Option<bool>,
    /// Where people type the code, when that is not our own page.
    pub verification_uri: Option<String>,
    /// The link with `USER_CODE` in the place of the code.
    pub verification_uri_complete: Option<String>,
    /// When the device and the person are on different networks: `ignore` it, `show` it, or `require` one network.
    pub proximity: Option<String>,
    /// The person picks the number that the device shows among three.
    pub number_matching: Option<bool>,
    /// What the devices of a client may ask for; all scopes of the client when left out.
    pub scopes: Option<Vec<String>>,
    /// What of that a person may grant who is not on the device's network; all of it when left out.
    pub scopes_elsewhere: Option<Vec<String>>,
    /// Wrong codes from one address. For all clients.
    pub wrong_codes_per_address: Option<i64>,
    /// Wrong codes from everybody. For all clients.
    pub wrong_codes_altogether: Option<i64>,
    /// Addresses from which one code may be entered; one more denies its grant. For all clients.
    pub addresses_per_code: Option<i64>,
    /// Grants that one client may open. For all clients.
    pub authorizations_per_client: Option<i64>,
    /// Grants that may be opened from one address. For all clients.
    pub authorizations_per_address: Option<i64>,
    /// Let codes have fewer bits than 32. For all clients.
    pub danger_user_code_floor_bits: Option<i64>,
}

impl DeviceRegistration {
    /// What holds where nothing else is said.
    pub fn standard() -> Self {
        let (settings, limits) = (DeviceSettings::default(), DeviceLimits::default());
        Self {
            code_lifetime: Some(lifetime::write(settings.code_lifetime)),
            polling_interval: Some(lifetime::write(settings.polling_interval)),
            user_code_length: Some(8),
            user_code_charset: Some("BASE20".to_owned()),
            require_client_authentication: Some(false),
            proximity: Some("show".to_owned()),
            number_matching: Some(settings.number_matching),
            wrong_codes_per_address: Some(limits.wrong_codes_per_address.into()),
            wrong_codes_altogether: Some(limits.wrong_codes_altogether.into()),
            addresses_per_code: Some(limits.addresses_per_code.into()),
            authorizations_per_client: Some(limits.authorizations_per_client.into()),
            authorizations_per_address: Some(limits.authorizations_per_address.into()),
            danger_user_code_floor_bits: None,
            verification_uri: None,
            verification_uri_complete: None,
            scopes: None,
            scopes_elsewhere: None,
        }
    }

    /// What is said for one client only.
    fn only_of_clients(&self) -> [(&'static str, bool); 2] {
        [("scopes", self.scopes.is_some()), ("scopes_elsewhere", self.scopes_elsewhere.is_some())]
    }

    /// What is said for all clients only.
    fn only_of_all(&self) -> [(&'static str, bool); 7] {
        [
            ("require_client_authentication", self.require_client_authentication.is_some()),
            ("danger_user_code_floor_bits", self.danger_user_code_floor_bits.is_some()),
            ("wrong_codes_per_address", self.wrong_codes_per_address.is_some()),
            ("wrong_codes_altogether", self.wrong_codes_altogether.is_some()),
            ("addresses_per_code", self.addresses_per_code.is_some()),
            ("authorizations_per_client", self.authorizations_per_client.is_some()),
            ("authorizations_per_address", self.authorizations_per_address.is_some()),
        ]
    }
}

/// What holds for all clients.
pub(super) struct CommonDevice {
    /// Where nothing else is said.
    pub settings: DeviceSettings,
    pub require_client_authentication: bool,
    /// The least strength of a user code, in bits.
    pub floor_bits: u32,
    /// How often what may happen; the window is the longest life of a code where nothing else is said.
    limits: DeviceLimits,
    charset: String,
    length: i64,
}

impl CommonDevice {
    /// With the clients: every format in use, and the longest life of any code.
    pub(super) fn policy(&self, clients: &Clients) -> DevicePolicy {
        let all = || clients.iter().map(|client| &client.device);
        let longest = all().map(|settings| settings.code_lifetime).max();
        let window = longest.unwrap_or_default().max(self.limits.window);
        DevicePolicy {
            user_codes: UserCodeFormats::new(all().map(|settings| &settings.user_code)),
            require_client_authentication: self.require_client_authentication,
            limits: DeviceLimits { window, ..self.limits },
        }
    }
}

/// Checks what holds for all clients.
pub(super) fn check(given: &DeviceRegistration, addresses: Addresses, at: &Pointer<'_>) -> CommonDevice {
    for (key, _) in given.only_of_clients().iter().filter(|(_, is_there)| *is_there) {
        at.add(key, "is for a client: write it in the table `device` of the client");
    }
    let limits = limits(given, at);
    let standard = DeviceRegistration::standard();
    let mut common = CommonDevice {
        settings: DeviceSettings::default(),
        require_client_authentication: given.require_client_authentication.unwrap_or(false),
        floor_bits: floor_bits(given.danger_user_code_floor_bits, at),
        limits,
        charset: given.user_code_charset.clone().or(standard.user_code_charset).unwrap_or_default(),
        length: given.user_code_length.or(standard.user_code_length).unwrap_or_default(),
    };
    if let Some(user_code) = user_code(given, &common, at) {
        common.settings.user_code = user_code;
    }
    common.settings = over(given, &common, addresses, at);
    common.limits.window = common.settings.code_lifetime;
    common
}

/// Checks what a client with these `scopes` has over what holds for all.
pub(super) fn of_client(
    given: &DeviceRegistration,
    common: &CommonDevice,
    (scopes, policy): (&Scopes, &ScopePolicy),
    addresses: Addresses,
    at: &Pointer<'_>,
) -> DeviceSettings {
    for (key, _) in given.only_of_all().iter().filter(|(_, is_there)| *is_there) {
        at.add(key, "holds for the whole server: write it in [device]");
    }
    let settings = over(given, common, addresses, at);
    let user_code = match (&given.user_code_length, &given.user_code_charset) {
        (None, None) => None,
        _ => user_code(given, common, at),
    };
    let narrowed = |key: &str, given: &Option<Vec<String>>| {
        given.as_deref().map(|given| narrowed(given, scopes, policy, &at.key(key)))
    };
    DeviceSettings {
        user_code: user_code.unwrap_or_else(|| settings.user_code.clone()),
        scopes: narrowed("scopes", &given.scopes),
        scopes_elsewhere: narrowed("scopes_elsewhere", &given.scopes_elsewhere),
        ..settings
    }
}

/// What is given, over what holds for all; but for the form of user codes.
fn over(
    given: &DeviceRegistration,
    common: &CommonDevice,
    addresses: Addresses,
    at: &Pointer<'_>,
) -> DeviceSettings {
    let base = &common.settings;
    let lifetime = |key: &str, given: &Option<String>| {
        given.as_deref().and_then(|text| at.key(key).keep(lifetime::parse(text)))
    };
    let code_lifetime = lifetime("code_lifetime", &given.code_lifetime);
    let polling_interval = lifetime("polling_interval", &given.polling_interval);
    let blamed = if polling_interval.is_none() && code_lifetime.is_some() {
        "code_lifetime"
    } else {
        "polling_interval"
    };
    let code_lifetime = code_lifetime.unwrap_or(base.code_lifetime);
    let polling_interval = polling_interval.unwrap_or(base.polling_interval);
    if polling_interval >= code_lifetime {
        at.add(blamed, "polling_interval must be shorter than code_lifetime");
    }
    let proximity = given
        .proximity
        .as_deref()
        .and_then(|word| at.key("proximity").choice(word, &PROXIMITIES, "must be ignore, show or require"));
    DeviceSettings {
        code_lifetime,
        polling_interval,
        user_code: base.user_code.clone(),
        verification: verification(given, &base.verification, addresses, at),
        proximity: proximity.unwrap_or(base.proximity),
        number_matching: given.number_matching.unwrap_or(base.number_matching),
        scopes: None,
        scopes_elsewhere: None,
    }
}

const PROXIMITIES: [(&str, ProximityPolicy); 3] = [
    ("ignore", ProximityPolicy::Ignore),
    ("show", ProximityPolicy::Show),
    ("require", ProximityPolicy::Require),
];

fn user_code(given: &DeviceRegistration, common: &CommonDevice, at: &Pointer<'_>) -> Option<UserCodeFormat> {
    let charset = given.user_code_charset.as_deref().unwrap_or(&common.charset);
    // A negative length is as wrong as one of zero.
    let length = usize::try_from(given.user_code_length.unwrap_or(common.length)).unwrap_or(0);
    let strength = (common.limits.wrong_codes_per_address, common.floor_bits);
    let format = UserCodeFormat::new(charset, length)
        .and_then(|format| format.withstands(strength.0, strength.1).map(|()| format));
    let key = match format {
        Err(FormatFault::Alphabet | FormatFault::Small) => "user_code_charset",
        _ => "user_code_length",
    };
    at.key(key).keep(format)
}

fn verification(
    given: &DeviceRegistration,
    base: &VerificationUris,
    addresses: Addresses,
    at: &Pointer<'_>,
) -> VerificationUris {
    let plain_at = at.key("verification_uri");
    let plain = given.verification_uri.as_deref().and_then(|text| plain_at.keep(addresses.web(text)));
    let complete_at = at.key("verification_uri_complete");
    let complete = given.verification_uri_complete.as_deref().and_then(|text| {
        complete_at.keep(addresses.web(text))?;
        complete_at.keep(CompleteUri::parse(text))
    });
    match (plain, complete) {
        (None, None) => base.clone(),
        // Another page has other links.
        (Some(plain), complete) => VerificationUris { plain: Some(plain), complete },
        (None, complete) => VerificationUris { plain: base.plain.clone(), complete },
    }
}

fn narrowed(given: &[String], of: &Scopes, policy: &ScopePolicy, at: &Pointer<'_>) -> Scopes {
    let mut scopes = Scopes::default();
    for (at, name) in at.each(given) {
        if !of.contains(name) {
            at.blame("is not among the scopes of this client");
        } else if let Some(more) = at.keep(scopes.clone().with(name)) {
            scopes = more;
        }
    }
    if given.is_empty() {
        at.blame("must name some of the client's scopes, or be left out");
    } else if !scopes.is_empty() && scopes.iter().all(|name| policy.named(name).is_some()) {
        at.keep(policy.query(&scopes));
    }
    scopes
}

fn limits(given: &DeviceRegistration, at: &Pointer<'_>) -> DeviceLimits {
    let mut limits = DeviceLimits::default();
    for (key, given, limit) in [
        ("wrong_codes_per_address", given.wrong_codes_per_address, &mut limits.wrong_codes_per_address),
        ("wrong_codes_altogether", given.wrong_codes_altogether, &mut limits.wrong_codes_altogether),
        ("addresses_per_code", given.addresses_per_code, &mut limits.addresses_per_code),
        ("authorizations_per_client", given.authorizations_per_client, &mut limits.authorizations_per_client),
        (
            "authorizations_per_address",
            given.authorizations_per_address,
            &mut limits.authorizations_per_address,
        ),
    ] {
        let Some(number) = given else { continue };
        let number = u32::try_from(number).ok().filter(|number| *number > 0);
        if let Some(number) = at.key(key).keep(number.ok_or("must be a number from 1 to 4294967295")) {
            *limit = number;
        }
    }
    limits
}

fn floor_bits(given: Option<i64>, at: &Pointer<'_>) -> u32 {
    let Some(bits) = given else { return FLOOR_BITS };
    let bits = u32::try_from(bits).ok().filter(|bits| (1..FLOOR_BITS).contains(bits));
    let bits = bits.ok_or("must be a number from 1 to 31; 32 is the floor when it is left out");
    at.key("danger_user_code_floor_bits").keep(bits).unwrap_or(FLOOR_BITS)
}
