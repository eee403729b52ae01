//! An application of `examples`, as its own process, and the person's browser.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use crate::clients::service::Service;

const SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";
/// Where the application says that it is: the browser's way there is played here.
const HOME: &str = "http://127.0.0.1:9999";
/// What webhooks are signed with.
const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// How long it may take to begin, or to say something.
const PATIENCE: u32 = 300;

/// A running application.
pub struct Application {
    process: Child,
    address: String,
    service: String,
    /// What it has said.
    said: Arc<Mutex<Vec<String>>>,
    http: Client,
}

impl Drop for Application {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

impl Application {
    /// On a free port, as the client `store` of `service`.
    #[expect(clippy::disallowed_methods, reason = "a browser, not a part of the service")]
    pub fn start(app: &mut Command, service: &Service) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        app.envs([
            ("VPGATE_URL", service.address.as_str()),
            ("CLIENT_ID", "store"),
            ("CLIENT_SECRET", "plain-secret"),
            ("PUBLIC_URL", HOME),
            ("SCOPE", SCOPE),
            ("WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("PORT", &port.to_string()),
            ("UVICORN_PORT", &port.to_string()),
        ]);
        let mut process = app.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let (lines, heard) = (BufReader::new(process.stdout.take().unwrap()).lines(), Arc::clone(&said));
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| heard.lock().unwrap().push(line));
        });
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let address = format!("http://127.0.0.1:{port}");
        Self { process, address, service: service.address.clone(), said, http }
    }

    /// The whole story, and what strangers get.
    pub async fn sells_to_a_person_who_shares_and_to_nobody_else(mut self) {
        self.is_there().await;
        let bought = self.buy().await;
        let back = self.person(&bought.start_url, "Share").await;
        let code = back.query().unwrap().to_owned();
        // Another browser has the link, and not the order.
        let stranger = self.http.get(self.at("/return", &code)).send().await.unwrap();
        assert_eq!(stranger.status(), StatusCode::BAD_REQUEST);
        let page = self.returned(&bought, &code).await;
        assert!(page.contains("Cheers, Alice"), "{page}");

        let refused = self.buy().await;
        let back = self.person(&refused.start_url, "Decline").await;
        let page = self.returned(&refused, back.query().unwrap_or_default()).await;
        assert!(page.contains("No wine: declined."), "{page}");
    }

    async fn is_there(&mut self) {
        for _ in 0..PATIENCE {
            if self.http.get(self.at("/", "")).send().await.is_ok_and(|it| it.status() == StatusCode::OK) {
                return;
            }
            assert!(
                self.process.try_wait().unwrap().is_none(),
                "it has ended: {:?}",
                self.said.lock().unwrap()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it does not begin: {:?}", self.said.lock().unwrap());
    }

    async fn buy(&self) -> Order {
        let page = self.http.post(self.at("/buy", "")).send().await.unwrap();
        let text =
            |name| page.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
        assert_eq!(page.status(), StatusCode::SEE_OTHER, "{page:?}");
        let cookie = text(SET_COOKIE);
        Order { start_url: text(LOCATION), cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    /// Goes to the wallet and answers there; where the browser is then.
    async fn person(&self, start_url: &str, answer: &str) -> Url {
        let errand = [("address", start_url), ("answer", answer)];
        let done = self.http.post(format!("{}/person", self.service)).form(&errand).send().await.unwrap();
        let at = |done: &Response| done.headers()[LOCATION].to_str().unwrap().parse::<Url>().unwrap();
        assert_eq!(done.status(), StatusCode::OK, "{done:?}");
        let home = at(&done);
        assert!(home.as_str().starts_with(&format!("{HOME}/return")), "{home}");
        home
    }

    async fn returned(&self, order: &Order, query: &str) -> String {
        let back = self.http.get(self.at("/return", query)).header(COOKIE, &order.cookie);
        back.send().await.unwrap().text().await.unwrap()
    }

    fn at(&self, path: &str, query: &str) -> String {
        format!("{}{path}?{query}", self.address)
    }
}

/// What a browser has when it was sent to the wallet.
struct Order {
    start_url: String,
    cookie: String,
}
