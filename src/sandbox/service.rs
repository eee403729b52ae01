//! The service, as any client sees it: over HTTP.

use std::time::Duration;

use poem::http::header;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use vpgate_core::base::json::{self, Bounds};
use vpgate_core::base::secret::Secret;

/// The longest answer read.
const BOUNDS: Bounds = Bounds { bytes: 256 * 1024, depth: 32, members: 10_000 };
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an answer may wait for what it is about, in seconds (RFC 7240 section 4.3). Browsers, too, wait for it.
const WAIT: u64 = 20;

/// Where the service is, and what to talk to it with.
pub(super) struct ServiceClient {
    address: String,
    /// How it names itself to browsers.
    named: String,
    http: Client,
}

/// The shop's account at the service.
pub(super) struct Account {
    pub(super) client_id: String,
    pub(super) secret: Secret,
}

/// What it answered.
#[derive(Debug)]
pub(super) struct ServiceAnswer {
    pub(super) status: u16,
    /// `null` when the body is no JSON.
    pub(super) body: Value,
}

/// No answer came, or one too long to read.
#[derive(Debug, thiserror::Error)]
#[error("the service does not answer")]
pub(super) struct NoAnswer;

impl ServiceAnswer {
    /// A member of the body that is a string.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }
}

impl ServiceClient {
    /// Reached at `address`, where browsers are sent to `named`.
    pub(super) fn new(address: String, named: String, http: Client) -> Self {
        Self { address, named, http }
    }

    /// Posts a form, as OAuth's endpoints want it.
    pub(super) async fn post_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<ServiceAnswer, NoAnswer> {
        answer(self.http.post(self.at(path)).form(fields)).await
    }

    /// The same, with an answer that may wait for what it is about.
    pub(super) async fn post_form_and_wait(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<ServiceAnswer, NoAnswer> {
        late_answer(self.http.post(self.at(path)).form(fields)).await
    }

    /// Posts JSON in the name of the shop.
    pub(super) async fn post_json(
        &self,
        path: &str,
        account: &Account,
        body: &Value,
    ) -> Result<ServiceAnswer, NoAnswer> {
        let request = self.http.post(self.at(path)).body(body.to_string());
        answer(signed_in(request, account).header(header::CONTENT_TYPE, "application/json")).await
    }

    /// Gets JSON in the name of the shop.
    pub(super) async fn get(&self, path: &str, account: &Account) -> Result<ServiceAnswer, NoAnswer> {
        answer(signed_in(self.http.get(self.at(path)), account)).await
    }

    /// The same, with an answer that may wait for what it is about.
    pub(super) async fn get_and_wait(
        &self,
        path: &str,
        account: &Account,
    ) -> Result<ServiceAnswer, NoAnswer> {
        late_answer(signed_in(self.http.get(self.at(path)), account)).await
    }

    /// A Request Object, fetched as wallets do: with `POST` when there is something to say about the wallet
    /// (OpenID4VP 1.0 section 5.10).
    pub(super) async fn request_object(
        &self,
        path: &str,
        fields: Option<&[(&str, &str)]>,
    ) -> Result<String, NoAnswer> {
        let request = match fields {
            Some(fields) => self.http.post(self.at(path)).form(fields),
            None => self.http.get(self.at(path)),
        };
        let response = request.timeout(PATIENCE).send().await.map_err(|_| NoAnswer)?;
        let kind = response.headers().get(header::CONTENT_TYPE);
        if response.status() != 200 || kind.is_none_or(|kind| kind != "application/oauth-authz-req+jwt") {
            return Err(NoAnswer);
        }
        String::from_utf8(read(response).await?).map_err(|_| NoAnswer)
    }

    /// The path of an address that the service told; `None` for every other address.
    pub(super) fn path_of<'u>(&self, address: &'u str) -> Option<&'u str> {
        address.strip_prefix(&self.named).filter(|path| path.starts_with('/'))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

fn signed_in(request: RequestBuilder, account: &Account) -> RequestBuilder {
    request.basic_auth(&account.client_id, Some(account.secret.expose()))
}

async fn answer(request: RequestBuilder) -> Result<ServiceAnswer, NoAnswer> {
    answer_within(PATIENCE, request).await
}

async fn late_answer(request: RequestBuilder) -> Result<ServiceAnswer, NoAnswer> {
    let request = request.header("prefer", format!("wait={WAIT}"));
    answer_within(PATIENCE + Duration::from_secs(WAIT), request).await
}

async fn answer_within(patience: Duration, request: RequestBuilder) -> Result<ServiceAnswer, NoAnswer> {
    let response = request.timeout(patience).send().await.map_err(|_| NoAnswer)?;
    let status = response.status().as_u16();
    let body = json::parse(&read(response).await?, &BOUNDS).unwrap_or(Value::Null);
    Ok(ServiceAnswer { status, body })
}

async fn read(mut response: Response) -> Result<Vec<u8>, NoAnswer> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| NoAnswer)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > BOUNDS.bytes {
            return Err(NoAnswer);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A service that answers everything like this.
    fn answering(status: u16, kind: &'static str) -> ServiceClient {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: 6\r\nConnection: close\r\n\r\na.b.cd"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        });
        #[expect(clippy::disallowed_methods, reason = "it asks this machine only")]
        ServiceClient::new(address.clone(), address, Client::new())
    }

    #[tokio::test]
    async fn req_1_41_a_wallet_takes_a_request_object_of_its_media_type_and_nothing_else() {
        const TYPE: &str = "application/oauth-authz-req+jwt";
        let fetched = async |status, kind| answering(status, kind).request_object("/r", None).await.ok();
        assert_eq!(fetched(200, TYPE).await.as_deref(), Some("a.b.cd"));
        for (status, kind) in [
            (200, "application/json"),
            (200, "application/jwt"),
            (200, "text/plain"),
            (404, TYPE),
            (201, TYPE),
        ] {
            assert_eq!(fetched(status, kind).await, None, "{status} {kind}");
        }
    }
}
