//! Whose credentials the query wants, besides whom we believe (OpenID4VP 1.0 section 6.1.1).

use super::*;
use crate::jose::x5c::Roots;
use crate::jose::x5c::testing::{Authority, Plan, public_key, x5c};
use crate::openid4vp::dcql::TrustedAuthority;
use crate::trust::KeySource;

/// A root with a key identifier.
fn root() -> Authority {
    Authority::root(&Plan { key_id: true, ..Plan::authority("Root", NOW.unix()) })
}

fn key_id(authority: &Authority) -> Vec<u8> {
    authority.certificate.subject_key_id().unwrap().as_slice().to_vec()
}

pub(super) fn believed(roots: &Authority) -> KeySource {
    KeySource::X5c(Arc::new(Roots::new(&roots.pem(), None, Vec::new()).unwrap()))
}

/// An issuer certified by an authority below `root`, who is believed; and that authority.
fn certified(root: &Authority) -> (VerifyScene, Authority) {
    let mut scene = VerifyScene::new();
    let between = root.authority(&Plan { key_id: true, ..Plan::authority("Between", NOW.unix()) });
    let key = public_key(&scene.maker.issuer.public_key().to_jwk());
    let leaf = between.certify(&Plan::leaf("Issuer", NOW.unix()), &key);
    let chain = x5c(&[&leaf, &between.certificate]);
    scene.maker.header.insert("x5c".to_owned(), chain);
    scene.trust.credentials[0].keys = believed(root);
    (scene, between)
}

fn ask(scene: &mut VerifyScene, authorities: Vec<Vec<Vec<u8>>>) {
    let trusted_authorities = authorities.into_iter().map(TrustedAuthority::AuthorityKeyIds).collect();
    let query = CredentialQuery { trusted_authorities, ..credential_query(QUERY_ID) };
    scene.asked.query = Query::of(vec![query]).unwrap();
}

#[test]
fn req_8_13_a_certificate_of_the_chain_names_an_authority_of_the_query() {
    let root = root();
    let (mut scene, between) = certified(&root);
    scene.verified();
    let other = vec![1; 20];
    for good in [key_id(&root), key_id(&between)] {
        for authorities in [
            vec![vec![good.clone()]],
            vec![vec![other.clone(), good.clone()]],
            vec![vec![other.clone()], vec![good.clone()]],
        ] {
            ask(&mut scene, authorities);
            scene.verified();
        }
    }
    let clipped = key_id(&root)[..19].to_vec();
    for wrong in [other, clipped] {
        ask(&mut scene, vec![vec![wrong]]);
        assert_eq!(scene.refused(&scene.maker.present()), "trusted_authority");
    }
}

#[test]
fn req_1_64_the_right_authority_does_not_replace_our_own_trust() {
    let root = root();
    let (mut scene, _) = certified(&root);
    ask(&mut scene, vec![vec![key_id(&root)]]);
    scene.verified();
    scene.trust.credentials[0].keys = believed(&self::root());
    assert_eq!(scene.refused(&scene.maker.present()), "issuer_chain");
    scene.trust.credentials[0].keys = believed(&root);
    scene.trust.credentials[0].issuer = "https://other.example.com".to_owned();
    assert_eq!(scene.refused(&scene.maker.present()), "issuer_trusted");
}

#[test]
fn req_8_13_a_chain_that_nobody_validated_counts_for_nothing() {
    let root = root();
    let (mut scene, _) = certified(&root);
    ask(&mut scene, vec![vec![key_id(&root)]]);
    scene.trust.credentials[0].keys = KeySource::Jwks(Arc::clone(&scene.keys));
    assert_eq!(scene.refused(&scene.maker.present()), "trusted_authority");
    ask(&mut scene, vec![]);
    scene.verified();
}

#[test]
fn req_8_13_a_chain_without_identifiers_names_nobody() {
    let root = Authority::root(&Plan::authority("Root", NOW.unix()));
    let mut scene = VerifyScene::new();
    let key = public_key(&scene.maker.issuer.public_key().to_jwk());
    let leaf = root.certify(&Plan::leaf("Issuer", NOW.unix()), &key);
    scene.maker.header.insert("x5c".to_owned(), x5c(&[&leaf]));
    scene.trust.credentials[0].keys = believed(&root);
    scene.verified();
    ask(&mut scene, vec![vec![vec![1; 20]]]);
    assert_eq!(scene.refused(&scene.maker.present()), "trusted_authority");
}
