//! The model: one device grant, as RFC 8628 and our own rules have it. It knows nothing of codes, cookies
//! or credentials.

use vpgate_test_support::model_service::{INTERVAL, LIFETIME};

/// Seconds that slowing down adds between two polls, and where it stops adding.
const SLOW_DOWN: u64 = 5;
const LONGEST_INTERVAL: u64 = 60;
/// Seconds that a person has in the wallet, and rejected answers that end it.
const PRESENTATION: u64 = 300;
const TRIES: u32 = 3;

#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    asked_at: u64,
    pace: Pace,
    /// The pace that a crash leaves.
    written: Pace,
    is: Is,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    interval: u64,
    last_poll: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Is {
    Pending { owner: Option<usize>, wallet: Option<Wallet> },
    Approved,
    Denied,
    Redeemed,
}

/// The last page of the wallet that the owner has open.
#[derive(Clone, Debug, PartialEq)]
struct Wallet {
    until: u64,
    wrong: u32,
}

/// What a poll is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Token,
    Pending,
    SlowDown,
    Denied,
    Expired,
    InvalidGrant,
}

/// What a person does in the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Share,
    Wrong,
    Decline,
}

impl Grant {
    pub fn begin(now: u64) -> Self {
        let is = Is::Pending { owner: None, wallet: None };
        let pace = Pace { interval: INTERVAL, last_poll: None };
        Self { asked_at: now, pace, written: pace, is }
    }

    /// RFC 8628 section 3.5.
    pub fn poll(&mut self, now: u64) -> Told {
        match self.is {
            Is::Denied => Told::Denied,
            Is::Redeemed => Told::InvalidGrant,
            _ if self.has_expired(now) => Told::Expired,
            Is::Approved => {
                self.is = Is::Redeemed;
                Told::Token
            }
            Is::Pending { .. } => {
                let too_soon = self.pace.last_poll.is_some_and(|last| now - last < self.pace.interval);
                self.pace.last_poll = Some(now);
                if too_soon {
                    self.pace.interval = (self.pace.interval + SLOW_DOWN).min(LONGEST_INTERVAL);
                    return Told::SlowDown;
                }
                Told::Pending
            }
        }
    }

    /// A second has passed: what was noted about its polls is written.
    pub fn write(&mut self) {
        self.written = self.pace;
    }

    /// The service is gone and back: all that is lost is the pace since it was written.
    pub fn crash(&mut self) {
        self.pace = self.written;
    }

    /// Whether anybody may look the code up now.
    pub fn is_open(&self, now: u64) -> bool {
        matches!(self.is, Is::Pending { .. }) && !self.has_expired(now)
    }

    /// "Continue" in this browser; whether it comes to the wallet.
    pub fn go_on(&mut self, browser: usize, now: u64) -> bool {
        let until = (now + PRESENTATION).min(self.asked_at + LIFETIME);
        match &mut self.is {
            Is::Pending { owner, wallet } if owner.is_none_or(|owner| owner == browser) => {
                *owner = Some(browser);
                *wallet = Some(Wallet { until, wrong: 0 });
                true
            }
            _ => false,
        }
    }

    /// "I did not start this"; anybody may say so, as long as the code is open.
    pub fn disown(&mut self) {
        self.is = Is::Denied;
    }

    /// The wallet's answer comes back from the page that this browser has open.
    pub fn answer(&mut self, browser: usize, answer: Answer, now: u64) {
        let Is::Pending { owner: Some(owner), wallet: Some(wallet) } = &mut self.is else { return };
        if *owner != browser || now >= wallet.until {
            return;
        }
        match answer {
            Answer::Share => self.is = Is::Approved,
            Answer::Decline => self.is = Is::Denied,
            Answer::Wrong => {
                wallet.wrong += 1;
                if wallet.wrong == TRIES {
                    self.is = Is::Denied;
                }
            }
        }
    }

    fn has_expired(&self, now: u64) -> bool {
        now - self.asked_at >= LIFETIME
    }
}
