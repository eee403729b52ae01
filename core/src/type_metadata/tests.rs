//! Documents and chains of them, without a credential.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sdjwt::testing::{integrity, object};
use crate::type_metadata::trace::{Trace, TraceStep};

const CHILD: &str = "https://example.com/custom-type-metadata";
const BASE: &str = "https://example.com/base-type-metadata";

fn parse(document: &Value) -> Result<TypeDocument, DocumentFault> {
    TypeDocument::parse(document.to_string().as_bytes())
}

fn document(members: &Value) -> TypeDocument {
    parse(members).unwrap()
}

/// The base with one entry of `claims`.
fn claim(entry: &Value) -> Value {
    json!({"vct": BASE, "claims": [entry]})
}

fn resolved(accepted: &[&str], documents: &[TypeDocument]) -> Result<Vec<TypeMetadata>, ExtendsFault> {
    resolve(&accepted.iter().map(|&vct| vct.to_owned()).collect::<Vec<_>>(), documents)
}

/// What `child` demands when it extends `base`.
fn extended(base: &Value, child: &Value) -> Result<Vec<(String, bool, String)>, ExtendsFault> {
    let base = document(&json!({"vct": BASE, "claims": base}));
    let child = document(&json!({"vct": CHILD, "extends": BASE, "claims": child}));
    let metadata = resolved(&[CHILD], &[child, base])?;
    let rule = |rule: &chain::ClaimRule| (rule.path.to_string(), rule.mandatory, format!("{:?}", rule.sd));
    Ok(metadata[0].claims.iter().map(rule).collect())
}

#[test]
fn req_5_17_a_document_is_read_and_what_is_not_known_is_ignored() {
    let read = document(&json!({
        "vct": BASE, "name": "A type", "description": "for tests", "unheard of": {"claims": 1},
        "display": [{"locale": "en", "name": "<script>", "rendering": {"simple": {"logo": {"uri": "data:x"}}}}],
        "claims": [
            {"path": ["name"], "display": [{"locale": "en", "label": "Name", "description": "d"}], "x": 1},
            {"path": ["address", "city"], "mandatory": true, "sd": "always", "svg_id": "_city1"},
            {"path": ["degrees", null, "type"], "sd": "never"},
            {"path": ["degrees", 0], "mandatory": false, "sd": "allowed"},
        ],
    }));
    assert_eq!((read.vct(), read.claims.len()), (BASE, 4));
    assert!(document(&json!({"vct": BASE})).claims.is_empty());
}

/// Labels are for people, and for wallets: what is wrong with one is told, and stops nobody.
#[test]
fn req_5_17_a_label_stops_nobody_and_drafts_call_its_language_lang() {
    let noted = |display: Value| {
        let read = document(&json!({"vct": BASE, "claims": [{"path": ["a"], "display": display}]}));
        resolve(&[BASE.to_owned()], &[read]).unwrap()[0].notes().to_vec()
    };
    for good in [
        json!([{"locale": "en", "label": "A"}]),
        json!([{"lang": "en", "label": "A"}]),
        json!([{"lang": 1, "locale": "en", "label": "A"}]),
        json!([]),
    ] {
        assert_eq!(noted(good.clone()), Vec::<String>::new(), "{good}");
    }
    for (wrong, place) in [
        (json!({}), "/display"),
        (json!([1]), "/display/0"),
        (json!([{"label": "A"}]), "/display/0/locale"),
        (json!([{"lang": 1, "label": "A"}]), "/display/0/lang"),
        (json!([{"locale": "en"}]), "/display/0/label"),
        (json!([{"locale": "en", "label": 1}]), "/display/0/label"),
        (json!([{"locale": "en", "label": "A", "description": 1}]), "/display/0/description"),
    ] {
        let notes = noted(wrong.clone());
        assert!(
            matches!(&notes[..], [note] if note.starts_with(&format!("/claims/0{place} must"))),
            "{notes:?}"
        );
    }
}

#[test]
fn req_5_17_a_document_that_is_wrong_in_one_way_is_refused_with_the_place() {
    for (wrong, place) in [
        (json!({}), "/vct"),
        (json!({"vct": ""}), "/vct"),
        (json!({"vct": 1}), "/vct"),
        (json!({"vct": BASE, "extends": [CHILD]}), "/extends"),
        (json!({"vct": BASE, "extends#integrity": 1}), "/extends#integrity"),
        (json!({"vct": BASE, "claims": {}}), "/claims"),
        (json!({"vct": BASE, "claims": ["name"]}), "/claims/0"),
    ] {
        let fault = parse(&wrong).unwrap_err().to_string();
        assert!(fault.starts_with(&format!("{place} must")), "{wrong}: {fault}");
    }
    for wrong in
        [&b"[]"[..], b"", b"{\"vct\":\"a\",\"vct\":\"b\"}", b"{\"vct\":\"\xff\"}", b"{\"vct\":\"a\"} x"]
    {
        assert!(matches!(TypeDocument::parse(wrong), Err(DocumentFault::Json(_))), "{wrong:?}");
    }
    let long = json!({"vct": BASE, "x": "x".repeat(BYTES)});
    assert!(matches!(parse(&long), Err(DocumentFault::Json(_))));
    let deep = format!("{{\"vct\":\"a\",\"x\":{}{}}}", "[".repeat(20), "]".repeat(20));
    assert!(matches!(TypeDocument::parse(deep.as_bytes()), Err(DocumentFault::Json(_))));
}

#[test]
fn req_5_19_an_entry_of_claims_that_is_wrong_in_one_way_is_refused_with_the_place() {
    for (wrong, place) in [
        (json!({}), "/path"),
        (json!({"path": []}), "/path"),
        (json!({"path": "name"}), "/path"),
        (json!({"path": ["a", -1]}), "/path"),
        (json!({"path": ["a", 1.5]}), "/path"),
        (json!({"path": ["a", true]}), "/path"),
        (json!({"path": vec!["a"; 17]}), "/path"),
        (json!({"path": ["a".repeat(257)]}), "/path"),
        (json!({"path": ["a"], "mandatory": "true"}), "/mandatory"),
        (json!({"path": ["a"], "mandatory": null}), "/mandatory"),
        (json!({"path": ["a"], "sd": "Always"}), "/sd"),
        (json!({"path": ["a"], "sd": true}), "/sd"),
        (json!({"path": ["a"], "svg_id": "1a"}), "/svg_id"),
        (json!({"path": ["a"], "svg_id": ""}), "/svg_id"),
        (json!({"path": ["a"], "svg_id": "a-b"}), "/svg_id"),
    ] {
        let fault = parse(&claim(&wrong)).unwrap_err().to_string();
        assert!(fault.starts_with(&format!("/claims/0{place} must")), "{wrong}: {fault}");
    }
    let twice = json!([{"path": ["a"]}, {"path": ["a"], "sd": "never"}]);
    let fault = parse(&json!({"vct": BASE, "claims": twice})).unwrap_err().to_string();
    assert_eq!(fault, "/claims/1/path has an entry above");
    let one_id = json!([{"path": ["a"], "svg_id": "x"}, {"path": ["b"], "svg_id": "x"}]);
    let fault = parse(&json!({"vct": BASE, "claims": one_id})).unwrap_err().to_string();
    assert!(fault.starts_with("/claims/1/svg_id must"), "{fault}");
}

/// The example of section 5.6.5.2.
#[test]
fn req_5_17_a_child_inherits_and_adds() {
    let base = json!([{"path": ["name"], "sd": "always"}, {"path": ["address", "city"]}]);
    let child = json!([{"path": ["address", "city"], "mandatory": true, "sd": "never"}, {"path": ["nationalities", null]}]);
    let expected = [
        ("name".to_owned(), false, "Always".to_owned()),
        ("address.city".to_owned(), true, "Never".to_owned()),
        ("nationalities[]".to_owned(), false, "Allowed".to_owned()),
    ];
    assert_eq!(extended(&base, &child), Ok(expected.to_vec()));
}

#[test]
fn req_5_19_a_child_may_tighten_what_its_parent_says_and_not_loosen_it() {
    let entry = |mandatory: Option<bool>, sd: Option<&str>| {
        let mut entry = json!({"path": ["a"]});
        let members = entry.as_object_mut().unwrap();
        members.extend(mandatory.map(|is| ("mandatory".to_owned(), json!(is))));
        members.extend(sd.map(|is| ("sd".to_owned(), json!(is))));
        json!([entry])
    };
    for (base, child, mandatory, sd) in [
        ((None, None), (Some(true), Some("always")), true, "Always"),
        ((Some(false), Some("allowed")), (Some(true), Some("never")), true, "Never"),
        ((Some(true), Some("never")), (None, None), true, "Never"),
        ((Some(true), Some("always")), (Some(true), Some("always")), true, "Always"),
        ((None, None), (Some(false), Some("allowed")), false, "Allowed"),
    ] {
        let found = extended(&entry(base.0, base.1), &entry(child.0, child.1)).unwrap();
        assert_eq!(found, [("a".to_owned(), mandatory, sd.to_owned())]);
    }
    for (base, child, why) in [
        ((Some(true), None), (Some(false), None), "makes `a` optional"),
        ((None, Some("always")), (None, Some("never")), "changes `sd` of `a`"),
        ((None, Some("always")), (None, Some("allowed")), "changes `sd` of `a`"),
        ((None, Some("never")), (None, Some("allowed")), "changes `sd` of `a`"),
    ] {
        let fault = extended(&entry(base.0, base.1), &entry(child.0, child.1)).unwrap_err();
        assert!(fault.why.starts_with(why) && fault.document == Some(0), "{fault:?}");
    }
}

#[test]
fn req_5_17_every_type_has_its_document_and_every_document_its_type() {
    let plain = |vct: &str| document(&json!({"vct": vct}));
    let child = || document(&json!({"vct": CHILD, "extends": BASE}));
    let known =
        |metadata: Vec<TypeMetadata>| metadata.iter().map(|it| it.vct().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        resolved(&["a", "b"], &[plain("b"), plain("a")]).map(known),
        Ok(vec!["a".to_owned(), "b".to_owned()])
    );
    // A parent serves several children, and may be accepted by itself.
    assert!(resolved(&[CHILD, BASE], &[child(), plain(BASE)]).is_ok());
    for (accepted, documents, place, why) in [
        (&["a"][..], vec![plain("a"), plain("a")], Some(1), "describes the same type as a file before it"),
        (&["a"], vec![plain("A")], None, "has no file for the accepted type `a`"),
        (&["a", "b"], vec![plain("a")], None, "has no file for the accepted type `b`"),
        (
            &["a"],
            vec![plain("a"), plain("b")],
            Some(1),
            "describes a type that is neither accepted here nor extended",
        ),
        (
            &[CHILD],
            vec![child()],
            Some(0),
            "extends `https://example.com/base-type-metadata`, for which there is no file",
        ),
    ] {
        let fault = resolved(accepted, &documents).unwrap_err();
        assert_eq!((fault.document, &*fault.why), (place, why));
    }
}

#[test]
fn req_5_17_circles_and_endless_chains_are_refused() {
    let link =
        |from: usize, to: usize| document(&json!({"vct": from.to_string(), "extends": to.to_string()}));
    let end = |vct: usize| document(&json!({"vct": vct.to_string()}));
    for (documents, place) in [
        (vec![link(0, 0)], 0),
        (vec![link(0, 1), link(1, 0)], 1),
        (vec![link(0, 1), link(1, 2), link(2, 1)], 2),
    ] {
        let fault = resolved(&["0"], &documents).unwrap_err();
        assert!(fault.document == Some(place) && fault.why.contains("in turn"), "{fault:?}");
    }
    let chain = |length: usize| {
        let mut documents: Vec<TypeDocument> = (1..length).map(|at| link(at - 1, at)).collect();
        documents.push(end(length - 1));
        resolved(&["0"], &documents)
    };
    assert!(chain(8).is_ok());
    let fault = chain(9).unwrap_err();
    assert_eq!(
        fault,
        ExtendsFault { document: Some(7), why: "is the end of a chain of more than 8 types".to_owned() }
    );
}

#[test]
fn req_5_18_extends_integrity_is_over_the_bytes_of_the_parent() {
    let base = json!({"vct": BASE, "name": "Base"}).to_string();
    let child =
        |integrity: &str| document(&json!({"vct": CHILD, "extends": BASE, "extends#integrity": integrity}));
    let good = integrity(base.as_bytes());
    let judged = |integrity: &str, base: &str| {
        resolved(&[CHILD], &[child(integrity), TypeDocument::parse(base.as_bytes()).unwrap()]).map(|_| ())
    };
    assert_eq!(judged(&good, &base), Ok(()));
    for (integrity, base) in [(&*good, &*base.replace(',', ", ")), ("md5-x", &*base), ("", &*base)] {
        let fault = judged(integrity, base).unwrap_err();
        assert!(fault.document == Some(0) && fault.why.contains("`extends#integrity`"), "{fault:?}");
    }
}

#[test]
fn req_5_19_paths_count_what_was_issued() {
    let claims = object(json!({
        "name": "Arthur Dent",
        "degrees": [{"type": "Bachelor", "at": "B"}, {"type": "Master"}],
        "nationalities": ["British", "Betelgeusian"], "empty": [],
    }));
    // Of four nationalities, the first and the third stayed hidden; a degree has a hidden member.
    let mut trace = Trace::default();
    for place in [0, 2] {
        trace.part(TraceStep::Member("nationalities")).part(TraceStep::Element(place)).hidden = true;
    }
    trace.part(TraceStep::Member("nationalities")).part(TraceStep::Element(3)).disclosed = true;
    trace.part(TraceStep::Member("degrees")).part(TraceStep::Element(1)).withholds = true;
    let select = |path: Value| {
        let found = claim_path::TypeClaimPath::from_json(&path).unwrap().select(&claims, &trace)?;
        Ok((found.plain, found.disclosable, found.absent, found.out_of_sight))
    };
    for (path, expected) in [
        (json!(["name"]), (true, false, false, false)),
        (json!(["unknown"]), (false, false, false, false)),
        (json!(["unknown", "inside"]), (false, false, false, false)),
        (json!(["nationalities", 0]), (false, true, false, false)),
        (json!(["nationalities", 1]), (true, false, false, false)),
        (json!(["nationalities", 3]), (false, true, false, false)),
        (json!(["nationalities", 4]), (false, false, false, false)),
        (json!(["nationalities", null]), (true, true, false, false)),
        (json!(["nationalities", 0, "x"]), (false, false, false, true)),
        (json!(["degrees", null, "type"]), (true, false, false, false)),
        (json!(["degrees", 1, "at"]), (false, false, true, false)),
        (json!(["degrees", 1, "at", "x"]), (false, false, false, true)),
        (json!(["empty", null]), (false, false, false, false)),
    ] {
        assert_eq!(select(path.clone()), Ok(expected), "{path}");
    }
    for path in [json!(["name", "x"]), json!(["nationalities", "x"]), json!(["degrees", null, "type", "x"])] {
        assert_eq!(select(path.clone()), Err(claim_path::WrongKind::NoObject), "{path}");
    }
    for path in [json!(["name", 0]), json!([0]), json!(["degrees", null, null]), json!([null])] {
        assert_eq!(select(path.clone()), Err(claim_path::WrongKind::NoArray), "{path}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), text in r#"\{"vct":"a",("extends":"[ab]",)?"claims":\[\{"path":\["a"\](,"sd":"(always|never|x)")?\}\]\}"#) {
        let _ = TypeDocument::parse(&bytes);
        if let Ok(document) = TypeDocument::parse(text.as_bytes()) {
            let _ = resolve(&["a".to_owned()], &[document]);
        }
    }
}
