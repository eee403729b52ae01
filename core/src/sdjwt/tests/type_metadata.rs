//! What a type demands, on whole credentials (SD-JWT VC section 5).

use serde_json::json;

use super::*;
use crate::sdjwt::testing::{VCT, element, integrity, member};
use crate::type_metadata::{TypeDocument, resolve};

/// A credential after one change, whose type demands this of its claims.
fn demanding(claims: &Value, change: impl FnOnce(&mut Maker)) -> Maker {
    let mut maker = changed(change);
    configure(&mut maker, &json!({"vct": VCT, "claims": claims}).to_string());
    maker
}

fn configure(maker: &mut Maker, document: &str) {
    let document = TypeDocument::parse(document.as_bytes()).unwrap();
    maker.metadata = resolve(&[VCT.to_owned()], &[document]).unwrap().into();
}

fn outcome(report: &Report, check: &str) -> Option<(CheckOutcome, String)> {
    let line = report.checks.iter().find(|line| line.check == check)?;
    Some((line.outcome, line.detail.to_string()))
}

#[test]
fn req_5_18_where_nothing_is_configured_vct_integrity_is_not_applicable_and_says_so() {
    for (value, said) in [(Value::Null, "no type metadata"), (json!("sha256-x"), "has a `vct#integrity`")] {
        let maker = changed(|m| set(&mut m.payload, "vct#integrity", value));
        let (outcome, detail) = outcome(&judge(&maker.present(), &maker).1, "vct_integrity").unwrap();
        assert_eq!(outcome, CheckOutcome::NotApplicable);
        assert!(detail.contains(said) && detail.contains("configured"), "{detail}");
        accepted(&maker);
    }
}

#[test]
fn req_5_18_vct_integrity_is_that_of_the_configured_document() {
    let document = json!({"vct": VCT, "name": "Identity"}).to_string();
    let with = |integrity: Value| {
        let mut maker = changed(|m| set(&mut m.payload, "vct#integrity", integrity));
        configure(&mut maker, &document);
        maker
    };
    let good = integrity(document.as_bytes());
    let maker = with(json!(good));
    accepted(&maker);
    let report = judge(&maker.present(), &maker).1;
    assert_eq!(outcome(&report, "vct_integrity").unwrap().0, CheckOutcome::Passed);
    assert_eq!(outcome(&report, "claim_metadata").unwrap().0, CheckOutcome::NotApplicable);
    // The issuer need not say it.
    let maker = with(Value::Null);
    accepted(&maker);
    assert_eq!(
        outcome(&judge(&maker.present(), &maker).1, "vct_integrity").unwrap().0,
        CheckOutcome::NotApplicable
    );
    let other = integrity(document.replace("Identity", "identity").as_bytes());
    let url_alphabet = good.replace(['+', '/'], "-").replace('=', "");
    for wrong in [json!(other), json!(url_alphabet), json!("md5-x"), json!(""), json!(1), json!([good])] {
        refused(&with(wrong), "vct_integrity");
    }
}

#[test]
fn req_5_19_a_mandatory_claim_that_is_there_or_may_be_hidden_is_no_violation() {
    let mandatory = |name: &str| json!([{"path": [name], "mandatory": true}]);
    accepted(&demanding(&mandatory("given_name"), |_| {}));
    accepted(&demanding(&mandatory("iss"), |_| {}));
    // Hidden: its digest came, its Disclosure did not.
    let hidden = |m: &mut Maker| {
        m.disclosures.remove(0);
    };
    accepted(&demanding(&mandatory("given_name"), hidden));
    // Inside something hidden, or inside a hidden element of an array.
    accepted(&demanding(&json!([{"path": ["given_name", "x"], "mandatory": true}]), hidden));
    let array = |m: &mut Maker| set(&mut m.payload, "degrees", json!([{"...": "of a hidden element"}]));
    accepted(&demanding(&json!([{"path": ["degrees", null, "type"], "mandatory": true}]), array));
}

#[test]
fn req_5_19_a_mandatory_claim_that_the_issuer_left_out_is_refused() {
    let report =
        |claims: Value, change: fn(&mut Maker)| refused(&demanding(&claims, change), "mandatory_claims");
    // All digests are opened, so there is no place where it could be.
    let found = report(json!([{"path": ["nickname"], "mandatory": true}]), |_| {});
    assert!(outcome(&found, "mandatory_claims").unwrap().1.starts_with("`nickname` is mandatory"));
    report(json!([{"path": ["address", "city"], "mandatory": true}]), |m| {
        set(&mut m.payload, "address", json!({"street": "Main"}));
    });
    report(json!([{"path": ["degrees", null], "mandatory": true}]), |m| {
        set(&mut m.payload, "degrees", json!([]));
    });
    // A digest is left, but a claim that is never selectively disclosable cannot be behind it.
    report(json!([{"path": ["nickname"], "mandatory": true, "sd": "never"}]), |m| {
        m.disclosures.remove(0);
    });
}

#[test]
fn req_5_19_sd_never_is_stated_openly() {
    let never = |path: Value| json!([{"path": path, "sd": "never"}]);
    accepted(&demanding(&never(json!(["iat"])), |_| {}));
    accepted(&demanding(&never(json!(["nickname"])), |_| {}));
    // Not by itself, but with what is around it.
    accepted(&demanding(&never(json!(["age_equal_or_over", "18"])), |_| {}));
    let found = refused(&demanding(&never(json!(["given_name"])), |_| {}), "disclosable_claims");
    let detail = outcome(&found, "disclosable_claims").unwrap().1;
    assert!(detail.starts_with("`given_name` must be stated openly"), "{detail}");
    let inside = |m: &mut Maker| {
        let city = member("city", json!("Berlin"));
        set(&mut m.payload, "address", json!({"_sd": [m.digests.digest(&city)]}));
        m.disclosures.push(city);
    };
    accepted(&demanding(&never(json!(["address"])), inside));
    refused(&demanding(&never(json!(["address", "city"])), inside), "disclosable_claims");
    // A hidden element of an array is selectively disclosable, whatever it is.
    let elements = |m: &mut Maker| set(&mut m.payload, "nationalities", json!(["DE", {"...": "hidden"}]));
    accepted(&demanding(&never(json!(["nationalities", 0])), elements));
    refused(&demanding(&never(json!(["nationalities", null])), elements), "disclosable_claims");
}

#[test]
fn req_5_19_sd_always_came_from_a_disclosure() {
    let always = |path: Value| json!([{"path": path, "sd": "always"}]);
    accepted(&demanding(&always(json!(["given_name"])), |_| {}));
    accepted(&demanding(&always(json!(["nickname"])), |_| {}));
    let found = refused(&demanding(&always(json!(["iat"])), |_| {}), "disclosable_claims");
    let detail = outcome(&found, "disclosable_claims").unwrap().1;
    assert!(detail.starts_with("`iat` must be selectively disclosable"), "{detail}");
    // That its surroundings were disclosed does not make a claim selectively disclosable.
    refused(&demanding(&always(json!(["age_equal_or_over", "18"])), |_| {}), "disclosable_claims");
    // Places count as issued: the disclosed element is the second, whatever became of the first.
    let elements = |m: &mut Maker| {
        let nationality = element(json!("DE"));
        let digest = m.digests.digest(&nationality);
        set(&mut m.payload, "nationalities", json!([{"...": "hidden"}, {"...": digest}, "FR"]));
        m.disclosures.push(nationality);
    };
    for place in [0, 1] {
        accepted(&demanding(&always(json!(["nationalities", place])), elements));
    }
    refused(&demanding(&always(json!(["nationalities", 2])), elements), "disclosable_claims");
    refused(&demanding(&always(json!(["nationalities", null])), elements), "disclosable_claims");
}

#[test]
fn req_5_19_a_path_that_does_not_fit_the_claims_is_refused() {
    for path in [json!(["given_name", "x"]), json!(["given_name", null]), json!([0])] {
        refused(&demanding(&json!([{"path": path}]), |_| {}), "claim_metadata");
    }
    let nested = json!([{"path": ["age_equal_or_over", "18"], "sd": "allowed"}]);
    accepted(&demanding(&nested, |_| {}));
}

#[test]
fn req_5_17_only_the_metadata_of_the_credentials_own_type_counts() {
    let mut maker = Maker::new();
    let strict = json!({"vct": VCT, "claims": [{"path": ["nickname"], "mandatory": true}]}).to_string();
    configure(&mut maker, &strict);
    refused(&maker, "mandatory_claims");
    let other = TypeDocument::parse(strict.replace(VCT, "https://other.example").as_bytes()).unwrap();
    maker.metadata = resolve(&["https://other.example".to_owned()], &[other]).unwrap().into();
    accepted(&maker);
}

#[test]
fn req_5_20_texts_and_pictures_of_type_metadata_are_not_shown_and_lead_nowhere() {
    let shown = json!([{"locale": "en", "label": "<script>alert(1)</script>", "description": "\u{202e}"}]);
    let document = |claims: Value| {
        json!({"vct": VCT, "name": "<script>", "claims": claims, "display": [{"locale": "en", "name": "<script>",
            "rendering": {"svg_templates": [{"uri": "https://evil.example/x.svg"}],
                "simple": {"logo": {"uri": "data:text/html,<script>"}}}}]})
        .to_string()
    };
    let mut maker = Maker::new();
    configure(&mut maker, &document(json!([{"path": ["given_name"], "display": shown}])));
    accepted(&maker);
    let good = judge(&maker.present(), &maker).1;
    configure(
        &mut maker,
        &document(json!([{"path": ["nickname\u{202e}"], "mandatory": true, "display": shown}])),
    );
    let refused = refused(&maker, "mandatory_claims");
    for report in [good, refused] {
        let text = serde_json::to_string(&report).unwrap();
        assert!(
            !text.contains('\u{202e}')
                && !text.contains("alert")
                && !text.contains("evil")
                && !text.contains("<script>"),
            "{text}"
        );
    }
}

/// Example A.2 of the draft, shortened: what its credential must look like.
#[test]
fn req_5_17_req_5_19_the_example_of_the_specification() {
    let claims = json!([
        {"path": ["name"], "sd": "always", "mandatory": true},
        {"path": ["degrees"], "sd": "never"},
        {"path": ["degrees", null], "sd": "always"},
        {"path": ["degrees", null, "field_of_study"], "sd": "never"},
        {"path": ["degrees", null, "date_awarded"], "sd": "always"},
    ]);
    let issued = |field_is_open: bool| {
        move |m: &mut Maker| {
            let date = member("date_awarded", json!("2018-06-20"));
            let field = member("field_of_study", json!("Space Navigation"));
            let mut degree = json!({"_sd": [m.digests.digest(&date)]});
            if field_is_open {
                degree["field_of_study"] = json!("Space Navigation");
            } else {
                degree["_sd"].as_array_mut().unwrap().push(m.digests.digest(&field).into());
                m.disclosures.push(field);
            }
            let degree = element(degree);
            let placeholder = json!({"...": m.digests.digest(&degree)});
            set(&mut m.payload, "degrees", json!([{"...": "one that stays hidden"}, placeholder]));
            m.disclosures.extend([date, degree]);
            m.disclose("name", json!("Zaphod Beeblebrox"));
        }
    };
    accepted(&demanding(&claims, issued(true)));
    refused(&demanding(&claims, issued(false)), "disclosable_claims");
}
