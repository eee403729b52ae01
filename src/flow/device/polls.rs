//! Devices that wait. A poll of a grant that nobody has decided is answered from memory: what was asked for is
//! remembered here, and how often the device asks is noted here and written behind. Where the store cannot say that
//! nothing has changed since it was read, the poll costs one look at the state of its row.
//!
//! ```text
//! poll -> known here? -> unchanged? -----------------------------------------> judged and noted here -> answered
//!                            no -> store: still pending, with which pace? ---/
//!                                                  noted -> a second later, many at once -> store
//! ```
//! Whoever decides a grant, in this process or in another, is seen by the next poll: the store tells.
//! A crash loses what was not written: the pace of at most a second, so that a device may ask once too early.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::flow::ports::{Mark, Store, Unavailable};
use vpgate_core::base::id::GrantId;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::device_grant::DeviceGrantTerms;
use vpgate_core::oauth::polling::load::Load;
use vpgate_core::oauth::polling::{Pace, Poll, WrittenBehind};

/// Grants that are remembered at most, about half a kilobyte each. Those beyond are read when they are polled.
const MOST: usize = 65_536;
/// Paces that are written at once at most, so that no other change waits long for them.
const BATCH: usize = 500;

/// What this process knows of grants that were pending when it last looked, by the digest of their device code.
#[derive(Debug, Default)]
pub struct Polls(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    load: Load,
    grants: HashMap<[u8; 32], Waiting>,
    /// Those that were polled since their pace was given to the store.
    noted: Vec<[u8; 32]>,
}

#[derive(Debug)]
struct Waiting {
    terms: Arc<DeviceGrantTerms>,
    pace: WrittenBehind,
    /// Tells whether it is still pending.
    mark: Option<Mark>,
    noted: bool,
}

/// A grant that is still pending.
pub(super) struct StillPending {
    /// What was asked for.
    pub(super) terms: Arc<DeviceGrantTerms>,
    pace: Pace,
    /// The same, where the store was asked for it.
    stored: Option<Pace>,
    mark: Option<Mark>,
}

impl StillPending {
    /// As the store has it.
    pub(super) fn read(terms: Arc<DeviceGrantTerms>, stored: Pace) -> Self {
        Self { terms, pace: stored, stored: Some(stored), mark: None }
    }
}

impl Polls {
    /// The grant with this device code, when it is known here, still pending, and its codes are alive.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub(super) async fn still_pending(
        &self,
        store: &dyn Store,
        device_code: &Digest,
        now: Timestamp,
    ) -> Result<Option<StillPending>, Unavailable> {
        let Some(known) = self.remembered(device_code) else { return Ok(None) };
        let is_alive = now < known.terms.expires_at;
        if is_alive && known.mark.is_some_and(|mark| store.holds(device_code, mark)) {
            return Ok(Some(known));
        }
        let mark = store.mark(device_code);
        match store.pending_pace(device_code).await? {
            Some(stored) if is_alive => {
                Ok(Some(StillPending { mark, ..StillPending::read(known.terms, stored) }))
            }
            _ => {
                self.known().grants.remove(device_code.as_bytes());
                Ok(None)
            }
        }
    }

    /// Writes the paces that were noted since the last time.
    ///
    /// # Errors
    /// When the store is unavailable; they are written the next time.
    pub(super) async fn write(&self, store: &dyn Store) -> Result<(), Unavailable> {
        loop {
            let (codes, paces) = self.give();
            if codes.is_empty() {
                return Ok(());
            }
            let written = store.write_paces(paces).await;
            let mut known = self.known();
            match written {
                Ok(()) => codes.iter().for_each(|code| known.written(code)),
                Err(failure) => {
                    codes.iter().for_each(|code| known.note(code));
                    return Err(failure);
                }
            }
        }
    }

    /// Remembers a grant that was opened just now: nobody knows its codes yet, so `mark` is of a pending one.
    pub(super) fn remember(
        &self,
        device_code: &Digest,
        terms: &Arc<DeviceGrantTerms>,
        stored: Pace,
        mark: Option<Mark>,
    ) {
        self.known().entry(device_code.as_bytes(), terms, stored).mark = mark;
    }

    /// A look at the store, once a second: whether anybody waits for it.
    pub(super) fn see_load(&self, somebody_waits: bool) {
        let mut known = self.known();
        let before = known.load;
        known.load.seen(somebody_waits);
        if known.load.is_more_than(before) {
            tracing::warn!("requests wait for the database: new devices are told to ask less often");
        }
    }

    /// How long a device that begins now waits between two polls, where it is `usual` as a rule.
    pub(super) fn interval(&self, usual: Duration) -> Duration {
        self.known().load.interval(usual)
    }

    /// Judges a poll, and notes it.
    pub(super) fn judge(&self, device_code: &Digest, found: &StillPending, now: Timestamp) -> Poll {
        let mut known = self.known();
        let entry = known.entry(device_code.as_bytes(), &found.terms, found.pace);
        entry.mark = found.mark;
        let judged = entry.pace.poll(found.stored, now);
        known.note(device_code.as_bytes());
        judged
    }

    /// Forgets grants whose codes are dead; nobody needs to poll them for that.
    pub(in crate::flow) fn forget_expired(&self, now: Timestamp) {
        self.known().grants.retain(|_, grant| now < grant.terms.expires_at);
    }

    /// What was asked for, where the grant was pending a moment ago.
    pub(super) fn terms(&self, device_code: &Digest) -> Option<Arc<DeviceGrantTerms>> {
        self.remembered(device_code).map(|it| it.terms)
    }

    fn remembered(&self, device_code: &Digest) -> Option<StillPending> {
        let known = self.known();
        let Waiting { terms, pace, mark, .. } = known.grants.get(device_code.as_bytes())?;
        Some(StillPending { terms: Arc::clone(terms), pace: pace.pace(), stored: None, mark: *mark })
    }

    /// Some paces that the store does not have.
    fn give(&self) -> (Vec<[u8; 32]>, Vec<(GrantId, Pace)>) {
        let mut known = self.known();
        let Known { grants, noted, .. } = &mut *known;
        let from = noted.len().saturating_sub(BATCH);
        let given = noted.drain(from..).filter_map(|code| {
            let grant = grants.get_mut(&code)?;
            grant.noted = false;
            Some((code, (grant.terms.id.clone(), grant.pace.give())))
        });
        given.unzip()
    }

    /// Nothing is left half done under this lock.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The grant, which is remembered from now on. When there are too many, those whose pace is written go.
    fn entry(&mut self, device_code: &[u8; 32], terms: &Arc<DeviceGrantTerms>, stored: Pace) -> &mut Waiting {
        if self.grants.len() >= MOST && !self.grants.contains_key(device_code) {
            self.grants.retain(|_, grant| grant.noted);
            if self.grants.len() >= MOST {
                self.grants.clear();
                self.noted.clear();
            }
        }
        self.grants.entry(*device_code).or_insert_with(|| Waiting {
            terms: Arc::clone(terms),
            pace: WrittenBehind::new(stored),
            mark: None,
            noted: false,
        })
    }

    fn written(&mut self, device_code: &[u8; 32]) {
        if let Some(grant) = self.grants.get_mut(device_code) {
            grant.pace.written();
        }
    }

    fn note(&mut self, device_code: &[u8; 32]) {
        if let Some(grant) = self.grants.get_mut(device_code)
            && !std::mem::replace(&mut grant.noted, true)
        {
            self.noted.push(*device_code);
        }
    }
}
