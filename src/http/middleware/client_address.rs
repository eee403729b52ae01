//! Whose request this is, as the connection and the proxies in front of us tell it.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use poem::Request;
use poem::http::HeaderMap;

use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::forwarded::{Doubt, ForwardingHeaders, TrustedProxies};

/// Tells where requests come from. What an operator should know about proxies is logged once.
#[derive(Clone, Debug)]
pub struct ClientAddresses(Arc<AddressRules>);

#[derive(Debug)]
struct AddressRules {
    proxies: RwLock<TrustedProxies>,
    /// Whether a client may reach us without a proxy. We speak plain HTTP: behind an https address there is
    /// always one.
    direct: bool,
    told: [AtomicBool; 3],
}

impl ClientAddresses {
    /// Behind these proxies; `is_https` says by which scheme the outside reaches us.
    pub fn new(proxies: TrustedProxies, is_https: bool) -> Self {
        let proxies = RwLock::new(proxies);
        Self(Arc::new(AddressRules { proxies, direct: !is_https, told: Default::default() }))
    }

    /// From now on these are the proxies; what an operator should know about them is told anew.
    pub fn replace(&self, proxies: TrustedProxies) {
        *self.0.proxies.write().unwrap_or_else(PoisonError::into_inner) = proxies;
        self.0.told.iter().for_each(|told| told.store(false, Ordering::Relaxed));
    }

    /// Whether this peer is one of the proxies, from which everybody comes.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        self.proxies().contains(peer)
    }

    /// Nothing is left half done under this lock.
    fn proxies(&self) -> RwLockReadGuard<'_, TrustedProxies> {
        self.0.proxies.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where `request` comes from.
    pub fn of(&self, request: &Request) -> ClientAddress {
        let Some(peer) = request.remote_addr().as_socket_addr() else { return ClientAddress::default() };
        let headers = request.headers();
        let headers = ForwardingHeaders {
            x_forwarded_for: texts(headers, "x-forwarded-for"),
            forwarded: texts(headers, "forwarded"),
        };
        let located = self.proxies().locate(peer.ip(), &headers, self.0.direct);
        if let Some(doubt) = located.doubt
            && self.is_first(doubt)
        {
            let peer = peer.ip();
            tracing::warn!(%peer, reason = %doubt, "a forwarding header does not count, told once: people behind a proxy are limited as one");
        }
        located.address
    }

    fn is_first(&self, doubt: Doubt) -> bool {
        let [not_listed, unreadable, contradiction] = &self.0.told;
        let told = match doubt {
            Doubt::NotListed => not_listed,
            Doubt::Unreadable => unreadable,
            Doubt::Contradiction => contradiction,
        };
        !told.load(Ordering::Relaxed) && !told.swap(true, Ordering::Relaxed)
    }
}

fn texts<'a>(headers: &'a HeaderMap, name: &str) -> Vec<Option<&'a str>> {
    headers.get_all(name).iter().map(|value| value.to_str().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_may_have_no_address() {
        let addresses = ClientAddresses::new(TrustedProxies::default(), false);
        assert_eq!(addresses.of(&Request::default()), ClientAddress::default());
    }

    #[test]
    fn each_doubt_is_told_once() {
        let addresses = ClientAddresses::new(TrustedProxies::default(), true);
        let first = |doubt| addresses.clone().is_first(doubt);
        assert!(first(Doubt::NotListed) && !first(Doubt::NotListed));
        assert!(first(Doubt::Unreadable) && !first(Doubt::Unreadable) && !first(Doubt::NotListed));
        assert!(first(Doubt::Contradiction) && !first(Doubt::Contradiction));
    }
}
