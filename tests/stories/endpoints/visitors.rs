//! Who opens a page: programs that look at links, people who come after them, and people in another browser
//! than the one in which they began.

use poem::http::StatusCode;

use crate::endpoints::stage::{Answer, PUBLIC_URL, RETURN, Stage};

const WALLET: &str = "https://wallet.example.com/authorize?";
const WHATSAPP: (&str, &str) = ("user-agent", "WhatsApp/2.23.20.0");
const IPHONE: &[(&str, &str)] = &[
    ("user-agent", "Mozilla/5.0 (iPhone)"),
    ("accept", "text/html"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

async fn begun(stage: &Stage) -> String {
    let begun = stage.presentation().await;
    begun["start_url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// A person opens the link. Browsers that say so are looked at first, and come once more by the page's script.
async fn opens(stage: &Stage, start: &str, person: &[(&str, &str)]) -> Answer {
    let first = stage.get(start, person).await;
    if !first.body.contains(&format!("{start}?on")) {
        return first;
    }
    let cookie = first.cookie();
    stage.get(&format!("{start}?on"), &[person, &[("cookie", &cookie)]].concat()).await
}

fn state(sent: &Answer) -> String {
    let wallet: url::Url = sent.location().parse().unwrap();
    wallet.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn a_link_preview_does_not_take_the_place_of_the_person() {
    for preview in [
        &[WHATSAPP][..],
        &[("user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")],
        &[("user-agent", "facebookexternalhit/1.1")],
        &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        &[("purpose", "prefetch")],
        &[("sec-purpose", "prefetch;prerender")],
        &[("x-moz", "prefetch")],
    ] {
        for person in [IPHONE, &[]] {
            let stage = Stage::new();
            let start = begun(&stage).await;
            for _ in 0..3 {
                let looked = stage.get(&start, preview).await;
                assert!(looked.header("location").is_none(), "{preview:?}");
            }
            let sent = opens(&stage, &start, person).await;
            assert!(sent.location().starts_with(WALLET), "{preview:?}");
        }
    }
}

#[tokio::test]
async fn a_person_who_is_mistaken_for_a_program_goes_on_by_a_button() {
    let stage = Stage::new();
    let start = begun(&stage).await;
    let page = stage.get(&start, &[WHATSAPP]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Continue to your wallet") && !page.body.contains("<script"), "{}", page.body);
    let headers = [WHATSAPP, ("cookie", &*page.cookie())];
    let form = format!("csrf={}&action=here", page.hidden("csrf"));
    let pressed = stage.form(&start, &headers, &form).await;
    assert!(pressed.location().starts_with(WALLET));
    assert!(stage.get(&start, &headers).await.location().starts_with(WALLET));
}

/// Some scanners of mail are whole browsers.
#[tokio::test]
async fn a_person_after_a_scanner_goes_on_in_their_own_browser() {
    let stage = Stage::new();
    let start = begun(&stage).await;
    let scanner = opens(&stage, &start, IPHONE).await;
    assert!(scanner.location().starts_with(WALLET));
    let page = opens(&stage, &start, IPHONE).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("opened in another browser"), "{}", page.body);
    let (cookie, value) = (page.cookie(), page.hidden("csrf"));
    let ours = ("cookie", cookie.as_str());
    for wrong in ["csrf=x&action=here".to_owned(), "action=here".to_owned()] {
        assert_eq!(stage.form(&start, &[ours], &wrong).await.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    stage.form(&start, &[ours], &format!("csrf={value}&action=here")).await.location();
    let sent = stage.get(&start, &[ours]).await;
    assert_eq!(sent.location(), scanner.location(), "the same request");
    // Whoever came first is out.
    let answer = format!("error=access_denied&state={}", state(&sent));
    let first = stage.form("/callback", &[("cookie", &scanner.cookie())], &answer).await;
    assert_eq!(first.status, StatusCode::BAD_REQUEST);
    assert!(stage.form("/callback", &[ours], &answer).await.location().starts_with(RETURN));
    // Once it is answered, nobody takes it over.
    let late = stage.get(&start, &[]).await;
    assert_eq!(late.location(), start.replace("start", "done"));
}

#[tokio::test]
async fn nobody_takes_over_what_a_device_began() {
    let stage = Stage::new();
    let device = stage.device().await;
    let link = device["verification_uri_complete"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap();
    let page = stage.get(link, &[]).await;
    let form = format!("user_code={}&csrf={}&action=continue", page.hidden("user_code"), page.hidden("csrf"));
    let own = page.cookie();
    let sent = stage.form("/device", &[("cookie", &own)], &form).await;
    // Its address is first seen after an answer that was of no use.
    let answer = format!("vp_token=nothing&state={}", state(&sent));
    let done = stage.form("/callback", &[("cookie", &own)], &answer).await.location().to_owned();
    let start = done.replace("/done/", "/start/");
    let other = stage.get("/device", &[]).await.cookie();
    let refused = stage.get(&start, &[("cookie", &other)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("<form"), "{}", refused.body);
    assert!(stage.get(&start, &[("cookie", &own)]).await.location().starts_with(WALLET));
}

#[tokio::test]
async fn a_preview_of_the_link_for_a_device_enters_no_code() {
    let stage = Stage::with(|policy| policy.device.limits.wrong_codes_per_address = 1);
    for _ in 0..5 {
        let looked = stage.get("/device?user_code=BBBB-BBBB", &[WHATSAPP]).await;
        assert_eq!(looked.status, StatusCode::OK);
        assert!(looked.body.contains("Enter the code"), "{}", looked.body);
    }
    assert_eq!(
        stage.get("/device?user_code=BBBB-BBBB", &[]).await.status,
        StatusCode::BAD_REQUEST,
        "counted now"
    );
}

#[tokio::test]
async fn who_comes_back_in_another_browser_is_told_where_it_goes_on() {
    let stage = Stage::new();
    let start = begun(&stage).await;
    let sent = stage.get(&start, &[]).await;
    let done = start.replace("start", "done");
    let other = stage.get("/device", &[]).await.cookie();
    for headers in [&[][..], &[("cookie", other.as_str())]] {
        for address in [done.clone(), format!("{done}?response_code=x")] {
            let page = stage.get(&address, headers).await;
            assert!(page.status.is_client_error());
            assert!(page.body.contains("Go back to the browser in which you began"), "{}", page.body);
            assert!(!page.body.contains("Enter a code"), "{}", page.body);
        }
    }
    let unknown = stage.get("/done/q6urq6urq6urq6urq6urqw", &[]).await;
    assert!(!unknown.body.contains("it is waiting"), "{}", unknown.body);
    // The answer itself, brought by a browser that began nothing.
    let answer = format!("vp_token=x&state={}", state(&sent));
    let page = stage.form("/callback", &[("origin", PUBLIC_URL)], &answer).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    for words in ["another browser", "Go back to the browser in which you began", "cookies"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("Enter a code"), "{}", page.body);
    // And where it began it goes on.
    let ours = ("cookie", &*sent.cookie());
    assert_eq!(stage.get(&start, &[ours]).await.location(), sent.location());
}
