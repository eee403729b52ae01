//! The single choices of a wallet: names of things, and addresses.

use serde_json::Value;
use url::Url;

use super::address::{Addresses, wallet_scheme};
use super::fault::Faults;
use super::raw;
use vpgate_core::jose::x5c::OwnChain;
use vpgate_core::openid4vp::client_id::Prefix;
use vpgate_core::openid4vp::profile;
use vpgate_core::openid4vp::request::{
    AuthorizationMethod, DcApiRequest, DcApiRoute, Profile, RequestMethod, ResponseMode, TransactionSupport,
};

pub(super) fn profile_of(text: &str) -> Result<Profile, &'static str> {
    match text {
        "proof" => Ok(Profile::Proof),
        "openid4vp" => Ok(Profile::Openid4vp),
        "haip" => Ok(Profile::Haip),
        _ => Err("is not a known profile; offered: proof, openid4vp, haip"),
    }
}

pub(super) fn request_method(text: &str) -> Result<RequestMethod, &'static str> {
    match text {
        "url_query" => Ok(RequestMethod::UrlQuery),
        "by_value" => Ok(RequestMethod::ByValue),
        "by_reference" => Ok(RequestMethod::ByReferenceGet),
        "by_reference_post" => Ok(RequestMethod::ByReferencePost),
        "pushed" => Ok(RequestMethod::Pushed),
        _ => Err("must be url_query, by_value, by_reference, by_reference_post or pushed"),
    }
}

pub(super) fn response_mode(text: &str) -> Result<ResponseMode, &'static str> {
    match text {
        "fragment" => Ok(ResponseMode::Fragment),
        "direct_post" => Ok(ResponseMode::DirectPost),
        "direct_post.jwt" => Ok(ResponseMode::DirectPostJwt),
        _ => Err("must be fragment, direct_post or direct_post.jwt"),
    }
}

/// An https address, or the scheme of a wallet app on the same device; the vendor's wallet is a web page
/// (REQ-1.12).
pub(super) fn endpoint(text: &str, profile: Option<Profile>, addresses: Addresses) -> Result<Url, String> {
    let is_web = Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    match profile {
        Some(Profile::Openid4vp | Profile::Haip) if !is_web => wallet_scheme(text),
        _ => addresses.web(text),
    }
}

/// How the wallet is asked through the browser.
pub(super) fn dc_api(
    given: &raw::RawDcApi,
    profile: Profile,
    prefix: Prefix,
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<DcApiRoute> {
    let raw::RawDcApi { request, response_mode, also_as } = given;
    let request = match request.as_deref() {
        Some("unsigned") => Some(DcApiRequest::Unsigned),
        Some("signed") => Some(DcApiRequest::Signed),
        Some("multisigned") => Some(DcApiRequest::MultiSigned),
        Some(_) => {
            faults.add(at("dc_api.request"), "must be unsigned, signed or multisigned");
            None
        }
        None => faults.need(&at("dc_api.request"), None, "unsigned, signed or multisigned"),
    };
    let response_mode = match response_mode.as_deref() {
        None | Some("dc_api.jwt") => Some(ResponseMode::DcApiJwt),
        Some("dc_api") => Some(ResponseMode::DcApi),
        Some(_) => {
            faults.add(at("dc_api.response_mode"), "must be dc_api or dc_api.jwt");
            None
        }
    };
    if !also_as.is_empty() && request.is_some_and(|request| request != DcApiRequest::MultiSigned) {
        faults.add(at("dc_api.also_as"), "has no effect: dc_api.request is not \"multisigned\"");
    }
    let api = DcApiRoute { request: request?, response_mode: response_mode? };
    match profile::dc_api::permits(profile, prefix, api) {
        Ok(()) => Some(api),
        Err(wrong) => {
            faults.add(at(wrong.key), wrong.why);
            None
        }
    }
}

/// How the browser brings the request; only a web address can be posted to.
pub(super) fn authorization_method(
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
pub(super) fn client_id(
    given: Option<String>,
    prefix: Option<&str>,
    chain: Option<&OwnChain>,
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<String> {
    match (given, prefix) {
        (Some(_), Some(_)) => {
            faults.add(at("client_id_prefix"), "must be left out beside client_id");
            None
        }
        (Some(id), None) => {
            if id.is_empty() || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
                faults.add(at("client_id"), "must not be empty or hold white space");
                return None;
            }
            Some(id)
        }
        (None, Some("redirect_uri")) => Some(format!("{}:", Prefix::RedirectUri.name())),
        (None, Some("x509_hash")) => match chain {
            Some(chain) => Some(format!("{}:{}", Prefix::X509Hash.name(), chain.leaf_hash())),
            None => {
                let what = "the PEM file of the certificate chain";
                faults.need::<()>(&at("signing.certificates"), None, what);
                None
            }
        },
        (None, Some(_)) => {
            let why = "must be redirect_uri or x509_hash; other identifiers are written out in client_id";
            faults.add(at("client_id_prefix"), why);
            None
        }
        (None, None) => faults.need(
            &at("client_id"),
            None,
            "our identifier at this wallet, or client_id_prefix where it follows from something else",
        ),
    }
}

/// Answers go only where the identifier permits it (REQ-1.8). `answers_at` is the one address of answers,
/// where there is one.
pub(super) fn answers_fit(client_id: &str, public_url: &Url, answers_at: Option<&Url>) -> Result<(), String> {
    match Prefix::split(client_id) {
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
    given: Option<toml::Value>,
    profile: Profile,
) -> Result<TransactionSupport, &'static str> {
    const WRONG: &str = "must be true, false, or a list of types";
    match given {
        // Other wallets must refuse what they do not know (OpenID4VP 1.0 section 8.4).
        None if profile == Profile::Proof => Ok(TransactionSupport::All),
        None | Some(toml::Value::Boolean(false)) => Ok(TransactionSupport::None),
        Some(toml::Value::Boolean(true)) => Ok(TransactionSupport::All),
        Some(toml::Value::Array(list)) if !list.is_empty() => {
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

/// As JSON.
pub(super) fn text_or_table(data: toml::Value) -> Result<Value, &'static str> {
    let json = serde_json::to_value(data).ok();
    json.filter(|it| it.is_string() || it.is_object()).ok_or("must be text or a table")
}
