//! Accepted presentations, changed in one thing at a time, several thousand ways: every change is refused,
//! or is on the list of harmless ones with the reason, and then the verdict is the same.
//!
//! Each mutant is judged twice: the same input twice gives the same report.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing"
)]

mod characters;
mod harmless;
mod kinds;
mod members;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use vpgate_core::base::base64url;
use vpgate_core::base::report::{CheckOutcome, Report, Verdict};
use vpgate_core::openid4vp::verify::VerifiedPresentation;
use vpgate_core::trust::{FormatRules, SdJwtVcRules};

use harmless::Harmless;
use members::changes;
use vpgate_test_support::builders::presentation::{PresentationBuilder, QUERY_ID, Verifier};

/// One changed answer.
pub struct Mutant {
    /// What was done; the list of harmless changes goes by it.
    pub kind: &'static str,
    /// Where, for messages.
    pub place: String,
    /// The answer.
    pub vp_token: String,
}

/// Judges mutants of one presentation and counts.
struct Trial<'m> {
    name: &'m str,
    text: String,
    verifier: Verifier,
    verified: VerifiedPresentation,
    counts: BTreeMap<String, [usize; 2]>,
    faults: Vec<String>,
}

impl<'m> Trial<'m> {
    fn of(name: &'m str, made: &PresentationBuilder) -> Self {
        let (verifier, text) = (made.verifier(), made.present());
        let (verified, report) = verifier.judge(&text);
        let verified = verified.unwrap_or_else(|| panic!("{name}: {report:?}"));
        Self { name, text, verifier, verified, counts: BTreeMap::new(), faults: Vec::new() }
    }

    /// `layer` is what was changed: `whole`, `kb payload, signed anew`, ...
    fn judge(&mut self, layer: &str, mutant: &Mutant) {
        if mutant.vp_token == self.text {
            return;
        }
        let (presentation, report) = self.verifier.judge(&mutant.vp_token);
        let (_, again) = self.verifier.judge(&mutant.vp_token);
        let told = format!("{}: {layer}: {} {}", self.name, mutant.kind, mutant.place);
        if report != again {
            self.faults.push(format!("{told}: the same input twice gives two reports"));
        }
        self.faults.extend(fault_of(&report).map(|fault| format!("{told}: {fault}")));
        let count = self.counts.entry(layer.to_owned()).or_default();
        let Some(presentation) = presentation else {
            count[0] += 1;
            return;
        };
        count[1] += 1;
        let harmless = Harmless::find(layer, mutant);
        if harmless.is_none() && !self.same_presentation(&mutant.vp_token) {
            self.faults.push(format!("{told}: accepted"));
        }
        if !harmless.is_some_and(|line| line.other_claims) && !same_words(&self.verified, &presentation) {
            self.faults.push(format!("{told}: accepted with another meaning"));
        }
    }

    /// Read by somebody else, the answer holds the very same presentation: only its wrapping differs.
    fn same_presentation(&self, vp_token: &str) -> bool {
        let decoded = base64url::decode(vp_token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        [Some(vp_token.to_owned()), decoded].into_iter().flatten().any(|text| {
            serde_json::from_str::<Value>(&text)
                .is_ok_and(|answer| answer == json!({ QUERY_ID: [self.text] }))
        })
    }

    /// Prints the counts and adds them to `tally`; fails on any fault.
    fn conclude(self, tally: &mut Tally) {
        for (layer, [refused, harmless]) in &self.counts {
            tally.mutants += refused + harmless;
            tally.layers.insert(layer.clone());
            println!("{:<22} {layer:<34} {refused:>6} refused {harmless:>4} harmless", self.name);
        }
        let shown: Vec<_> = self.faults.iter().take(40).cloned().collect();
        assert!(shown.is_empty(), "{} faults:\n{}", self.faults.len(), shown.join("\n"));
    }
}

/// What one test has tried.
#[derive(Default)]
struct Tally {
    mutants: usize,
    layers: BTreeSet<String>,
}

impl Tally {
    /// At least so many, and no line of the list of harmless changes was there in vain.
    fn conclude(self, at_least: usize) {
        println!("{} mutants", self.mutants);
        assert!(self.mutants >= at_least, "{} mutants", self.mutants);
        let unused = Harmless::unused(&self.layers);
        assert!(unused.is_empty(), "nothing of this kind was accepted: {unused:#?}");
    }
}

/// What decided stands in the report as failed; a report that verifies has no such line.
fn fault_of(report: &Report) -> Option<&'static str> {
    let failed = |reason: &str| {
        report.checks.iter().any(|line| line.check == *reason && line.outcome == CheckOutcome::Failed)
    };
    match (report.verdict, &report.reason) {
        (Verdict::Verified, None) => None,
        (Verdict::Verified, Some(_)) => Some("verified with a reason"),
        (Verdict::Rejected, Some(reason)) => (!failed(reason)).then_some("rejected without its line"),
        (Verdict::Rejected, None) => Some("rejected without a reason"),
    }
}

/// The same credential, issuer, type, claims and transactions.
fn same_words(one: &VerifiedPresentation, other: &VerifiedPresentation) -> bool {
    let words = |it: &VerifiedPresentation| {
        let [credential] = it.credentials()[QUERY_ID].as_slice() else { panic!("one credential") };
        (
            credential.issuer.clone(),
            credential.credential_type.clone(),
            credential.claims.clone(),
            credential.holder.clone(),
        )
    };
    words(one) == words(other) && one.transaction_data() == other.transaction_data()
}

#[test]
fn req_4_7_req_6_10_no_changed_character_is_accepted() {
    let mut tally = Tally::default();
    for (index, (name, made)) in kinds::all().into_iter().enumerate() {
        let mut trial = Trial::of(name, &made);
        let text = trial.text.clone();
        // Every position of the plain one; of each other kind every fifth.
        let (step, density) = if index == 0 { (1, 3) } else { (5, 1) };
        for mutant in characters::everywhere(&text, step, density) {
            trial.judge("characters", &mutant);
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(20_000);
}

#[test]
fn req_3_6_no_changed_wrapping_changes_what_is_shown() {
    let mut tally = Tally::default();
    let made = kinds::plain();
    let mut trial = Trial::of("plain", &made);
    let object = json!({ QUERY_ID: [trial.text] }).to_string();
    for (layer, text) in [("JSON object", object.clone()), ("encoded object", base64url::encode(&object))] {
        for mutant in characters::everywhere(&text, 1, 1) {
            trial.judge(layer, &mutant);
        }
    }
    for change in changes(&object) {
        let mutant = Mutant { kind: change.how, place: change.place, vp_token: change.text };
        trial.judge("members of the object", &mutant);
        let encoded = Mutant { vp_token: base64url::encode(&mutant.vp_token), ..mutant };
        trial.judge("members of the encoded object", &encoded);
    }
    trial.conclude(&mut tally);
    tally.conclude(1000);
}

#[test]
fn req_4_6_req_6_3_no_changed_member_is_accepted_under_the_old_signature() {
    let mut tally = Tally::default();
    for (name, made) in kinds::all() {
        let mut trial = Trial::of(name, &made);
        let text = trial.text.clone();
        let (sd_jwt, kb_jwt) = text.split_at(text.rfind('~').unwrap() + 1);
        let (jwt, rest) = sd_jwt.split_once('~').unwrap();
        for (layer, piece) in [("header", 0), ("payload", 1)] {
            for change in changes(&piece_of(jwt, piece)) {
                let signed = format!("{}~{rest}", with_piece(jwt, piece, &change.text));
                let place = change.place;
                let new_kb = format!("{signed}{}", made.kb_jwt(&signed));
                let mutant = Mutant { kind: change.how, place: place.clone(), vp_token: new_kb };
                trial.judge(&format!("issuer {layer}, old signature"), &mutant);
                let mutant = Mutant { kind: change.how, place, vp_token: format!("{signed}{kb_jwt}") };
                trial.judge(&format!("issuer {layer}, old signature"), &mutant);
            }
            for change in changes(&piece_of(kb_jwt, piece)) {
                let vp_token = format!("{sd_jwt}{}", with_piece(kb_jwt, piece, &change.text));
                let mutant = Mutant { kind: change.how, place: change.place, vp_token };
                trial.judge(&format!("kb {layer}, old signature"), &mutant);
            }
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

#[test]
fn req_6_3_to_6_9_no_changed_member_is_accepted_that_the_holder_signed() {
    let mut tally = Tally::default();
    for (name, made) in kinds::all() {
        let mut trial = Trial::of(name, &made);
        let sd_jwt = made.sd_jwt();
        for change in changes(&made.kb_header) {
            let kb_jwt = made.holder.sign(&change.text, &made.kb_payload(&sd_jwt));
            let mutant =
                Mutant { kind: change.how, place: change.place, vp_token: format!("{sd_jwt}{kb_jwt}") };
            trial.judge("kb header, signed anew", &mutant);
        }
        for change in changes(&made.kb_payload(&sd_jwt)) {
            let kb_jwt = made.holder.sign(&made.kb_header, &change.text);
            let mutant =
                Mutant { kind: change.how, place: change.place, vp_token: format!("{sd_jwt}{kb_jwt}") };
            trial.judge("kb payload, signed anew", &mutant);
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

#[test]
fn req_4_5_to_4_21_no_malformed_member_is_accepted_that_the_issuer_signed() {
    let mut tally = Tally::default();
    for (name, made) in kinds::all() {
        let mut trial = Trial::of(name, &made);
        for change in changes(&made.header) {
            let mutant = PresentationBuilder { header: change.text, ..kinds::twin(&made) };
            let mutant = Mutant { kind: change.how, place: change.place, vp_token: mutant.present() };
            trial.judge("issuer header, signed anew", &mutant);
        }
        for change in changes(&made.payload) {
            let mutant = PresentationBuilder { payload: change.text, ..kinds::twin(&made) };
            let mutant = Mutant { kind: change.how, place: change.place, vp_token: mutant.present() };
            trial.judge("issuer payload, signed anew", &mutant);
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

#[test]
fn req_4_14_to_4_19_no_changed_disclosure_is_accepted() {
    let mut tally = Tally::default();
    for (name, made) in kinds::all() {
        let mut trial = Trial::of(name, &made);
        for (index, old) in made.disclosures.iter().enumerate() {
            let contents = String::from_utf8(base64url::decode(old).unwrap()).unwrap();
            for change in changes(&contents) {
                let new = base64url::encode(&change.text);
                let mut mutant = kinds::twin(&made);
                mutant.disclosures[index].clone_from(&new);
                // The holder signs anew, but the issuer never hashed this text.
                let forged = Mutant { kind: change.how, place: change.place, vp_token: mutant.present() };
                trial.judge("disclosure, issuer's old digest", &forged);
                // The issuer hashed it: only its form can be wrong.
                let digests = [old, &new].map(|text| made.digests.digest(text));
                mutant.payload = mutant.payload.replace(&digests[0], &digests[1]);
                if mutant.payload != made.payload {
                    let signed = Mutant {
                        vp_token: mutant.present(),
                        place: format!("{index}{}", forged.place),
                        ..forged
                    };
                    trial.judge("disclosure, signed anew", &signed);
                }
            }
        }
        for mutant in parts::disclosures(&made) {
            trial.judge("list of disclosures", &mutant);
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

#[test]
fn req_4_1_no_other_spelling_is_accepted() {
    let mut tally = Tally::default();
    for (name, made) in kinds::all() {
        let mut trial = Trial::of(name, &made);
        for mutant in parts::encodings(&made) {
            trial.judge("spelling", &mutant);
        }
        for mutant in parts::other_signatures(&made) {
            trial.judge("signature", &mutant);
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

#[test]
fn req_4_8_req_6_8_parts_of_two_presentations_do_not_mix() {
    let all = kinds::all();
    let mut tally = Tally::default();
    for (name, made) in &all {
        let mut trial = Trial::of(name, made);
        let text = trial.text.clone();
        for (_, other) in all.iter().filter(|(other, _)| other != name) {
            for mutant in parts::swapped(&text, made, other) {
                trial.judge("swapped", &mutant);
            }
        }
        // The same issuer and the same claims, for another holder.
        let other = PresentationBuilder::new(kinds::twin(made).issuer, kinds::plain().holder);
        for mutant in parts::swapped(&text, made, &other) {
            trial.judge("swapped, one issuer", &mutant);
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

#[test]
fn req_4_25_no_changed_member_of_the_json_form_is_accepted() {
    let mut tally = Tally::default();
    for (name, made) in kinds::all() {
        let mut trial = Trial::of(name, &made);
        let (flattened, general) = json_forms(&trial.text);
        for form in [&flattened, &general] {
            let answer = json!({ QUERY_ID: [form] }).to_string();
            let (_, report) = trial.verifier.judge(&answer);
            assert_eq!(report.reason.as_deref(), Some("serialization"), "{report:?}");
        }
        trial.verifier.trust.credentials[0].rules =
            FormatRules::SdJwtVc(SdJwtVcRules { accept_json_serialization: true, ..SdJwtVcRules::default() });
        for form in [flattened, general] {
            let mutant = Mutant {
                kind: "unchanged",
                place: String::new(),
                vp_token: json!({ QUERY_ID: [form] }).to_string(),
            };
            trial.judge("JSON form", &mutant);
            for change in changes(&form.to_string()) {
                let vp_token = format!("{{\"{QUERY_ID}\":[{}]}}", change.text);
                trial.judge("JSON form", &Mutant { kind: change.how, place: change.place, vp_token });
            }
        }
        trial.conclude(&mut tally);
    }
    tally.conclude(1000);
}

/// The same presentation in the two JSON serialisations (RFC 9901 section 8).
fn json_forms(text: &str) -> (Value, Value) {
    let (sd_jwt, kb_jwt) = text.rsplit_once('~').unwrap();
    let (jwt, disclosures) = sd_jwt.split_once('~').unwrap_or((sd_jwt, ""));
    let disclosures: Vec<&str> = disclosures.split('~').filter(|part| !part.is_empty()).collect();
    let pieces: Vec<&str> = jwt.split('.').collect();
    let signed = json!({
        "protected": pieces[0], "signature": pieces[2],
        "header": {"disclosures": disclosures, "kb_jwt": kb_jwt},
    });
    let mut flattened = signed.clone();
    flattened["payload"] = pieces[1].into();
    let other = json!({"protected": "e30", "signature": "AA", "header": {"kid": "another"}});
    (flattened, json!({"payload": pieces[1], "signatures": [signed, other]}))
}

/// One of the three pieces of a JWT, decoded.
fn piece_of(jwt: &str, piece: usize) -> String {
    String::from_utf8(base64url::decode(jwt.split('.').nth(piece).unwrap()).unwrap()).unwrap()
}

fn with_piece(jwt: &str, piece: usize, text: &str) -> String {
    let encoded = base64url::encode(text);
    let mut pieces: Vec<&str> = jwt.split('.').collect();
    pieces[piece] = &encoded;
    pieces.join(".")
}
