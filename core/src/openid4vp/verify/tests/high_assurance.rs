//! What a wallet of profile `haip` must show beyond what everybody must (HAIP 1.0 section 6.1). Where a
//! neighbour is wrong for high assurance alone, the same presentation is accepted from another wallet.

use super::authorities::believed;
use super::*;
use crate::jose::signing::SigningKey;
use crate::jose::x5c::Roots;
use crate::jose::x5c::testing::{Authority, Plan, public_key, x5c};
use crate::openid4vp::request::Profile;
use crate::trust::status_policy::StatusCheck;
use crate::trust::{FormatRules, KeySource, SdJwtVcRules};

/// A wallet of profile `haip`, an issuer that is believed by its certificate, and the chains that it can send.
struct Certified {
    scene: VerifyScene,
    chain: Value,
    with_root: Value,
    self_signed: Value,
}

impl Certified {
    fn new() -> Self {
        let (mut scene, now) = (VerifyScene::new(), NOW.unix());
        let root = Authority::root(&Plan::authority("Root", now));
        let key = public_key(&scene.maker.issuer.public_key().to_jwk());
        let leaf = root.certify(&Plan::leaf("Issuer", now), &key);
        let own = Authority::root(&Plan::leaf("Issuer", now));
        let (chain, with_root) = (x5c(&[&leaf]), x5c(&[&leaf, &root.certificate]));
        scene.asked.profile = Profile::Haip;
        scene.trust.credentials[0].keys = believed(&root);
        scene.maker.header.insert("x5c".to_owned(), chain.clone());
        scene.list_x5c = chain.clone();
        Self { scene, chain, with_root, self_signed: x5c(&[&own.certificate]) }
    }

    /// Known by its JWKS instead.
    fn by_jwks() -> Self {
        let mut certified = Self::new();
        certified.scene.trust = certified.scene.maker.trust();
        certified
    }

    /// Asked for without holder binding.
    fn unbound() -> Self {
        let mut certified = Self::new();
        let query = CredentialQuery { holder_binding: false, ..credential_query(QUERY_ID) };
        certified.scene.asked.query = Query::of(vec![query]).unwrap();
        certified
    }

    fn sends(&mut self, x5c: Option<Value>) {
        self.scene.maker.header.shift_remove("x5c");
        self.scene.maker.header.extend(x5c.map(|x5c| ("x5c".to_owned(), x5c)));
    }

    /// Refused for this reason.
    #[track_caller]
    fn refused(&self, vp_token: &str, reason: &str) {
        assert_eq!(self.scene.refused(vp_token), reason);
    }

    /// Refused for this reason, under this part of HAIP; accepted from a wallet of another profile.
    #[track_caller]
    fn refused_here_alone(&mut self, vp_token: &str, reason: &str, requirement: &str) {
        self.refused(vp_token, reason);
        let (_, report) = self.scene.judge(vp_token);
        assert_eq!(report.decisive().unwrap().requirement, requirement);
        self.scene.asked.profile = Profile::Openid4vp;
        let (accepted, report) = self.scene.judge(vp_token);
        assert!(accepted.is_some(), "{report:?}");
        assert!(!report.checks.iter().any(|line| line.check.starts_with("haip")), "{report:?}");
        self.scene.asked.profile = Profile::Haip;
    }
}

#[test]
fn req_9_9_req_9_10_a_credential_and_a_list_with_their_chains_are_believed() {
    let mut certified = Certified::new();
    let outcomes = |certified: &Certified| {
        let (_, report) = certified.scene.verified();
        let ours = report.checks.into_iter().filter(|line| line.check.starts_with("haip"));
        ours.map(|line| (line.check.into_owned(), line.outcome)).collect::<Vec<_>>()
    };
    let said = |name: &str, outcome| (name.to_owned(), outcome);
    let mut expected = vec![
        said("haip_compact_form", CheckOutcome::Passed),
        said("haip_issuer_chain", CheckOutcome::Passed),
        said("haip_holder_binding", CheckOutcome::Passed),
        said("haip_status", CheckOutcome::NotApplicable),
    ];
    assert_eq!(outcomes(&certified), expected);
    certified.scene.maker.name_status(0, STATUS_URI);
    expected[3].1 = CheckOutcome::Passed;
    expected.push(said("haip_status_list_chain", CheckOutcome::Passed));
    assert_eq!(outcomes(&certified), expected);
}

#[test]
fn req_9_9_an_issuer_that_is_known_by_anything_but_certificates_is_refused() {
    for with_chain in [true, false] {
        let mut certified = Certified::by_jwks();
        if !with_chain {
            certified.sends(None);
        }
        let vp_token = certified.scene.maker.present();
        certified.refused_here_alone(&vp_token, "haip_issuer_chain", "HAIP 6.1.1");
        let (_, report) = certified.scene.judge(&vp_token);
        assert!(report.decisive().unwrap().detail.contains("`jwks_file`"), "{report:?}");
    }
}

#[test]
fn req_9_9_a_credential_without_x5c_is_refused() {
    let mut certified = Certified::new();
    certified.sends(None);
    certified.refused(&certified.scene.maker.present(), "issuer_chain");
}

#[test]
fn req_9_9_an_issuer_by_keys_and_by_certificates_must_send_its_chain() {
    let mut certified = Certified::new();
    let mut by_keys = certified.scene.maker.trust().credentials.remove(0);
    by_keys.issuer = certified.scene.trust.credentials[0].issuer.clone();
    certified.scene.trust.credentials.push(by_keys);
    certified.scene.maker.name_status(0, STATUS_URI);
    certified.scene.verified();
    certified.sends(None);
    let vp_token = certified.scene.maker.present();
    certified.refused_here_alone(&vp_token, "haip_issuer_chain", "HAIP 6.1.1");
    let (_, report) = certified.scene.judge(&vp_token);
    assert!(report.decisive().unwrap().detail.contains("this header has no `x5c`"), "{report:?}");
    // Its list may be signed by a published key, but not for this profile.
    certified.sends(Some(certified.chain.clone()));
    certified.scene.list_x5c = Value::Null;
    certified.refused_here_alone(&certified.scene.maker.present(), "haip_status_list_chain", "HAIP 6.1");
}

#[test]
fn req_9_9_a_self_signed_issuer_is_refused_also_where_it_is_switched_on() {
    let mut certified = Certified::new();
    let own = Authority::root(&Plan::leaf("Issuer", NOW.unix()));
    certified.scene.maker.issuer =
        SigningKey::from_pem(&own.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    certified.sends(Some(x5c(&[&own.certificate])));
    let roots = Roots::new(&own.pem(), None, Vec::new()).unwrap().with_self_signed_issuers();
    certified.scene.trust.credentials[0].keys = KeySource::X5c(Arc::new(roots));
    certified.refused_here_alone(&certified.scene.maker.present(), "haip_issuer_chain", "HAIP 6.1.1");
}

#[test]
fn req_9_9_a_trust_anchor_inside_x5c_is_refused() {
    let mut certified = Certified::new();
    certified.sends(Some(certified.with_root.clone()));
    certified.refused_here_alone(&certified.scene.maker.present(), "haip_issuer_chain", "HAIP 6.1.1");
    certified.sends(Some(certified.chain.clone()));
    certified.scene.verified();
}

#[test]
fn req_9_9_a_self_signed_leaf_is_refused() {
    let mut certified = Certified::new();
    certified.sends(Some(certified.self_signed.clone()));
    certified.refused(&certified.scene.maker.present(), "issuer_chain");
}

#[test]
fn req_9_9_json_serialisation_is_refused_also_where_it_is_switched_on() {
    let mut certified = Certified::new();
    certified.scene.trust.credentials[0].rules =
        FormatRules::SdJwtVc(SdJwtVcRules { accept_json_serialization: true, ..SdJwtVcRules::default() });
    let text = certified.scene.maker.present();
    let (sd_jwt, kb_jwt) = text.rsplit_once('~').unwrap();
    let (jwt, disclosures) = sd_jwt.split_once('~').unwrap();
    let parts: Vec<_> = jwt.split('.').collect();
    let disclosures: Vec<_> = disclosures.split('~').collect();
    let form = json!({"protected": parts[0], "payload": parts[1], "signature": parts[2],
        "header": {"disclosures": disclosures, "kb_jwt": kb_jwt}});
    let vp_token = json!({ QUERY_ID: [form] }).to_string();
    certified.refused_here_alone(&vp_token, "haip_compact_form", "HAIP 6.1");
    certified.scene.verified();
}

#[test]
fn req_9_9_a_cnf_without_jwk_is_refused() {
    let mut certified = Certified::unbound();
    certified.scene.maker.payload.insert("cnf".to_owned(), json!({"kid": "holder"}));
    let vp_token = certified.scene.maker.sd_jwt();
    certified.refused_here_alone(&vp_token, "haip_holder_binding", "HAIP 6.1, 6.1.1.1");
    // With a key-binding JWT, nobody finds its key.
    certified.refused(&certified.scene.maker.present(), "holder_key");
    certified.scene.maker.payload.shift_remove("cnf");
    let (unbound, report) = certified.scene.judge(&certified.scene.maker.sd_jwt());
    assert!(unbound.is_some(), "bound to nobody, as the query allows: {report:?}");
}

#[test]
fn req_9_9_a_bound_credential_without_a_key_binding_jwt_is_refused_whatever_the_query_says() {
    let mut certified = Certified::unbound();
    let vp_token = certified.scene.maker.sd_jwt();
    certified.refused_here_alone(&vp_token, "haip_holder_binding", "HAIP 6.1, 6.1.1.1");
    certified.scene.verified();
    let demanded = Certified::new();
    demanded.refused(&demanded.scene.maker.sd_jwt(), "kb_present");
}

#[test]
fn req_9_9_a_status_without_status_list_is_refused_also_where_it_is_ignored() {
    let mut certified = Certified::new();
    certified.scene.trust.credentials[0].status.check = StatusCheck::Ignored;
    let other = json!({"other_mechanism": {"idx": 0, "uri": STATUS_URI}});
    for status in [other, json!({}), json!("valid"), json!({"status_list": null})] {
        certified.scene.maker.payload.insert("status".to_owned(), status);
        certified.refused_here_alone(&certified.scene.maker.present(), "haip_status", "HAIP 6.1");
    }
    certified.scene.maker.name_status(1, STATUS_URI);
    certified.scene.verified();
}

#[test]
fn req_9_10_a_status_list_without_x5c_or_with_a_self_signed_leaf_is_refused() {
    let mut certified = Certified::new();
    certified.scene.maker.name_status(0, STATUS_URI);
    for chain in [Value::Null, certified.self_signed.clone()] {
        certified.scene.list_x5c = chain;
        certified.refused(&certified.scene.maker.present(), "status_list_signature");
    }
    certified.scene.list_x5c = certified.chain.clone();
    certified.scene.verified();
}

#[test]
fn req_9_10_a_status_list_with_a_trust_anchor_inside_x5c_is_refused() {
    let mut certified = Certified::new();
    certified.scene.maker.name_status(0, STATUS_URI);
    certified.scene.list_x5c = certified.with_root.clone();
    certified.refused_here_alone(&certified.scene.maker.present(), "haip_status_list_chain", "HAIP 6.1");
}
