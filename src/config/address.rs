//! Addresses: https, unless the operator said loudly that this is one machine talking to itself.

use url::{Host, Url};

/// What every fetched or visited address must be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    /// `danger_allow_loopback`
    pub allow_loopback: bool,
}

impl Addresses {
    /// An https URL without user name, password or fragment; http and loopback hosts only when allowed
    /// (REQ-1.10).
    pub(super) fn web(self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text).map_err(|why| format!("is not a URL: {why}"))?;
        if url.fragment().is_some() {
            return Err("must not have a fragment (`#...`)".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user name or password".to_owned());
        }
        match (url.scheme(), is_loopback(&url), self.allow_loopback) {
            ("https", false, _) | ("https" | "http", true, true) => Ok(url),
            ("https" | "http", true, false) => {
                Err("is a loopback address; only `danger_allow_loopback = true` permits those".to_owned())
            }
            _ => Err("must begin with https://".to_owned()),
        }
    }

    /// A URL that names something: as [`Self::web`], and without a query.
    pub(super) fn name(self, text: &str) -> Result<Url, String> {
        let url = self.web(text)?;
        if url.query().is_some() {
            return Err("must not have a query (`?...`)".to_owned());
        }
        Ok(url)
    }

    /// An origin, written as browsers write it in `Origin` (RFC 6454 section 6.2), because it is compared
    /// letter by letter: no wildcard, no path, not even a slash.
    pub(super) fn origin(self, text: &str) -> Result<String, String> {
        let origin = self.web(text)?.origin().ascii_serialization();
        if origin != text || text.contains('*') {
            return Err(format!("is compared letter by letter; write the origin alone: {origin}"));
        }
        Ok(origin)
    }
}

/// Where browsers may be sent back to: https, or http on this machine for native apps (REQ-11.13,
/// RFC 8252 section 7.3). Written exactly as it will be compared.
pub(super) fn redirect_uri(text: &str) -> Result<Url, String> {
    let any = Addresses { allow_loopback: true };
    let url = any.web(text).map_err(|why| match why.starts_with("must begin") {
        true => "must begin with https:// (http:// only for loopback addresses)".to_owned(),
        false => why,
    })?;
    if url.as_str() != text {
        return Err(format!("is compared letter by letter; write it in its normal form: {url}"));
    }
    Ok(url)
}

/// Whether the host is this machine, as far as its name tells.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_1_10_addresses_are_https_and_loopback_needs_the_danger_switch() {
        let strict = Addresses { allow_loopback: false };
        let sandbox = Addresses { allow_loopback: true };
        assert!(strict.web("https://a.example/x?y=1").is_ok());
        for loopback in ["http://127.0.0.1:8080", "http://localhost/", "http://[::1]/", "https://127.0.0.2/"]
        {
            assert!(strict.web(loopback).is_err(), "{loopback}");
            assert!(sandbox.web(loopback).is_ok(), "{loopback}");
        }
        for wrong in [
            "http://a.example/",
            "ftp://127.0.0.1/",
            "https://u:p@a.example/",
            "https://a.example/#x",
            "a",
            "",
        ] {
            assert!(strict.web(wrong).is_err(), "{wrong}");
            assert!(sandbox.web(wrong).is_err(), "{wrong}");
        }
        assert!(strict.name("https://a.example").is_ok());
        assert!(strict.name("https://a.example?x").is_err());
    }

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        let strict = Addresses { allow_loopback: false };
        let sandbox = Addresses { allow_loopback: true };
        for good in ["https://app.example", "https://app.example:8443", "https://xn--bcher-kva.example"] {
            assert_eq!(strict.origin(good).as_deref(), Ok(good));
        }
        assert!(sandbox.origin("http://localhost:8090").is_ok());
        for wrong in [
            "https://app.example/",
            "https://app.example/page",
            "https://app.example:443",
            "https://APP.example",
            "https://b\u{fc}cher.example",
            "https://*.app.example",
            "http://app.example",
            "http://localhost:8090",
            "*",
            "null",
            "app.example",
        ] {
            assert!(strict.origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn req_11_13_redirect_uris_are_https_or_loopback_without_a_fragment() {
        for good in ["https://shop.example/return?x=1", "http://127.0.0.1:9/cb", "http://[::1]/cb"] {
            assert!(redirect_uri(good).is_ok(), "{good}");
        }
        for wrong in [
            "http://app.example/cb",
            "https://shop.example/#x",
            "https://shop.example",
            "https://SHOP.example/",
            "javascript:alert(1)",
            "app:/cb",
        ] {
            assert!(redirect_uri(wrong).is_err(), "{wrong}");
        }
    }
}
