//! What we tell a wallet about ourselves (`client_metadata`, OpenID4VP 1.0 sections 5.1 and 11.1).

use serde_json::{Value, json};

use super::super::client_id::Prefix;
use super::super::request::{VpRequest, WalletRoute};
use crate::jose::alg::Algorithm;
use crate::jose::jwe::ContentEncryption;

/// The format of the credentials we verify.
pub(crate) const FORMAT: &str = "dc+sd-jwt";

/// The metadata of this request. None for a wallet that we are registered with: it has its own, and may
/// refuse ours (section 8.5).
pub(super) fn client_metadata(asked: &VpRequest, wallet: &WalletRoute) -> Option<Value> {
    if asked.prefix() == Prefix::PreRegistered {
        return None;
    }
    Some(metadata(asked, wallet))
}

/// `client_metadata` for a wallet that is not told who we are.
pub(super) fn metadata(asked: &VpRequest, wallet: &WalletRoute) -> Value {
    let mut metadata = json!({ "vp_formats_supported": vp_formats_supported() });
    if let Some(key) = &asked.answer_key {
        metadata["jwks"] = json!({ "keys": [key] });
        metadata["encrypted_response_enc_values_supported"] =
            ContentEncryption::ALL.iter().map(|enc| enc.name()).collect();
    }
    if wallet.legacy_names {
        add_legacy_names(&mut metadata);
    }
    metadata
}

/// Says it in the names of drafts 24 to 26 too, which version 1.0 dropped (section 5.1 there; JARM section 3).
/// Wallets ignore what they do not know.
fn add_legacy_names(metadata: &mut Value) {
    metadata["vp_formats"] = vp_formats_supported();
    if metadata.get("jwks").is_some() {
        metadata["authorization_encrypted_response_alg"] = "ECDH-ES".into();
        metadata["authorization_encrypted_response_enc"] = ContentEncryption::A128Gcm.name().into();
    }
}

/// The formats and algorithms that we verify, by section B.3.4.
pub(super) fn vp_formats_supported() -> Value {
    let names: Vec<&str> = signature_algorithms().collect();
    json!({ FORMAT: { "sd-jwt_alg_values": names, "kb-jwt_alg_values": names } })
}

/// Fully-specified names only: `EdDSA` names two curves (RFC 9864).
pub(crate) fn signature_algorithms() -> impl Iterator<Item = &'static str> {
    Algorithm::ALL.into_iter().filter(|alg| alg.is_fully_specified()).map(Algorithm::name)
}
