//! How many wrong user codes may be typed (RFC 8628 section 5.1). Counted in this process only.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::client_address::ClientAddress;
use crate::domain::base::time::Timestamp;

/// How long a wrong code counts: as long as codes live by default.
const WINDOW: Duration = Duration::from_secs(600);
/// Wrong codes from one address within the window (the worked example of RFC 8628 section 5.1).
const PER_CLIENT: usize = 5;
/// Wrong codes from everybody within the window. It also bounds the memory used here.
const ALTOGETHER: usize = 1000;

/// Counts wrong codes, malformed ones included.
#[derive(Debug, Default)]
pub struct GuessLimits(Mutex<VecDeque<(Timestamp, ClientAddress)>>);

/// A guess that was let through. It counts as wrong unless it is said to have been right, so that
/// parallel guesses cannot slip past the count. A right one is only taken back itself: it forgives
/// no wrong ones.
#[derive(Debug)]
#[must_use]
pub struct Guess<'a> {
    limits: &'a GuessLimits,
    client: ClientAddress,
}

/// No more guesses for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyGuesses {
    /// When the next one may be made, in seconds from now.
    pub retry_after: u64,
}

impl GuessLimits {
    /// Lets one guess of `client` through.
    ///
    /// # Errors
    /// [`TooManyGuesses`]
    pub fn guess(&self, client: ClientAddress, now: Timestamp) -> Result<Guess<'_>, TooManyGuesses> {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while wrong.front().is_some_and(|(at, _)| now >= at.plus(WINDOW)) {
            wrong.pop_front();
        }
        let theirs = || wrong.iter().filter(|(_, whose)| *whose == client);
        let blocking = if theirs().count() >= PER_CLIENT {
            theirs().next()
        } else if wrong.len() >= ALTOGETHER {
            wrong.front()
        } else {
            None
        };
        if let Some((oldest, _)) = blocking {
            return Err(TooManyGuesses { retry_after: oldest.plus(WINDOW).since(now).as_secs().max(1) });
        }
        wrong.push_back((now, client));
        Ok(Guess { limits: self, client })
    }
}

impl Guess<'_> {
    /// The code exists, or was not looked up: this was no wrong guess.
    pub fn was_right(self) {
        let mut wrong = self.limits.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = wrong.iter().rposition(|(_, whose)| *whose == self.client) {
            wrong.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> ClientAddress {
        ClientAddress::Known([192, 0, 2, last].into())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    #[test]
    fn req_10_20_the_sixth_wrong_code_waits_for_the_first_to_be_forgotten() {
        let limits = GuessLimits::default();
        for second in 0..5 {
            let _ = limits.guess(client(1), at(second)).unwrap();
        }
        assert_eq!(limits.guess(client(1), at(10)).unwrap_err(), TooManyGuesses { retry_after: 590 });
        assert!(limits.guess(client(2), at(10)).is_ok(), "others are not affected");
        assert!(limits.guess(client(1), at(600)).is_ok());
        assert!(limits.guess(client(1), at(600)).is_err(), "only one was forgotten");
    }

    #[test]
    fn req_10_20_right_codes_do_not_count_and_forgive_nothing() {
        let limits = GuessLimits::default();
        for _ in 0..4 {
            let _ = limits.guess(client(1), at(0)).unwrap();
        }
        for _ in 0..20 {
            limits.guess(client(1), at(1)).unwrap().was_right();
        }
        let _ = limits.guess(client(1), at(1)).unwrap();
        assert!(limits.guess(client(1), at(1)).is_err());
    }

    #[test]
    fn req_10_20_guesses_under_way_count_at_once() {
        let limits = GuessLimits::default();
        let under_way: Vec<_> = (0..5).map(|_| limits.guess(client(1), at(0)).unwrap()).collect();
        assert!(limits.guess(client(1), at(0)).is_err());
        under_way.into_iter().for_each(Guess::was_right);
        assert!(limits.guess(client(1), at(0)).is_ok());
    }

    #[test]
    fn req_10_20_everybody_together_is_limited_too() {
        let limits = GuessLimits::default();
        for n in 0..ALTOGETHER {
            let address = u32::try_from(n).unwrap();
            let _ =
                limits.guess(ClientAddress::Known(std::net::Ipv4Addr::from(address).into()), at(0)).unwrap();
        }
        assert_eq!(limits.guess(client(1), at(100)).unwrap_err().retry_after, 500);
    }
}
