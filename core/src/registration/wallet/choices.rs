//! The single choices of a wallet: names of things, and addresses.

use serde_json::Value;
use url::Url;

use super::super::address::{Addresses, wallet_scheme};
use super::super::fault::Pointer;
use super::{DcApiRegistration, WalletRegistration};
use crate::jose::x5c::OwnChain;
use crate::openid4vp::client_id::Prefix;
use crate::openid4vp::profile;
use crate::openid4vp::request::{
    AuthorizationMethod, DcApiRequest, DcApiRoute, OnRejection, Profile, RequestMethod, ResponseMode,
    TransactionSupport,
};

const PROFILES: [(&str, Profile); 3] =
    [("proof", Profile::Proof), ("openid4vp", Profile::Openid4vp), ("haip", Profile::Haip)];
const REQUEST_METHODS: [(&str, RequestMethod); 5] = [
    ("url_query", RequestMethod::UrlQuery),
    ("by_value", RequestMethod::ByValue),
    ("by_reference", RequestMethod::ByReferenceGet),
    ("by_reference_post", RequestMethod::ByReferencePost),
    ("pushed", RequestMethod::Pushed),
];
const RESPONSE_MODES: [(&str, ResponseMode); 3] = [
    ("fragment", ResponseMode::Fragment),
    ("direct_post", ResponseMode::DirectPost),
    ("direct_post.jwt", ResponseMode::DirectPostJwt),
];
const ON_REJECTION: [(&str, OnRejection); 2] =
    [("refuse", OnRejection::Refuse), ("redirect", OnRejection::Redirect)];
const DC_API_REQUESTS: [(&str, DcApiRequest); 3] = [
    ("unsigned", DcApiRequest::Unsigned),
    ("signed", DcApiRequest::Signed),
    ("multisigned", DcApiRequest::MultiSigned),
];
const DC_API_MODES: [(&str, ResponseMode); 2] =
    [("dc_api", ResponseMode::DcApi), ("dc_api.jwt", ResponseMode::DcApiJwt)];

/// What is chosen, legal together. What is optional here has a fault of its own, that says nothing of the rest.
pub(super) struct Chosen {
    pub profile: Profile,
    pub endpoint: Option<Url>,
    pub authorization_method: Option<AuthorizationMethod>,
    /// Our identifier there.
    pub verifier_id: String,
    pub prefix: Prefix,
    pub method: RequestMethod,
    pub mode: ResponseMode,
    pub issuer: Option<String>,
    pub pushed_requests: Option<Url>,
    pub on_rejection: OnRejection,
    pub dc_api: Option<DcApiRoute>,
}

impl Chosen {
    pub(super) fn read(
        given: &WalletRegistration,
        addresses: Addresses,
        chain: Option<&OwnChain>,
        at: &Pointer<'_>,
    ) -> Option<Self> {
        let what = "how this wallet is spoken to: proof, openid4vp or haip";
        let profile = at.need("profile", given.profile.as_deref(), what).and_then(|word| {
            let why = "is not a known profile; offered: proof, openid4vp, haip";
            at.key("profile").choice(word, &PROFILES, why)
        });
        let what = "where the browser is sent";
        let endpoint = at.need("authorization_endpoint", given.authorization_endpoint.as_deref(), what);
        let endpoint = endpoint
            .and_then(|text| at.key("authorization_endpoint").keep(self::endpoint(text, profile, addresses)));
        let authorization_method =
            authorization_method(given.authorization_method.as_deref(), endpoint.as_ref());
        let authorization_method = at.key("authorization_method").keep(authorization_method);
        let verifier_id = verifier_id(given, chain, at);
        let prefix = verifier_id.as_deref().and_then(|id| {
            let split = Prefix::split(id).map(|(prefix, _)| prefix);
            at.key("client_id").keep(split)
        });
        let method = request_method(given.request_method.as_deref(), profile, prefix, at);
        let mode = response_mode(given.response_mode.as_deref(), profile, at);
        let issuer = given.issuer.clone();
        let issuer = issuer.filter(|text| at.key("issuer").keep(addresses.name(text)).is_some());
        let pushed = given.pushed_authorization_request_endpoint.as_deref();
        let pushed_requests =
            pushed.and_then(|text| at.key("pushed_authorization_request_endpoint").keep(addresses.web(text)));
        let word = given.on_rejection.as_deref().unwrap_or("refuse");
        let on_rejection = at.key("on_rejection").choice(word, &ON_REJECTION, "must be refuse or redirect");
        let on_rejection = on_rejection.unwrap_or_default();
        let (profile, verifier_id, prefix, method, mode) = (profile?, verifier_id?, prefix?, method?, mode?);

        if let Err(wrong) = profile::permits(profile, prefix, method, mode) {
            at.add(wrong.key, wrong.why);
            return None;
        }
        let dc_api = match &given.dc_api {
            None => None,
            Some(given) => Some(dc_api(given, profile, prefix, at)?),
        };
        Some(Self {
            profile,
            endpoint,
            authorization_method,
            verifier_id,
            prefix,
            method,
            mode,
            issuer,
            pushed_requests,
            on_rejection,
            dc_api,
        })
    }

    /// Whether any request to this wallet is signed.
    pub(super) fn is_signed(&self) -> bool {
        self.method.is_signed() || self.dc_api.is_some_and(|api| api.request.is_signed())
    }
}

fn request_method(
    given: Option<&str>,
    profile: Option<Profile>,
    prefix: Option<Prefix>,
    at: &Pointer<'_>,
) -> Option<RequestMethod> {
    let why = "must be url_query, by_value, by_reference, by_reference_post or pushed";
    match (given, profile, prefix) {
        (Some(word), ..) => at.key("request_method").choice(word, &REQUEST_METHODS, why),
        (None, Some(Profile::Haip), _) => Some(RequestMethod::ByReferenceGet),
        (None, _, Some(prefix)) if prefix.must_sign() => Some(RequestMethod::ByReferenceGet),
        _ => Some(RequestMethod::UrlQuery),
    }
}

fn response_mode(given: Option<&str>, profile: Option<Profile>, at: &Pointer<'_>) -> Option<ResponseMode> {
    let why = "must be fragment, direct_post or direct_post.jwt";
    match (given, profile) {
        (Some(word), _) => at.key("response_mode").choice(word, &RESPONSE_MODES, why),
        (None, Some(Profile::Proof)) => Some(ResponseMode::Fragment),
        (None, Some(Profile::Haip)) => Some(ResponseMode::DirectPostJwt),
        (None, _) => Some(ResponseMode::DirectPost),
    }
}

/// An https address, or the scheme of a wallet app on the same device; the vendor's wallet is a web page
/// (REQ-1.12).
fn endpoint(text: &str, profile: Option<Profile>, addresses: Addresses) -> Result<Url, String> {
    let is_web = Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    match profile {
        Some(Profile::Openid4vp | Profile::Haip) if !is_web => wallet_scheme(text),
        _ => addresses.web(text),
    }
}

/// How the wallet is asked through the browser.
fn dc_api(
    given: &DcApiRegistration,
    profile: Profile,
    prefix: Prefix,
    at: &Pointer<'_>,
) -> Option<DcApiRoute> {
    let words = "unsigned, signed or multisigned";
    let request = at.need("dc_api.request", given.request.as_deref(), words).and_then(|word| {
        at.key("dc_api.request").choice(word, &DC_API_REQUESTS, &format!("must be {words}"))
    });
    let mode = given.response_mode.as_deref().unwrap_or("dc_api.jwt");
    let mode = at.key("dc_api.response_mode").choice(mode, &DC_API_MODES, "must be dc_api or dc_api.jwt");
    if !given.also_as.is_empty() && request.is_some_and(|request| request != DcApiRequest::MultiSigned) {
        at.add("dc_api.also_as", "has no effect: dc_api.request is not \"multisigned\"");
    }
    let org_iso_mdoc = given.org_iso_mdoc.unwrap_or_default();
    if org_iso_mdoc && mode == Some(ResponseMode::DcApi) {
        at.add(
            "dc_api.org_iso_mdoc",
            "needs response_mode = \"dc_api.jwt\": its answers are always encrypted, to the key of the request",
        );
        return None;
    }
    let api = DcApiRoute { request: request?, response_mode: mode?, org_iso_mdoc };
    let legal = profile::dc_api::permits(profile, prefix, api);
    legal.map_err(|wrong| at.add(wrong.key, wrong.why)).ok().map(|()| api)
}

/// How the browser brings the request; only a web address can be posted to.
fn authorization_method(
    method: Option<&str>,
    endpoint: Option<&Url>,
) -> Result<AuthorizationMethod, &'static str> {
    match method {
        None | Some("get") => Ok(AuthorizationMethod::Get),
        Some("post") if endpoint.is_some_and(|url| !["https", "http"].contains(&url.scheme())) => {
            Err("must be get: a wallet that is called by a scheme cannot be posted to")
        }
        Some("post") => Ok(AuthorizationMethod::Post),
        Some(_) => Err("must be get or post"),
    }
}

/// Our identifier: as written, or by prefix where the rest follows from something else.
fn verifier_id(given: &WalletRegistration, chain: Option<&OwnChain>, at: &Pointer<'_>) -> Option<String> {
    match (&given.client_id, given.client_id_prefix.as_deref()) {
        (Some(_), Some(_)) => {
            at.add("client_id_prefix", "must be left out beside client_id");
            None
        }
        (Some(id), None) => {
            let is_legal = !id.is_empty() && !id.chars().any(|c| c.is_control() || c.is_whitespace());
            at.key("client_id")
                .keep(is_legal.then(|| id.clone()).ok_or("must not be empty or hold white space"))
        }
        (None, Some("redirect_uri")) => Some(format!("{}:", Prefix::RedirectUri.name())),
        (None, Some("x509_hash")) => {
            let chain = at.need("signing.certificates", chain, "the PEM file of the certificate chain")?;
            Some(format!("{}:{}", Prefix::X509Hash.name(), chain.leaf_hash()))
        }
        (None, Some(_)) => {
            let why = "must be redirect_uri or x509_hash; other identifiers are written out in client_id";
            at.add("client_id_prefix", why);
            None
        }
        (None, None) => at.need(
            "client_id",
            None,
            "our identifier at this wallet, or client_id_prefix where it follows from something else",
        ),
    }
}

/// Answers go only where the identifier permits it (REQ-1.8). `answers_at` is the one address of answers,
/// where there is one.
pub(super) fn answers_fit(
    verifier_id: &str,
    public_url: &Url,
    answers_at: Option<&Url>,
) -> Result<(), String> {
    match Prefix::split(verifier_id) {
        Ok((Prefix::RedirectUri, "")) => Ok(()),
        Ok((Prefix::RedirectUri, rest)) => match answers_at {
            Some(ours) if ours.as_str() == rest => Ok(()),
            Some(ours) => Err(format!("must be `redirect_uri:{ours}`, where answers go")),
            None => Err(
                "cannot be written out: each request has a response URI of its own; use client_id_prefix = \"redirect_uri\""
                    .to_owned(),
            ),
        },
        Ok((Prefix::X509SanDns, name))
            if !public_url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(name)) =>
        {
            Err("must name the host of public_url after `x509_san_dns:`: answers go there".to_owned())
        }
        _ => Ok(()),
    }
}

/// `true`, `false`, or a list of types.
pub(super) fn transaction_types(
    given: Option<&Value>,
    profile: Profile,
) -> Result<TransactionSupport, &'static str> {
    const WRONG: &str = "must be true, false, or a list of types";
    match given {
        // Other wallets must refuse what they do not know (OpenID4VP 1.0 section 8.4).
        None if profile == Profile::Proof => Ok(TransactionSupport::All),
        None | Some(Value::Bool(false)) => Ok(TransactionSupport::None),
        Some(Value::Bool(true)) => Ok(TransactionSupport::All),
        Some(Value::Array(list)) if !list.is_empty() => {
            let kinds = list.iter().map(|kind| kind.as_str().map(str::to_owned));
            kinds.collect::<Option<Vec<_>>>().map(TransactionSupport::Only).ok_or(WRONG)
        }
        Some(_) => Err(WRONG),
    }
}

/// Left out only where `fragment` is understood without it (REQ-1.3, REQ-13.3).
pub(super) fn send_response_mode(
    given: Option<bool>,
    profile: Profile,
    mode: ResponseMode,
) -> Result<bool, &'static str> {
    let may_be_silent = profile == Profile::Proof && mode == ResponseMode::Fragment;
    match given {
        Some(false) if !may_be_silent => {
            Err("must be true: only profile proof with response_mode \"fragment\" may leave the mode out")
        }
        Some(given) => Ok(given),
        None => Ok(!may_be_silent),
    }
}

/// Only where metadata are sent, and not by a profile that leaves no choice.
pub(super) fn legacy_names(
    given: Option<bool>,
    profile: Profile,
    prefix: Prefix,
    dc_api: Option<DcApiRoute>,
) -> Result<bool, &'static str> {
    let unsigned_by_api = dc_api.is_some_and(|api| api.request == DcApiRequest::Unsigned);
    match given {
        Some(true) if profile != Profile::Openid4vp => {
            Err("must be false: only profile openid4vp knows names of drafts")
        }
        Some(true) if prefix == Prefix::PreRegistered && !unsigned_by_api => {
            Err("has no effect: a wallet that has us registered is sent no metadata")
        }
        given => Ok(given.unwrap_or(false)),
    }
}

/// What others say is text or an object.
pub(super) fn text_or_table(data: Value) -> Result<Value, &'static str> {
    if data.is_string() || data.is_object() { Ok(data) } else { Err("must be text or a table") }
}
