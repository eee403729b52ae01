//! What the worst input costs before the first signature is checked (REQ-4.23): many shapes, each as long
//! as the endpoints accept, measured against hashing as many bytes, because machines differ and are busy.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::json;
use vpgate_core::base::base64url;
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::base::report::Findings;
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::openid4vp::dcql::Query;
use vpgate_core::openid4vp::response::{ResponseParameters, WalletAnswer};

/// The longest body that the wallet's answer may have (`VerificationSettings::longest_answer`), by default.
const BODY: usize = 3 << 20;
/// How much of a presentation that is as long as may be one part of it may take, so that the limits inside
/// are reached and not only the outer one.
const ROOM: usize = 3 << 18;
/// How many times hashing [`BODY`] bytes (about 2 ms) reading an answer may take. Measured: at most 30, in
/// a debug build.
const CEILING: u32 = 100;

/// Answers with a name, each at most [`BODY`] bytes.
fn worst() -> Vec<(&'static str, String)> {
    let repeated = |part: &str| part.repeat(BODY / part.len());
    let jws = |header: &str, payload: &str| {
        format!("{}.{}.AA", base64url::encode(header), base64url::encode(payload))
    };
    let header = r#"{"alg":"ES256","typ":"dc+sd-jwt"}"#;
    let kb = jws(r#"{"alg":"ES256","typ":"kb+jwt"}"#, "{}");
    let presented = |jwt: &str| format!("{jwt}~{kb}");
    let room = ROOM;
    let nested =
        |open: &str, close: &str, levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
    let members = |count: usize| {
        let members: Vec<String> = (0..count).map(|index| format!("\"{index}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    // Names whose hashes no attacker chose, but all of one length and sharing a beginning.
    let alike: Vec<String> = (0..1900).map(|index| format!("\"aaaaaaaaaaaaaa{index:04}\":0")).collect();
    let disclosures = |size: usize, count: usize| {
        let one = |index: usize| base64url::encode(format!("[\"{index}\",\"{}\",0]", "n".repeat(size)));
        (0..count).map(one).collect::<Vec<_>>().join("~")
    };
    let decoys: Vec<String> = (0..1900).map(|index| format!("\"{index}\"")).collect();
    let object = |text: &str| json!({ "a": [text] }).to_string();
    let json_form = json!({"a": [{
        "payload": "e30", "protected": "e30", "signature": "AA",
        "header": {"disclosures": vec!["AA"; 512], "kb_jwt": kb},
    }]});
    let full = presented(&format!("{}~{}", jws(header, &members(1900)), disclosures(1200, 512)));
    let portrait = presented(&format!("{}~{}", jws(header, "{}"), disclosures(380 << 10, 1)));
    vec![
        ("tildes", repeated("~")),
        ("dots", repeated(".")),
        ("dots and tildes", repeated(".~")),
        ("empty disclosures", format!("a.b.c{}", repeated("~"))),
        ("short disclosures", format!("a.b.c{}", repeated("~AA"))),
        ("letters", repeated("A")),
        ("letters with a tilde", format!("{}~", repeated("A"))),
        ("not UTF-8 once decoded", format!("{}.{}.AA~{kb}", "_".repeat(room / 2), "_".repeat(room / 2))),
        ("quotes", repeated("\"")),
        ("backslashes in JSON", format!("{{\"a\":[\"{}\"]}}", repeated("\\\\"))),
        ("escapes in JSON", format!("{{\"a\":[\"{}\"]}}", repeated("\\u0041"))),
        ("white space", format!("{{{}", repeated(" "))),
        ("deep arrays", repeated("[")),
        ("deep objects", repeated("{\"a\":")),
        ("deep objects, closed", nested("{\"a\":", "}", BODY / 8)),
        ("deep in an array", format!("{{\"a\":[{}", repeated("["))),
        ("many members", members(BODY / 12)),
        ("many elements", format!("{{\"a\":[{}0]}}", repeated("0,"))),
        ("many zeros", format!("{{\"a\":{}", repeated("0"))),
        ("a long number", format!("{{\"a\":1{}", repeated("1"))),
        ("a long exponent", format!("{{\"a\":1e{}", repeated("9"))),
        ("encoded deep arrays", base64url::encode(&repeated("[")[..BODY * 3 / 4])),
        ("encoded deep objects", base64url::encode(&repeated("{\"a\":")[..BODY * 3 / 4])),
        (
            "encoded long text",
            base64url::encode(format!("{{\"a\":[\"{}\"]}}", "x".repeat(BODY * 3 / 4 - 20))),
        ),
        ("a deep payload", presented(&jws(header, &nested("[", "]", room / 3)))),
        ("a deep payload of objects", presented(&jws(header, &nested("{\"a\":", "}", room / 9)))),
        ("a deep header", presented(&jws(&nested("{\"a\":", "}", room / 9), "{}"))),
        ("a payload of members", presented(&jws(header, &members(1900)))),
        ("a payload of like names", presented(&jws(header, &format!("{{{}}}", alike.join(","))))),
        ("a payload of decoys", presented(&jws(header, &format!("{{\"_sd\":[{}]}}", decoys.join(","))))),
        ("a long signature", presented(&format!("{}{}", jws(header, "{}"), "A".repeat(room)))),
        (
            "a long kid",
            presented(&jws(&format!("{{\"alg\":\"ES256\",\"kid\":\"{}\"}}", "k".repeat(room / 2)), "{}")),
        ),
        ("everything at its limit", full.clone()),
        ("everything at its limit, in an object", object(&full)),
        ("everything at its limit, encoded", base64url::encode(object(&full))),
        ("JSON serialisation", json_form.to_string()),
        ("a portrait", object(&portrait)),
        ("two portraits in one presentation", object(&format!("{0}{0}", portrait.trim_end_matches(&kb)))),
        ("too many disclosures", presented(&format!("{}~{}", jws(header, "{}"), disclosures(1, 5000)))),
    ]
}

/// Everything that happens before keys are looked for: shape, splitting, bounds, decoding.
fn read(text: &str, query: &Query) -> bool {
    let mut findings = Findings::new();
    let parameters = ResponseParameters { vp_token: Some(text.to_owned()), ..Default::default() };
    let answer = WalletAnswer::parse(parameters, &mut findings);
    let Ok(WalletAnswer::Presented(token)) = answer else { return false };
    let shown = token.shown(query, "n", &mut findings);
    shown.is_ok_and(|shown| shown.iter().all(|shown| shown.presented.issuer_hint().iss.is_none()))
}

/// The fastest of several: the one that the machine disturbed least.
#[expect(clippy::disallowed_methods, reason = "measuring is what this test is for")]
fn fastest(times: usize, mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..times).map(once).min().unwrap()
}

#[test]
fn the_numbers_here_are_those_of_the_service() {
    let settings = VerificationSettings::default();
    assert_eq!(settings.longest_answer(), BODY);
    assert!(ROOM < settings.limits.bytes && ROOM > settings.limits.disclosure_bytes);
}

#[test]
fn req_4_23_no_shape_costs_much_before_the_first_signature() {
    let query = json!({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]}}]});
    let query = Query::from_json(&query).unwrap();
    let body = "x".repeat(BODY);
    let yardstick = fastest(9, || drop(black_box(DigestAlgorithm::Sha256.digest(&body))));
    let mut faults = Vec::new();
    for (name, text) in worst() {
        let mut reading = || {
            black_box(read(&text, &query));
        };
        let mut spent = fastest(5, &mut reading);
        if spent > yardstick * CEILING {
            // Tests beside this one take the machine for seconds: once more, with patience.
            spent = fastest(20, &mut reading);
        }
        let times = spent.as_secs_f64() / yardstick.as_secs_f64();
        println!("{name:<40} {:>7} bytes {spent:>12.1?} = {times:.2} hashings", text.len());
        if spent > yardstick * CEILING {
            faults.push(format!("{name}: {spent:?} is more than {CEILING} times {yardstick:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A thread with a small stack reads every shape: nothing recurses as deep as a stranger likes.
#[test]
fn req_4_23_no_shape_needs_much_stack() {
    let query = json!({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]}}]});
    let query = Query::from_json(&query).unwrap();
    let small = std::thread::Builder::new().stack_size(128 << 10);
    let reader = small.spawn(move || {
        for (name, text) in worst() {
            let _read = black_box(read(&text, &query));
            println!("{name}");
        }
    });
    reader.unwrap().join().unwrap();
}
