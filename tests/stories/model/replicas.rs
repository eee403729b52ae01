//! Two replicas over one database, and a connection to it that breaks: before a change is made or after it, with
//! or without an answer to the question about it. Each request goes to whichever replica; nobody is sent to the same
//! one twice on purpose.
//!
//! Nobody can say what was made when an answer was lost, so this model does not foretell each answer. It knows
//! what was acknowledged, and what must never be: a code redeemed twice, a token after a denial, an acknowledged step
//! undone, two refresh tokens that work, a device that proves its key and is turned away.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::losing_store::{Fate, Trouble};
use vpgate_test_support::model_service::{BASE, LIFETIME, ModelService, Told};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// One without a key, one with.
const CLIENTS: [&str; 2] = ["tv", "player"];
const DEVICES: usize = CLIENTS.len();
/// Seconds in which a lost answer is given again to who proves its key.
const AGAIN: u64 = 60;

/// What happens next. What cannot happen now does not.
#[derive(Clone, Copy, Debug)]
pub enum Happening {
    Ask(usize),
    Poll(usize),
    /// At both replicas at the same time.
    PollTwice(usize),
    /// With the newest refresh token.
    Refresh(usize),
    /// With the one before, as if the last answer had not arrived.
    RefreshAgain(usize),
    Share(usize),
    Disown(usize),
    Wait(u64),
    /// The other replica answers.
    Turn,
    /// An answer gets lost soon.
    Lose(Trouble),
    /// The replica that answers is gone, and comes back.
    Crash,
}

pub fn happenings(longest: usize) -> impl Strategy<Value = Vec<Happening>> {
    let device = 0..DEVICES;
    let fate = prop::sample::select(vec![Fate::NotSent, Fate::LostBefore, Fate::LostAfter, Fate::LostAfter]);
    let trouble = (0..4_u32, fate, prop::bool::weighted(0.3)).prop_map(|(after, fate, silent)| Trouble {
        after,
        fate,
        silent,
    });
    let seconds = prop_oneof![6 => prop::sample::select(vec![1, 5, 10, 15]), 2 => 20..70_u64, 1 => Just(300)];
    let step = prop_oneof![
        3 => device.clone().prop_map(Happening::Ask),
        8 => device.clone().prop_map(Happening::Poll),
        3 => device.clone().prop_map(Happening::PollTwice),
        4 => device.clone().prop_map(Happening::Refresh),
        3 => device.clone().prop_map(Happening::RefreshAgain),
        6 => device.clone().prop_map(Happening::Share),
        1 => device.prop_map(Happening::Disown),
        4 => seconds.prop_map(Happening::Wait),
        4 => Just(Happening::Turn),
        8 => trouble.prop_map(Happening::Lose),
        1 => Just(Happening::Crash),
    ];
    vec(step, 1..longest.max(2))
}

/// Whether something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    No,
    Perhaps,
    Yes,
}

/// A refresh token that a client held.
#[derive(Clone, Debug)]
struct Held {
    token: String,
    /// When it was shown first, whatever came of it; and when the first answer to it arrived.
    shown_at: Option<u64>,
    heard_at: Option<u64>,
    /// It was never exchanged, and a code shown again brought another in its place: it is dead.
    replaced: bool,
}

/// One device, and what is known of its grant.
struct Device {
    codes: Value,
    asked_at: u64,
    cookies: BTreeMap<String, String>,
    approved: Known,
    denied: Known,
    /// When a redemption may have happened first, and last; and when its answer arrived first.
    tried_at: Option<u64>,
    tried_last: u64,
    redeemed_at: Option<u64>,
    /// Access tokens, and when they came.
    access: Vec<(String, u64)>,
    refresh: Vec<Held>,
    /// A refresh token was exchanged: the answer to the redemption was heard.
    refreshed: Known,
    /// The family may have ended, or its refresh token may be one that nobody heard of.
    adrift: bool,
}

struct Watching {
    service: ModelService,
    now: u64,
    key: SigningKey,
    nonce: Option<String>,
    proofs: u32,
    devices: BTreeMap<usize, Device>,
}

type Judged = Result<(), TestCaseError>;

#[tokio::main(flavor = "current_thread")]
pub async fn watched(steps: &[Happening]) -> Judged {
    let mut watching = Watching {
        service: ModelService::with_replicas(2),
        now: 0,
        key: SigningKey::generate(Algorithm::Es256).unwrap(),
        nonce: None,
        proofs: 0,
        devices: BTreeMap::new(),
    };
    for step in steps {
        watching.happens(*step).await.map_err(|why| TestCaseError::fail(format!("at {step:?}: {why}")))?;
    }
    watching.service.troubles.expect(None);
    for device in 0..DEVICES {
        watching.ends(device).await.map_err(|why| TestCaseError::fail(format!("in the end: {why}")))?;
    }
    Ok(())
}

impl Watching {
    async fn happens(&mut self, step: Happening) -> Judged {
        match step {
            Happening::Ask(device) => self.ask(device).await?,
            Happening::Poll(device) => self.poll(device).await?,
            Happening::PollTwice(device) => self.poll_twice(device).await?,
            Happening::Refresh(device) => self.refresh(device, 0).await?,
            Happening::RefreshAgain(device) => self.refresh(device, 1).await?,
            Happening::Share(device) => self.share(device).await,
            Happening::Disown(device) => self.disown(device).await,
            Happening::Wait(seconds) => {
                self.service.wait(seconds);
                self.now += seconds;
            }
            Happening::Turn => self.service.turn(),
            Happening::Lose(trouble) => self.service.troubles.expect(Some(trouble)),
            Happening::Crash => self.service.crash(),
        }
        Ok(())
    }

    async fn ask(&mut self, device: usize) -> Judged {
        let form = [("client_id", CLIENTS[device])];
        let told = self.post(device, "/device_authorization", &form).await?;
        if told.status == 503 {
            return Ok(());
        }
        prop_assert_eq!(told.status, 200, "{}", told.body);
        let fresh = Device {
            codes: told.body,
            asked_at: self.now,
            cookies: BTreeMap::new(),
            approved: Known::No,
            denied: Known::No,
            tried_at: None,
            tried_last: 0,
            redeemed_at: None,
            access: Vec::new(),
            refresh: Vec::new(),
            refreshed: Known::No,
            adrift: false,
        };
        self.devices.insert(device, fresh);
        Ok(())
    }

    async fn poll(&mut self, device: usize) -> Judged {
        let Some(code) = self.code(device) else { return Ok(()) };
        let form = [("client_id", CLIENTS[device]), ("grant_type", DEVICE_GRANT), ("device_code", &*code)];
        let told = self.post(device, "/token", &form).await?;
        self.hear_poll(device, &told)
    }

    async fn poll_twice(&mut self, device: usize) -> Judged {
        let Some(code) = self.code(device) else { return Ok(()) };
        let form = [("client_id", CLIENTS[device]), ("grant_type", DEVICE_GRANT), ("device_code", &*code)];
        let proofs = [self.proof(device), self.proof(device)];
        let (one, two) = tokio::join!(
            self.service.send("/token", &form, proofs[0].as_deref()),
            self.service.send_to_other("/token", &form, proofs[1].as_deref())
        );
        if [&one, &two].iter().any(|told| told.nonce.is_some()) {
            return Ok(());
        }
        // Who was first cannot be told from outside: a token comes before whatever else is said, and what was not
        // heard before what was refused.
        let mut told = [one, two];
        told.sort_by_key(|told| [200, 503, 400].iter().position(|it| *it == told.status));
        told.iter().try_for_each(|told| self.hear_poll(device, told))?;
        // Which of two refresh tokens is the newer one, and works, cannot be told either: a third poll brings another.
        let both = told.iter().all(|told| told.status == 200);
        if both { self.poll(device).await } else { Ok(()) }
    }

    fn hear_poll(&mut self, at: usize, told: &Told) -> Judged {
        let (now, client) = (self.now, CLIENTS[at]);
        let device = self.devices.get_mut(&at).unwrap();
        let expired = now - device.asked_at >= LIFETIME;
        let taken = device.tried_at.is_some();
        // Whoever proves the key of a redemption is answered again, for a minute, until it has refreshed.
        let again = client == "player" && device.refreshed == Known::No && !device.adrift;
        let must_answer = again && device.tried_at.is_some_and(|then| now - then < AGAIN);
        let may_answer = client == "player"
            && device.refreshed != Known::Yes
            && taken
            && now - device.redeemed_at.unwrap_or(device.tried_last) < AGAIN;
        match (told.status, told.body["error"].as_str()) {
            (200, _) => {
                prop_assert!(device.approved != Known::No, "a token for what nobody approved");
                prop_assert!(device.denied != Known::Yes, "a token for what was denied");
                prop_assert!(device.redeemed_at.is_none() || may_answer, "redeemed twice");
                prop_assert!(!expired || may_answer, "a token after the code had expired");
                device.approved = Known::Yes;
                device.tried_at.get_or_insert(now);
                device.redeemed_at.get_or_insert(now);
                device.refresh.iter_mut().for_each(|held| held.replaced = true);
                device.take(&told.body, now);
            }
            (503, _) if device.approved != Known::No => {
                device.tried_at.get_or_insert(now);
                device.tried_last = now;
                device.adrift |= !device.access.is_empty();
            }
            (503, _) => {}
            (400, Some("authorization_pending" | "slow_down")) => {
                prop_assert!(device.approved != Known::Yes, "an acknowledged approval was undone");
                prop_assert!(device.denied != Known::Yes, "an acknowledged denial was undone");
                device.approved = Known::No;
                device.tried_at = None;
            }
            (400, Some("access_denied")) => {
                prop_assert!(device.denied != Known::No && device.redeemed_at.is_none(), "denied by nobody");
                (device.denied, device.approved) = (Known::Yes, Known::No);
            }
            (400, Some("expired_token")) => {
                prop_assert!(expired && device.redeemed_at.is_none(), "too early");
            }
            (400, Some("invalid_grant")) => {
                prop_assert!(taken, "a code that nobody has used is not valid");
                prop_assert!(!must_answer, "a device that proves its key is turned away");
                device.adrift = true;
                device.access.clear();
            }
            other => prop_assert!(false, "a poll was told {other:?}"),
        }
        Ok(())
    }

    /// With the newest refresh token, or `back` before it.
    async fn refresh(&mut self, at: usize, back: usize) -> Judged {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&at) else { return Ok(()) };
        let Some(place) = device.refresh.len().checked_sub(back + 1) else { return Ok(()) };
        let held = device.refresh[place].clone();
        let newest = back == 0;
        let successor_in_use = !newest && device.refresh[place + 1].shown_at.is_some();
        if held.replaced || successor_in_use || !newest && held.shown_at.is_none() {
            return Ok(());
        }
        device.refresh[place].shown_at.get_or_insert(now);
        let form =
            [("client_id", CLIENTS[at]), ("grant_type", "refresh_token"), ("refresh_token", &*held.token)];
        let told = self.post(at, "/token", &form).await?;
        let device = self.devices.get_mut(&at).unwrap();
        let recent = |then: Option<u64>| then.is_some_and(|then| now - then < AGAIN);
        let must = !device.adrift && (newest && held.shown_at.is_none() || recent(held.shown_at));
        let may = newest && held.heard_at.is_none() || recent(held.heard_at.or(held.shown_at));
        match (told.status, told.body["error"].as_str()) {
            (200, _) => {
                prop_assert!(may || device.adrift, "a refresh token worked twice");
                device.refreshed = Known::Yes;
                device.refresh[place].heard_at.get_or_insert(now);
                // What came between is dead: nothing but this one and its successor is left.
                device.refresh.truncate(place + 1);
                device.take(&told.body, now);
            }
            (503, _) => {
                device.refreshed = device.refreshed.max(Known::Perhaps);
                // An older one may have replaced the newest one, without anybody hearing which.
                device.adrift |= !newest;
            }
            (400, Some("invalid_grant")) => {
                prop_assert!(!must, "who proves its key and shows a token of this minute is turned away");
                device.adrift = true;
                device.access.clear();
            }
            other => prop_assert!(false, "a refresh was told {other:?}"),
        }
        Ok(())
    }

    /// The person goes to the wallet and shares, each page from another replica.
    async fn share(&mut self, device: usize) {
        let Some(page) = self.look(device).await else { return };
        let Some(page) = self.press(device, &page, "Continue").await else { return };
        if !page.body.contains("Share") {
            return;
        }
        let endpoint = self.service.endpoint();
        let mut window = self.window(&endpoint, device);
        let fragment = window.press_without_returning(&page, "Share").await;
        let cookies = window.cookies;
        self.service.turn();
        let endpoint = self.service.endpoint();
        let mut window = Browser::new(&endpoint, BASE.parse().unwrap());
        window.cookies = cookies;
        let page = window.bring_fragment(&fragment).await;
        let cookies = window.cookies;
        let device = self.devices.get_mut(&device).unwrap();
        device.cookies = cookies;
        let done = page.status.is_success() && page.body.contains("has what it needs");
        // A person who sees that it is done was told so.
        device.approved = device.approved.max(if done { Known::Yes } else { Known::Perhaps });
        if done {
            device.denied = Known::No;
        }
    }

    async fn disown(&mut self, device: usize) {
        let Some(page) = self.look(device).await else { return };
        let Some(page) = self.press(device, &page, "I did not start this").await else { return };
        let device = self.devices.get_mut(&device).unwrap();
        let told = if page.status.is_success() { Known::Yes } else { Known::Perhaps };
        device.denied = device.denied.max(told);
        if told == Known::Yes {
            device.approved = Known::No;
        }
    }

    /// The page with the code, as long as it may be open.
    async fn look(&mut self, device: usize) -> Option<Page> {
        let known = self.devices.get(&device)?;
        let open = known.approved != Known::Yes && known.denied != Known::Yes && known.tried_at.is_none();
        if !open || self.now - known.asked_at >= LIFETIME {
            return None;
        }
        let address = known.codes["verification_uri_complete"].as_str().unwrap().to_owned();
        let endpoint = self.service.endpoint();
        let mut window = self.window(&endpoint, device);
        let page = window.open(&address).await;
        let cookies = window.cookies;
        self.devices.get_mut(&device)?.cookies = cookies;
        self.service.turn();
        Some(page)
    }

    /// `None` where the page has no such button, for example because it says that something failed.
    async fn press(&mut self, device: usize, page: &Page, button: &str) -> Option<Page> {
        if !page.status.is_success() || !page.body.contains(button) {
            return None;
        }
        let endpoint = self.service.endpoint();
        let mut window = self.window(&endpoint, device);
        let next = window.press(page, button).await;
        let cookies = window.cookies;
        self.devices.get_mut(&device)?.cookies = cookies;
        self.service.turn();
        Some(next)
    }

    fn window<'e>(&self, endpoint: &'e poem::endpoint::BoxEndpoint<'static>, device: usize) -> Browser<'e> {
        let mut window = Browser::new(endpoint, BASE.parse().unwrap());
        window.cookies = self.devices.get(&device).map(|it| it.cookies.clone()).unwrap_or_default();
        window
    }

    fn code(&self, device: usize) -> Option<String> {
        Some(self.devices.get(&device)?.codes["device_code"].as_str().unwrap().to_owned())
    }

    /// Posts, with a fresh proof where the client has a key; takes up the nonce that it is told. That a part is
    /// unavailable is told only when an answer was lost, with when to ask again.
    async fn post(
        &mut self,
        device: usize,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<Told, TestCaseError> {
        let lost = self.service.troubles.lost();
        for _ in 0..2 {
            let proof = self.proof_for(device, path);
            let told = self.service.send(path, form, proof.as_deref()).await;
            if told.status == 503 {
                prop_assert!(self.service.troubles.lost() > lost, "unavailable without a reason");
                prop_assert!(told.retry_after.is_some(), "and without saying for how long");
            }
            match told.nonce {
                Some(nonce) => self.nonce = Some(nonce),
                None => return Ok(told),
            }
        }
        Err(TestCaseError::fail("a nonce for every request"))
    }

    fn proof(&mut self, device: usize) -> Option<String> {
        self.proof_for(device, "/token")
    }

    fn proof_for(&mut self, device: usize, path: &str) -> Option<String> {
        if CLIENTS[device] != "player" {
            return None;
        }
        self.proofs += 1;
        let header = json!({"typ": "dpop+jwt", "jwk": self.key.public_key().to_jwk()});
        let mut claims = json!({
            "htm": "POST", "htu": format!("{BASE}{path}"), "iat": self.service.now().unix(),
            "jti": self.proofs.to_string(),
        });
        if let Some(nonce) = &self.nonce {
            claims["nonce"] = json!(nonce);
        }
        let object = |value: Value| -> Map<String, Value> { value.as_object().unwrap().clone() };
        Some(self.key.sign(&object(header), &object(claims)).unwrap())
    }

    /// Nothing gets lost any more: every device learns how it stands, what was promised works, and one refresh token
    /// at most.
    async fn ends(&mut self, at: usize) -> Judged {
        if !self.devices.contains_key(&at) {
            return Ok(());
        }
        let before = self.devices[&at].approved;
        let expired = self.now - self.devices[&at].asked_at >= LIFETIME;
        if self.devices[&at].redeemed_at.is_none() {
            self.poll(at).await?;
            let device = &self.devices[&at];
            let heard = device.redeemed_at.is_some() || device.adrift || device.denied == Known::Yes;
            prop_assert!(before != Known::Yes || expired || heard, "an approved device waits for ever");
        }
        let device = &self.devices[&at];
        for (token, since) in device.access.iter().filter(|_| !device.adrift) {
            let young = self.now - since < 300;
            prop_assert!(!young || self.service.is_alive(token).await, "an acknowledged token is dead");
        }
        let dead: Vec<Held> = device.refresh.iter().rev().skip(1).cloned().collect();
        self.refresh(at, 0).await?;
        for held in dead {
            let form = [
                ("client_id", CLIENTS[at]),
                ("grant_type", "refresh_token"),
                ("refresh_token", &*held.token),
            ];
            let told = self.post(at, "/token", &form).await?;
            prop_assert_eq!(told.status, 400, "two refresh tokens work");
        }
        Ok(())
    }
}

impl Device {
    fn take(&mut self, tokens: &Value, now: u64) {
        self.access.push((tokens["access_token"].as_str().unwrap().to_owned(), now));
        if let Some(token) = tokens["refresh_token"].as_str() {
            self.refresh.push(Held {
                token: token.to_owned(),
                shown_at: None,
                heard_at: None,
                replaced: false,
            });
        }
    }
}
