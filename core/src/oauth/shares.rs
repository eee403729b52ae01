//! Counting by shares: a process that counts often against one wide limit takes a part of it in one write, and
//! spends that without writing. A counter that all processes write once for each event would be the one row that all
//! of them wait for.
//!
//! No more happens within any window than the limit says. Less may: what the processes have taken and not spent is
//! counted, which is at most one share each.
//!
//! ```text
//! nothing at hand --the third in one slot--> take 4, 8, 16 .. a 64th of the limit; spend them in that slot
//! another slot began with some left --give them back to the slot that they were counted in
//! ```

use std::collections::HashMap;

use super::attempts::Attempt;
use crate::base::time::Timestamp;

/// A share is at most this part of its limit.
const PARTS: u32 = 64;
/// Limits whose shares would be smaller are counted one by one: few enough reach them that nobody waits.
const LEAST_SHARE: u32 = 50;
/// So many in one slot are counted one by one before a share is taken.
const ALONE: u32 = 2;

/// What a process has at hand, by who is counted.
#[derive(Debug, Default)]
pub struct Shares(HashMap<[u8; 32], Share>);

/// What it has taken of one limit.
#[derive(Debug)]
struct Share {
    /// What was counted, once: in the slot in which it may be spent.
    counted: Attempt,
    left: u32,
    /// Spent in this slot, one by one or from a share.
    spent: u32,
    /// Somebody is taking one just now.
    is_being_taken: bool,
    /// The limit had no room for a share in this slot.
    is_short: bool,
}

/// How one event is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spend {
    /// It was: a share was at hand.
    AtHand,
    /// By itself.
    Alone,
    /// In a share that is to be taken first. Say whether it could be: [`Shares::taken`].
    Take(Attempt),
}

impl Shares {
    /// Counts `attempt`. Beside how, what is to be given back to the limit: left over from an earlier slot.
    pub fn spend(&mut self, attempt: &Attempt) -> (Spend, Option<Attempt>) {
        let most = attempt.most() / PARTS;
        if most < LEAST_SHARE {
            return (Spend::Alone, None);
        }
        let share = self.0.entry(*attempt.who().as_bytes()).or_insert_with(|| Share::nothing_of(attempt));
        let back = share.move_on(attempt);
        (share.spend(attempt, most), back)
    }

    /// Whether the limit had room for `share`, from which the event that it was taken for is spent.
    pub fn taken(&mut self, share: &Attempt, had_room: bool) {
        let Some(ours) = self.0.get_mut(share.who().as_bytes()) else { return };
        ours.is_being_taken = false;
        if ours.slot() != share.slot() {
            // The slot went by meanwhile: it stays counted, and nobody spends it.
            return;
        }
        if had_room {
            ours.left = share.number().saturating_sub(1);
            ours.spent = ours.spent.saturating_add(1);
        } else {
            ours.is_short = true;
        }
    }

    /// The event did not happen: what was spent for it is at hand again.
    pub fn unspent(&mut self, attempt: &Attempt) {
        if let Some(ours) = self.0.get_mut(attempt.who().as_bytes()).filter(|it| it.slot() == attempt.slot())
        {
            ours.left = ours.left.saturating_add(1);
        }
    }
}

impl Share {
    fn nothing_of(attempt: &Attempt) -> Self {
        Self { counted: *attempt, left: 0, spent: 0, is_being_taken: false, is_short: false }
    }

    fn slot(&self) -> Timestamp {
        self.counted.slot()
    }

    /// Begins a new slot with nothing. What was left of the old one, if that still counts.
    fn move_on(&mut self, attempt: &Attempt) -> Option<Attempt> {
        if self.slot() == attempt.slot() {
            return None;
        }
        let old = std::mem::replace(self, Self::nothing_of(attempt));
        self.is_being_taken = old.is_being_taken;
        let counts = old.slot() > attempt.counted_after() && old.slot() <= attempt.counted_until();
        (old.left > 0 && counts).then(|| attempt.giving_back(old.left, old.slot()))
    }

    fn spend(&mut self, attempt: &Attempt, most: u32) -> Spend {
        if self.left > 0 {
            self.left -= 1;
            self.spent = self.spent.saturating_add(1);
            return Spend::AtHand;
        }
        if self.spent < ALONE || self.is_being_taken || self.is_short {
            self.spent = self.spent.saturating_add(1);
            return Spend::Alone;
        }
        self.is_being_taken = true;
        Spend::Take(attempt.times(self.spent.saturating_mul(2).min(most)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::secret::Digest;
    use crate::oauth::attempts::CountedEvent;

    const WINDOW: Duration = Duration::from_secs(600);

    fn attempt(most: u32, at: i64) -> Attempt {
        let who = Digest::of(b"a client");
        Attempt::new(CountedEvent::Authorization, who, most, WINDOW, Timestamp::from_unix(at))
    }

    /// Counts one; what was written for it, with the sign of what is given back.
    fn count(shares: &mut Shares, attempt: &Attempt, has_room: bool) -> Vec<i64> {
        let (spend, back) = shares.spend(attempt);
        let mut written: Vec<i64> = back.iter().map(Attempt::change).collect();
        match spend {
            Spend::AtHand => {}
            Spend::Alone => written.push(1),
            Spend::Take(share) => {
                shares.taken(&share, has_room);
                written.push(if has_room { share.change() } else { 1 });
            }
        }
        written
    }

    #[test]
    fn many_events_of_a_slot_are_few_writes_and_never_counted_too_low() {
        let (mut shares, now) = (Shares::default(), attempt(100_000, 990));
        let (mut written, mut writes) = (0, 0);
        for happened in 1..=5_000_i64 {
            let these = count(&mut shares, &now, true);
            writes += these.len();
            written += these.iter().sum::<i64>();
            assert!(written >= happened, "{happened} happened, {written} are counted");
            assert!(written - happened <= 100_000 / 64);
        }
        assert!(writes < 20, "{writes}");
    }

    #[test]
    fn seldom_events_are_counted_one_by_one() {
        let mut shares = Shares::default();
        for slot in 0..50 {
            for _ in 0..ALONE {
                assert_eq!(count(&mut shares, &attempt(100_000, 990 + 30 * slot), true), [1]);
            }
        }
    }

    #[test]
    fn what_is_left_of_a_slot_is_given_back_to_it_once() {
        let mut shares = Shares::default();
        for _ in 0..3 {
            count(&mut shares, &attempt(100_000, 990), true);
        }
        // Of a share of 4, one is spent.
        let next = attempt(100_000, 1_020);
        let (spend, back) = shares.spend(&next);
        let back = back.unwrap();
        assert_eq!((spend, back.change(), back.slot().unix()), (Spend::Alone, -3, 990));
        assert!(back.counted_until() >= next.slot(), "newer slots stay");
        assert_eq!(shares.spend(&next).1, None);
    }

    #[test]
    fn what_is_left_of_a_slot_that_is_forgotten_is_forgotten() {
        let mut shares = Shares::default();
        for _ in 0..3 {
            count(&mut shares, &attempt(100_000, 990), true);
        }
        assert_eq!(shares.spend(&attempt(100_000, 990 + 700)).1, None);
    }

    #[test]
    fn near_the_limit_they_are_counted_one_by_one_until_the_next_slot() {
        let mut shares = Shares::default();
        for _ in 0..2 {
            count(&mut shares, &attempt(100_000, 990), false);
        }
        assert!(matches!(shares.spend(&attempt(100_000, 990)).0, Spend::Take(_)));
        assert_eq!(shares.spend(&attempt(100_000, 990)).0, Spend::Alone, "one takes, the others do not wait");
        shares.taken(&attempt(100_000, 990).times(4), false);
        for _ in 0..100 {
            assert_eq!(shares.spend(&attempt(100_000, 990)).0, Spend::Alone);
        }
        for _ in 0..2 {
            assert_eq!(shares.spend(&attempt(100_000, 1_020)).0, Spend::Alone);
        }
        assert!(matches!(shares.spend(&attempt(100_000, 1_020)).0, Spend::Take(_)));
    }

    #[test]
    fn what_did_not_happen_is_at_hand_again() {
        let (mut shares, now) = (Shares::default(), attempt(100_000, 990));
        for _ in 0..6 {
            count(&mut shares, &now, true);
        }
        // 2 alone, a share of 4, all spent.
        shares.unspent(&now);
        assert_eq!(shares.spend(&now).0, Spend::AtHand);
        assert!(matches!(shares.spend(&now).0, Spend::Take(share) if share.number() == 14));
    }

    #[test]
    fn narrow_limits_have_no_shares() {
        let (mut shares, now) = (Shares::default(), attempt(3_199, 990));
        for _ in 0..3_199 {
            assert_eq!(shares.spend(&now), (Spend::Alone, None));
        }
    }
}
