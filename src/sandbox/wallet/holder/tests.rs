use super::*;
use crate::sandbox::wallet::tests::holder;
use vpgate_core::base::json::Bounds;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::jws::{UnverifiedJws, VerifiedJws};

const BOUNDS: Bounds = Bounds { bytes: 10_000, depth: 8, members: 200 };
const TRANSACTIONS: [&str; 2] = ["eyJhIjoxfQ", "eyJhIjoyfQ"];
const BINDING: Binding<'_> = Binding {
    audience: "demo",
    nonce: "n-0S6_WzA2Mj_6a8",
    now: Timestamp::from_unix(1_800_000_100),
    transaction_data: &TRANSACTIONS,
    names_hash: false,
};

fn paths() -> Vec<ClaimNames> {
    vec![vec!["given_name".to_owned()], vec!["age_equal_or_over".to_owned(), "18".to_owned()]]
}

/// The names in the disclosures of a presentation.
fn shown(presentation: &str) -> Vec<String> {
    let middle = presentation.split('~').skip(1);
    let count = presentation.matches('~').count() - 1;
    let name = |text: &str| -> String {
        let disclosure: Value = serde_json::from_slice(&base64url::decode(text).unwrap()).unwrap();
        disclosure[1].as_str().unwrap().to_owned()
    };
    let mut names: Vec<String> = middle.take(count).map(name).collect();
    names.sort();
    names
}

/// The KB-JWT, verified with the key that the issuer vouches for.
fn key_binding_of(presentation: &str) -> Option<VerifiedJws> {
    let (sd_jwt, kb_jwt) = presentation.rsplit_once('~').unwrap();
    let issuer_jwt = sd_jwt.split('~').next().unwrap();
    let cnf = UnverifiedJws::parse(issuer_jwt, &BOUNDS).unwrap().unverified_claim("cnf").unwrap().clone();
    let key = PublicKey::from_jwk(&cnf["jwk"]).unwrap();
    UnverifiedJws::parse(kb_jwt, &BOUNDS).unwrap().verify(&key).ok()
}

#[test]
fn a_presentation_shows_what_was_asked_and_binds_it() {
    let presentation = holder().present(&paths(), &BINDING, None).unwrap();
    assert_eq!(shown(&presentation), ["18", "age_equal_or_over", "given_name"]);
    let kb = key_binding_of(&presentation).unwrap();
    assert_eq!(kb.header()["typ"], "kb+jwt");
    let (sd_jwt, _) = presentation.rsplit_once('~').unwrap();
    let expected = json!({
        "iat": 1_800_000_100,
        "aud": "demo",
        "nonce": "n-0S6_WzA2Mj_6a8",
        "sd_hash": hash(&format!("{sd_jwt}~")),
        "transaction_data_hashes": TRANSACTIONS.map(hash),
    });
    assert_eq!(Value::Object(kb.into_payload()), expected);
}

#[test]
fn hashes_are_left_out_or_named_as_asked() {
    let none = Binding { transaction_data: &[], ..BINDING };
    let kb = key_binding_of(&holder().present(&paths(), &none, None).unwrap()).unwrap();
    assert!(kb.payload().keys().all(|name| !name.starts_with("transaction_data")));
    let named = Binding { names_hash: true, ..BINDING };
    let kb = key_binding_of(&holder().present(&paths(), &named, None).unwrap()).unwrap();
    assert_eq!(kb.payload()["transaction_data_hashes_alg"], "sha-256");
}

#[test]
fn a_claim_with_others_inside_is_shown_whole() {
    let ages = vec![vec!["age_equal_or_over".to_owned()]];
    let presentation = holder().present(&ages, &BINDING, None).unwrap();
    assert_eq!(shown(&presentation), ["18", "21", "65", "age_equal_or_over"]);
    let nothing = holder().present(&[], &BINDING, None).unwrap();
    assert_eq!(nothing.matches('~').count(), 1);
}

#[test]
fn the_hash_is_over_the_text_as_it_travels() {
    // OpenID4VP 1.0 section B.3.3.1; the digest of the empty text, as everybody knows it.
    assert_eq!(hash(""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}

#[test]
fn each_fault_is_wrong_in_one_respect() {
    let holder = holder();
    let honest = key_binding_of(&holder.present(&paths(), &BINDING, None).unwrap()).unwrap().into_payload();
    for (fault, name, _) in HolderFault::ALL {
        assert_eq!(HolderFault::from_name(name), Some(fault));
        let presentation = holder.present(&paths(), &BINDING, Some(fault)).unwrap();
        if fault == HolderFault::NoKeyBinding {
            assert!(presentation.ends_with('~'));
            continue;
        }
        let Some(kb) = key_binding_of(&presentation) else {
            assert_eq!(fault, HolderFault::ForeignHolderKey);
            continue;
        };
        let wrong: Vec<&str> = honest
            .iter()
            .filter(|(name, value)| kb.payload().get(*name) != Some(value))
            .map(|(name, _)| name.as_str())
            .collect();
        let expected = match fault {
            HolderFault::WrongNonce => ["nonce"],
            HolderFault::WrongAudience => ["aud"],
            HolderFault::OldKeyBinding => ["iat"],
            HolderFault::MissingTransactionHash => ["transaction_data_hashes"],
            // The holder signs what is really sent.
            HolderFault::TamperedDisclosure | HolderFault::MissingClaim => ["sd_hash"],
            HolderFault::ForeignHolderKey | HolderFault::NoKeyBinding => panic!("handled above"),
        };
        assert_eq!(wrong, expected, "{fault:?}");
    }
    assert_eq!(
        shown(&holder.present(&paths(), &BINDING, Some(HolderFault::MissingClaim)).unwrap()),
        ["given_name"]
    );
    assert_eq!(HolderFault::from_name("typo"), None);
}
