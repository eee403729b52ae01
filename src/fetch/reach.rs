//! How far requests reach: the addresses that we connect to, by which way, and whose certificates count there.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, NoProxy, Proxy};
use url::Url;

use vpgate_core::base::ip_network::IpNetwork;
use vpgate_core::base::public_address::permitted;

/// Hosts of this machine, which no proxy can reach for us.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// What the operator opened: `danger_allow_loopback` and `[fetch]`.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Loopback addresses too, and plain http there.
    pub allow_loopback: bool,
    /// Networks that are not public, and are ours.
    pub networks: Arc<[IpNetwork]>,
    /// Certificates (PEM) of authorities that count beside those of the system.
    pub authorities: Option<Vec<u8>>,
    /// The proxy that leads outside.
    pub proxy: Option<Url>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum NoReach {
    /// `[fetch] ca_file`
    #[error(
        "fetch.ca_file must hold certificates (`-----BEGIN CERTIFICATE-----`), and holds none that can be read"
    )]
    Authorities,
    /// TLS, or the proxy.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

impl Reach {
    /// Whether we connect to `address`.
    pub(super) fn permits(&self, address: IpAddr) -> bool {
        permitted(address, self.allow_loopback) || self.networks.iter().any(|it| it.contains(address))
    }

    /// A client that reaches so far and no further.
    #[expect(clippy::disallowed_methods, reason = "the home of the HTTP client")]
    pub(super) fn client(
        self: &Arc<Self>,
        connect: Duration,
        total: Duration,
    ) -> Result<reqwest::Client, NoReach> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("vpgate/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            // A proxy from the environment would resolve names behind our back.
            .no_proxy()
            .https_only(!self.allow_loopback)
            .referer(false)
            .dns_resolver(PermittedNames(Arc::clone(self)))
            .connect_timeout(connect)
            .timeout(total)
            .pool_max_idle_per_host(1);
        let builder = match &self.proxy {
            Some(proxy) => {
                builder.proxy(Proxy::all(proxy.clone())?.no_proxy(NoProxy::from_string(THIS_MACHINE)))
            }
            None => builder,
        };
        Ok(builder.tls_certs_merge(self.authorities()?).build()?)
    }

    fn authorities(&self) -> Result<Vec<Certificate>, NoReach> {
        let Some(pem) = &self.authorities else { return Ok(Vec::new()) };
        let found = Certificate::from_pem_bundle(pem).unwrap_or_default();
        if found.is_empty() { Err(NoReach::Authorities) } else { Ok(found) }
    }

    /// The proxy is the operator's, wherever it is.
    fn is_proxy(&self, name: &str) -> bool {
        let host = self.proxy.as_ref().and_then(Url::host_str);
        host.is_some_and(|host| host.eq_ignore_ascii_case(name))
    }
}

/// Resolves names, and refuses those that lead inside: all addresses of a name must be permitted, and
/// the connection is made to the very addresses that were looked at, so that a second answer of the
/// name server changes nothing. Behind a proxy it is the proxy that resolves the names of others.
struct PermittedNames(Arc<Reach>);

/// A name that leads inside.
#[derive(Debug, thiserror::Error)]
#[error("the name has an address that is not public")]
pub(super) struct LeadsInside;

impl Resolve for PermittedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if reach.is_proxy(name.as_str()) || found.iter().all(|address| reach.permits(address.ip())) {
                let addresses: Addrs = Box::new(found.into_iter());
                Ok(addresses)
            } else {
                Err(LeadsInside.into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_that_are_ours_are_open_and_their_neighbours_are_not() {
        let reach = Reach {
            networks: ["10.20.0.0/16", "fd12::/16"].map(|it| it.parse().unwrap()).into(),
            ..Reach::default()
        };
        for (address, open) in [
            ("10.20.3.4", true),
            ("::ffff:10.20.3.4", true),
            ("fd12::1", true),
            ("1.1.1.1", true),
            ("10.21.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("127.0.0.1", false),
            ("fd13::1", false),
        ] {
            assert_eq!(reach.permits(address.parse().unwrap()), open, "{address}");
        }
    }

    #[test]
    fn authorities_are_certificates() {
        for wrong in ["", "ca", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
            let reach = Reach { authorities: Some(wrong.into()), ..Reach::default() };
            assert!(matches!(reach.authorities(), Err(NoReach::Authorities)), "{wrong}");
        }
    }
}
