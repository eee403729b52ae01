//! Wallets: where a person can be sent, and how that wallet is asked. What would make an illegal request is not
//! registered.

mod choices;
mod readers;
mod signing;

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use self::choices::Chosen;
use super::Sources;
use super::address::Addresses;
use super::fault::Pointer;
use super::names::{Names, line};
use super::secret_hash::LONGEST_SECRET;
use crate::base::secret::Secret;
use crate::openid4vp::request::{
    Profile, RequestMethod, ResponseMode, VerifierIdentity, VerifierInfo, WalletRoute,
};
use crate::openid4vp::request_key::RequestKey;

/// Where wallets send browsers back to.
const CALLBACK: &str = "callback";
/// Where wallets find requests and leave answers.
const WALLET_ENDPOINTS: &str = "wallet/";

/// A wallet: where a person can be sent, and how it is asked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WalletRegistration {
    /// What configuration and REST calls call this wallet.
    pub name: Option<String>,
    /// `proof`, `openid4vp` (OpenID4VP 1.0 as it is written) or `haip` (its High Assurance Interoperability Profile).
    pub profile: Option<String>,
    /// https, or, in profiles `openid4vp` and `haip`, the scheme by which a wallet app on the same device is called.
    pub authorization_endpoint: Option<String>,
    /// How the browser goes there: `get`, or `post`, only to web addresses. `get` when left out.
    pub authorization_method: Option<String>,
    /// Our identifier at this wallet, with its prefix.
    pub client_id: Option<String>,
    /// Instead of `client_id`: `redirect_uri` (each request has its own), or `x509_hash` (taken from our certificate).
    pub client_id_prefix: Option<String>,
    /// What the wallet is told when an answer that it posts is rejected: `refuse` or `redirect`. `refuse` when left
    /// out.
    pub on_rejection: Option<String>,
    /// How requests travel: `url_query` (unsigned), `by_value`, `by_reference`, `by_reference_post` (signed), or
    /// `pushed`.
    pub request_method: Option<String>,
    /// `fragment`, `direct_post` or `direct_post.jwt` (encrypted).
    pub response_mode: Option<String>,
    /// Name the response mode in the request.
    pub send_response_mode: Option<bool>,
    /// Say our metadata in the names of drafts 24 to 26 too, and the client's name (`client_name`); only in `openid4vp`.
    pub legacy_names: Option<bool>,
    /// The wallet's issuer identifier, where it publishes metadata.
    pub issuer: Option<String>,
    /// Where requests are pushed to.
    pub pushed_authorization_request_endpoint: Option<String>,
    /// A file with our secret at the wallet, which others cannot read.
    pub client_secret_file: Option<String>,
    /// A variable of the environment with our secret at the wallet.
    pub client_secret_env: Option<String>,
    /// What people call this wallet, where they choose among several; `name` when left out.
    pub title: Option<String>,
    /// Where people get the wallet, for the page before a wallet that is an app.
    pub install_url: Option<String>,
    /// The types of transaction data that this wallet understands: true, false or a list. Only a list can name
    /// `urn:vpgate:device_authorization:1`, with which devices stand in the holder's signature.
    pub transaction_data: Option<Value>,
    /// What others say about us (OpenID4VP 1.0 section 5.11).
    pub verifier_info: Vec<VerifierInfoRegistration>,
    /// How it is asked by the browser's Digital Credentials API.
    pub dc_api: Option<DcApiRegistration>,
    /// For signed requests.
    pub signing: SigningRegistration,
}

/// How a wallet is asked by the browser's Digital Credentials API (OpenID4VP 1.0 appendix A).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DcApiRegistration {
    /// `unsigned`: our origin says who we are; `signed`: our client_id too; `multisigned`: several of our client_ids.
    pub request: Option<String>,
    /// `dc_api.jwt`, or `dc_api`, not encrypted. `dc_api.jwt` when left out.
    pub response_mode: Option<String>,
    /// The names of the wallets whose client_ids sign, too.
    pub also_as: Vec<String>,
    /// Ask by the protocol `org-iso-mdoc` too (ISO/IEC 18013-7 Annex C), which some browsers know alone: where mdocs are
    /// asked for that it can ask for. `false` when left out.
    pub org_iso_mdoc: Option<bool>,
}

/// The key that signs requests, and what stands for it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SigningRegistration {
    /// A file with the private key as PEM or JWK, which others cannot read.
    pub key: Option<String>,
    /// A file with the certificates: leaf first, without the root.
    pub certificates: Option<String>,
    /// For did:web: the name of the key in the document.
    pub key_id: Option<String>,
    /// For verifier_attestation: a file with it.
    pub attestation: Option<String>,
}

/// What others say about us.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct VerifierInfoRegistration {
    /// How the data is to be read, for example `jwt`.
    pub format: Option<String>,
    /// Text, or a table.
    pub data: Option<Value>,
    /// The credentials that it is about; all when left out.
    pub credential_ids: Option<Vec<String>>,
}

/// What wallets are checked against.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub addresses: Addresses,
    /// Where the world sees us.
    pub public_url: Option<&'a Url>,
    pub names: &'a Names<'a>,
    pub sources: &'a dyn Sources,
}

/// Checked, and the secrets apart from the rest; both by the name of the wallet.
#[derive(Default)]
pub(super) struct CheckedWallets {
    pub routes: Vec<WalletRoute>,
    pub request_keys: HashMap<String, RequestKey>,
    pub client_secrets: HashMap<String, Secret>,
    /// What is legal, and may not be seen as it is meant.
    pub notes: Vec<String>,
}

/// A wallet that is good by itself.
struct CheckedWallet<'a> {
    /// It signs nothing for others, and nobody signs for it.
    route: WalletRoute,
    key: Option<RequestKey>,
    secret: Option<Secret>,
    /// The wallets whose identifiers sign its requests too, with their place.
    also_as: &'a [String],
    at: Pointer<'a>,
}

/// Checks every wallet: each by itself, then who signs for another one.
pub(super) fn check<'a>(
    given: &'a [WalletRegistration],
    around: Around<'_>,
    all: &Pointer<'a>,
) -> CheckedWallets {
    let mut wallets: Vec<CheckedWallet<'a>> = Vec::new();
    for (at, wallet) in all.each(given) {
        let taken = |name: &str| wallets.iter().any(|other| other.route.name == name);
        wallets.extend(one(wallet, &taken, around, at));
    }
    let cosigners: Vec<_> = wallets.iter().map(|wallet| also_as(wallet, &wallets)).collect();
    let mut checked = CheckedWallets::default();
    for (wallet, also_as) in wallets.into_iter().zip(cosigners) {
        let name = &wallet.route.name;
        checked.request_keys.extend(wallet.key.map(|key| (name.clone(), key)));
        checked.client_secrets.extend(wallet.secret.map(|secret| (name.clone(), secret)));
        checked.routes.push(WalletRoute { also_as, ..wallet.route });
    }
    checked.notes = readers::notes(&checked.routes, &checked.request_keys);
    checked
}

/// Our identifiers at other wallets, which sign the requests to this one too.
fn also_as(wallet: &CheckedWallet<'_>, all: &[CheckedWallet<'_>]) -> Vec<VerifierIdentity> {
    let ours = wallet.route.identity();
    let mut identities: Vec<VerifierIdentity> = Vec::new();
    for (at, name) in wallet.at.key("dc_api.also_as").each(wallet.also_as) {
        let other = all.iter().find(|other| {
            other.route.name == *name && other.route.prefix().must_sign() && other.key.is_some()
        });
        let signs = |id: &str| identities.iter().chain([&ours]).any(|known| known.verifier_id == id);
        let identity = other.map(|other| other.route.identity());
        let identity = identity.filter(|identity| !signs(&identity.verifier_id));
        identities.extend(at.keep(identity.ok_or(
            "must be the name of another wallet with signed requests and an identifier of its own, with a prefix",
        )));
    }
    identities
}

/// Checks the wallet at this place. `taken` are the names of those before it.
fn one<'a>(
    given: &'a WalletRegistration,
    taken: &dyn Fn(&str) -> bool,
    around: Around<'_>,
    at: Pointer<'a>,
) -> Option<CheckedWallet<'a>> {
    let name = at.need("name", given.name.clone(), "what configuration and REST calls call this wallet");
    if name.as_deref().is_some_and(|name| name.is_empty() || taken(name)) {
        at.add("name", "must not be empty or the name of another wallet");
    }
    let secret = pushing_secret(given, around.sources, &at);
    let (key, with) = signing::material(&given.signing, around.sources, &at);
    let chosen = Chosen::read(given, around.addresses, with.certificates.as_ref(), &at)?;
    pushing(chosen.method, chosen.pushed_requests.is_some(), &at);
    let transaction_data = choices::transaction_types(given.transaction_data.as_ref(), chosen.profile);
    let transaction_data = at.key("transaction_data").keep(transaction_data);
    let send_response_mode =
        choices::send_response_mode(given.send_response_mode, chosen.profile, chosen.mode);
    let send_response_mode = at.key("send_response_mode").keep(send_response_mode);
    let legacy_names =
        choices::legacy_names(given.legacy_names, chosen.profile, chosen.prefix, chosen.dc_api);
    let legacy_names = at.key("legacy_names").keep(legacy_names);
    let verifier_info = verifier_info(&given.verifier_info, chosen.profile, around.names, &at);
    let public_url = around.public_url?;
    let (redirect_uri, wallet_endpoints) =
        (public_url.join(CALLBACK).ok()?, public_url.join(WALLET_ENDPOINTS).ok()?);
    let answers_at = (chosen.mode == ResponseMode::Fragment).then_some(&redirect_uri);
    at.key("client_id").keep(choices::answers_fit(&chosen.verifier_id, public_url, answers_at));
    let install_url = given.install_url.as_deref();
    let install_url = install_url.and_then(|url| at.key("install_url").keep(around.addresses.web(url)));
    line("title", given.title.as_deref(), &at);
    let key = signing::key(given, &chosen, key, with, answers_at, &at);
    let route = WalletRoute {
        name: name?,
        profile: chosen.profile,
        authorization_endpoint: chosen.endpoint?,
        authorization_method: chosen.authorization_method?,
        verifier_id: chosen.verifier_id,
        request_method: chosen.method,
        response_mode: chosen.mode,
        redirect_uri,
        wallet_endpoints,
        send_response_mode: send_response_mode?,
        legacy_names: legacy_names?,
        issuer: chosen.issuer,
        pushed_requests: chosen.pushed_requests,
        transaction_data: transaction_data?,
        verifier_info,
        on_rejection: chosen.on_rejection,
        dc_api: chosen.dc_api,
        also_as: Vec::new(),
        install_url,
        title: given.title.clone(),
    };
    let also_as = given.dc_api.as_ref().map_or(&[][..], |api| &api.also_as);
    Some(CheckedWallet { route, key, secret, also_as, at })
}

/// Where requests are pushed to, exactly when they are pushed.
fn pushing(method: RequestMethod, given: bool, at: &Pointer<'_>) {
    let key = "pushed_authorization_request_endpoint";
    match (method == RequestMethod::Pushed, given) {
        (true, false) => at.add(key, "is missing: where this wallet takes pushed requests (RFC 9126)"),
        (false, true) => at.add(key, "has no effect: request_method is not \"pushed\""),
        _ => {}
    }
}

/// Our secret at the wallet, which somebody else gave us, as it is.
fn pushing_secret(given: &WalletRegistration, sources: &dyn Sources, at: &Pointer<'_>) -> Option<Secret> {
    let (file, variable) = (&given.client_secret_file, &given.client_secret_env);
    if given.request_method.as_deref() != Some("pushed") {
        let needless = [("client_secret_file", file), ("client_secret_env", variable)];
        if let Some((key, _)) = needless.iter().find(|(_, given)| given.is_some()) {
            at.add(key, "has no effect: request_method is not \"pushed\"");
        }
        return None;
    }
    match (file, variable) {
        (None, None) => None,
        (Some(name), None) => at.key("client_secret_file").keep(secret_in_file(name, sources)),
        (None, Some(name)) => {
            let secret = sources.variable(name).and_then(|text| secret(&text));
            at.key("client_secret_env").keep(secret)
        }
        (Some(_), Some(_)) => {
            at.add("client_secret_file", "only one of client_secret_file and client_secret_env may be given");
            None
        }
    }
}

/// The end of its line does not count.
fn secret_in_file(name: &str, sources: &dyn Sources) -> Result<Secret, String> {
    let bytes = sources.private_file(name, LONGEST_SECRET + 2)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "is not text".to_owned())?;
    secret(text.trim_end_matches(['\r', '\n']))
}

fn secret(text: &str) -> Result<Secret, String> {
    if text.is_empty() || text.len() > LONGEST_SECRET {
        return Err(format!("the secret must have 1 to {LONGEST_SECRET} characters"));
    }
    Ok(Secret::received(text))
}

/// REQ-1.54.
fn verifier_info(
    given: &[VerifierInfoRegistration],
    profile: Profile,
    names: &Names<'_>,
    at: &Pointer<'_>,
) -> Vec<VerifierInfo> {
    let all = at.key("verifier_info");
    if !given.is_empty() && profile == Profile::Proof {
        all.blame("has no effect: profile proof does not send it");
    }
    let mut checked = Vec::new();
    for (at, one) in all.each(given) {
        let what = "how the data is to be read, for example \"jwt\"";
        let format = at.need("format", one.format.clone(), what);
        let data = at
            .need("data", one.data.clone(), "what is said about us: text, or a table")
            .and_then(|data| at.key("data").keep(choices::text_or_table(data)));
        let unknown = |id: &String| !names.credentials.contains(&id.as_str());
        if one.credential_ids.as_ref().is_some_and(|ids| ids.is_empty() || ids.iter().any(unknown)) {
            at.add("credential_ids", "must hold ids of [[credentials]], at least one, or be left out");
        }
        if let (Some(format), Some(data)) = (format, data) {
            checked.push(VerifierInfo { format, data, credential_ids: one.credential_ids.clone() });
        }
    }
    checked
}
