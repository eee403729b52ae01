//! Who follows a presentation here: woken at once by what this process writes, and within a moment by what others
//! write, because all that is followed is looked up together, a few times a second.
//!
//! ```text
//! commit of this process ----------------> reached(id, stage) -> wakes those who follow it
//! look (each 300 ms) -> store, one read --'
//! ```

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use vpgate_core::base::id::PresentationId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::presentation::PresentationStage;

/// Followers of one presentation at most.
const MOST_OF_ONE: usize = 4;

/// Everything that is followed.
#[derive(Debug, Default)]
pub struct Watchers(Mutex<FollowedHere>);

#[derive(Debug, Default)]
struct FollowedHere {
    presentations: HashMap<PresentationId, Watched>,
    /// Followers of all presentations.
    count: usize,
    closed: bool,
    /// Names the next follower.
    next: u64,
}

#[derive(Debug)]
struct Watched {
    stage: PresentationStage,
    expires_at: Timestamp,
    followers: Vec<(u64, Option<Waker>)>,
}

/// One who follows a presentation; no more when it is dropped.
#[derive(Debug)]
pub struct Watching {
    watchers: Arc<Watchers>,
    id: PresentationId,
    number: u64,
}

/// Why nobody can follow a presentation now.
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
    Stage(PresentationStage),
    /// This process is about to end: another one goes on.
    Closed,
}

impl Watchers {
    /// Follows a presentation that was at `stage` a moment ago, as one of at most `most` who follow anything.
    ///
    /// # Errors
    /// [`NotWatched`]
    pub(in crate::flow) fn follow(
        self: &Arc<Self>,
        id: &PresentationId,
        (stage, expires_at): (PresentationStage, Timestamp),
        most: usize,
    ) -> Result<Watching, NotWatched> {
        let mut followed = self.lock();
        if followed.closed || followed.count >= most {
            return Err(NotWatched::Anywhere);
        }
        let number = followed.next;
        let fresh = || Watched { stage, expires_at, followers: Vec::with_capacity(1) };
        let watched = followed.presentations.entry(id.clone()).or_insert_with(fresh);
        if watched.followers.len() >= MOST_OF_ONE {
            return Err(NotWatched::Here);
        }
        watched.followers.push((number, None));
        followed.count += 1;
        followed.next += 1;
        drop(followed);
        Ok(Watching { watchers: Arc::clone(self), id: id.clone(), number })
    }

    /// A presentation got so far.
    pub(in crate::flow) fn reached(&self, id: &PresentationId, stage: PresentationStage) {
        if let Some(watched) = self.lock().presentations.get_mut(id) {
            watched.reached(stage);
        }
    }

    /// What is followed and not over; those whose time has passed at `now` are over.
    pub(in crate::flow) fn open(&self, now: Timestamp) -> Vec<PresentationId> {
        let mut open = Vec::new();
        for (id, watched) in &mut self.lock().presentations {
            if now >= watched.expires_at {
                watched.reached(PresentationStage::Over);
            }
            if watched.stage != PresentationStage::Over {
                open.push(id.clone());
            }
        }
        open
    }

    /// Nobody follows anything here any more.
    pub fn close(&self) {
        let mut followed = self.lock();
        followed.closed = true;
        followed.presentations.values_mut().for_each(Watched::wake);
    }

    fn lock(&self) -> MutexGuard<'_, FollowedHere> {
        // Whoever panicked has left a map that is a map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn reached(&mut self, stage: PresentationStage) {
        if stage > self.stage {
            self.stage = stage;
            self.wake();
        }
    }

    fn wake(&mut self) {
        self.followers.iter_mut().filter_map(|(_, waker)| waker.take()).for_each(Waker::wake);
    }
}

impl Watching {
    /// Another one for each.
    pub(in crate::flow) fn number(&self) -> u64 {
        self.number
    }

    /// Waits until the presentation is further than `seen`.
    pub async fn further(&self, seen: Option<PresentationStage>) -> Seen {
        poll_fn(|context| {
            let mut followed = self.watchers.lock();
            let closed = followed.closed;
            let Some(watched) = followed.presentations.get_mut(&self.id) else {
                return Poll::Ready(Seen::Closed);
            };
            if seen.is_none_or(|seen| watched.stage > seen) {
                return Poll::Ready(Seen::Stage(watched.stage));
            }
            if closed {
                return Poll::Ready(Seen::Closed);
            }
            if let Some((_, waker)) = watched.followers.iter_mut().find(|(number, _)| *number == self.number)
            {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut followed = self.watchers.lock();
        followed.count = followed.count.saturating_sub(1);
        if let Some(watched) = followed.presentations.get_mut(&self.id) {
            watched.followers.retain(|(number, _)| *number != self.number);
            if watched.followers.is_empty() {
                followed.presentations.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;

    const END: Timestamp = Timestamp::from_unix(100);

    fn id(byte: u8) -> PresentationId {
        PresentationId::from_entropy([byte; 16])
    }

    fn now(watch: &Watching, seen: Option<PresentationStage>) -> Option<Seen> {
        match pin!(watch.further(seen)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(seen) => Some(seen),
            Poll::Pending => None,
        }
    }

    #[test]
    fn req_21_30_the_state_is_seen_at_once_and_then_each_that_comes() {
        use PresentationStage::{Answered, Begun, Over, Served};
        let watchers = Arc::new(Watchers::default());
        let watch = watchers.follow(&id(1), (Begun, END), 9).unwrap();
        assert_eq!(now(&watch, None), Some(Seen::Stage(Begun)));
        assert_eq!(now(&watch, Some(Begun)), None);
        watchers.reached(&id(2), Over);
        assert_eq!(now(&watch, Some(Begun)), None);
        watchers.reached(&id(1), Answered);
        // An older look at the row comes late.
        watchers.reached(&id(1), Served);
        assert_eq!(now(&watch, Some(Begun)), Some(Seen::Stage(Answered)));
        assert_eq!(now(&watch, Some(Answered)), None);
        assert_eq!(watchers.open(Timestamp::from_unix(99)), [id(1)]);
        assert_eq!(watchers.open(END), []);
        assert_eq!(now(&watch, Some(Answered)), Some(Seen::Stage(Over)));
    }

    #[test]
    fn req_21_30_followers_are_bounded_of_one_and_of_all() {
        let watchers = Arc::new(Watchers::default());
        let follow = |byte| watchers.follow(&id(byte), (PresentationStage::Begun, END), 5);
        let four: Vec<Watching> = (0..4).map(|_| follow(1).unwrap()).collect();
        assert_eq!(follow(1).unwrap_err(), NotWatched::Here);
        let fifth = follow(2).unwrap();
        assert_eq!(follow(3).unwrap_err(), NotWatched::Anywhere);
        drop(fifth);
        follow(3).unwrap();
        drop(four);
        follow(1).unwrap();
        assert_eq!(watchers.open(Timestamp::from_unix(0)), [], "nobody is left");
    }

    #[test]
    fn who_follows_is_sent_away_when_the_process_ends() {
        let watchers = Arc::new(Watchers::default());
        let watch = watchers.follow(&id(1), (PresentationStage::Begun, END), 5).unwrap();
        watchers.close();
        assert_eq!(now(&watch, Some(PresentationStage::Begun)), Some(Seen::Closed));
        assert!(watchers.follow(&id(1), (PresentationStage::Begun, END), 5).is_err());
    }
}
