//! The JSON serialisations of RFC 9901 section 8, where they are switched on.

use serde_json::{Map, json};

use super::*;
use crate::sdjwt::parse::HolderBinding;
use crate::sdjwt::testing::object;
use crate::trust::{FormatRules, SdJwtVcRules};

/// The flattened form of `maker`'s presentation.
fn flattened(maker: &Maker) -> Map<String, Value> {
    let text = maker.present();
    let (sd_jwt, kb_jwt) = text.rsplit_once('~').unwrap();
    let mut parts = sd_jwt.split('~');
    let [protected, payload, signature] =
        parts.next().unwrap().split('.').collect::<Vec<_>>().try_into().unwrap();
    let disclosures: Vec<_> = parts.collect();
    object(json!({
        "payload": payload, "protected": protected, "signature": signature,
        "header": {"disclosures": disclosures, "kb_jwt": kb_jwt},
    }))
}

/// The general form of the same, with another signature behind it.
fn general(maker: &Maker) -> Map<String, Value> {
    let mut first = flattened(maker);
    let payload = first.shift_remove("payload").unwrap();
    let other = json!({"header": {"kid": "another"}, "protected": "e30", "signature": "AA"});
    object(json!({"payload": payload, "signatures": [first, other]}))
}

fn judge_json(form: &Map<String, Value>, maker: &Maker, switched_on: bool) -> Report {
    let mut trust = maker.trust();
    trust.credentials[0].rules = FormatRules::SdJwtVc(SdJwtVcRules {
        accept_json_serialization: switched_on,
        ..SdJwtVcRules::default()
    });
    let mut findings = Findings::new();
    let answer = (|| {
        let presented = PresentedSdJwt::parse_json(
            HolderBinding::Required,
            form,
            &PresentationLimits::default(),
            &mut findings,
        )?;
        let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings)?;
        presented.authenticate(&issuer, &maker.keys(), &expected(), NOW, &mut findings)
    })();
    findings.conclude(answer.map(|_| ()))
}

#[test]
fn req_4_25_both_forms_are_accepted_where_switched_on() {
    let maker = Maker::new();
    for form in [flattened(&maker), general(&maker)] {
        let report = judge_json(&form, &maker, true);
        assert_eq!(report.verdict, Verdict::Verified, "{report:?}");
        assert_eq!(judge_json(&form, &maker, false).reason.as_deref(), Some("serialization"));
    }
    let plain = changed(|m| {
        m.disclosures.clear();
        set(&mut m.payload, "_sd", Value::Null);
    });
    let mut form = flattened(&plain);
    form["header"].as_object_mut().unwrap().shift_remove("disclosures");
    assert_eq!(judge_json(&form, &plain, true).verdict, Verdict::Verified);
    // The switch is about JSON, not about the compact form.
    accepted(&maker);
}

#[test]
fn req_4_25_the_rules_of_the_compact_form_hold() {
    let maker = Maker::new();
    let reason = |form: &Map<String, Value>| judge_json(form, &maker, true).reason.unwrap().into_owned();
    let header = |change: fn(&mut Map<String, Value>)| {
        let mut form = flattened(&maker);
        change(form["header"].as_object_mut().unwrap());
        reason(&form)
    };
    assert_eq!(header(|header| drop(header.shift_remove("kb_jwt"))), "kb_present");
    assert_eq!(header(|header| header["disclosures"].as_array_mut().unwrap().reverse()), "kb_sd_hash");
    assert_eq!(header(|header| header["disclosures"] = json!([])), "kb_sd_hash");
    assert_eq!(
        header(|header| header["disclosures"].as_array_mut().unwrap().push(json!("AA"))),
        "disclosures"
    );
    let mut form = flattened(&maker);
    form["payload"] = json!("e30");
    assert_eq!(reason(&form), "issuer_trusted");
    form["signature"] = json!("AA==");
    assert_eq!(reason(&form), "issuer_jwt_format");
}

#[test]
fn req_4_25_what_is_no_such_form_is_refused() {
    let maker = Maker::new();
    let mut wrong: Vec<Map<String, Value>> = Vec::new();
    let flat = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut form = flattened(&maker);
        change(&mut form);
        form
    };
    for name in ["payload", "protected", "signature", "header"] {
        wrong.push(flat(&|form| drop(form.shift_remove(name))));
        wrong.push(flat(&|form| form[name] = json!(1)));
        wrong.push(flat(&|form| form[name] = json!("a~b.c")));
    }
    wrong.push(flat(&|form| form["header"]["disclosures"] = json!("AA")));
    wrong.push(flat(&|form| form["header"]["disclosures"] = json!([1])));
    wrong.push(flat(&|form| form["header"]["disclosures"] = json!(["AA~AA"])));
    wrong.push(flat(&|form| {
        form["header"]["disclosures"] = json!(vec!["AA"; PresentationLimits::default().disclosures + 1]);
    }));
    wrong.push(flat(&|form| form["header"]["kb_jwt"] = json!("")));
    wrong.push(flat(&|form| form["header"]["kb_jwt"] = json!(null)));
    wrong.push(flat(&|form| form["header"]["kb_jwt"] = json!("AA~a.b.c")));
    wrong.push(flat(&|form| form["header"]["crit"] = json!(["x"])));
    wrong.push(flat(&|form| form["header"]["alg"] = json!("ES256")));
    wrong.push(flat(&|form| drop(form.insert("signatures".to_owned(), json!([])))));
    let signatures = |change: &dyn Fn(&mut Value)| {
        let mut form = general(&maker);
        change(&mut form["signatures"]);
        form
    };
    wrong.push(signatures(&|list| *list = json!([])));
    wrong.push(signatures(&|list| *list = json!({})));
    wrong.push(signatures(&|list| list[1]["header"]["disclosures"] = json!([])));
    wrong.push(signatures(&|list| list[1]["header"]["kb_jwt"] = json!("a.b.c")));
    wrong.push(signatures(&|list| list[1]["header"] = json!([])));
    wrong.push(signatures(&|list| list[1] = json!("x")));
    wrong.push(signatures(&|list| list.as_array_mut().unwrap().swap(0, 1)));
    wrong.push(signatures(&|list| list.as_array_mut().unwrap().extend(vec![json!({}); 7])));
    for form in wrong {
        let report = judge_json(&form, &maker, true);
        assert_eq!(report.reason.as_deref(), Some("sd_jwt_json_format"), "{form:?}");
    }
}
