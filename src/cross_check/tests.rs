//! What our core accepts within the profile, sd-jwt-rs accepts with the same claims; outside of it
//! sd-jwt-rs is not asked; and it does nothing but disagree where it cannot cope.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::base::report::{Findings, Report};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;
use vpgate_core::sdjwt::testing::{
    AUDIENCE, Maker, NONCE, NOW, QUERY_ID, element, encode, expected, member, object,
};

/// sd-jwt-rs asks the system's clock: the year 2100.
const LONG_LIVED: i64 = 4_102_444_800;

fn maker() -> Maker {
    long_lived(Maker::new())
}

fn long_lived(mut maker: Maker) -> Maker {
    maker.payload["exp"] = LONG_LIVED.into();
    maker
}

/// Through our own core; the report says why not.
fn accepted(maker: &Maker) -> Result<Authentic, Report> {
    let mut findings = Findings::new();
    let road = |findings: &mut Findings| {
        let presented = PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), findings)?;
        let issuer = maker.trust().vouch(QUERY_ID, &presented.issuer_hint(), findings)?;
        presented.authenticate(&issuer, &maker.keys(), &expected(), NOW, findings).map(Authentic::from)
    };
    match road(&mut findings) {
        Ok(authentic) => Ok(authentic),
        Err(rejection) => Err(findings.conclude(Err(rejection))),
    }
}

fn opinion(maker: &Maker) -> Opinion {
    SdJwtRs.on(&accepted(maker).unwrap(), AUDIENCE, NONCE, NOW)
}

#[test]
fn it_agrees_with_every_algorithm_that_both_know() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        let maker = long_lived(Maker::with_keys(algorithm, algorithm));
        assert_eq!(opinion(&maker), Opinion::Agrees, "{algorithm}");
    }
}

#[test]
fn it_is_not_asked_about_what_it_cannot_judge() {
    type PresentationChange = fn(&mut Maker);
    let cases: [(&str, PresentationChange); 10] = [
        ("no `exp`", |maker| drop(maker.payload.swap_remove("exp"))),
        ("so soon", |maker| maker.payload["exp"] = (NOW.unix() + 60).into()),
        ("so soon", |maker| maker.payload["exp"] = json!(4_102_444_800.5)),
        ("`aud`", |maker| drop(maker.payload.insert("aud".to_owned(), AUDIENCE.into()))),
        ("empty array", |maker| drop(maker.payload.insert("list".to_owned(), json!([])))),
        ("empty array", |maker| maker.disclose("list", json!({"inner": [[1], []]}))),
        ("JOSE header", |maker| drop(maker.header.insert("cty".to_owned(), json!(7)))),
        ("JOSE header", |maker| drop(maker.header.insert("x5c".to_owned(), json!("no list")))),
        ("JOSE header", |maker| drop(maker.kb_header.insert("jku".to_owned(), json!(7)))),
        ("key-binding JWT has an `exp`", |maker| {
            drop(maker.kb.insert("exp".to_owned(), LONG_LIVED.into()));
        }),
    ];
    for (reason, change) in cases {
        let mut maker = maker();
        change(&mut maker);
        let opinion = opinion(&maker);
        assert!(matches!(opinion, Opinion::NotAsked(why) if why.contains(reason)), "{reason}: {opinion:?}");
    }
    let mut longer = Maker::new();
    longer.digests = DigestAlgorithm::Sha384;
    longer.payload.insert("_sd".to_owned(), json!([]));
    longer.payload.insert("_sd_alg".to_owned(), json!("sha-384"));
    longer.disclosures.clear();
    longer.disclose("given_name", json!("Erika"));
    assert!(matches!(opinion(&long_lived(longer)), Opinion::NotAsked(why) if why.contains("sha-256")));
    for (issuer, holder) in [
        (Algorithm::Es512, Algorithm::Es256),
        (Algorithm::Es256, Algorithm::Es512),
        (Algorithm::Ed25519, Algorithm::Es256),
        (Algorithm::Es256, Algorithm::Ed25519),
    ] {
        let opinion = opinion(&long_lived(Maker::with_keys(issuer, holder)));
        assert!(matches!(opinion, Opinion::NotAsked(why) if why.contains("ES512")), "{opinion:?}");
    }
}

#[test]
fn it_disagrees_with_other_keys_claims_nonces_and_audiences() {
    let maker = maker();
    let (text, key) = (maker.present(), maker.issuer.public_key());
    let claims = accepted(&maker).unwrap().claims().clone();
    assert_eq!(compare(&text, key, &claims, AUDIENCE, NONCE), Opinion::Agrees);
    let refused = |opinion| matches!(opinion, Opinion::Disagrees(Disagreement::Refuses(_)));
    assert!(refused(compare(&text, key, &claims, AUDIENCE, "another")));
    assert!(refused(compare(&text, key, &claims, "another", NONCE)));
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    assert!(refused(compare(&text, other.public_key(), &claims, AUDIENCE, NONCE)));
    let fewer = object(json!({"iss": "https://issuer.example.com"}));
    let opinion = compare(&text, key, &fewer, AUDIENCE, NONCE);
    assert_eq!(opinion, Opinion::Disagrees(Disagreement::OtherClaims));
}

/// Our own core refuses this long before; should it ever not, the process survives.
#[test]
fn a_panic_is_a_disagreement() {
    let mut maker = maker();
    let short = encode(&json!(["salt", "a name without a value"]));
    maker.refer_to(&short);
    maker.disclosures.push(short);
    assert!(accepted(&maker).is_err());
    let opinion = compare(&maker.present(), maker.issuer.public_key(), &Map::new(), AUDIENCE, NONCE);
    assert_eq!(opinion, Opinion::Disagrees(Disagreement::Panics));
}

/// How the issuer wrote a value down, and whether the holder shows it.
#[derive(Clone, Copy, Debug)]
enum Show {
    Openly,
    Disclosed,
    Withheld,
}

/// Claims to be issued.
#[derive(Clone, Debug)]
enum Claim {
    Leaf(Value),
    Object(Vec<(String, Show, Claim)>, usize),
    Array(Vec<(Show, Claim)>, usize),
}

/// Writes claims down as an issuer does, from the inside out.
#[derive(Default)]
struct Pen {
    drawn: usize,
}

impl Pen {
    fn salt(&mut self) -> String {
        self.drawn += 1;
        format!("salt number {}", self.drawn)
    }

    fn decoy(&mut self) -> Value {
        DigestAlgorithm::Sha256.digest(&self.salt()).into()
    }

    /// What stands in the payload; what the holder shows of it goes into `shown`.
    fn write(&mut self, claim: &Claim, shown: &mut Vec<String>) -> Value {
        match claim {
            Claim::Leaf(value) => value.clone(),
            Claim::Object(members, decoys) => {
                let (mut open, mut digests) = (Map::new(), Vec::new());
                for (name, show, claim) in members {
                    let mut inner = Vec::new();
                    let value = self.write(claim, &mut inner);
                    if matches!(show, Show::Openly) {
                        open.insert(name.clone(), value);
                        shown.extend(inner);
                        continue;
                    }
                    let disclosure = encode(&json!([self.salt(), name, value]));
                    digests.push(DigestAlgorithm::Sha256.digest(&disclosure).into());
                    show_if(*show, disclosure, inner, shown);
                }
                digests.extend((0..*decoys).map(|_| self.decoy()));
                if !digests.is_empty() {
                    open.insert("_sd".to_owned(), digests.into());
                }
                Value::Object(open)
            }
            Claim::Array(elements, decoys) => {
                let mut written = Vec::new();
                for (show, claim) in elements {
                    let mut inner = Vec::new();
                    let value = self.write(claim, &mut inner);
                    if matches!(show, Show::Openly) {
                        written.push(value);
                        shown.extend(inner);
                        continue;
                    }
                    let disclosure = encode(&json!([self.salt(), value]));
                    written.push(json!({"...": DigestAlgorithm::Sha256.digest(&disclosure)}));
                    show_if(*show, disclosure, inner, shown);
                }
                written.extend((0..*decoys).map(|_| json!({"...": self.decoy()})));
                Value::Array(written)
            }
        }
    }
}

fn show_if(show: Show, disclosure: String, inner: Vec<String>, shown: &mut Vec<String>) {
    if matches!(show, Show::Disclosed) {
        shown.push(disclosure);
        shown.extend(inner);
    }
}

fn show() -> impl Strategy<Value = Show> {
    prop_oneof![Just(Show::Openly), Just(Show::Disclosed), Just(Show::Withheld)]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e12..1e12).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!({})),
    ]
}

/// Members of an object, each name once. `empty`: the fewest elements of an array.
fn claims(fewest: usize) -> impl Strategy<Value = Vec<(String, Show, Claim)>> {
    let claim = leaf().prop_map(Claim::Leaf).prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            (members(inner.clone()), 0..3usize).prop_map(|(members, decoys)| Claim::Object(members, decoys)),
            (prop::collection::vec((show(), inner), fewest..4), 0..3usize)
                .prop_map(|(elements, decoys)| Claim::Array(elements, decoys)),
        ]
    });
    members(claim)
}

fn members(claim: impl Strategy<Value = Claim>) -> impl Strategy<Value = Vec<(String, Show, Claim)>> {
    // With a letter in front that no registered claim begins with.
    prop::collection::btree_map("q[a-zA-Zäß☃ ~.\"0-9]{0,5}", (show(), claim), 0..4)
        .prop_map(|members| members.into_iter().map(|(name, (show, claim))| (name, show, claim)).collect())
}

/// A presentation of these claims by the same two keys as all others.
fn presentation(claims: Vec<(String, Show, Claim)>, decoys: usize) -> Maker {
    let mut maker = maker();
    maker.disclosures.clear();
    let mut shown = Vec::new();
    let written = Pen::default().write(&Claim::Object(claims, decoys), &mut shown);
    maker.payload.swap_remove("_sd");
    maker.payload.extend(object(written));
    maker.disclosures = shown;
    maker
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_our_core_accepts_within_the_profile_it_accepts_with_equal_claims(
        claims in claims(1), decoys in 0..4usize,
    ) {
        let maker = presentation(claims, decoys);
        let authentic = match accepted(&maker) {
            Ok(authentic) => authentic,
            Err(report) => return Err(TestCaseError::fail(format!("our own core: {:?}", report.decisive()))),
        };
        prop_assert_eq!(SdJwtRs.on(&authentic, AUDIENCE, NONCE, NOW), Opinion::Agrees);
    }

    #[test]
    fn it_never_disagrees_with_our_core_about_empty_arrays(claims in claims(0), decoys in 0..4usize) {
        let authentic = accepted(&presentation(claims, decoys));
        prop_assert!(authentic.is_ok());
        let opinion = SdJwtRs.on(&authentic.unwrap(), AUDIENCE, NONCE, NOW);
        prop_assert!(!matches!(opinion, Opinion::Disagrees(_)), "{:?}", opinion);
    }
}

/// A Disclosure that is shown in an array and one in an object, by hand.
#[test]
fn nested_disclosures_come_out_equal() {
    let mut maker = maker();
    let (inner, outer) = (element(json!("DE")), member("street", json!("Weg 1")));
    let digest = |text: &str| DigestAlgorithm::Sha256.digest(text);
    let address = member("address", json!({"_sd": [digest(&outer), digest("decoy")], "city": "Köln"}));
    maker.refer_to(&address);
    maker.payload.insert("nationalities".to_owned(), json!([{"...": digest(&inner)}, "FR"]));
    maker.disclosures.extend([address, outer, inner]);
    assert_eq!(opinion(&maker), Opinion::Agrees);
}
