//! The answer in a form that the browser posts (OAuth 2.0 Form Post Response Mode).

use poem::http::{Method, StatusCode};

use crate::scenarios::code_flow::{exchange, request, to_wallet};
use vpgate_test_support::browser::Page;
use vpgate_test_support::harness::{BASE, Harness, RETURN_TO};

/// What the form on the page carries to the application, and that nothing of it is in an address.
fn posted(page: &Page, name: &str) -> Option<String> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.url.query().is_none_or(|query| !query.contains("code=")), "{}", page.url);
    assert!(page.body.contains(&format!("method=\"post\" action=\"{RETURN_TO}\"")), "{}", page.body);
    let (_, field) = page.body.split_once(&format!("name=\"{name}\" value=\""))?;
    field.split_once('"').map(|(value, _)| value.replace("&#38;", "&"))
}

#[tokio::test]
async fn form_post_the_code_comes_in_a_form_and_is_exchanged() {
    let world = Harness::new().await;
    let mut browser = world.browser();
    let wallet = to_wallet(&mut browser, &request(&[("response_mode", "form_post")])).await;
    let home = browser.press(&wallet, "Share").await;
    assert_eq!(posted(&home, "state").as_deref(), Some("s-1"));
    assert_eq!(posted(&home, "iss").as_deref(), Some(BASE));
    let code = posted(&home, "code").unwrap();
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn form_post_errors_come_the_same_way_and_unknown_modes_in_the_query() {
    let world = Harness::new().await;
    let mut browser = world.browser();
    let mode = ("response_mode", "form_post");
    let refused = browser.open(&request(&[mode, ("scope", "unknown")])).await;
    assert_eq!(posted(&refused, "error").as_deref(), Some("invalid_scope"));
    let page = browser.open(&request(&[mode])).await;
    let cancelled = browser.press(&page, "Cancel").await;
    assert_eq!(posted(&cancelled, "error").as_deref(), Some("access_denied"));
    let wallet = to_wallet(&mut browser, &request(&[mode])).await;
    let declined = browser.press(&wallet, "Decline").await;
    assert_eq!(posted(&declined, "error").as_deref(), Some("access_denied"));
    let unknown = browser.open(&request(&[("response_mode", "fragment")])).await;
    assert!(unknown.url.as_str().starts_with(RETURN_TO), "{}", unknown.url);
    assert!(unknown.url.query().unwrap().contains("error=invalid_request"));
}

#[tokio::test]
async fn form_post_the_page_may_post_there_and_run_its_one_script() {
    let world = Harness::new().await;
    let request = request(&[("response_mode", "form_post"), ("scope", "unknown")]);
    let answer = world.send(Method::GET, &request, &[], String::new()).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https: http://127.0.0.1:*"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.text.contains("document.forms[0].submit();") && answer.text.contains("type=\"submit\""));
}
