//! Who follows something here, a presentation or the grant of a device: woken at once by what this process writes, and
//! within a moment by what others write, because all that is followed is looked up together, a few times a second.
//!
//! ```text
//! commit of this process ----------------> reached(followed, mark) -> wakes those who follow it
//! look (each 300 ms) -> store, one read --'
//! ```
//! A grant has two marks: it is begun until it is decided, and over then.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use vpgate_core::base::id::{GrantId, PresentationId};
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::presentation::{PresentationMark, PresentationStage};

/// Followers of one presentation or grant at most, of each kind.
const MOST_OF_ONE: usize = 4;

/// What can be followed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Followable {
    /// A presentation.
    Presentation(PresentationId),
    /// The grant of a device.
    Grant(GrantId),
}

/// Who follows: one kind takes no place of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follower {
    /// The client that asked.
    Client,
    /// A page of ours, in the browser of the person.
    Page,
    /// A device. It asks from one place: its newest request takes the place of the one before, which nobody may be
    /// waiting for any more.
    Device,
}

/// Everything that is followed.
#[derive(Debug, Default)]
pub struct Watchers(Mutex<FollowedHere>);

#[derive(Debug, Default)]
struct FollowedHere {
    watched: HashMap<Followable, Watched>,
    /// All followers.
    count: usize,
    closed: bool,
    /// Names the next follower.
    next: u64,
}

#[derive(Debug)]
struct Watched {
    mark: PresentationMark,
    expires_at: Timestamp,
    places: Vec<WatcherPlace>,
}

#[derive(Debug)]
struct WatcherPlace {
    number: u64,
    follower: Follower,
    waker: Option<Waker>,
}

/// One who follows; no more when it is dropped.
#[derive(Debug)]
pub struct Watching {
    watchers: Arc<Watchers>,
    followed: Followable,
    number: u64,
}

/// Why nobody can follow it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWatched {
    /// So many follow this one.
    #[error("{MOST_OF_ONE} requests follow this presentation already")]
    Here,
    /// So many follow others, or this process is about to end.
    #[error("no more requests can follow presentations now")]
    Anywhere,
}

/// What a follower sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It got so far.
    Mark(PresentationMark),
    /// This process is about to end, and another one goes on; or a later request of the same device does.
    Closed,
}

impl Watchers {
    /// Follows what was at `mark` a moment ago, as one of at most `most` who follow anything.
    ///
    /// # Errors
    /// [`NotWatched`]
    pub(in crate::flow) fn follow(
        self: &Arc<Self>,
        follower: Follower,
        followed: Followable,
        (mark, expires_at): (PresentationMark, Timestamp),
        most: usize,
    ) -> Result<Watching, NotWatched> {
        let mut guard = self.lock();
        let here = &mut *guard;
        if here.closed || here.count >= most {
            return Err(NotWatched::Anywhere);
        }
        let number = here.next;
        let fresh = || Watched { mark, expires_at, places: Vec::with_capacity(1) };
        let watched = here.watched.entry(followed.clone()).or_insert_with(fresh);
        if follower == Follower::Device {
            watched.wake();
            here.count = here.count.saturating_sub(watched.places.len());
            watched.places.clear();
        }
        if watched.places.iter().filter(|place| place.follower == follower).count() >= MOST_OF_ONE {
            return Err(NotWatched::Here);
        }
        watched.places.push(WatcherPlace { number, follower, waker: None });
        here.count += 1;
        here.next += 1;
        drop(guard);
        Ok(Watching { watchers: Arc::clone(self), followed, number })
    }

    /// A presentation got so far.
    pub(in crate::flow) fn reached(&self, id: &PresentationId, mark: PresentationMark) {
        self.marked(&Followable::Presentation(id.clone()), mark);
    }

    /// A grant is decided.
    pub(in crate::flow) fn decided(&self, id: &GrantId) {
        self.marked(&Followable::Grant(id.clone()), PresentationStage::Over.into());
    }

    fn marked(&self, followed: &Followable, mark: PresentationMark) {
        if let Some(watched) = self.lock().watched.get_mut(followed) {
            watched.reached(mark);
        }
    }

    /// What is followed and not over; what has expired at `now` is over.
    pub(in crate::flow) fn open(&self, now: Timestamp) -> (Vec<PresentationId>, Vec<GrantId>) {
        let (mut presentations, mut grants) = (Vec::new(), Vec::new());
        for (followed, watched) in &mut self.lock().watched {
            if now >= watched.expires_at {
                watched.reached(PresentationStage::Over.into());
            }
            match followed {
                _ if watched.mark.stage == PresentationStage::Over => {}
                Followable::Presentation(id) => presentations.push(id.clone()),
                Followable::Grant(id) => grants.push(id.clone()),
            }
        }
        (presentations, grants)
    }

    /// Nobody follows anything here any more.
    pub fn close(&self) {
        let mut here = self.lock();
        here.closed = true;
        here.watched.values_mut().for_each(Watched::wake);
    }

    fn lock(&self) -> MutexGuard<'_, FollowedHere> {
        // Whoever panicked has left a map that is a map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn reached(&mut self, mark: PresentationMark) {
        if mark > self.mark {
            self.mark = mark;
            self.wake();
        }
    }

    fn wake(&mut self) {
        self.places.iter_mut().filter_map(|place| place.waker.take()).for_each(Waker::wake);
    }
}

impl Watching {
    /// Another one for each.
    pub(in crate::flow) fn number(&self) -> u64 {
        self.number
    }

    /// Waits until the presentation is further than `seen`.
    pub async fn further(&self, seen: Option<PresentationStage>) -> Seen {
        self.until(|mark| seen.is_none_or(|seen| mark.stage > seen)).await
    }

    /// Waits for any news since `seen`.
    pub async fn news(&self, seen: PresentationMark) -> Seen {
        self.until(|mark| mark > seen).await
    }

    async fn until(&self, wanted: impl Fn(PresentationMark) -> bool) -> Seen {
        poll_fn(|context| {
            let mut here = self.watchers.lock();
            let closed = here.closed;
            let Some(watched) = here.watched.get_mut(&self.followed) else {
                return Poll::Ready(Seen::Closed);
            };
            if wanted(watched.mark) {
                return Poll::Ready(Seen::Mark(watched.mark));
            }
            if closed {
                return Poll::Ready(Seen::Closed);
            }
            // Of a device, a later request may have taken the place.
            let Some(place) = watched.places.iter_mut().find(|place| place.number == self.number) else {
                return Poll::Ready(Seen::Closed);
            };
            place.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut guard = self.watchers.lock();
        let here = &mut *guard;
        if let Some(watched) = here.watched.get_mut(&self.followed) {
            let places = watched.places.len();
            watched.places.retain(|place| place.number != self.number);
            here.count = here.count.saturating_sub(places - watched.places.len());
            if watched.places.is_empty() {
                here.watched.remove(&self.followed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use PresentationStage::{Answered, Begun, Over, Served};

    use super::*;

    const END: Timestamp = Timestamp::from_unix(100);

    fn id(byte: u8) -> PresentationId {
        PresentationId::from_entropy([byte; 16])
    }

    fn follow(watchers: &Arc<Watchers>, by: Follower, byte: u8, most: usize) -> Result<Watching, NotWatched> {
        watchers.follow(by, Followable::Presentation(id(byte)), (Begun.into(), END), most)
    }

    fn now(seen: impl Future<Output = Seen>) -> Option<Seen> {
        match pin!(seen).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(seen) => Some(seen),
            Poll::Pending => None,
        }
    }

    fn stage(stage: PresentationStage) -> Option<Seen> {
        Some(Seen::Mark(stage.into()))
    }

    #[test]
    fn req_21_30_the_state_is_seen_at_once_and_then_each_that_comes() {
        let watchers = Arc::new(Watchers::default());
        let watch = follow(&watchers, Follower::Client, 1, 9).unwrap();
        assert_eq!(now(watch.further(None)), stage(Begun));
        assert_eq!(now(watch.further(Some(Begun))), None);
        watchers.reached(&id(2), Over.into());
        assert_eq!(now(watch.further(Some(Begun))), None);
        watchers.reached(&id(1), Answered.into());
        // An older look at the row comes late.
        watchers.reached(&id(1), Served.into());
        assert_eq!(now(watch.further(Some(Begun))), stage(Answered));
        assert_eq!(now(watch.further(Some(Answered))), None);
        assert_eq!(watchers.open(Timestamp::from_unix(99)).0, [id(1)]);
        assert_eq!(watchers.open(END).0, []);
        assert_eq!(now(watch.further(Some(Answered))), stage(Over));
    }

    #[test]
    fn a_rejected_answer_is_news_for_a_page_and_no_step_for_a_client() {
        let watchers = Arc::new(Watchers::default());
        let mark = |answers| PresentationMark { stage: Served, answers };
        let (client, page) = (
            follow(&watchers, Follower::Client, 1, 9).unwrap(),
            follow(&watchers, Follower::Page, 1, 9).unwrap(),
        );
        watchers.reached(&id(1), mark(0));
        assert_eq!(now(page.news(mark(0))), None);
        watchers.reached(&id(1), mark(1));
        assert_eq!(now(page.news(mark(0))), Some(Seen::Mark(mark(1))));
        assert_eq!(now(client.further(Some(Served))), None);
        watchers.reached(&id(1), Over.into());
        assert_eq!(now(page.news(mark(1))), stage(Over));
    }

    #[test]
    fn a_grant_is_over_when_it_is_decided_or_expired_and_the_newest_request_of_its_device_is_told() {
        let watchers = Arc::new(Watchers::default());
        let grant = |byte| GrantId::from_entropy([byte; 16]);
        let follow = |byte| {
            let followed = Followable::Grant(grant(byte));
            watchers.follow(Follower::Device, followed, (Begun.into(), END), 3).unwrap()
        };
        let before = follow(1);
        assert_eq!(now(before.further(Some(Begun))), None);
        let (one, two) = (follow(1), follow(2));
        assert_eq!(now(before.further(Some(Begun))), Some(Seen::Closed), "a later request has its place");
        drop(before);
        drop(follow(3));
        watchers.decided(&grant(1));
        assert_eq!(now(one.further(Some(Begun))), stage(Over));
        assert_eq!(now(two.further(Some(Begun))), None);
        assert_eq!(watchers.open(Timestamp::from_unix(0)).1, [grant(2)]);
        assert_eq!(watchers.open(END), (Vec::new(), Vec::new()));
        assert_eq!(now(two.further(Some(Begun))), stage(Over));
    }

    #[test]
    fn req_21_30_followers_are_bounded_of_one_by_kind_and_of_all() {
        let watchers = Arc::new(Watchers::default());
        let client = |byte| follow(&watchers, Follower::Client, byte, 6);
        let page = |byte| follow(&watchers, Follower::Page, byte, 6);
        let four: Vec<Watching> = (0..4).map(|_| client(1).unwrap()).collect();
        assert_eq!(client(1).unwrap_err(), NotWatched::Here);
        let fifth = page(1).unwrap();
        let sixth = client(2).unwrap();
        assert_eq!(client(3).unwrap_err(), NotWatched::Anywhere);
        drop(sixth);
        client(3).unwrap();
        drop((four, fifth));
        client(1).unwrap();
        assert_eq!(watchers.open(Timestamp::from_unix(0)).0, [], "nobody is left");
    }

    #[test]
    fn who_follows_is_sent_away_when_the_process_ends() {
        let watchers = Arc::new(Watchers::default());
        let watch = follow(&watchers, Follower::Client, 1, 5).unwrap();
        watchers.close();
        assert_eq!(now(watch.further(Some(Begun))), Some(Seen::Closed));
        assert!(follow(&watchers, Follower::Client, 1, 5).is_err());
    }
}
