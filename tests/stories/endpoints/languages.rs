//! Whose pages they are, and in which language they speak.

use std::sync::Arc;

use poem::http::StatusCode;

use crate::endpoints::stage::{PUBLIC_URL, Stage};
use vpgate_core::appearance::Appearance;
use vpgate_core::appearance::branding::{Branding, Colours};
use vpgate_core::appearance::colour::Colour;
use vpgate_core::appearance::languages::{CATALOGUES, Languages};
use vpgate_core::appearance::logo::Logo;
use vpgate_core::policy::Policy;

const PAGES: [&str; 8] = [
    "/device",
    "/device?user_code=nonsense",
    "/callback",
    "/done/x",
    "/start/x",
    "/authorize",
    "/logout",
    "/",
];

#[tokio::test]
async fn every_page_speaks_every_language_in_its_direction() {
    let stage = Stage::new();
    for language in CATALOGUES {
        let direction = if language.is_right_to_left { "rtl" } else { "ltr" };
        let html = format!("<html lang=\"{}\" dir=\"{direction}\">", language.tag);
        for uri in PAGES {
            let page =
                stage.get(uri, &[("accept-language", &format!("xx, {}-ZZ;q=0.9", language.tag))]).await;
            assert!(page.body.contains(&html), "{} {uri}: {}", language.tag, page.body);
            assert_eq!(page.header("content-language"), Some(language.tag), "{uri}");
        }
    }
}

#[tokio::test]
async fn what_the_address_asks_for_is_spoken_on_the_pages_that_follow() {
    let stage = Stage::new();
    let german = ("accept-language", "de");
    let page = stage.get("/device?ui_locales=xx+fr", &[german]).await;
    let cookies = page.all("set-cookie");
    let kept = cookies.iter().find(|cookie| cookie.contains("-language=fr")).unwrap();
    assert!(kept.starts_with("__Host-") && kept.contains("HttpOnly") && kept.contains("Secure"), "{kept}");
    let cookie = kept.split(';').next().unwrap();
    let next = stage.get("/device", &[german, ("cookie", cookie)]).await;
    assert!(next.body.contains("lang=\"fr\""), "{}", next.body);
    assert!(!next.all("set-cookie").iter().any(|cookie| cookie.contains("-language=")));
    let other = stage.get("/device?ui_locales=xx", &[german]).await;
    assert!(other.body.contains("lang=\"de\""), "a wish that cannot be met is none: {}", other.body);
    let forged = stage.get("/device", &[("cookie", "__Host-vpgate-language=\"><script>")]).await;
    assert!(forged.body.contains("lang=\"en\"") && !forged.body.contains("<script"), "{}", forged.body);
}

#[tokio::test]
async fn only_the_languages_that_the_operator_wants_are_spoken_and_announced() {
    let stage = Stage::with(|policy: &mut Policy| {
        let languages = Languages::new(&["de", "ja"], Vec::new());
        policy.appearance = Arc::new(Appearance { languages, ..Appearance::default() });
    });
    for (wish, spoken) in [("fr, ja", "ja"), ("en", "de"), ("", "de")] {
        let page = stage.get("/device", &[("accept-language", wish)]).await;
        assert!(page.body.contains(&format!("lang=\"{spoken}\"")), "{wish}: {}", page.body);
    }
    let metadata = stage.get("/.well-known/oauth-authorization-server", &[]).await.json();
    assert_eq!(metadata["ui_locales_supported"], serde_json::json!(["de", "ja"]));
}

#[tokio::test]
async fn the_operator_s_name_picture_colours_and_links_are_on_every_page_and_nothing_in_them_runs() {
    let logo = Arc::new(Logo::read(b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()).unwrap());
    let picture = Arc::clone(&logo);
    let stage = Stage::with(move |policy: &mut Policy| {
        let branding = Branding {
            name: Some("Bank <& Sons>".to_owned()),
            logo: Some(Arc::clone(&picture)),
            colours: Colours { accent: Colour::parse("#00664f"), ..Colours::default() },
            help: Some("https://bank.example/help?a=1&b=2".parse().unwrap()),
            clients: [("tv".to_owned(), Arc::clone(&picture))].into(),
            ..Branding::default()
        };
        policy.appearance = Arc::new(Appearance { branding, ..Appearance::default() });
    });
    let src = format!("src=\"/brand/{}\"", logo.name);
    for uri in PAGES {
        let page = stage.get(uri, &[]).await;
        for shown in
            ["Bank &#60;&#38; Sons&#62;", "--accent:#00664f", "https://bank.example/help?a=1&#38;b=2", &src]
        {
            assert!(page.body.contains(shown), "{uri} {shown}: {}", page.body);
        }
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.matches("'sha256-").count() >= 2 && policy.contains("img-src 'self';"), "{policy}");
    }
    let device = stage.device().await;
    let link = device["verification_uri_complete"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap();
    let page = stage.get(link, &[]).await;
    assert!(page.body.contains(&format!("<img class=\"client\" {src} alt=\"\">")), "{}", page.body);

    for uri in [format!("/brand/{}", logo.name), "/favicon.ico".to_owned()] {
        let sent = stage.get(&uri, &[]).await;
        assert_eq!((sent.status, sent.header("content-type")), (StatusCode::OK, Some("image/svg+xml")));
        let policy = sent.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.ends_with("sandbox"), "{policy}");
        assert_eq!(sent.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(stage.get("/brand/other", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(Stage::new().get("/favicon.ico", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wallet_that_is_an_app_has_a_page_before_it() {
    let stage = Stage::with(|policy: &mut Policy| {
        for wallet in &mut policy.wallets {
            wallet.authorization_endpoint = "openid4vp://".parse().unwrap();
            wallet.install_url = Some("https://wallet.example/get".parse().unwrap());
        }
    });
    let begun = stage.presentation().await;
    let start = begun["start_url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let page = stage.get(&start, &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "<a class=\"button\" id=\"open\" href=\"openid4vp://?",
        "Nothing happened?",
        "href=\"https://wallet.example/get\"",
        "less than 5 minutes",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let cookie = page.cookie();
    let waiting = format!("{}/waiting", start.replace("/start/", "/done/"));
    assert_eq!(stage.get(&waiting, &[("cookie", &cookie)]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(stage.get(&waiting, &[]).await.status, StatusCode::NOT_FOUND);
    let again = stage.get(&start, &[("cookie", &cookie)]).await;
    assert!(again.body.contains("href=\"openid4vp://?"), "it can be pressed again: {}", again.body);
}

#[tokio::test]
async fn clients_are_called_in_each_language_what_the_operator_calls_them() {
    let stage = Stage::with(|policy: &mut Policy| {
        let names = [("de", "Der <Fernseher>".to_owned())].into();
        let clients = [("tv".to_owned(), names)].into();
        policy.appearance = Arc::new(Appearance { clients, ..Appearance::default() });
    });
    let device = stage.device().await;
    let link = device["verification_uri_complete"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap();
    for (wish, said) in [("de-AT", "Der &lt;Fernseher&gt;"), ("fr", "The tv"), ("", "The tv")] {
        let page = stage.get(link, &[("accept-language", wish)]).await;
        assert!(page.body.contains(said), "{wish}: {}", page.body);
    }
}
