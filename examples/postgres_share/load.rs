//! What the store is asked to do, and does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;
use vpgate::flow::ports::Store;
use vpgate_core::base::id::GrantId;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::attempts::{Attempt, CountedEvent, Limited};
use vpgate_core::oauth::polling::Pace;
use vpgate_core::openid4vp::presentation::Begun;
use vpgate_test_support::builders::states::{self, Grant, LIFETIME, NOW, after, pace};

use crate::{CHANGES, LOOKS};

pub type AnyStore = Arc<dyn Store>;

/// More than there are connections, so that none of them is idle.
const AT_A_TIME: usize = 48;
/// Grants that are polled in turn.
const POLLED: usize = 2_000;
/// Paces that are written at once.
const PACES: usize = 500;

/// One kind of load.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// A device asks whether somebody has decided.
    Poll,
    /// A device begins, within the limits of its address and its network.
    Authorize,
    /// A presentation begins, and claims its grant.
    Begin,
    /// A presentation is settled, and its grant approved.
    Settle,
    /// A device takes its tokens.
    Redeem,
}

/// One of them.
pub enum Work {
    /// Now and then the paces that were noted are written, too.
    Poll(Digest, Vec<(GrantId, Pace)>),
    Commit(Box<Change>),
}

impl Load {
    pub const ALL: [Self; 5] = [Self::Poll, Self::Authorize, Self::Begin, Self::Settle, Self::Redeem];

    pub fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Authorize => "authorize",
            Self::Begin => "begin",
            Self::Settle => "settle",
            Self::Redeem => "redeem",
        }
    }

    /// How many in one round.
    pub fn number(self) -> usize {
        if self == Self::Poll { LOOKS } else { CHANGES }
    }

    /// How many rows there are of what this is about, when `condition` of the table `grants` holds: afterwards.
    pub fn done(self) -> (&'static str, usize) {
        match self {
            Self::Poll => ("state = 'pending'", POLLED),
            Self::Authorize => ("state = 'pending'", CHANGES),
            Self::Begin => ("state = 'pending' AND claimed_by IS NOT NULL", CHANGES),
            Self::Settle => ("state = 'approved'", CHANGES),
            Self::Redeem => ("state = 'redeemed'", CHANGES),
        }
    }

    /// So many of them, for which the store is ready then.
    pub async fn prepared(self, store: &AnyStore, number: usize) -> anyhow::Result<Vec<Work>> {
        // Who browses is the same each time: then any presentation fits any grant.
        let browser = Digest::of(b"the browser");
        let grants: Vec<Grant> =
            (0..number.min(if self == Self::Poll { POLLED } else { number })).map(|_| Grant::new()).collect();
        if self == Self::Authorize {
            return Ok(grants.iter().map(|grant| commit(grant.open_within(limits()))).collect());
        }
        run(store, grants.iter().map(|grant| commit(grant.open())).collect()).await?;
        let asked: Vec<_> = grants.iter().map(|_| states::asked()).collect();
        let begin = grants.iter().zip(&asked).map(|(grant, asked)| {
            let presentation = Begun::new(asked.clone(), Some(browser), None);
            commit(Change::BeginPresentation { presentation, claim: Some(grant.claimed(browser)) })
        });
        let serve =
            asked.iter().map(|asked| commit(Change::ServePresentation(states::served(asked, browser))));
        let settle = grants.iter().zip(&asked).map(|(grant, asked)| {
            let presentation = states::verified(asked, browser, None);
            commit(Change::Settle { presentation, grant: Some(GrantDecision::Approve(grant.approved())) })
        });
        match self {
            Self::Poll => return Ok(polls(&grants, number)),
            Self::Begin => return Ok(begin.collect()),
            Self::Authorize | Self::Settle | Self::Redeem => run(store, begin.collect()).await?,
        };
        run(store, serve.collect()).await?;
        if self == Self::Settle {
            return Ok(settle.collect());
        }
        run(store, settle.collect()).await?;
        Ok(grants.iter().map(|grant| commit(grant.redeem())).collect())
    }
}

fn commit(change: Change) -> Work {
    Work::Commit(Box::new(change))
}

/// Each device from an address of its own.
fn limits() -> Limited {
    let of = |most| Attempt::new(CountedEvent::Authorization, states::digest(), most, LIFETIME, NOW);
    Limited::each([of(1_000), of(16_000)])
}

fn polls(grants: &[Grant], number: usize) -> Vec<Work> {
    let polls = grants.iter().cycle().take(number).enumerate();
    let poll = |(place, grant): (usize, &Grant)| {
        let turn = u64::try_from(place / PACES).unwrap_or_default();
        let due = if place % PACES == PACES - 1 { PACES } else { 0 };
        let noted = grants.iter().cycle().skip((place + 1 - due) % grants.len()).take(due);
        let paces = noted.map(|grant| (grant.id().clone(), pace(5, Some(after(turn)))));
        Work::Poll(grant.device_code, paces.collect())
    };
    polls.map(poll).collect()
}

/// Does all of it, some at a time; how long that took. What is not done is an error.
#[expect(clippy::disallowed_methods, reason = "a load generator outside the service has a clock of its own")]
pub async fn run(store: &AnyStore, works: Vec<Work>) -> anyhow::Result<Duration> {
    let (began, works) = (Instant::now(), Arc::new(Mutex::new(works.into_iter())));
    let mut tasks = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let (store, works) = (Arc::clone(store), Arc::clone(&works));
        tasks.spawn(async move {
            let next = || works.lock().unwrap_or_else(PoisonError::into_inner).next();
            while let Some(work) = next() {
                one(&store, work).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(began.elapsed())
}

async fn one(store: &AnyStore, work: Work) -> anyhow::Result<()> {
    match work {
        Work::Commit(change) => store.commit(&change).await.with_context(|| change.name()),
        Work::Poll(code, paces) => {
            store.pending_pace(&code).await?.context("a grant is not pending")?;
            if !paces.is_empty() {
                store.write_paces(paces).await?;
            }
            Ok(())
        }
    }
}
