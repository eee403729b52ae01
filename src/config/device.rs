//! `[device]`, and the table `device` of a client over it: the device grant. The names that IBM's
//! and Authlete's products give to the same settings are read too, so that a configuration can be
//! carried over; two names for one setting must not disagree (REQ-10.60).

use std::time::Duration;

use super::address::Addresses;
use super::duration;
use super::fault::Faults;
use super::raw;
use vpgate_core::admission::ScopePolicy;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::oauth::attempts::DeviceLimits;
use vpgate_core::oauth::device_settings::{CompleteUri, DeviceSettings, VerificationUris};
use vpgate_core::oauth::proximity::ProximityPolicy;
use vpgate_core::oauth::user_code::{FLOOR_BITS, FormatFault, UserCodeFormat};

/// What holds for all clients.
pub(super) struct Common {
    /// Where nothing else is said.
    pub settings: DeviceSettings,
    /// `require_client_authentication`
    pub require_client_authentication: bool,
    /// How often what may happen; the window is the longest life of a code in `[device]`.
    pub limits: DeviceLimits,
    /// The least strength of a user code.
    pub floor_bits: u32,
    charset: String,
    length: i64,
}

/// The scopes of a client, to which its devices can be narrowed.
pub(super) struct ClientScopes<'a> {
    pub scopes: &'a Scopes,
    pub policy: &'a ScopePolicy,
}

/// Checks `[device]`.
pub(super) fn common(given: &raw::Device, addresses: Addresses, faults: &mut Faults) -> Common {
    let at = |key: &str| format!("device.{key}");
    for (key, there) in
        [("scopes", given.scopes.is_some()), ("scopes_elsewhere", given.scopes_elsewhere.is_some())]
    {
        if there {
            faults.add(at(key), "is for a client: write it in the table `device` of the client");
        }
    }
    let limits = limits(given, &at, faults);
    let floor_bits = floor_bits(given.danger_user_code_floor_bits, &at, faults);
    let written = WrittenSetting::read(given, &at, addresses, faults);
    let defaults = DeviceSettings::default();
    let (length, charset) = (written.length(8), written.charset("BASE20").to_owned());
    let require_client_authentication = written.require_client_authentication.unwrap_or(false);
    let strength = (limits.wrong_codes_per_address, floor_bits);
    let user_code = format(&written, (length, &charset), strength, &at, faults);
    let settings = written.over(&defaults, user_code, &at, faults);
    let limits = DeviceLimits { window: settings.code_lifetime, ..limits };
    Common { require_client_authentication, charset, length, settings, limits, floor_bits }
}

/// Checks the table `device` of a client, over what holds for all.
pub(super) fn of_client(
    given: &raw::Device,
    common: &Common,
    scopes: &ClientScopes<'_>,
    at: &dyn Fn(&str) -> String,
    addresses: Addresses,
    faults: &mut Faults,
) -> DeviceSettings {
    for (key, there) in [
        ("require_client_authentication", given.require_client_authentication.is_some()),
        ("enforce_clientauth_device_authorize", given.enforce_clientauth_device_authorize.is_some()),
        ("danger_user_code_floor_bits", given.danger_user_code_floor_bits.is_some()),
        ("wrong_codes_per_address", given.wrong_codes_per_address.is_some()),
        ("wrong_codes_altogether", given.wrong_codes_altogether.is_some()),
        ("addresses_per_code", given.addresses_per_code.is_some()),
        ("authorizations_per_client", given.authorizations_per_client.is_some()),
        ("authorizations_per_address", given.authorizations_per_address.is_some()),
    ] {
        if there {
            faults.add(at(key), "holds for the whole server: write it in [device]");
        }
    }
    let written = WrittenSetting::read(given, at, addresses, faults);
    let user_code = if written.length.is_some() || written.charset.is_some() {
        let chosen = (written.length(common.length), written.charset(&common.charset));
        let strength = (common.limits.wrong_codes_per_address, common.floor_bits);
        format(&written, chosen, strength, at, faults)
    } else {
        None
    };
    let settings = written.over(&common.settings, user_code, at, faults);
    DeviceSettings {
        scopes: narrowed(given.scopes.as_deref(), scopes, &at("scopes"), faults),
        scopes_elsewhere: narrowed(
            given.scopes_elsewhere.as_deref(),
            scopes,
            &at("scopes_elsewhere"),
            faults,
        ),
        ..settings
    }
}

/// One table, under whatever names: each setting with the name under which it was found.
struct WrittenSetting {
    code_lifetime: Option<(&'static str, Duration)>,
    polling_interval: Option<(&'static str, Duration)>,
    length: Option<(&'static str, i64)>,
    charset: Option<(&'static str, String)>,
    require_client_authentication: Option<bool>,
    verification: VerificationUris,
    proximity: Option<ProximityPolicy>,
    number_matching: Option<bool>,
}

impl WrittenSetting {
    fn read(
        given: &raw::Device,
        at: &dyn Fn(&str) -> String,
        addresses: Addresses,
        faults: &mut Faults,
    ) -> Self {
        let code_lifetime = durations(
            [
                ("device_flow_codelifetime_in_secs", given.device_flow_codelifetime_in_secs),
                ("device_flow_codelifetime_seconds", given.device_flow_codelifetime_seconds),
                ("deviceFlowCodeDuration", given.authlete_code_duration),
            ],
            ("code_lifetime", given.code_lifetime.as_deref()),
            at,
            faults,
        );
        let polling_interval = durations(
            [
                ("device_flow_polling_interval_in_secs", given.device_flow_polling_interval_in_secs),
                ("device_flow_polling_interval_seconds", given.device_flow_polling_interval_seconds),
                ("deviceFlowPollingInterval", given.authlete_polling_interval),
            ],
            ("polling_interval", given.polling_interval.as_deref()),
            at,
            faults,
        );
        let lengths = [
            ("user_code_length", given.user_code_length),
            ("device_flow_usercode_length", given.device_flow_usercode_length),
            ("userCodeLength", given.authlete_user_code_length),
        ];
        let charsets = [
            ("user_code_charset", given.user_code_charset.clone()),
            ("device_flow_usercode_charset", given.device_flow_usercode_charset.clone()),
            ("userCodeCharset", given.authlete_user_code_charset.clone()),
        ];
        let required = [
            ("require_client_authentication", given.require_client_authentication),
            ("enforce_clientauth_device_authorize", given.enforce_clientauth_device_authorize),
        ];
        Self {
            code_lifetime,
            polling_interval,
            length: one_of(lengths, at, faults),
            charset: one_of(charsets, at, faults),
            require_client_authentication: one_of(required, at, faults).map(|(_, required)| required),
            verification: verification(given, at, addresses, faults),
            proximity: given
                .proximity
                .as_deref()
                .and_then(|text| faults.keep(&at("proximity"), proximity(text))),
            number_matching: given.number_matching,
        }
    }

    fn length(&self, default: i64) -> i64 {
        self.length.map_or(default, |(_, length)| length)
    }

    fn charset<'a>(&'a self, default: &'a str) -> &'a str {
        self.charset.as_ref().map_or(default, |(_, charset)| charset)
    }

    fn over(
        self,
        base: &DeviceSettings,
        user_code: Option<UserCodeFormat>,
        at: &dyn Fn(&str) -> String,
        faults: &mut Faults,
    ) -> DeviceSettings {
        let code_lifetime = self.code_lifetime.map_or(base.code_lifetime, |(_, lifetime)| lifetime);
        let polling_interval = self.polling_interval.map_or(base.polling_interval, |(_, interval)| interval);
        if polling_interval >= code_lifetime {
            let blamed = self.polling_interval.map(|(key, _)| key);
            let blamed = blamed.or(self.code_lifetime.map(|(key, _)| key)).unwrap_or("polling_interval");
            faults.add(at(blamed), "polling_interval must be shorter than code_lifetime");
        }
        let VerificationUris { plain, complete } = self.verification;
        let verification = match (plain, complete) {
            (None, None) => base.verification.clone(),
            // Another page has other links.
            (Some(plain), complete) => VerificationUris { plain: Some(plain), complete },
            (None, complete) => VerificationUris { plain: base.verification.plain.clone(), complete },
        };
        DeviceSettings {
            code_lifetime,
            polling_interval,
            user_code: user_code.unwrap_or_else(|| base.user_code.clone()),
            verification,
            proximity: self.proximity.unwrap_or(base.proximity),
            number_matching: self.number_matching.unwrap_or(base.number_matching),
            scopes: None,
            scopes_elsewhere: None,
        }
    }
}

/// The first of several names that is there. Names that say different things are a fault that tells both.
fn one_of<T: PartialEq, const N: usize>(
    given: [(&'static str, Option<T>); N],
    at: &dyn Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<(&'static str, T)> {
    let mut found: Option<(&'static str, T)> = None;
    for (key, value) in given {
        let Some(value) = value else { continue };
        match &found {
            None => found = Some((key, value)),
            Some((first, known)) if *known != value => {
                faults.add(
                    at(key),
                    format!("says something else than {}, which is the same setting", at(first)),
                );
            }
            Some(_) => {}
        }
    }
    found
}

/// Ours with its unit, or others in seconds.
fn durations(
    others: [(&'static str, Option<i64>); 3],
    ours: (&'static str, Option<&str>),
    at: &dyn Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<(&'static str, Duration)> {
    let (key, text) = ours;
    let ours = text.and_then(|text| faults.keep(&at(key), duration::parse(text)));
    let [a, b, c] = others.map(|(key, seconds)| {
        let read = |seconds: i64| match u64::try_from(seconds) {
            Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
            _ => Err("must be a whole number of seconds, longer than zero"),
        };
        (key, seconds.and_then(|seconds| faults.keep(&at(key), read(seconds))))
    });
    one_of([(key, ours), a, b, c], at, faults)
}

fn format(
    written: &WrittenSetting,
    (length, charset): (i64, &str),
    (attempts, floor_bits): (u32, u32),
    at: &dyn Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<UserCodeFormat> {
    // A negative length is as wrong as one of zero.
    let format = UserCodeFormat::new(charset, usize::try_from(length).unwrap_or(0))
        .and_then(|format| format.withstands(attempts, floor_bits).map(|()| format));
    let key = match format {
        Err(FormatFault::Alphabet | FormatFault::Small) => {
            written.charset.as_ref().map_or("user_code_charset", |(key, _)| key)
        }
        _ => written.length.map_or("user_code_length", |(key, _)| key),
    };
    faults.keep(&at(key), format)
}

fn verification(
    given: &raw::Device,
    at: &dyn Fn(&str) -> String,
    addresses: Addresses,
    faults: &mut Faults,
) -> VerificationUris {
    let plain = [
        ("verification_uri", given.verification_uri.clone()),
        ("deviceVerificationUri", given.authlete_verification_uri.clone()),
    ];
    let complete = [
        ("verification_uri_complete", given.verification_uri_complete.clone()),
        ("deviceVerificationUriComplete", given.authlete_verification_uri_complete.clone()),
    ];
    let plain = one_of(plain, at, faults);
    let complete = one_of(complete, at, faults);
    VerificationUris {
        plain: plain.and_then(|(key, text)| faults.keep(&at(key), addresses.web(&text))),
        complete: complete.and_then(|(key, text)| {
            faults.keep(&at(key), addresses.web(&text))?;
            faults.keep(&at(key), CompleteUri::parse(&text))
        }),
    }
}

fn proximity(text: &str) -> Result<ProximityPolicy, &'static str> {
    match text {
        "ignore" => Ok(ProximityPolicy::Ignore),
        "show" => Ok(ProximityPolicy::Show),
        "require" => Ok(ProximityPolicy::Require),
        _ => Err("must be ignore, show or require"),
    }
}

fn narrowed(
    given: Option<&[String]>,
    of: &ClientScopes<'_>,
    at: &str,
    faults: &mut Faults,
) -> Option<Scopes> {
    let mut scopes = Scopes::default();
    let given = given?;
    for (place, name) in given.iter().enumerate() {
        let at = format!("{at}[{place}]");
        if !of.scopes.contains(name) {
            faults.add(&at, "is not among the scopes of this client");
        } else if let Some(more) = faults.keep(&at, scopes.clone().with(name)) {
            scopes = more;
        }
    }
    if given.is_empty() {
        faults.add(at, "must name some of the client's scopes, or be left out");
    } else if !scopes.is_empty() && scopes.iter().all(|name| of.policy.named(name).is_some()) {
        faults.keep(at, of.policy.query(&scopes));
    }
    Some(scopes)
}

fn limits(given: &raw::Device, at: &dyn Fn(&str) -> String, faults: &mut Faults) -> DeviceLimits {
    let mut limit = |key: &str, given: Option<i64>, default: u32| match given {
        None => default,
        Some(number) => {
            let number = u32::try_from(number).ok().filter(|number| *number > 0);
            let number = number.ok_or("must be a number from 1 to 4294967295");
            faults.keep(&at(key), number).unwrap_or(default)
        }
    };
    let default = DeviceLimits::default();
    DeviceLimits {
        window: default.window,
        wrong_codes_per_address: limit(
            "wrong_codes_per_address",
            given.wrong_codes_per_address,
            default.wrong_codes_per_address,
        ),
        wrong_codes_altogether: limit(
            "wrong_codes_altogether",
            given.wrong_codes_altogether,
            default.wrong_codes_altogether,
        ),
        addresses_per_code: limit("addresses_per_code", given.addresses_per_code, default.addresses_per_code),
        authorizations_per_client: limit(
            "authorizations_per_client",
            given.authorizations_per_client,
            default.authorizations_per_client,
        ),
        authorizations_per_address: limit(
            "authorizations_per_address",
            given.authorizations_per_address,
            default.authorizations_per_address,
        ),
    }
}

fn floor_bits(given: Option<i64>, at: &dyn Fn(&str) -> String, faults: &mut Faults) -> u32 {
    let Some(bits) = given else { return FLOOR_BITS };
    let bits = u32::try_from(bits).ok().filter(|bits| (1..FLOOR_BITS).contains(bits));
    let bits = bits.ok_or("must be a number from 1 to 31; 32 is the floor when it is left out");
    faults.keep(&at("danger_user_code_floor_bits"), bits).unwrap_or(FLOOR_BITS)
}
