//! `[[wallets]]`: where a person can be sent, and how that wallet is asked. What would make an illegal
//! request does not start.

use std::collections::HashMap;
use std::path::Path;

use url::Url;

use super::address::Addresses;
use super::fault::Faults;
use super::raw::{self, RawWallet};
use super::{secrets, wallet_choices as choices, wallet_signing as signing};
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::client_id::Prefix;
use vpgate_core::openid4vp::profile;
use vpgate_core::openid4vp::request::{
    OnRejection, Profile, RequestMethod, ResponseMode, VerifierIdentity, VerifierInfo, WalletRoute,
};
use vpgate_core::openid4vp::request_key::RequestKey;

/// Where wallets send browsers back to (contract section 3).
const CALLBACK: &str = "callback";
/// Where wallets find requests and leave answers (contract section 4).
const WALLET_ENDPOINTS: &str = "wallet/";

/// What wallets are checked against.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub addresses: Addresses,
    /// Where the world sees us.
    pub public_url: Option<&'a Url>,
    /// Every configured credential.
    pub credential_ids: &'a [String],
    /// Where relative paths begin.
    pub folder: &'a Path,
}

/// Checked, and the secrets apart from the rest; both by the name of the wallet.
#[derive(Default)]
pub(super) struct CheckedWallets {
    pub routes: Vec<WalletRoute>,
    pub request_keys: HashMap<String, RequestKey>,
    pub client_secrets: HashMap<String, Secret>,
}

/// Checks every wallet.
pub(super) fn check(given: Vec<RawWallet>, around: Around<'_>, faults: &mut Faults) -> CheckedWallets {
    let (mut checked, mut cosigned) = (CheckedWallets::default(), Vec::new());
    for (index, wallet) in given.into_iter().enumerate() {
        let at = |key: &str| format!("wallets[{index}].{key}");
        let name = faults.need(
            &at("name"),
            wallet.name.clone(),
            "what configuration and REST calls call this wallet",
        );
        if let Some(name) = &name
            && (name.is_empty() || checked.routes.iter().any(|other| other.name == *name))
        {
            faults.add(at("name"), "must not be empty or the name of another wallet");
        }
        let secret = pushing_secret(&wallet, &at, around.folder, faults);
        let also_as = wallet.dc_api.as_ref().map(|api| api.also_as.clone()).unwrap_or_default();
        let one = one(wallet, around, &at, faults);
        if let (Some(name), Some((mut route, key))) = (name, one) {
            route.name.clone_from(&name);
            checked.request_keys.extend(key.map(|key| (name.clone(), key)));
            checked.client_secrets.extend(secret.map(|secret| (name, secret)));
            cosigned.push((index, checked.routes.len(), also_as));
            checked.routes.push(route);
        }
    }
    for (index, place, names) in cosigned {
        let also_as = also_as(&checked, place, &names, index, faults);
        if let Some(route) = checked.routes.get_mut(place) {
            route.also_as = also_as;
        }
    }
    checked
}

/// Our identifiers at other wallets, which sign the requests to the wallet at `own` too.
fn also_as(
    checked: &CheckedWallets,
    own: usize,
    names: &[String],
    index: usize,
    faults: &mut Faults,
) -> Vec<VerifierIdentity> {
    let mut identities: Vec<VerifierIdentity> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let other = checked.routes.iter().find(|route| {
            route.name == *name && route.prefix().must_sign() && checked.request_keys.contains_key(name)
        });
        let ours = checked.routes.get(own).map(WalletRoute::identity);
        let signs = |id: &str| identities.iter().chain(&ours).any(|known| known.verifier_id == id);
        match other.map(WalletRoute::identity).filter(|identity| !signs(&identity.verifier_id)) {
            Some(identity) => identities.push(identity),
            None => faults.add(
                format!("wallets[{index}].dc_api.also_as[{place}]"),
                "must be the name of another wallet with signed requests and an identifier of its own, with a prefix",
            ),
        }
    }
    identities
}

fn one(
    wallet: RawWallet,
    around: Around<'_>,
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<(WalletRoute, Option<RequestKey>)> {
    let profile = faults
        .need(&at("profile"), wallet.profile, "how this wallet is spoken to: proof, openid4vp or haip")
        .and_then(|text| faults.keep(&at("profile"), choices::profile_of(&text)));
    let endpoint = faults
        .need(&at("authorization_endpoint"), wallet.authorization_endpoint, "where the browser is sent")
        .and_then(|text| {
            let read = choices::endpoint(&text, profile, around.addresses);
            faults.keep(&at("authorization_endpoint"), read)
        });
    let authorization_method =
        choices::authorization_method(wallet.authorization_method.as_deref(), endpoint.as_ref());
    let authorization_method = faults.keep(&at("authorization_method"), authorization_method);
    let (key, with) = signing::material(&wallet.signing, around.folder, at, faults);
    let client_id = choices::client_id(
        wallet.client_id,
        wallet.client_id_prefix.as_deref(),
        with.certificates.as_ref(),
        at,
        faults,
    );
    let prefix = client_id.as_deref().and_then(|id| {
        let split = Prefix::split(id).map(|(prefix, _)| prefix);
        faults.keep(&at("client_id"), split)
    });
    let method = wallet.request_method.as_deref().map(choices::request_method);
    let method = match (method, profile, prefix) {
        (Some(read), ..) => faults.keep(&at("request_method"), read),
        (None, Some(Profile::Haip), _) => Some(RequestMethod::ByReferenceGet),
        (None, _, Some(prefix)) if prefix.must_sign() => Some(RequestMethod::ByReferenceGet),
        _ => Some(RequestMethod::UrlQuery),
    };
    let mode = match (wallet.response_mode.as_deref().map(choices::response_mode), profile) {
        (Some(read), _) => faults.keep(&at("response_mode"), read),
        (None, Some(Profile::Proof)) => Some(ResponseMode::Fragment),
        (None, Some(Profile::Haip)) => Some(ResponseMode::DirectPostJwt),
        (None, _) => Some(ResponseMode::DirectPost),
    };
    let issuer =
        wallet.issuer.filter(|text| faults.keep(&at("issuer"), around.addresses.name(text)).is_some());
    let pushed_requests = wallet.pushed_authorization_request_endpoint.and_then(|text| {
        faults.keep(&at("pushed_authorization_request_endpoint"), around.addresses.web(&text))
    });
    let on_rejection = match wallet.on_rejection.as_deref() {
        None | Some("refuse") => OnRejection::Refuse,
        Some("redirect") => OnRejection::Redirect,
        Some(_) => {
            faults.add(at("on_rejection"), "must be refuse or redirect");
            OnRejection::Refuse
        }
    };
    let (profile, client_id, prefix, method, mode) = (profile?, client_id?, prefix?, method?, mode?);

    if let Err(wrong) = profile::permits(profile, prefix, method, mode) {
        faults.add(at(wrong.key), wrong.why);
        return None;
    }
    pushing(method, pushed_requests.is_some(), at, faults);
    let dc_api = match &wallet.dc_api {
        None => None,
        Some(given) => Some(choices::dc_api(given, profile, prefix, at, faults)?),
    };
    let signs = method.is_signed() || dc_api.is_some_and(|api| api.request.is_signed());
    let transaction_data = choices::transaction_types(wallet.transaction_data, profile);
    let transaction_data = faults.keep(&at("transaction_data"), transaction_data);
    let send_response_mode = choices::send_response_mode(wallet.send_response_mode, profile, mode);
    let send_response_mode = faults.keep(&at("send_response_mode"), send_response_mode);
    let legacy_names = choices::legacy_names(wallet.legacy_names, profile, prefix, dc_api);
    let legacy_names = faults.keep(&at("legacy_names"), legacy_names);
    let verifier_info = verifier_info(wallet.verifier_info, profile, around.credential_ids, at, faults);
    let public_url = around.public_url?;
    let (redirect_uri, wallet_endpoints) =
        (public_url.join(CALLBACK).ok()?, public_url.join(WALLET_ENDPOINTS).ok()?);
    let answers_at = (mode == ResponseMode::Fragment).then_some(&redirect_uri);
    if let Err(why) = choices::answers_fit(&client_id, public_url, answers_at) {
        faults.add(at("client_id"), why);
    }
    let key = match (signs, key) {
        (true, Some(key)) => signing::key(profile, &client_id, key, with, answers_at, at, faults),
        (true, None) => {
            faults.add(at("signing.key"), "is missing: the file of the private key that signs the requests");
            None
        }
        (false, _) => {
            if wallet.signing != raw::Signing::default() {
                let why =
                    "has no effect: requests to this wallet are not signed (request_method, dc_api.request)";
                faults.add(at("signing"), why);
            }
            None
        }
    };
    let route = WalletRoute {
        name: String::new(),
        profile,
        authorization_endpoint: endpoint?,
        authorization_method: authorization_method?,
        verifier_id: client_id,
        request_method: method,
        response_mode: mode,
        redirect_uri,
        wallet_endpoints,
        send_response_mode: send_response_mode?,
        legacy_names: legacy_names?,
        issuer,
        pushed_requests,
        transaction_data: transaction_data?,
        verifier_info,
        on_rejection,
        dc_api,
        also_as: Vec::new(),
    };
    Some((route, key))
}

/// Where requests are pushed to, exactly when they are pushed.
fn pushing(method: RequestMethod, given: bool, at: &impl Fn(&str) -> String, faults: &mut Faults) {
    let key = at("pushed_authorization_request_endpoint");
    match (method == RequestMethod::Pushed, given) {
        (true, false) => faults.add(key, "is missing: where this wallet takes pushed requests (RFC 9126)"),
        (false, true) => faults.add(key, "has no effect: request_method is not \"pushed\""),
        _ => {}
    }
}

/// Our secret at the wallet, from a file or the environment.
fn pushing_secret(
    wallet: &RawWallet,
    at: &impl Fn(&str) -> String,
    folder: &Path,
    faults: &mut Faults,
) -> Option<Secret> {
    let pushed = wallet.request_method.as_deref() == Some("pushed");
    for (key, given) in [
        ("client_secret_file", wallet.client_secret_file.is_some()),
        ("client_secret_env", wallet.client_secret_env.is_some()),
    ] {
        if given && !pushed {
            faults.add(at(key), "has no effect: request_method is not \"pushed\"");
            return None;
        }
    }
    match (&wallet.client_secret_file, &wallet.client_secret_env) {
        (None, None) => None,
        (Some(path), None) => {
            faults.keep(&at("client_secret_file"), secrets::given_in_file(&folder.join(path)))
        }
        (None, Some(name)) => faults.keep(&at("client_secret_env"), secrets::given_in_env(name)),
        (Some(_), Some(_)) => {
            faults.add(
                at("client_secret_file"),
                "only one of client_secret_file and client_secret_env may be given",
            );
            None
        }
    }
}

/// REQ-1.54.
fn verifier_info(
    given: Vec<raw::RawVerifierInfo>,
    profile: Profile,
    credential_ids: &[String],
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> Vec<VerifierInfo> {
    if !given.is_empty() && profile == Profile::Proof {
        faults.add(at("verifier_info"), "has no effect: profile proof does not send it");
    }
    let mut checked = Vec::new();
    for (place, one) in given.into_iter().enumerate() {
        let inside = |key: &str| at(&format!("verifier_info[{place}].{key}"));
        let format =
            faults.need(&inside("format"), one.format, "how the data is to be read, for example \"jwt\"");
        let data = faults
            .need(&inside("data"), one.data, "what is said about us: text, or a table")
            .and_then(|data| faults.keep(&inside("data"), choices::text_or_table(data)));
        let unknown = |ids: &Vec<String>| ids.is_empty() || ids.iter().any(|id| !credential_ids.contains(id));
        if one.credential_ids.as_ref().is_some_and(unknown) {
            faults.add(
                inside("credential_ids"),
                "must hold ids of [[credentials]], at least one, or be left out",
            );
        }
        if let (Some(format), Some(data)) = (format, data) {
            checked.push(VerifierInfo { format, data, credential_ids: one.credential_ids });
        }
    }
    checked
}

#[cfg(test)]
mod tests;
