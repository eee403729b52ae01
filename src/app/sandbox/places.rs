//! Where the sandbox is reached: from this machine, and by browsers elsewhere when it has a public address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use url::Url;

use vpgate_core::base::public_address::is_loopback;

/// How `vpgate sandbox` is asked.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder of the database and the keys; nothing is kept without one.
    pub data: Option<PathBuf>,
    /// Where browsers reach it, when that is not where it listens: a tunnel, or a proxy with TLS.
    pub public_url: Option<Url>,
    /// Where applications of one's own have people sent back to, besides every address on this machine.
    pub redirect_uris: Vec<String>,
    /// The origins of pages of one's own.
    pub origins: Vec<String>,
}

impl Default for SandboxOptions {
    /// On loopback, keeping nothing.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data: None,
            public_url: None,
            redirect_uris: Vec::new(),
            origins: Vec::new(),
        }
    }
}

/// Where it cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacesFault {
    /// It speaks plain http, with secrets that are printed.
    #[error(
        "the sandbox listens on loopback addresses only, such as 127.0.0.1:8080; with --public-url also on all, as 0.0.0.0:8080"
    )]
    Listen,
    /// Its pages are at the root of a host, and phones need https.
    #[error("--public-url must be https:// and a host, without a path; http:// only on this machine")]
    PublicUrl,
}

/// Where it is.
pub(super) struct SandboxPlaces {
    /// Where browsers reach it.
    pub(super) public: Url,
    /// Where this machine does.
    pub(super) here: Url,
    pub(super) redirect_uris: Vec<String>,
    pub(super) origins: Vec<String>,
    is_behind_a_proxy: bool,
}

impl SandboxOptions {
    /// # Errors
    /// [`PlacesFault`]
    pub(super) fn check(&self) -> Result<(), PlacesFault> {
        let address = self.listen.ip();
        let everywhere = address.is_unspecified() && self.public_url.is_some();
        if !address.is_loopback() && !everywhere {
            return Err(PlacesFault::Listen);
        }
        let Some(url) = &self.public_url else { return Ok(()) };
        let plain = url.scheme() == "http" && is_loopback(url);
        let alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !alone || url.scheme() != "https" && !plain {
            return Err(PlacesFault::PublicUrl);
        }
        Ok(())
    }

    /// For a sandbox that listens at `bound`, with the real port.
    ///
    /// # Errors
    /// When the address makes no URL: a mistake of ours.
    pub(super) fn places(&self, bound: SocketAddr) -> Result<SandboxPlaces, url::ParseError> {
        let ip = match bound.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let here = Url::parse(&format!("http://{}", SocketAddr::new(ip, bound.port())))?;
        Ok(SandboxPlaces {
            public: self.public_url.clone().unwrap_or_else(|| here.clone()),
            here,
            redirect_uris: self.redirect_uris.clone(),
            origins: self.origins.clone(),
            is_behind_a_proxy: self.public_url.is_some(),
        })
    }
}

impl SandboxPlaces {
    /// Elements of an array: the end of a tunnel is on this machine.
    pub(super) fn trusted_proxies(&self) -> &'static str {
        if self.is_behind_a_proxy { "\"127.0.0.1\", \"::1\"" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(listen: &str, public_url: Option<&str>) -> Option<PlacesFault> {
        let options = SandboxOptions {
            listen: listen.parse().unwrap(),
            public_url: public_url.map(|url| url.parse().unwrap()),
            ..SandboxOptions::default()
        };
        options.check().err()
    }

    #[test]
    fn it_listens_to_a_network_only_for_who_says_how_it_is_reached() {
        for (listen, public_url) in [
            ("127.0.0.1:8080", None),
            ("[::1]:0", None),
            ("127.0.0.1:8080", Some("https://a-tunnel.example")),
            ("0.0.0.0:8080", Some("https://192.168.1.20:8443")),
            ("0.0.0.0:8080", Some("http://localhost:9000")),
        ] {
            assert_eq!(fault(listen, public_url), None, "{listen} {public_url:?}");
        }
        for (listen, public_url) in [
            ("0.0.0.0:8080", None),
            ("192.168.1.20:8080", None),
            ("192.168.1.20:8080", Some("https://a-tunnel.example")),
        ] {
            assert_eq!(fault(listen, public_url), Some(PlacesFault::Listen), "{listen} {public_url:?}");
        }
        for public_url in [
            "http://192.168.1.20:8080",
            "https://a.example/path",
            "https://a.example/?x=1",
            "ftp://a.example",
        ] {
            let found = fault("127.0.0.1:8080", Some(public_url));
            assert_eq!(found, Some(PlacesFault::PublicUrl), "{public_url}");
        }
    }
}
