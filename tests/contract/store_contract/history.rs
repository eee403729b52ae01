//! Random histories, told to a store and to a model of a few lines: both must give the same answer
//! to every change, and hold the same in the end.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vpgate::flow::ports::NotCommitted;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::openid4vp::presentation::{Begun, Presentation};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::openid4vp::retention::Retention;

use crate::store_contract::backend::{self, AnyStore, Opened};
use vpgate_test_support::builders::states::{self, Grant};

/// Few of each, so that histories keep meeting.
const GRANTS: usize = 2;
const PRESENTATIONS: usize = 3;
const BROWSERS: usize = 2;

/// A change over something that may long be otherwise.
#[derive(Clone, Debug)]
enum Step {
    Open { grant: usize },
    Deny { grant: usize },
    Redeem { grant: usize },
    Begin { presentation: usize, reserved: Option<usize>, claim: Option<usize> },
    Serve { presentation: usize, browser: usize },
    Count { presentation: usize, browser: usize, used: u32 },
    Settle { presentation: usize, browser: usize, grant: Option<(usize, bool)> },
    Await { presentation: usize, browser: usize },
    Return { presentation: usize, browser: usize, right: bool, grant: Option<(usize, bool)> },
    Collect { presentation: usize, right: bool },
    Forget { presentation: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (grant, presentation, browser) = (0..GRANTS, 0..PRESENTATIONS, 0..BROWSERS);
    let (g, p, b) = (grant, presentation, browser);
    prop_oneof![
        2 => g.clone().prop_map(|grant| Step::Open { grant }),
        1 => g.clone().prop_map(|grant| Step::Deny { grant }),
        2 => g.clone().prop_map(|grant| Step::Redeem { grant }),
        4 => (p.clone(), prop::option::of(b.clone()), prop::option::of(g.clone())).prop_map(
            |(presentation, reserved, claim)| Step::Begin { presentation, reserved, claim }),
        6 => (p.clone(), b.clone()).prop_map(|(presentation, browser)| Step::Serve { presentation, browser }),
        3 => (p.clone(), b.clone(), 1..4_u32).prop_map(
            |(presentation, browser, used)| Step::Count { presentation, browser, used }),
        4 => (p.clone(), b.clone()).prop_map(|(presentation, browser)| Step::Await { presentation, browser }),
        5 => (p.clone(), b.clone(), any::<bool>(), prop::option::of((g.clone(), any::<bool>()))).prop_map(
            |(presentation, browser, right, grant)| Step::Return { presentation, browser, right, grant }),
        6 => (p.clone(), b, prop::option::of((g, any::<bool>()))).prop_map(
            |(presentation, browser, grant)| Step::Settle { presentation, browser, grant }),
        3 => (p.clone(), any::<bool>()).prop_map(|(presentation, right)| Step::Collect { presentation, right }),
        1 => p.prop_map(|presentation| Step::Forget { presentation }),
    ]
}

/// What a grant is, as far as a store may decide by it.
#[derive(Clone, Debug, PartialEq)]
enum GrantIs {
    Pending { claimed: Option<usize> },
    Approved,
    Denied,
    Redeemed,
}

/// What a presentation is.
#[derive(Clone, Debug, PartialEq)]
enum PresentationIs {
    Begun { reserved: Option<usize> },
    Served { browser: usize, tries: u32 },
    AwaitingReturn { browser: usize },
    Settled { browser: usize, collectable: bool },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Done,
    Lost,
    Taken,
}

#[derive(Default)]
struct Model {
    grants: BTreeMap<usize, GrantIs>,
    presentations: BTreeMap<usize, PresentationIs>,
}

impl Model {
    fn answer(&mut self, step: &Step) -> Answer {
        match *step {
            Step::Open { grant } if self.grants.contains_key(&grant) => return Answer::Taken,
            Step::Open { grant } => {
                self.grants.insert(grant, GrantIs::Pending { claimed: None });
            }
            Step::Deny { grant } => return self.decide(grant, GrantIs::Denied),
            Step::Redeem { grant } => match self.grants.get_mut(&grant) {
                Some(it @ GrantIs::Approved) => *it = GrantIs::Redeemed,
                _ => return Answer::Lost,
            },
            Step::Begin { presentation, reserved, claim } => {
                let claimable = claim.is_none_or(|grant| match self.grants.get(&grant) {
                    Some(GrantIs::Pending { claimed, .. }) => {
                        claimed.is_none_or(|by| Some(by) == browser(reserved))
                    }
                    _ => false,
                });
                if !claimable {
                    return Answer::Lost;
                }
                if self.presentations.contains_key(&presentation) {
                    return Answer::Taken;
                }
                if let Some(GrantIs::Pending { claimed, .. }) = claim.and_then(|at| self.grants.get_mut(&at))
                {
                    *claimed = browser(reserved);
                }
                self.presentations.insert(presentation, PresentationIs::Begun { reserved });
            }
            Step::Serve { presentation, browser } => match self.presentations.get_mut(&presentation) {
                Some(it @ PresentationIs::Begun { .. }) => {
                    let PresentationIs::Begun { reserved } = *it else { return Answer::Lost };
                    if reserved.is_some_and(|owner| owner != browser) {
                        return Answer::Lost;
                    }
                    *it = PresentationIs::Served { browser, tries: 0 };
                }
                _ => return Answer::Lost,
            },
            Step::Count { presentation, browser, used } => match self.presentations.get_mut(&presentation) {
                Some(PresentationIs::Served { browser: owner, tries })
                    if *owner == browser && *tries + 1 == used =>
                {
                    *tries = used;
                }
                _ => return Answer::Lost,
            },
            Step::Settle { presentation, browser, grant } => {
                match self.presentations.get(&presentation) {
                    Some(PresentationIs::Served { browser: owner, .. }) if *owner == browser => {}
                    _ => return Answer::Lost,
                }
                return self.settle(presentation, browser, grant);
            }
            Step::Await { presentation, browser } => match self.presentations.get_mut(&presentation) {
                Some(it) if matches!(*it, PresentationIs::Served { browser: owner, .. } if owner == browser) =>
                {
                    *it = PresentationIs::AwaitingReturn { browser };
                }
                _ => return Answer::Lost,
            },
            Step::Return { presentation, browser, right, grant } => {
                match self.presentations.get(&presentation) {
                    Some(PresentationIs::AwaitingReturn { browser: owner }) if *owner == browser && right => {
                    }
                    _ => return Answer::Lost,
                }
                return self.settle(presentation, browser, grant);
            }
            Step::Collect { presentation, right } => match self.presentations.get_mut(&presentation) {
                Some(PresentationIs::Settled { collectable, .. }) if *collectable && right => {
                    *collectable = false;
                }
                _ => return Answer::Lost,
            },
            Step::Forget { presentation } => match self.presentations.remove(&presentation) {
                Some(_) => {}
                None => return Answer::Lost,
            },
        }
        Answer::Done
    }

    fn settle(&mut self, presentation: usize, browser: usize, grant: Option<(usize, bool)>) -> Answer {
        if let Some((grant, approve)) = grant {
            let decision = if approve { GrantIs::Approved } else { GrantIs::Denied };
            if self.decide(grant, decision) == Answer::Lost {
                return Answer::Lost;
            }
        }
        self.presentations.insert(presentation, PresentationIs::Settled { browser, collectable: true });
        Answer::Done
    }

    fn decide(&mut self, grant: usize, decision: GrantIs) -> Answer {
        match self.grants.get_mut(&grant) {
            Some(it @ GrantIs::Pending { .. }) => {
                *it = decision;
                Answer::Done
            }
            _ => Answer::Lost,
        }
    }
}

/// Claims need a browser: the first, where nothing is reserved.
fn browser(reserved: Option<usize>) -> Option<usize> {
    Some(reserved.unwrap_or(0))
}

/// What the numbers of a history stand for.
struct Cast {
    grants: [Grant; GRANTS],
    presentations: [VpRequest; PRESENTATIONS],
    browsers: [Digest; BROWSERS],
    code: Digest,
}

impl Cast {
    fn new() -> Self {
        Self {
            grants: std::array::from_fn(|_| Grant::new()),
            presentations: std::array::from_fn(|_| states::asked()),
            browsers: std::array::from_fn(|_| states::digest()),
            code: states::digest(),
        }
    }

    fn change(&self, step: &Step) -> Change {
        match *step {
            Step::Open { grant } => self.grants[grant].open(),
            Step::Deny { grant } => Change::DenyGrant(self.grants[grant].denied()),
            Step::Redeem { grant } => self.grants[grant].redeem(),
            Step::Begin { presentation, reserved, claim } => {
                let asked = self.presentations[presentation].clone();
                let claimant = self.browsers[reserved.unwrap_or(0)];
                Change::BeginPresentation {
                    presentation: Begun::new(asked, reserved.map(|at| self.browsers[at]), None),
                    claim: claim.map(|at| self.grants[at].claimed(claimant)),
                }
            }
            Step::Serve { presentation, browser } => Change::ServePresentation(states::served(
                &self.presentations[presentation],
                self.browsers[browser],
            )),
            Step::Count { presentation, browser, used } => Change::CountTry(states::tried(
                &self.presentations[presentation],
                self.browsers[browser],
                used,
            )),
            Step::Settle { presentation, browser, grant } => {
                let (asked, browser) = (&self.presentations[presentation], self.browsers[browser]);
                Change::Settle {
                    presentation: states::verified(asked, browser, Some(self.code)),
                    grant: self.decision(grant),
                }
            }
            Step::Await { presentation, browser } => Change::AwaitReturn(states::awaiting(
                &self.presentations[presentation],
                self.browsers[browser],
                self.code,
            )),
            Step::Return { presentation, browser, right, grant } => {
                let (asked, browser) = (&self.presentations[presentation], self.browsers[browser]);
                let return_code = if right { self.code } else { states::digest() };
                Change::Return {
                    presentation: states::returned(asked, browser, return_code, Some(self.code)),
                    return_code,
                    grant: self.decision(grant),
                }
            }
            Step::Collect { presentation, right } => Change::CollectResult {
                id: self.presentations[presentation].id.clone(),
                response_code: if right { self.code } else { states::digest() },
                at: states::NOW,
                retention: Retention::default(),
            },
            Step::Forget { presentation } => Change::Forget(self.presentations[presentation].id.clone()),
        }
    }

    fn decision(&self, grant: Option<(usize, bool)>) -> Option<GrantDecision> {
        grant.map(|(at, approve)| match approve {
            true => GrantDecision::Approve(self.grants[at].approved()),
            false => GrantDecision::Deny(self.grants[at].denied()),
        })
    }

    fn number(&self, browser: &Digest) -> usize {
        self.browsers.iter().position(|it| it == browser).unwrap()
    }

    async fn held_by(&self, store: &AnyStore) -> (BTreeMap<usize, GrantIs>, BTreeMap<usize, PresentationIs>) {
        let (mut grants, mut presentations) = (BTreeMap::new(), BTreeMap::new());
        for (at, grant) in self.grants.iter().enumerate() {
            let Some(found) = store.grant_by_user_code(&grant.user_code).await.unwrap() else { continue };
            let is = match found {
                DeviceGrant::Pending(it) => {
                    GrantIs::Pending { claimed: it.claimed_by().map(|browser| self.number(browser)) }
                }
                DeviceGrant::Approved(_) => GrantIs::Approved,
                DeviceGrant::Denied(_) => GrantIs::Denied,
                DeviceGrant::Redeemed(_) => GrantIs::Redeemed,
            };
            grants.insert(at, is);
        }
        for (at, asked) in self.presentations.iter().enumerate() {
            let Some(found) = store.presentation_by_state(&asked.state).await.unwrap() else { continue };
            let is = match found {
                Presentation::Begun(it) => {
                    PresentationIs::Begun { reserved: it.reserved_for().map(|browser| self.number(browser)) }
                }
                Presentation::Served(it) => {
                    PresentationIs::Served { browser: self.number(it.browser()), tries: it.tries().used }
                }
                Presentation::AwaitingReturn(it) => {
                    PresentationIs::AwaitingReturn { browser: self.number(it.browser()) }
                }
                Presentation::Settled(it) => PresentationIs::Settled {
                    browser: self.number(it.browser()),
                    collectable: it.response_code().is_some(),
                },
            };
            presentations.insert(at, is);
        }
        (grants, presentations)
    }
}

async fn told_to_both(store: &AnyStore, history: &[Step]) -> Result<(), TestCaseError> {
    let (cast, mut model) = (Cast::new(), Model::default());
    for step in history {
        let answer = match store.commit(&cast.change(step)).await {
            Ok(()) => Answer::Done,
            Err(NotCommitted::Lost) => Answer::Lost,
            Err(NotCommitted::Taken) => Answer::Taken,
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        prop_assert_eq!(answer, model.answer(step), "{:?}", step);
        prop_assert_eq!(cast.held_by(store).await, (model.grants.clone(), model.presentations.clone()));
    }
    Ok(())
}

/// Random histories, one after the other at one store: each has a cast of its own.
fn agrees_with_the_model(open: impl FnOnce() -> Option<Opened>, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let Some(opened) = runtime.block_on(async { open() }) else { return };
    let store = opened.store();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let told = |history: Vec<Step>| runtime.block_on(told_to_both(&store, &history));
    if let Err(why) = TestRunner::new(config).run(&vec(step(), 1..80), told) {
        panic!("{why}");
    }
}

#[test]
fn sqlite_and_the_model_agree() {
    agrees_with_the_model(backend::memory, 100);
}

#[test]
fn postgresql_and_the_model_agree() {
    agrees_with_the_model(backend::postgres, 40);
}
