//! The presentations that are mutated: every kind of signature, digest, nesting and use.

use serde_json::{Value, json};
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::openid4vp::transaction_data::{TransactionData, TransactionTypes};

use vpgate_test_support::builders::presentation::{PresentationBuilder, QUERY_ID, Signer, disclosure};

/// Each with a name for messages.
pub fn all() -> Vec<(&'static str, PresentationBuilder)> {
    use Algorithm::{Ed25519, EdDsa, Es256, Es384, Es512, Ps256, Rs256};
    let mut all = vec![
        ("ES256", by(Es256, Es256)),
        ("ES384, EdDSA holder", by(Es384, EdDsa)),
        ("ES512", by(Es512, Es512)),
        ("EdDSA", by(EdDsa, Es256)),
        ("Ed25519", by(Ed25519, Ed25519)),
        ("RS256", by(Rs256, Es256)),
        ("PS256", by(Ps256, Es384)),
    ];
    all.extend([
        ("sha-512", longer_digests()),
        ("nested", nested()),
        ("arrays", arrays()),
        ("nothing disclosable", open()),
        ("transactions", transactions()),
    ]);
    all
}

/// The plainest of them, with new keys.
pub fn plain() -> PresentationBuilder {
    by(Algorithm::Es256, Algorithm::Es256)
}

fn by(issuer: Algorithm, holder: Algorithm) -> PresentationBuilder {
    PresentationBuilder::new(generate(issuer), generate(holder))
}

fn generate(alg: Algorithm) -> Signer {
    Signer::of(SigningKey::generate(alg).unwrap())
}

/// The keys of `made` once more.
pub fn twin(made: &PresentationBuilder) -> PresentationBuilder {
    let again = |signer: &Signer| Signer::of(SigningKey::from_jwk(&signer.key.to_private_jwk()).unwrap());
    PresentationBuilder {
        issuer: again(&made.issuer),
        holder: again(&made.holder),
        header: made.header.clone(),
        payload: made.payload.clone(),
        disclosures: made.disclosures.clone(),
        kb_header: made.kb_header.clone(),
        kb: made.kb.clone(),
        digests: made.digests,
        transaction_data: made.transaction_data.clone(),
    }
}

fn longer_digests() -> PresentationBuilder {
    let mut made = plain();
    made.digests = DigestAlgorithm::Sha512;
    made.disclosures.clear();
    made.edit_payload(|payload| {
        payload.insert("_sd_alg".to_owned(), json!("sha-512"));
        payload.insert("_sd".to_owned(), json!([]));
    });
    made.disclose("given_name", &json!("Erika"));
    made.disclose("age_equal_or_over", &json!({"18": true}));
    made
}

/// A Disclosure inside a Disclosure inside a Disclosure, with decoys at each level.
fn nested() -> PresentationBuilder {
    let mut made = plain();
    let digest = |text: &str| DigestAlgorithm::Sha256.digest(text);
    let inner = disclosure(&json!(["salt-3", "locality", "Köln"]));
    let middle = disclosure(&json!(["salt-2", "birth", {"_sd": [digest(&inner), digest("decoy 1")]}]));
    made.disclose("place", &json!({"_sd": [digest("decoy 2"), digest(&middle)], "country": "DE"}));
    made.disclosures.extend([middle, inner]);
    made
}

/// Elements disclosed, hidden and made up, also inside each other.
fn arrays() -> PresentationBuilder {
    let mut made = plain();
    let element = |value: Value| disclosure(&json!([format!("salt of {value}"), value]));
    let slot = |text: &str| json!({"...": DigestAlgorithm::Sha256.digest(text)});
    let (first, second) = (element(json!("DE")), element(json!({"code": "FR"})));
    let list = element(json!([slot(&first), slot("decoy"), "AT", slot(&second)]));
    made.edit_payload(|payload| {
        payload.insert("nationalities".to_owned(), json!([slot(&list), slot("hidden")]));
    });
    made.disclosures.extend([list, first, second]);
    made
}

/// Every claim in the open: `<jwt>~<kb-jwt>`.
fn open() -> PresentationBuilder {
    let mut made = plain();
    made.disclosures.clear();
    made.edit_payload(|payload| {
        payload.retain(|name, _| !name.starts_with("_sd"));
        payload.insert("given_name".to_owned(), json!("Erika"));
        payload.insert("age_equal_or_over".to_owned(), json!({"18": true}));
    });
    made
}

/// Two sessions to agree to.
fn transactions() -> PresentationBuilder {
    let mut made = plain();
    for address in ["192.0.2.1", "192.0.2.2"] {
        let object = json!({
            "type": "urn:proof:params:vc:transaction-data:session-data",
            "credential_ids": [QUERY_ID],
            "payload": {"ip_address": address},
        });
        made.transaction_data.push(TransactionTypes::default().from_json(&object).unwrap());
    }
    let hash = |data: &TransactionData| DigestAlgorithm::Sha256.digest(data.encoded());
    let hashes: Vec<String> = made.transaction_data.iter().map(hash).collect();
    vpgate_test_support::builders::presentation::edit(&mut made.kb, |kb| {
        kb.insert("transaction_data_hashes".to_owned(), json!(hashes));
    });
    made
}
