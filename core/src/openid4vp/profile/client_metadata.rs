//! What we tell a wallet about ourselves (`client_metadata`, OpenID4VP 1.0 sections 5.1 and 11.1).

use serde_json::{Map, Value, json};

use super::super::client_id::Prefix;
use super::super::dcql::Query;
use super::super::request::{VpRequest, WalletRoute};
use crate::cose;
use crate::jose::alg::Algorithm;
use crate::jose::jwe::ContentEncryption;
use crate::trust::CredentialFormat;

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
    let formats = vp_formats_supported(&asked.query);
    let mut metadata = json!({ "vp_formats_supported": formats });
    if let Some(key) = &asked.answer_key {
        metadata["jwks"] = json!({ "keys": [key] });
        metadata["encrypted_response_enc_values_supported"] =
            ContentEncryption::ALL.iter().map(|enc| enc.name()).collect();
    }
    if wallet.legacy_names {
        add_legacy_names(&mut metadata, formats);
        // RFC 7591 section 2, as far as drafts took it over. Nobody vouches for it: it is for people.
        if let Some(name) = &asked.client_name {
            metadata["client_name"] = name.as_str().into();
        }
    }
    metadata
}

/// Says it in the names of drafts 24 to 26 too, which version 1.0 dropped (section 5.1 there; JARM section 3).
/// Wallets ignore what they do not know.
fn add_legacy_names(metadata: &mut Value, formats: Value) {
    metadata["vp_formats"] = formats;
    if metadata.get("jwks").is_some() {
        metadata["authorization_encrypted_response_alg"] = "ECDH-ES".into();
        metadata["authorization_encrypted_response_enc"] = ContentEncryption::A128Gcm.name().into();
    }
}

/// What this request asks for, with the algorithms that we verify (sections B.3.4, B.2.2).
fn vp_formats_supported(query: &Query) -> Value {
    let formats = query.formats().into_iter();
    formats.map(|format| (format.identifier().to_owned(), algorithms(format))).collect::<Map<_, _>>().into()
}

fn algorithms(format: CredentialFormat) -> Value {
    if format == CredentialFormat::MsoMdoc {
        // No MAC: there is no key of the reader's to agree on (section B.2.6).
        let numbers = cose::algorithm_numbers();
        return json!({ "issuerauth_alg_values": numbers, "deviceauth_alg_values": numbers });
    }
    let names: Vec<&str> = signature_algorithms().collect();
    json!({ "sd-jwt_alg_values": names, "kb-jwt_alg_values": names })
}

/// Fully-specified names only: `EdDSA` names two curves (RFC 9864).
pub(crate) fn signature_algorithms() -> impl Iterator<Item = &'static str> {
    Algorithm::ALL.into_iter().filter(|alg| alg.is_fully_specified()).map(Algorithm::name)
}
