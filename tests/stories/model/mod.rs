//! The device grant against a model of a few lines: random histories of clients, people, wallets, clock
//! and crashes, told to the whole service and to the model. Both must answer the same.
//!
//! What must never happen, whatever the history: a code redeemed twice, a token for a grant that was
//! denied, an approved grant that gives none, another answer than RFC 8628 section 3.5 has for a poll.
//!
//! `VPGATE_MODEL_CASES=2000` tries more histories, and more steps in each with `VPGATE_MODEL_STEPS`. A
//! failure prints the shortest history that still fails, and the seed: with `VPGATE_MODEL_SEED` set to it,
//! the run is the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod busy;
mod from_memory;
mod grant;
mod history;
mod replicas;
mod unknown;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestError, TestRunner};

/// Enough for a few seconds.
const CASES: u32 = 48;
const STEPS: u32 = 50;

#[test]
fn a_device_grant_and_its_model_agree() {
    tried(CASES, history::histories, history::told_to_both);
}

#[test]
fn req_21_10_to_21_13_two_replicas_and_answers_that_get_lost_undo_nothing() {
    tried(CASES / 2, replicas::happenings, replicas::watched);
}

/// Random histories, each held to `holds`.
fn tried<S: Strategy<Value = Vec<Step>>, Step: std::fmt::Debug>(
    cases: u32,
    histories: impl Fn(usize) -> S,
    holds: impl Fn(&[Step]) -> Result<(), TestCaseError>,
) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let small = |name: &str, usual: u32| number(name).map_or(usual, |it| u32::try_from(it).unwrap());
    let seed = number("VPGATE_MODEL_SEED").unwrap_or_else(fresh_seed);
    let mut runner = TestRunner::new(Config {
        cases: small("VPGATE_MODEL_CASES", cases),
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    let steps = usize::try_from(small("VPGATE_MODEL_STEPS", STEPS)).unwrap();
    match runner.run(&histories(steps), |steps| holds(&steps)) {
        Ok(()) => {}
        Err(TestError::Fail(why, steps)) => {
            let steps: Vec<String> = steps.iter().map(|step| format!("    {step:?}")).collect();
            panic!("VPGATE_MODEL_SEED={seed}: {why}\nthe shortest history:\n{}", steps.join("\n"));
        }
        Err(TestError::Abort(why)) => panic!("VPGATE_MODEL_SEED={seed}: {why}"),
    }
}

fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one("model")
}

/// The histories that were found, or thought of, once; never taken out.
#[test]
fn known_histories() {
    use history::Step::{Ask, Continue, Crash, Disown, Poll, PollTwice, Replay, Share, Torn, Wait, Wrong};
    for steps in [
        // An impatient client is slowed, and gets its token the moment it is there.
        vec![Ask(0), Poll(0), Poll(0), Wait(9), Poll(0), Continue(0, 0), Share(0, 0), Poll(0), Poll(0)],
        // Two polls for one approval.
        vec![Ask(0), Continue(0, 0), Share(0, 0), PollTwice(0), Poll(0)],
        // What a second has written outlives a crash, and what it has not makes the service more patient.
        vec![Ask(0), Poll(0), Poll(0), Wait(1), Crash, Poll(0), Poll(0), Crash, Poll(0), Wait(15), Poll(0)],
        // Approved, then the machine stops; and stops again in the middle of the redemption.
        vec![Ask(0), Continue(0, 0), Share(0, 0), Crash, Torn(0), Poll(0), Poll(0)],
        // Somebody says no while the wallet is open.
        vec![Ask(0), Continue(0, 0), Disown(0, 1), Share(0, 0), Poll(0)],
        // Wrong, the same again, then right; and the right answer once more.
        vec![Ask(0), Continue(0, 0), Wrong(0, 0), Replay(0, 0), Share(0, 0), Replay(0, 0), Poll(0)],
        // The second of expiry.
        vec![Ask(0), Continue(0, 0), Wait(299), Share(0, 0), Wait(301), Poll(0)],
        vec![Ask(0), Continue(0, 0), Wait(300), Share(0, 0), Poll(0)],
        vec![Ask(0), Wait(599), Continue(0, 0), Wait(1), Share(0, 0), Poll(0)],
    ] {
        history::told_to_both(&steps).unwrap_or_else(|why| panic!("{steps:?}: {why}"));
    }
}

/// The same for replicas.
#[test]
fn known_histories_of_replicas() {
    use replicas::Happening::{Ask, Lose, Poll, PollTwice, Refresh, RefreshAgain, Share, Turn, Wait};
    use vpgate_test_support::losing_store::{Fate, Trouble};
    for steps in [
        // A refresh that did not arrive, then the code again: its refresh token takes the place of the first.
        vec![
            Ask(1),
            Share(1),
            Poll(1),
            Lose(Trouble { after: 0, fate: Fate::NotSent, silent: false }),
            Refresh(1),
            Poll(1),
            RefreshAgain(1),
        ],
        // Two polls that are both answered with tokens.
        vec![Ask(1), Turn, Share(1), Wait(15), PollTwice(1), Refresh(1), RefreshAgain(1)],
    ] {
        replicas::watched(&steps).unwrap_or_else(|why| panic!("{steps:?}: {why}"));
    }
}
