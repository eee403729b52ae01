//! Whose a credential is when certificates say it (SD-JWT VC section 2.5; REQ-5.21).

use super::*;
use crate::jose::x5c::Roots;
use crate::jose::x5c::testing::{Authority, Plan, public_key, x5c};
use crate::trust::KeySource;

fn root(name: &str) -> Authority {
    Authority::root(&Plan::authority(name, NOW.unix()))
}

/// All these roots in one file.
fn together(roots: &[&Authority]) -> Roots {
    let pem: Vec<u8> = roots.iter().flat_map(|root| root.pem()).collect();
    Roots::new(&pem, None, Vec::new()).unwrap()
}

/// What is verified of a credential that `vouching` certified, where `roots` are believed.
fn shown(vouching: &Authority, roots: Roots, iss: bool) -> VerifiedCredential {
    let mut scene = VerifyScene::new();
    let key = public_key(&scene.maker.issuer.public_key().to_jwk());
    let leaf = vouching.certify(&Plan::leaf("Issuer", NOW.unix()), &key);
    scene.maker.header.insert("x5c".to_owned(), x5c(&[&leaf]));
    if !iss {
        scene.maker.payload.remove("iss");
    }
    scene.trust.credentials[0].keys = KeySource::X5c(Arc::new(roots));
    only(&scene.verified().0, QUERY_ID).clone()
}

#[test]
fn req_5_21_without_iss_two_roots_of_one_entry_are_two_issuers() {
    // The same name twice: whoever can write a name is not whoever has the key.
    for names in [["A", "B"], ["PID CA", "PID CA"]] {
        let (a, b) = (root(names[0]), root(names[1]));
        let [one, two] = [&a, &b].map(|vouching| shown(vouching, together(&[&a, &b]), false));
        assert_eq!((one.issuer.as_str(), two.issuer.as_str()), (ISSUER, ISSUER));
        assert_ne!(one.issuer_identity(), two.issuer_identity());
        assert_ne!(one.issuer_told(), two.issuer_told());
        assert!(one.issuer_told().starts_with(&format!("{ISSUER}#")), "{}", one.issuer_told());
        let certificate = one.certificate.unwrap();
        assert_eq!(certificate.subject, "CN=Issuer");
        assert_eq!(certificate.anchor, format!("CN={}", names[0]));
    }
}

#[test]
fn req_5_21_a_root_that_is_added_beside_another_changes_nobody() {
    let (a, b) = (root("A"), root("B"));
    let alone = shown(&a, together(&[&a]), false);
    let beside = shown(&a, together(&[&b, &a]), false);
    assert_eq!(alone.issuer_identity(), beside.issuer_identity());
    assert_eq!(alone.issuer_told(), ISSUER, "nobody else could be meant");
}

#[test]
fn req_5_21_with_iss_or_one_issuer_for_all_roots_the_name_says_whose_it_is() {
    let (a, b) = (root("A"), root("B"));
    for (iss, roots) in [(true, together(&[&a, &b])), (false, together(&[&a, &b]).of_one_issuer())] {
        let shown = shown(&b, roots, iss);
        assert_eq!((shown.issuer_identity().as_str(), shown.issuer_told().as_str()), (ISSUER, ISSUER));
        assert_eq!(shown.certificate.unwrap().anchor, "CN=B");
    }
    let scene = VerifyScene::new();
    assert_eq!(only(&scene.verified().0, QUERY_ID).certificate, None, "no certificates, nothing to say");
}

#[test]
fn req_5_21_what_is_stored_of_the_issuer_comes_back() {
    let (a, b) = (root("A"), root("B"));
    let one = shown(&a, together(&[&a, &b]), false);
    let again: VerifiedCredential = serde_json::from_value(serde_json::to_value(&one).unwrap()).unwrap();
    assert_eq!(again.issuer_identity(), one.issuer_identity());
    assert_eq!(again.certificate, one.certificate);
}
