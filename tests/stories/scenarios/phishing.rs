//! Somebody is sent a link, or a code is guessed: what stands in the way (`docs/threats.md`).

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::Value;

use vpgate_test_support::browser::Page;
use vpgate_test_support::harness::{ADULT, BASIC, Harness};
use vpgate_test_support::live_server::LiveServer;

const HOME: &str = "192.0.2.10";
const HOME_TOO: &str = "192.0.2.99";
const ELSEWHERE: &str = "198.51.100.7";

fn link(authorization: &Value) -> &str {
    authorization["verification_uri_complete"].as_str().unwrap()
}

fn code(authorization: &Value) -> &str {
    authorization["user_code"].as_str().unwrap()
}

fn error(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The numbers on the page.
fn choices(page: &Page) -> Vec<String> {
    let buttons = page.body.split("name=\"number\" value=\"").skip(1);
    buttons.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn req_15_14_the_person_picks_the_number_that_the_device_shows() {
    let world = Harness::new().await;
    let authorization = world.device_of("gate").await;
    let number = authorization["confirmation_number"].as_str().unwrap();
    let mut phone = world.browser();
    let page = phone.open(link(&authorization)).await;
    let offered = choices(&page);
    assert_eq!(offered.len(), 3, "{}", page.body);
    assert!(offered.iter().any(|choice| choice == number));
    // The same three each time: decoys that changed would give the right one away.
    assert_eq!(choices(&world.browser().open(link(&authorization)).await), offered);
    // Without a choice the page asks again, and nothing is lost.
    let again = phone.press(&page, "Continue").await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.body.contains("Pick the number that your device shows."), "{}", again.body);
    let wallet = phone.fill_and_press(&again, &[("number", number)], "Continue").await;
    phone.press(&wallet, "Share").await;
    assert_eq!(world.hears("gate", &authorization).await.0, None);
    // Other clients' devices show no number.
    assert!(world.device_of("tv").await.get("confirmation_number").is_none());
}

#[tokio::test]
async fn req_15_14_a_wrong_number_denies_the_grant() {
    let world = Harness::new().await;
    let authorization = world.device_of("gate").await;
    let mut phone = world.browser();
    let page = phone.open(link(&authorization)).await;
    let right = authorization["confirmation_number"].as_str().unwrap();
    let wrong = choices(&page).into_iter().find(|number| number != right).unwrap();
    let refused = phone.fill_and_press(&page, &[("number", &wrong)], "Continue").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("That is not the number on your device"));
    assert_eq!(world.hears("gate", &authorization).await.0, error("access_denied"));
    let late = phone.fill_and_press(&page, &[("number", right)], "Continue").await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST, "there is no second guess");
}

#[tokio::test]
async fn req_15_8_i_did_not_start_this_also_after_approval() {
    let world = Harness::new().await;
    let authorization = world.device_of("tv").await;
    let (mut victim, mut other) = (world.browser(), world.browser());
    let wallet = world.to_wallet(&mut victim, &authorization).await;
    let done = victim.press(&wallet, "Share").await;
    assert!(done.body.contains("I did not start this"), "{}", done.body);
    // Nobody else can take it back.
    other.open("/device").await;
    let foreign = other.press(&done, "I did not start this").await;
    assert!(foreign.status.is_client_error());
    let stopped = victim.press(&done, "I did not start this").await;
    assert!(stopped.body.contains("The device gets no access"), "{}", stopped.body);
    assert_eq!(world.hears("tv", &authorization).await.0, error("access_denied"));
    // The page remembers, and twice is not more.
    let again = victim.open(done.url.as_str()).await;
    assert!(again.body.contains("You said that you did not start this"), "{}", again.body);
    assert!(victim.press(&done, "I did not start this").await.status.is_client_error());
}

#[tokio::test]
async fn req_15_8_a_report_after_the_token_is_taken_revokes_it() {
    let world = Harness::new().await;
    let authorization = world.device_of("tv").await;
    let mut phone = world.browser();
    let wallet = world.to_wallet(&mut phone, &authorization).await;
    let done = phone.press(&wallet, "Share").await;
    assert_eq!(world.hears("tv", &authorization).await.0, None);
    let late = phone.press(&done, "I did not start this").await;
    assert!(late.body.contains("Access was taken away"), "{}", late.body);
}

#[tokio::test]
async fn req_15_4_a_device_that_must_be_near_is_approved_on_its_own_network_only() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let authorization = street.device("safe", HOME).await.json();
    for far in [ELSEWHERE, "2001:db8::1"] {
        let refused = street.look(code(&authorization), far).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("This only works on the network of your device"), "{}", refused.body);
    }
    let page = street.look(code(&authorization), HOME_TOO).await;
    assert_eq!(page.status, 200);
    // Also when only the decision comes from elsewhere.
    assert_eq!(street.press(&page, "continue", ELSEWHERE).await.status, 403);
    assert_eq!(world.hears("safe", &authorization).await.0, error("authorization_pending"));
    let gone_on = street.press(&page, "continue", HOME_TOO).await;
    assert!(gone_on.location.unwrap().contains("response_type=vp_token"));
    // Whoever has no address cannot be near.
    let nowhere = world.device_of("safe").await;
    let page = world.browser().open(link(&nowhere)).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn req_15_4_the_page_says_from_where_the_device_asks() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let (same, other) = ("It seems to be on the same network", "It is on another network than you");
    let authorization = street.device("tv", HOME).await.json();
    let near = street.look(code(&authorization), HOME_TOO).await;
    assert!(near.body.contains(same) && !near.body.contains(other), "{}", near.body);
    let far = street.look(code(&authorization), ELSEWHERE).await;
    assert!(far.body.contains(other) && !far.body.contains(same), "{}", far.body);
    // Another kind of address cannot be compared, and `ignore` is not compared.
    let incomparable = street.look(code(&authorization), "2001:db8::1").await;
    let ignored = street.device("quiet", HOME).await.json();
    let ignored = street.look(code(&ignored), ELSEWHERE).await;
    for silent in [incomparable, ignored] {
        assert_eq!(silent.status, 200);
        assert!(!silent.body.contains(same) && !silent.body.contains(other), "{}", silent.body);
    }
}

#[tokio::test]
async fn req_15_9_fewer_scopes_are_granted_away_from_the_device() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let at_home = street.device("radio", HOME).await.json();
    let wide = "That you are 18 or older";
    let page = street.look(code(&at_home), HOME_TOO).await;
    assert!(page.body.contains(wide), "{}", page.body);
    assert!(!street.look(code(&at_home), ELSEWHERE).await.body.contains(wide));
    // No address is not the device's network: the page, the wallet and the token know the narrower set.
    let authorization = world.device_of("radio").await;
    let mut phone = world.browser();
    let page = phone.open(link(&authorization)).await;
    assert!(page.body.contains("Given name") && !page.body.contains(wide), "{}", page.body);
    let wallet = phone.press(&page, "Continue").await;
    phone.press(&wallet, "Share").await;
    let (refused, token) = world.hears("radio", &authorization).await;
    assert_eq!((refused, token["scope"].as_str()), (None, Some(BASIC)));
}

#[tokio::test]
async fn req_15_9_the_devices_of_a_client_can_be_held_to_fewer_scopes() {
    let world = Harness::new().await;
    let narrow = world.device_of("quiet").await;
    assert_eq!((&narrow["expires_in"], &narrow["interval"]), (&60.into(), &10.into()));
    assert_eq!(narrow["verification_uri"], "https://tv.example.com/activate");
    assert!(narrow.get("verification_uri_complete").is_none(), "their page, their links");
    let form = [("client_id", "quiet"), ("scope", BASIC)];
    let refused = world.post_form("/device_authorization", &form).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_scope".into())
    );
    let form = [("client_id", "quiet"), ("scope", ADULT)];
    assert_eq!(world.post_form("/device_authorization", &form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_10_7_codes_of_another_format_are_found_however_they_are_typed() {
    let world = Harness::new().await;
    let authorization = world.device_of("radio").await;
    let digits: String = code(&authorization).chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 11);
    let spaced = format!("{}+{}", &digits[..3], &digits[3..]);
    for typed in [code(&authorization), &digits, &spaced] {
        let page = world.browser().open(&format!("/device?user_code={typed}")).await;
        assert!(page.body.contains("Radio"), "{typed}: {}", page.body);
    }
}

#[tokio::test]
async fn req_15_7_a_code_that_turns_up_in_too_many_places_is_denied() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let authorization = street.device("tv", HOME).await.json();
    for place in 1..=5 {
        for _ in 0..2 {
            let page = street.look(code(&authorization), &format!("203.0.113.{place}")).await;
            assert_eq!(page.status, 200, "{place}");
        }
    }
    assert_eq!(world.hears("tv", &authorization).await.0, error("authorization_pending"));
    assert_eq!(street.look(code(&authorization), "203.0.113.6").await.status, 400);
    assert_eq!(world.hears("tv", &authorization).await.0, error("access_denied"));
}

#[tokio::test]
async fn req_10_20_guesses_are_counted_by_address_and_by_network_for_ipv6() {
    let world = Harness::new().await;
    let street = LiveServer::new(&world);
    let authorization = street.device("tv", HOME).await.json();
    for (guess, last) in ["B", "C", "D", "F", "G"].iter().enumerate() {
        let typed = format!("BBBB-BBB{last}");
        assert_eq!(street.look(&typed, &format!("2001:db8:1:2::{guess}")).await.status, 400);
    }
    let refused = street.look(code(&authorization), "2001:db8:1:2::9").await;
    assert_eq!((refused.status, refused.retry_after.is_some()), (429, true));
    assert_eq!(street.look(code(&authorization), "2001:db8:1:3::9").await.status, 200);
}

#[tokio::test]
async fn req_15_5_the_page_counts_down_and_a_code_dies_with_its_lifetime() {
    let world = Harness::new().await;
    let authorization = world.device_of("quiet").await;
    let address = format!("/device?user_code={}", code(&authorization));
    world.clock.advance(Duration::from_secs(13));
    let page = world.browser().open(&address).await;
    assert!(page.body.contains("less than a minute"), "{}", page.body);
    assert!(page.body.contains(".countdown,.over{--length:47s;--left:47}"), "{}", page.body);
    world.clock.advance(Duration::from_secs(47));
    assert_eq!(world.browser().open(&address).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.hears("quiet", &authorization).await.0, error("expired_token"));
}
