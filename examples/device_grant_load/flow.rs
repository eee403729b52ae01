//! What a device, a person and a wallet send.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use reqwest::{Client, Url};
use serde_json::Value;
use vpgate::sandbox::wallet::{AnswerShape, Binding, Holder};
use vpgate_core::base::time::Timestamp;

use crate::browser::Browser;
use crate::server::{CREDENTIAL, Server};

const CLIENT_ID: &str = "tv";
/// Both services know it. Without one `oidc-provider` agrees to nothing.
const SCOPE: &str = "basic";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device, and where its service is.
#[derive(Clone)]
pub struct Device {
    client: Client,
    home: Url,
    authorization: Url,
    token: Url,
}

/// The codes that a device got.
#[derive(Clone)]
pub struct Codes {
    device_code: String,
    address: Url,
}

/// How the person answers.
pub enum Person {
    /// By presenting a credential.
    Presents(Arc<Holder>),
    /// By signing in with any name and agreeing, on the development pages of `oidc-provider`.
    PressesButtons,
}

impl Device {
    #[expect(clippy::disallowed_methods, reason = "a load generator outside the service")]
    pub fn new(server: &Server) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let at = |path: &str| server.address.join(path);
        let (home, authorization, token) = (at("/")?, at(server.authorization)?, at("/token")?);
        Ok(Self { client, home, authorization, token })
    }

    /// RFC 8628 section 3.1.
    pub async fn authorize(self) -> anyhow::Result<Codes> {
        let answer = self.post(&self.authorization, &[("client_id", CLIENT_ID), ("scope", SCOPE)]).await?;
        let text = |name: &str| answer[name].as_str().with_context(|| format!("no {name}: {answer}"));
        let address = text("verification_uri_complete")?.parse()?;
        Ok(Codes { device_code: text("device_code")?.to_owned(), address })
    }

    /// A poll that comes too early for the person.
    pub async fn pending(self, codes: &Codes) -> anyhow::Result<()> {
        let answer = self.poll(codes).await?;
        ensure!(answer["error"] == "authorization_pending", "{answer}");
        Ok(())
    }

    /// A poll of a code that is still pending, however soon after the one before.
    pub async fn asked_again(self, codes: &Codes) -> anyhow::Result<()> {
        let answer = self.poll(codes).await?;
        ensure!(answer["error"] == "authorization_pending" || answer["error"] == "slow_down", "{answer}");
        Ok(())
    }

    /// A person goes on to the wallet with these codes, presents, and the device takes its token; how long the
    /// service took for the answer of the wallet, and for the token.
    pub async fn accepted(self, codes: &Codes, holder: &Holder) -> anyhow::Result<[Duration; 2]> {
        let browser = Browser::new(self.client.clone(), self.home.clone());
        let accepting = present(browser, codes, holder).await?;
        let began = now_exactly();
        let answer = self.poll(codes).await?;
        ensure!(answer["access_token"].is_string(), "{answer}");
        Ok([accepting, began.elapsed()])
    }

    /// A person goes on to the wallet, and no further.
    pub async fn left_at_wallet(self, codes: &Codes) -> anyhow::Result<()> {
        let mut browser = Browser::new(self.client.clone(), self.home.clone());
        let page = browser.open(codes.address.clone()).await?;
        browser.submit(&page, &[("action", "continue")]).await.map(drop)
    }

    /// From nothing to a token.
    pub async fn whole_flow(self, person: Arc<Person>) -> anyhow::Result<()> {
        let codes = self.clone().authorize().await?;
        let browser = Browser::new(self.client.clone(), self.home.clone());
        match &*person {
            Person::Presents(holder) => drop(present(browser, &codes, holder).await?),
            Person::PressesButtons => press_buttons(browser, &codes).await?,
        }
        let answer = self.poll(&codes).await?;
        ensure!(answer["access_token"].is_string(), "{answer}");
        Ok(())
    }

    async fn poll(&self, codes: &Codes) -> anyhow::Result<Value> {
        let form =
            [("client_id", CLIENT_ID), ("grant_type", DEVICE_GRANT), ("device_code", &codes.device_code)];
        self.post(&self.token, &form).await
    }

    async fn post(&self, url: &Url, form: &[(&str, &str)]) -> anyhow::Result<Value> {
        let answer = self.client.post(url.clone()).form(form).send().await?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }
}

/// How long the service takes for the answer of the wallet.
async fn present(mut browser: Browser, codes: &Codes, holder: &Holder) -> anyhow::Result<Duration> {
    let page = browser.open(codes.address.clone()).await?;
    let wallet = browser.submit(&page, &[("action", "continue")]).await?;
    let asked = |name: &str| {
        let mut pairs = wallet.url.query_pairs();
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    let (nonce, state) = (asked("nonce").context("no nonce")?, asked("state").context("no state")?);
    let client_id = asked("client_id").context("no client_id")?;
    let binding = Binding {
        audience: &client_id,
        nonce: &nonce,
        now: now()?,
        transaction_data: &[],
        names_hash: false,
    };
    let path = |dotted: &str| dotted.split('/').map(str::to_owned).collect::<Vec<_>>();
    let paths = [path("given_name"), path("family_name"), path("age_equal_or_over/18")];
    let presentation = holder.present(&paths, &binding, None)?;
    let vp_token = AnswerShape::Object.vp_token(&[(CREDENTIAL.to_owned(), presentation)]);
    let callback = codes.address.join("/callback")?;
    let fields = [("state".to_owned(), state), ("vp_token".to_owned(), vp_token)];
    let began = now_exactly();
    let done = browser.post(callback, &fields).await?;
    ensure!(done.text.contains("Return to your device"), "not done: {}", done.text);
    Ok(began.elapsed())
}

async fn press_buttons(mut browser: Browser, codes: &Codes) -> anyhow::Result<()> {
    let filled_in = browser.open(codes.address.clone()).await?;
    let confirm = browser.submit(&filled_in, &[]).await?;
    let sign_in = browser.submit(&confirm, &[("confirm", "yes")]).await?;
    let agree = browser.submit(&sign_in, &[("login", "alice"), ("password", "any")]).await?;
    let done = browser.submit(&agree, &[]).await?;
    ensure!(done.text.contains("Sign-in Success"), "not done: {}", done.text);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a load generator outside the service has a clock of its own")]
fn now_exactly() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the wallet has a clock of its own")]
fn now() -> anyhow::Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp::from_unix(i64::try_from(since.as_secs())?))
}
