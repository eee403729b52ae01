//! `[[wallets]]`: where a person can be sent.

use url::Url;

use super::address::Addresses;
use super::fault::Faults;
use super::raw::Wallet;
use crate::domain::openid4vp::request::{Profile, RequestMethod, ResponseMode, WalletRoute};

/// Where wallets send browsers back to (contract section 3).
const CALLBACK: &str = "callback";
/// Where wallets find requests and leave answers (contract section 4).
const WALLET_DOOR: &str = "wallet/";

/// The prefixes that give a client identifier a meaning (OpenID4VP 1.0 section 5.9.3).
const PREFIXES: [&str; 7] = [
    "redirect_uri",
    "openid_federation",
    "decentralized_identifier",
    "verifier_attestation",
    "x509_san_dns",
    "x509_hash",
    "origin",
];

/// Checks every wallet. `public_url` is where the world sees us.
pub(super) fn check(
    wallets: Vec<Wallet>,
    addresses: Addresses,
    public_url: Option<&Url>,
    faults: &mut Faults,
) -> Vec<WalletRoute> {
    let mut checked: Vec<WalletRoute> = Vec::new();
    for (index, wallet) in wallets.into_iter().enumerate() {
        let at = |key: &str| format!("wallets[{index}].{key}");
        let name =
            faults.need(&at("name"), wallet.name, "what configuration and REST calls call this wallet");
        let profile = faults
            .need(&at("profile"), wallet.profile, "how this wallet is spoken to, for example \"proof\"")
            .and_then(|text| faults.keep(&at("profile"), profile(&text)));
        let endpoint = faults
            .need(&at("authorization_endpoint"), wallet.authorization_endpoint, "where the browser is sent")
            .and_then(|text| faults.keep(&at("authorization_endpoint"), addresses.web(&text)));
        let client_id = faults
            .need(&at("client_id"), wallet.client_id, "the identifier that this wallet registered us under")
            .and_then(|text| faults.keep(&at("client_id"), pre_registered(text)));
        if let Some(name) = &name
            && (name.is_empty() || checked.iter().any(|other| other.name == *name))
        {
            faults.add(at("name"), "must not be empty or the name of another wallet");
        }
        let doors = public_url.and_then(|url| Some((url.join(CALLBACK).ok()?, url.join(WALLET_DOOR).ok()?)));
        if let (Some(name), Some(profile), Some(authorization_endpoint), Some(client_id), Some(doors)) =
            (name, profile, endpoint, client_id, doors)
        {
            checked.push(WalletRoute {
                name,
                profile,
                authorization_endpoint,
                client_id,
                request_method: RequestMethod::UrlQuery,
                response_mode: ResponseMode::Fragment,
                redirect_uri: doors.0,
                wallet_door: doors.1,
            });
        }
    }
    checked
}

fn profile(text: &str) -> Result<Profile, &'static str> {
    match text {
        "proof" => Ok(Profile::Proof),
        "openid4vp" | "haip" => Err("this profile is not offered yet; offered: proof"),
        _ => Err("is not a known profile; offered: proof"),
    }
}

/// An identifier without a prefix that means something else (REQ-1.20).
fn pre_registered(client_id: String) -> Result<String, String> {
    let prefix = client_id.split_once(':').map(|(prefix, _)| prefix);
    if let Some(known) = prefix.and_then(|prefix| PREFIXES.iter().find(|known| **known == prefix)) {
        return Err(format!("begins with `{known}:`, which wallets do not take for a registered identifier"));
    }
    if client_id.is_empty() || client_id.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("must not be empty or hold white space".to_owned());
    }
    Ok(client_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_1_20_a_registered_identifier_does_not_begin_with_a_known_prefix() {
        for good in ["caxdw5a7d", "did:example:1", "x509_hash", "https://a.example"] {
            assert!(pre_registered(good.to_owned()).is_ok(), "{good}");
        }
        for wrong in ["redirect_uri:x", "x509_hash:abc", "origin:https://a.example", "", "a b"] {
            assert!(pre_registered(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
