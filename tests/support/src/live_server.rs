//! A service over real connections: devices and people at addresses of their own, as the proxy in front of the
//! service tells them.

use std::net::TcpListener;
use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::listener::TcpAcceptor;
use poem::{Endpoint as _, EndpointExt as _, Request, Server};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::task::JoinHandle;
use vpgate::app::App;

use crate::harness::Harness;

/// A service that listens on this machine, and a client of it.
pub struct LiveServer {
    client: Client,
    listening: Listening,
}

/// A service that listens on a free port until this is dropped.
pub struct Listening {
    pub address: String,
    task: JoinHandle<()>,
}

impl Listening {
    /// What listens is made for its address.
    #[expect(clippy::disallowed_methods, reason = "the test is the home of its servers")]
    pub fn start(app: impl FnOnce(&str) -> Arc<App>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let endpoint = endpoint(app(&address));
        let server = Server::new_with_acceptor(TcpAcceptor::from_std(listener).unwrap());
        let task = tokio::spawn(async move { server.run(endpoint).await.unwrap() });
        Self { address, task }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the service answers with, for who needs it longer than a borrow.
pub fn endpoint(app: Arc<App>) -> BoxEndpoint<'static> {
    let answer = move |request: Request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, poem::Error>(app.endpoint().get_response(request).await) }
    };
    poem::endpoint::make(answer).boxed()
}

/// What came back.
pub struct Heard {
    pub status: u16,
    pub retry_after: Option<u64>,
    pub cookie: Option<String>,
    pub location: Option<String>,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> &str {
        let rest = self.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap()
    }
}

impl LiveServer {
    #[expect(clippy::disallowed_methods, reason = "a client of the service, not a part of it")]
    pub fn new(harness: &Harness) -> Self {
        let listening = Listening::start(|_| harness.app());
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, listening }
    }

    /// A device of `client_id` asks from an address.
    pub async fn device(&self, client_id: &str, from: &str) -> Heard {
        let request = self.client.post(self.at("/device_authorization"));
        self.send(request.form(&[("client_id", client_id)]), from).await
    }

    /// A client with a secret asks about a token.
    pub async fn introspect_as(&self, client_id: &str, secret: &str, from: &str) -> Heard {
        let client: String = url::form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
        let request = self.client.post(self.at("/introspect")).basic_auth(client, Some(secret));
        self.send(request.form(&[("token", "x")]), from).await
    }

    /// A person opens the page with a code.
    pub async fn look(&self, user_code: &str, from: &str) -> Heard {
        self.send(self.client.get(self.at(&format!("/device?user_code={user_code}"))), from).await
    }

    /// A person presses a button of that page.
    pub async fn press(&self, page: &Heard, action: &str, from: &str) -> Heard {
        let form =
            [("user_code", page.hidden("user_code")), ("csrf", page.hidden("csrf")), ("action", action)];
        let request = self.client.post(self.at("/device")).form(&form);
        self.send(request.header("cookie", page.cookie.as_deref().unwrap()), from).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.listening.address)
    }

    async fn send(&self, request: RequestBuilder, from: &str) -> Heard {
        let answer = request.header("x-forwarded-for", from).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
        let cookie = header("set-cookie").map(|it| it.split(';').next().unwrap().to_owned());
        Heard {
            status: answer.status().as_u16(),
            retry_after: header("retry-after").map(|seconds| seconds.parse().unwrap()),
            cookie,
            location: header("location"),
            body: answer.text().await.unwrap(),
        }
    }
}
