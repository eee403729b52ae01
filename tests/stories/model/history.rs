//! Histories, and how they are told: to the service through its endpoints, to the model by its methods.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use vpgate_core::base::secret::Digest;

use crate::model::grant::{Answer, Grant, Told};
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::model_service::{BASE, ModelService};

/// Few of each, so that histories keep meeting.
const DEVICES: usize = 2;
const BROWSERS: usize = 2;
const WALLET: &str = "/sandbox/wallet/authorize";
/// Seconds after which the demo wallet forgets what it was asked.
const WALLETS_PATIENCE: u64 = 600;

/// What happens next. What cannot happen now, because nobody has asked or no page is open, does not.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A device asks for new codes, and forgets those it had.
    Ask(usize),
    /// It polls.
    Poll(usize),
    /// It polls twice at the same time.
    PollTwice(usize),
    /// It polls, and the machine stops in the middle: what became of it, later polls tell.
    Torn(usize),
    /// Another client polls with its code.
    Foreign(usize),
    /// Somebody opens the page with the code (device, browser), and goes no further.
    Look(usize, usize),
    /// And goes on to the wallet.
    Continue(usize, usize),
    /// Or did not start it.
    Disown(usize, usize),
    /// In the wallet, which may be open since long ago.
    Share(usize, usize),
    Wrong(usize, usize),
    Decline(usize, usize),
    /// The wallet's answer is brought back once more.
    Replay(usize, usize),
    /// Seconds go by.
    Wait(u64),
    /// The machine stops, and starts again.
    Crash,
}

pub fn histories(longest: usize) -> impl Strategy<Value = Vec<Step>> {
    let (device, both) = (0..DEVICES, (0..DEVICES, 0..BROWSERS));
    let (d, b) = (device, both);
    let seconds = prop_oneof![
        6 => prop::sample::select(vec![1, 4, 5, 9, 10, 11, 15]),
        2 => 1..70_u64,
        1 => prop::sample::select(vec![299, 300, 301, 599, 600]),
    ];
    let step = prop_oneof![
        3 => d.clone().prop_map(Step::Ask),
        8 => d.clone().prop_map(Step::Poll),
        2 => d.clone().prop_map(Step::PollTwice),
        2 => d.clone().prop_map(Step::Torn),
        1 => d.prop_map(Step::Foreign),
        1 => b.clone().prop_map(|(d, b)| Step::Look(d, b)),
        5 => b.clone().prop_map(|(d, b)| Step::Continue(d, b)),
        1 => b.clone().prop_map(|(d, b)| Step::Disown(d, b)),
        5 => b.clone().prop_map(|(d, b)| Step::Share(d, b)),
        2 => b.clone().prop_map(|(d, b)| Step::Wrong(d, b)),
        1 => b.clone().prop_map(|(d, b)| Step::Decline(d, b)),
        1 => b.prop_map(|(d, b)| Step::Replay(d, b)),
        6 => seconds.prop_map(Step::Wait),
        2 => Just(Step::Crash),
    ];
    vec(step, 1..longest.max(2))
}

/// One device, its codes, and what its grant may be: more than one thing after a torn poll.
struct Device {
    codes: Value,
    may_be: Vec<Grant>,
    /// The page of the wallet that each browser was led to last, and when.
    wallets: BTreeMap<usize, (Page, u64)>,
    /// The last answer of its wallet, and the fragment in which it came.
    brought: BTreeMap<usize, (Answer, String)>,
}

struct Telling {
    house: ModelService,
    now: u64,
    devices: BTreeMap<usize, Device>,
    cookies: BTreeMap<usize, BTreeMap<String, String>>,
    /// Every token that was handed out, by its digest, and every device code that gave one.
    tokens: BTreeSet<String>,
    redeemed: BTreeSet<String>,
}

#[tokio::main(flavor = "current_thread")]
pub async fn told_to_both(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut telling = Telling {
        house: ModelService::new(),
        now: 0,
        devices: BTreeMap::new(),
        cookies: BTreeMap::new(),
        tokens: BTreeSet::new(),
        redeemed: BTreeSet::new(),
    };
    for step in steps {
        telling.tell(*step).await.map_err(|why| TestCaseError::fail(format!("at {step:?}: {why}")))?;
    }
    // In the end every device asks once more: what was approved is there, and nothing else.
    for device in 0..DEVICES {
        telling.poll(device).await?;
    }
    Ok(())
}

impl Telling {
    async fn tell(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Ask(device) => {
                let codes = self.house.ask().await;
                let may_be = vec![Grant::begin(self.now)];
                let (wallets, brought) = (BTreeMap::new(), BTreeMap::new());
                self.devices.insert(device, Device { codes, may_be, wallets, brought });
            }
            Step::Poll(device) => self.poll(device).await?,
            Step::PollTwice(device) => self.poll_twice(device).await?,
            Step::Torn(device) => self.poll_torn(device).await,
            Step::Foreign(device) => {
                let Some(code) = self.device_code(device) else { return Ok(()) };
                let (status, body) = self.house.poll("other", &code).await;
                prop_assert_eq!((status, &body["error"]), (400, &Value::from("invalid_grant")));
            }
            Step::Look(device, browser) => drop(self.look(device, browser).await),
            Step::Continue(device, browser) => self.go_on(device, browser).await?,
            Step::Disown(device, browser) => {
                let Some(page) = self.look(device, browser).await else { return Ok(()) };
                self.press(browser, &page, &[], "I did not start this").await;
                self.each(device, Grant::disown);
            }
            Step::Share(device, browser) => self.answer(device, browser, Answer::Share).await,
            Step::Wrong(device, browser) => self.answer(device, browser, Answer::Wrong).await,
            Step::Decline(device, browser) => self.answer(device, browser, Answer::Decline).await,
            Step::Replay(device, browser) => self.bring(device, browser).await,
            Step::Wait(seconds) => {
                self.house.write_paces().await;
                self.every_grant(Grant::write);
                self.house.wait(seconds);
                self.now += seconds;
            }
            Step::Crash => self.crash(),
        }
        Ok(())
    }

    async fn poll(&mut self, device: usize) -> Result<(), TestCaseError> {
        let Some(code) = self.device_code(device) else { return Ok(()) };
        let told = self.hear(&code, self.house.poll("tv", &code).await)?;
        let now = self.now;
        self.agree(device, |grant| grant.poll(now), &told)
    }

    /// In either order: the answers of both together are those of the model.
    async fn poll_twice(&mut self, device: usize) -> Result<(), TestCaseError> {
        let Some(code) = self.device_code(device) else { return Ok(()) };
        let (one, two) = tokio::join!(self.house.poll("tv", &code), self.house.poll("tv", &code));
        let mut told = vec![self.hear(&code, one)?, self.hear(&code, two)?];
        told.sort_unstable();
        let now = self.now;
        let both = |grant: &mut Grant| {
            let mut both = vec![grant.poll(now), grant.poll(now)];
            both.sort_unstable();
            both
        };
        self.agree(device, both, &told)
    }

    /// A poll that nobody hears the answer of, because the service is gone: it happened, or it did not.
    async fn poll_torn(&mut self, device: usize) {
        let Some(code) = self.device_code(device) else { return };
        {
            let poll = self.house.poll("tv", &code);
            tokio::select! {
                biased;
                () = tokio::task::yield_now() => {}
                _unheard = poll => {}
            }
        }
        self.crash();
        let now = self.now;
        if let Some(device) = self.devices.get_mut(&device) {
            let polled = device.may_be.clone().into_iter().map(|mut grant| {
                grant.poll(now);
                grant.crash();
                grant
            });
            for grant in polled.collect::<Vec<_>>() {
                if !device.may_be.contains(&grant) {
                    device.may_be.push(grant);
                }
            }
        }
    }

    async fn go_on(&mut self, device: usize, browser: usize) -> Result<(), TestCaseError> {
        let Some(page) = self.look(device, browser).await else { return Ok(()) };
        let next = self.press(browser, &page, &[], "Continue").await;
        let at_wallet = next.url.path() == WALLET;
        let now = self.now;
        self.agree(device, |grant| grant.go_on(browser, now), &at_wallet)?;
        if at_wallet && let Some(device) = self.devices.get_mut(&device) {
            device.wallets.insert(browser, (next, now));
            // An answer to another request of the same device: the model knows the last one only.
            device.brought.remove(&browser);
        }
        Ok(())
    }

    /// Whatever the page that comes of it says: the device's next polls tell what has become of it.
    async fn answer(&mut self, device: usize, browser: usize, answer: Answer) {
        let Some((page, since)) = self.devices.get_mut(&device).and_then(|it| it.wallets.remove(&browser))
        else {
            return;
        };
        if self.now - since >= WALLETS_PATIENCE {
            return;
        }
        let (filled, button) = match answer {
            Answer::Share => (&[][..], "Share"),
            Answer::Wrong => (&[("fault", "wrong_nonce")][..], "Share"),
            Answer::Decline => (&[][..], "Decline"),
        };
        let endpoint = self.house.endpoint();
        let mut window = self.window(&endpoint, browser);
        let fragment = window.fill_and_press_without_returning(&page, filled, button).await;
        self.cookies.insert(browser, window.cookies);
        if let Some(device) = self.devices.get_mut(&device) {
            device.brought.insert(browser, (answer, fragment));
        }
        self.bring(device, browser).await;
    }

    /// Brings the wallet's last answer back, perhaps once more; and takes up the offer to try again.
    async fn bring(&mut self, device: usize, browser: usize) {
        let Some((answer, fragment)) =
            self.devices.get(&device).and_then(|it| it.brought.get(&browser)).cloned()
        else {
            return;
        };
        let endpoint = self.house.endpoint();
        let mut window = self.window(&endpoint, browser);
        let page = window.bring_fragment(&fragment).await;
        let again = page.body.split("href=\"/start/").nth(1).and_then(|rest| rest.split('"').next());
        let again = match again {
            Some(handle) => Some(window.open(&format!("/start/{handle}")).await),
            None => None,
        };
        self.cookies.insert(browser, window.cookies);
        let now = self.now;
        self.each(device, |grant| grant.answer(browser, answer, now));
        let at_wallet = again.filter(|page| page.url.path() == WALLET);
        if let (Some(page), Some(device)) = (at_wallet, self.devices.get_mut(&device)) {
            device.wallets.insert(browser, (page, now));
        }
    }

    /// The page with the code. Not opened when the code leads nowhere: guesses are counted elsewhere.
    async fn look(&mut self, device: usize, browser: usize) -> Option<Page> {
        let device = self.devices.get(&device)?;
        if !device.may_be.iter().all(|grant| grant.is_open(self.now)) {
            return None;
        }
        let address = device.codes["verification_uri_complete"].as_str().unwrap().to_owned();
        let endpoint = self.house.endpoint();
        let mut window = self.window(&endpoint, browser);
        let page = window.open(&address).await;
        self.cookies.insert(browser, window.cookies);
        Some(page)
    }

    async fn press(&mut self, browser: usize, page: &Page, filled: &[(&str, &str)], button: &str) -> Page {
        let endpoint = self.house.endpoint();
        let mut window = self.window(&endpoint, browser);
        let next = window.fill_and_press(page, filled, button).await;
        self.cookies.insert(browser, window.cookies);
        next
    }

    fn window<'e>(&self, endpoint: &'e poem::endpoint::BoxEndpoint<'static>, browser: usize) -> Browser<'e> {
        let mut window = Browser::new(endpoint, BASE.parse().unwrap());
        window.cookies = self.cookies.get(&browser).cloned().unwrap_or_default();
        window
    }

    fn device_code(&self, device: usize) -> Option<String> {
        Some(self.devices.get(&device)?.codes["device_code"].as_str().unwrap().to_owned())
    }

    /// What the service answered, in the model's words; and no code twice, no token twice.
    fn hear(&mut self, code: &str, (status, body): (u16, Value)) -> Result<Told, TestCaseError> {
        if status == 200 {
            let token = body["access_token"].as_str().unwrap();
            prop_assert!(
                self.tokens.insert(String::from(Digest::of(token.as_bytes()))),
                "a token came twice"
            );
            prop_assert!(self.redeemed.insert(code.to_owned()), "a code was redeemed twice");
            return Ok(Told::Token);
        }
        prop_assert_eq!(status, 400);
        Ok(match body["error"].as_str() {
            Some("authorization_pending") => Told::Pending,
            Some("slow_down") => Told::SlowDown,
            Some("access_denied") => Told::Denied,
            Some("expired_token") => Told::Expired,
            Some("invalid_grant") => Told::InvalidGrant,
            other => return Err(TestCaseError::fail(format!("a poll was told {other:?}"))),
        })
    }

    fn crash(&mut self) {
        self.house.crash();
        self.every_grant(Grant::crash);
    }

    fn every_grant(&mut self, happens: impl Fn(&mut Grant)) {
        self.devices.values_mut().flat_map(|device| &mut device.may_be).for_each(happens);
    }

    fn each(&mut self, device: usize, happens: impl Fn(&mut Grant)) {
        for grant in self.devices.get_mut(&device).into_iter().flat_map(|device| &mut device.may_be) {
            happens(grant);
        }
    }

    /// Only what answers like the service can still be true, and something must be.
    fn agree<T: PartialEq + std::fmt::Debug>(
        &mut self,
        device: usize,
        happens: impl Fn(&mut Grant) -> T,
        answered: &T,
    ) -> Result<(), TestCaseError> {
        let Some(device) = self.devices.get_mut(&device) else { return Ok(()) };
        let before = device.may_be.clone();
        device.may_be.retain_mut(|grant| happens(grant) == *answered);
        prop_assert!(!device.may_be.is_empty(), "the answer was {answered:?}, the model was {before:?}");
        Ok(())
    }
}
