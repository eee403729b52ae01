//! The person with the phone: opens an address, goes on to the sandbox's wallet, and answers there. The
//! scripts call for them at `POST /person`.

use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::web::Form;
use poem::{EndpointExt as _, IntoEndpoint as _, Request, Response, handler, post};
use serde::Deserialize;
use url::Url;

use super::browser::Browser;

/// Where the scripts find them.
pub const MOUNT: &str = "/person";

#[derive(Deserialize)]
struct Errand {
    /// Where to begin: a `verification_uri_complete`.
    address: Url,
    /// The wallet's button: `Share` or `Decline`. Or the page's, `I did not start this`.
    answer: String,
    /// What the wallet does wrong, by the sandbox's name for it.
    fault: Option<String>,
}

pub fn endpoint() -> BoxEndpoint<'static> {
    post(act).into_endpoint().map_to_response().boxed()
}

/// Answers with the text of the last page, and its address in `Location`.
#[handler]
async fn act(Form(errand): Form<Errand>) -> Response {
    let mut base = errand.address.clone();
    base.set_path("/");
    base.set_query(None);
    let network = over_http(base.clone());
    let mut browser = Browser::new(&network, base);
    let page = browser.open(errand.address.as_str()).await;
    let page = if errand.answer == "I did not start this" {
        browser.press(&page, &errand.answer).await
    } else {
        let wallet = browser.press(&page, "Continue").await;
        let filled: Vec<_> = errand.fault.iter().map(|fault| ("fault", fault.as_str())).collect();
        browser.fill_and_press(&wallet, &filled, &errand.answer).await
    };
    Response::builder().header("location", page.url.as_str()).body(page.body)
}

/// The way from the person's browser to the service: a connection, and no redirect that it does not see.
#[expect(clippy::disallowed_methods, reason = "the person is a client of the service, not a part of it")]
pub fn over_http(base: Url) -> BoxEndpoint<'static> {
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let forward = move |request: Request| {
        let (client, base) = (client.clone(), base.clone());
        async move {
            let (parts, body) = request.into_parts();
            let url = base.join(&parts.uri.to_string()).unwrap();
            let sent = client.request(parts.method, url).headers(parts.headers);
            let answer = sent.body(body.into_bytes().await.unwrap()).send().await.unwrap();
            let mut response = Response::default();
            response.set_status(StatusCode::from_u16(answer.status().as_u16()).unwrap());
            response.headers_mut().clone_from(answer.headers());
            response.set_body(answer.bytes().await.unwrap());
            Ok::<_, poem::Error>(response)
        }
    };
    poem::endpoint::make(forward).boxed()
}
