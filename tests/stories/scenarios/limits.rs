//! Limits stop whoever guesses, and nobody beside them (RFC 8628 section 5.1, RFC 10027 section 6.1.11).

use std::fmt::Write as _;

use poem::http::{Method, header};
use poem::{Endpoint as _, Request};
use serde_json::json;
use url::form_urlencoded;
use vpgate_core::openid4vp::request::ResponseMode;

use crate::scenarios::logs::Lines;
use crate::scenarios::posting::PostingWallet;
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};
use vpgate_test_support::live_server::{Heard, LiveServer};

const HOME: &str = "192.0.2.10";
const HOME_TOO: &str = "192.0.2.99";
const ELSEWHERE: &str = "198.51.100.7";
/// Low enough to be reached by a test.
const NARROW: &str = "\n[device]\nwrong_codes_altogether = 12\nauthorizations_per_client = 12\nauthorizations_per_address = 100\n";

fn code(authorization: &Heard) -> String {
    authorization.json()["user_code"].as_str().unwrap().to_owned()
}

/// Codes that could be one, each another.
fn guess(number: usize) -> String {
    let alphabet = b"BCDFGHJKLMNPQRSTVWXZ";
    let letter = |place: usize| char::from(alphabet[number / place % alphabet.len()]);
    format!("BBBB-BB{}{}", letter(20), letter(1))
}

#[tokio::test]
async fn wrong_codes_of_one_network_keep_nobody_else_from_entering_a_right_one() {
    let world = Harness::with_more(NARROW).await;
    let street = LiveServer::new(&world);
    let code = code(&street.device("tv", HOME).await);
    // One household owns a /56: 256 networks of the size that counts as one address.
    let attacker = |number: usize| format!("2001:db8:1:2{:02x}::1", number % 256);
    let mut let_through = 0;
    for number in 0..100 {
        match street.look(&guess(number), &attacker(number)).await.status {
            400 => let_through += 1,
            other => assert_eq!(other, 429),
        }
    }
    assert_eq!(let_through, 12, "then all of them together are told to wait");
    // From there not even a right code is taken; everywhere else it is, also after a typing error.
    let refused = street.look(&code, &attacker(200)).await;
    assert_eq!((refused.status, refused.retry_after.is_some()), (429, true));
    assert_eq!(street.look(&code, ELSEWHERE).await.status, 200);
    assert_eq!(street.look(&guess(0), "203.0.113.5").await.status, 400);
    let page = street.look(&code, "203.0.113.5").await;
    assert_eq!(page.status, 200);
    assert!(street.press(&page, "continue", "203.0.113.5").await.location.is_some());
}

#[tokio::test]
async fn wrong_codes_of_many_single_addresses_stop_those_addresses_alone() {
    let world = Harness::with_more(NARROW).await;
    let street = LiveServer::new(&world);
    let code = code(&street.device("tv", HOME).await);
    for number in 0..24 {
        // Two each, from as many IPv4 networks: after twelve the bar is at two.
        let from = format!("100.64.{}.1", number / 2);
        assert_eq!(street.look(&guess(number), &from).await.status, 400);
    }
    for number in 0..12 {
        let from = format!("100.64.{number}.1");
        assert_eq!(street.look(&code, &from).await.status, 429, "{from}");
    }
    assert_eq!(street.look(&code, "100.64.0.2").await.status, 200, "a neighbour");
    assert_eq!(street.look(&code, ELSEWHERE).await.status, 200);
}

#[tokio::test]
async fn req_10_20_a_household_does_not_guess_once_for_each_of_its_networks() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let mut let_through = 0;
    for number in 0..60 {
        let from = format!("2001:db8:1:2{number:02x}::1");
        if street.look(&guess(number), &from).await.status == 400 {
            let_through += 1;
        }
    }
    assert_eq!(let_through, 20);
    assert_eq!(street.look(&guess(0), "2001:db8:1:300::1").await.status, 400, "the next household");
}

#[tokio::test]
async fn an_office_behind_one_address_is_not_locked_out_by_typing_errors() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let (near, far) = (code(&street.device("tv", HOME).await), code(&street.device("tv", ELSEWHERE).await));
    for number in 0..5 {
        assert_eq!(street.look(&guess(number), HOME).await.status, 400);
    }
    // REQ-10.20: the sixth is refused, and so is a right code of a device that is somewhere else.
    assert_eq!(street.look(&guess(5), HOME).await.status, 429);
    assert_eq!(street.look(&far, HOME).await.status, 429);
    // The office's own devices are taken: whoever guesses elsewhere has nothing of that.
    let page = street.look(&near, HOME).await;
    assert_eq!(page.status, 200);
    // Until ten times as many were tried there.
    for number in 6..55 {
        assert_eq!(street.look(&guess(number), HOME).await.status, 429);
    }
    assert_eq!(street.look(&near, HOME).await.status, 429);
    assert_eq!(street.look(&near, HOME_TOO).await.status, 200, "at another address there is room");
}

#[tokio::test]
async fn req_10_20_what_cannot_be_a_code_is_no_guess_and_is_counted_apart() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let code = code(&street.device("tv", ELSEWHERE).await);
    for number in 0..50 {
        assert_eq!(street.look(&format!("A{number}"), HOME).await.status, 400, "{number}");
    }
    assert_eq!(street.look("A", HOME).await.status, 429);
    assert_eq!(street.look(&code, HOME).await.status, 200);
}

#[tokio::test]
async fn the_field_keeps_what_was_typed_and_the_page_says_how_many_tries_are_left() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    for (typed, left) in [
        ("BBBB-BBBB", "You can try 4 more times"),
        ("BBBB-BBBC", "You can try 3 more times"),
        ("\"><b>x", "You can try 3 more times"),
        ("BBBB-BBBD", "You can try 2 more times"),
        ("BBBB-BBBF", "You can try once more"),
        ("BBBB-BBBG", "After another wrong code you must wait"),
    ] {
        let encoded: String = typed.bytes().fold(String::new(), |mut text, byte| {
            write!(text, "%{byte:02X}").unwrap();
            text
        });
        let page = street.look(&encoded, HOME).await;
        assert_eq!(page.status, 400);
        assert!(page.body.contains("This code is not valid."), "{}", page.body);
        assert!(page.body.contains(left), "{typed}: {}", page.body);
        let kept = if typed.starts_with('B') { typed } else { "&#34;&#62;&#60;b&#62;x" };
        assert!(page.body.contains(&format!("value=\"{kept}\"")), "{typed}: {}", page.body);
    }
}

#[tokio::test]
async fn authorizations_of_one_network_keep_no_other_device_of_the_client_out() {
    let world = Harness::with_more(NARROW).await;
    let street = LiveServer::new(&world);
    let attacker = |number: usize| format!("2001:db8:1:2{number:02x}::1");
    for number in 0..12 {
        assert_eq!(street.device("tv", &attacker(number)).await.status, 200, "{number}");
    }
    // The client has as many as it may: whoever asked for them gets no more, from no address of his.
    for number in [0, 11, 100] {
        let refused = street.device("tv", &attacker(number)).await;
        assert_eq!((refused.status, refused.retry_after.is_some()), (429, true), "{number}");
    }
    for quiet in [HOME, ELSEWHERE, "2001:db8:99::1"] {
        assert_eq!(street.device("tv", quiet).await.status, 200, "{quiet}");
    }
}

#[tokio::test]
async fn one_person_is_one_address_whatever_the_proxy_adds_to_it() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    // Eight people with one wrong code each.
    for person in 1..=8 {
        let from = format!("203.0.{person}.1:5{person:03}");
        assert_eq!(street.look(&guess(person), &from).await.status, 400, "{from}");
    }
    // One person with six, at six ports.
    let told: Vec<u16> = {
        let mut told = Vec::new();
        for port in 1..=6 {
            told.push(street.look(&guess(port), &format!("[2001:db8::7]:{port}")).await.status);
        }
        told
    };
    assert_eq!(told, [400, 400, 400, 400, 400, 429]);
    assert_eq!(street.look(&guess(0), "2001:db8::7").await.status, 429, "without a port too");
}

#[tokio::test]
async fn nothing_is_said_about_networks_where_nobody_knows_them() {
    let without = configuration("").replace("trusted_proxies = [\"127.0.0.1\"]", "trusted_proxies = []");
    let worlds = [Harness::with_configuration(&without, Vec::new()).await, Harness::new().await];
    for (world, header) in worlds.iter().zip([HOME, "unknown"]) {
        let street = LiveServer::new(world);
        let authorization = street.device("tv", header).await;
        for person in [HOME_TOO, ELSEWHERE, "unknown"] {
            let page = street.look(&code(&authorization), person).await;
            assert_eq!(page.status, 200);
            for sentence in ["same network", "another network"] {
                assert!(!page.body.contains(sentence), "{header} {person}: {}", page.body);
            }
        }
    }
}

#[tokio::test]
async fn a_header_of_a_peer_that_is_not_listed_is_warned_of_once() {
    let (lines, _guards) = Lines::collect(tracing::Level::WARN);
    let without = configuration("").replace("trusted_proxies = [\"127.0.0.1\"]", "trusted_proxies = []");
    let unlisted = Harness::with_configuration(&without, Vec::new()).await;
    let street = LiveServer::new(&unlisted);
    for _ in 0..3 {
        street.look(&guess(0), HOME).await;
    }
    let text = lines.text();
    assert_eq!(text.matches("http.trusted_proxies").count(), 1, "{text}");
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    for junk in ["unknown", "nonsense", "_hidden"] {
        street.look(&guess(0), junk).await;
    }
    let text = lines.text();
    assert_eq!(text.matches("names no IP address").count(), 1, "{text}");
    assert!(!text.contains("BBBB") && !text.contains("nonsense"), "{text}");
}

#[tokio::test]
async fn refusals_name_client_address_and_reason_in_the_log_and_no_secret() {
    let (lines, _guards) = Lines::collect(tracing::Level::WARN);
    let world = Harness::with_more(NARROW).await;
    let street = LiveServer::new(&world);
    for number in 0..6 {
        street.look(&guess(number), HOME).await;
    }
    for _ in 0..13 {
        street.device("tv", "203.0.113.9").await;
    }
    street.introspect_as("shop", "a-wrong-secret", "203.0.113.77").await;
    street.introspect_as("nobody\nforged=1", "a-wrong-secret", "203.0.113.77").await;
    let text = lines.text();
    let line = |about: &str| {
        text.lines().find(|line| line.contains(about)).unwrap_or_else(|| panic!("{about}: {text}")).to_owned()
    };
    let codes = line("too many wrong user codes");
    assert!(codes.contains(&format!("\"address\":\"{HOME}\"")), "{codes}");
    let authorizations = line("too many device authorizations");
    assert!(authorizations.contains("\"client\":\"tv\"") && authorizations.contains("203.0.113.9"));
    let wrong = line("the secret is wrong");
    for part in ["/introspect", "shop", "client_secret_basic", "203.0.113.77"] {
        assert!(wrong.contains(part), "{part}: {wrong}");
    }
    let unknown = line("no such client is registered");
    assert!(unknown.contains("nobody") && unknown.contains("203.0.113.77"), "{unknown}");
    for secret in ["a-wrong-secret", "BBBB"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn req_2_8_rejected_answers_that_arrive_together_are_counted_one_by_one() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let begun = world.begin(&json!({ "scope": BASIC, "redirect_uri": RETURN_TO })).await;
    let mut phone = world.browser();
    let page = phone.open(begun["start_url"].as_str().unwrap()).await;
    let asked = PostingWallet::new(&world).opened_by(&page).await;
    let junk = form_urlencoded::Serializer::new(String::new())
        .append_pair("vp_token", &json!({ CREDENTIAL: ["x~y"] }).to_string())
        .append_pair("state", asked.state.as_str())
        .finish();
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (app, junk, path) = (world.app(), junk.clone(), world.response_path(&asked));
        posts.spawn(async move {
            let request = Request::builder()
                .method(Method::POST)
                .uri_str(path)
                .header(header::HOST, "127.0.0.1:8080")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(junk);
            app.endpoint().get_response(request).await.status()
        });
    }
    posts.join_all().await;
    // Five are permitted; the fifth decided.
    assert_eq!(world.collect(&begun, None).await.1["status"], "rejected");
}
