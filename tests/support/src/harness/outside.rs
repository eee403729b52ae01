//! The outside world of the stories: time, keys and status lists, as tests want them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint as _, Request};
use url::Url;
use vpgate::flow::ports::{
    ClientKeySets, Clock, IssuerKeys, LogoutReceivers, NoStatusList, NotPublished, StatusLists,
};
use vpgate::sandbox::MOUNT;
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::client::ClientKeys;
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::token::{CacheBounds, Receipt, StatusList, StatusListToken};
use vpgate_core::trust::TrustedIssuer;

use crate::harness::BASE;

/// A clock that stands still until a test moves it.
pub struct TestClock(pub AtomicI64);

impl TestClock {
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_secs()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// The sandbox issuer's keys, without fetching them; or why they cannot be used.
pub struct KnownKeys(pub Arc<KeySet>, pub Arc<Mutex<Option<NotPublished>>>);

#[async_trait]
impl IssuerKeys for KnownKeys {
    async fn of(&self, _: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
        match &*self.1.lock().unwrap() {
            None => Ok(Arc::clone(&self.0)),
            Some(why) => Err(why.clone()),
        }
    }
}

/// No client here signs assertions.
pub struct NoClientKeys;

#[async_trait]
impl ClientKeySets for NoClientKeys {
    async fn of_client(&self, _: &ClientKeys, _: Option<&str>) -> Result<Arc<KeySet>, NotPublished> {
        Err(NotPublished::passing(&"there are none here"))
    }
}

/// Clients that are told of logouts: what came, at which address, and whether they take it.
#[derive(Default)]
pub struct ToldLogouts {
    pub came: Mutex<Vec<(String, String)>>,
    pub refused: AtomicBool,
}

#[async_trait]
impl LogoutReceivers for ToldLogouts {
    async fn tell(&self, uri: &Url, logout_token: &Secret) -> Result<(), NotPublished> {
        self.came.lock().unwrap().push((uri.to_string(), logout_token.expose().to_owned()));
        if self.refused.load(Ordering::SeqCst) {
            return Err(NotPublished::passing(&"status 503"));
        }
        Ok(())
    }
}

/// How the sandbox issuer's status list arrives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ListRoad {
    /// As published.
    Open,
    /// Not at all.
    Blocked,
    /// The list of another address.
    Swapped,
}

/// Lists of other issuers: media type and body by address.
pub type ListsOfOthers = Arc<Mutex<BTreeMap<String, (String, Vec<u8>)>>>;

/// The sandbox issuer's list, asked for anew each time.
pub struct PublishedLists {
    pub sandbox: BoxEndpoint<'static>,
    pub keys: Arc<KeySet>,
    pub clock: Arc<TestClock>,
    pub road: Arc<Mutex<ListRoad>>,
    pub others: ListsOfOthers,
}

impl PublishedLists {
    async fn demo_list(&self, uri: &str) -> (String, Vec<u8>) {
        let path = uri.strip_prefix(BASE).unwrap().strip_prefix(MOUNT).unwrap();
        let response = self.sandbox.get_response(Request::builder().uri_str(path).finish()).await;
        let media_type = response.content_type().unwrap().to_owned();
        (media_type, response.into_body().into_vec().await.unwrap())
    }
}

#[async_trait]
impl StatusLists for PublishedLists {
    async fn of(
        &self,
        issuer: &TrustedIssuer,
        reference: &StatusReference,
        _: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        let road = *self.road.lock().unwrap();
        if road == ListRoad::Blocked {
            return Err(NotPublished::passing(&"status 503").into());
        }
        let other = self.others.lock().unwrap().get(reference.uri()).cloned();
        let (media_type, body) = match other {
            Some(other) => other,
            None => self.demo_list(reference.uri()).await,
        };
        let uri = if road == ListRoad::Swapped { "https://elsewhere.example/list" } else { reference.uri() };
        let receipt = Receipt { at: self.clock.now(), max_age: None };
        let token = StatusListToken::read(reference.kind(), &media_type, &body)?;
        Ok(Arc::new(token.verify(issuer, &self.keys, uri, receipt, &CacheBounds::default())?))
    }
}
