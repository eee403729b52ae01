//! Where the forms of a page may lead besides here: the sources of `form-action` (CSP 3 section 6.4.1).
//!
//! Browsers hold `form-action` against every redirect that follows a form, also those of a wallet's own
//! sign-in, which nobody here can list: so any https address is allowed. What else is, is configured: schemes
//! of wallets and of native apps, and plain http on this machine.

use std::collections::BTreeSet;

use url::{Host, Url};

/// The sources, in the order of their text, so that the same configuration gives the same page.
pub fn sources<'a>(addresses: impl Iterator<Item = &'a Url>, any_loopback: bool) -> String {
    // Of any address on this machine there is no shorter list.
    let plain_http = any_loopback.then(|| "http:".to_owned());
    let others: BTreeSet<String> = addresses.filter_map(source).chain(plain_http).collect();
    let all = ["'self'".to_owned(), "https:".to_owned()].into_iter().chain(others);
    all.collect::<Vec<_>>().join(" ")
}

/// The source that lets a form lead to `address`; `None` where https does.
fn source(address: &Url) -> Option<String> {
    match (address.scheme(), address.host()) {
        ("https", _) => None,
        // A native app takes any port that is free (RFC 8252 section 7.3).
        ("http", Some(Host::Ipv4(address))) => Some(format!("http://{address}:*")),
        ("http", Some(Host::Domain(name))) => Some(format!("http://{name}:*")),
        // CSP has no way to write an IPv6 address.
        ("http", _) => Some("http:".to_owned()),
        (scheme, _) => Some(format!("{scheme}:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_of_wallets_and_apps_and_loopback_addresses_are_named() {
        for (address, expected) in [
            ("https://wallet.example/authorize", None),
            ("openid4vp://", Some("openid4vp:")),
            ("eudi-openid4vp://verifier.example", Some("eudi-openid4vp:")),
            ("com.example.app:/cb", Some("com.example.app:")),
            ("http://127.0.0.1:9/cb", Some("http://127.0.0.1:*")),
            ("http://localhost/cb", Some("http://localhost:*")),
            ("http://[::1]/cb", Some("http:")),
        ] {
            assert_eq!(source(&address.parse().unwrap()).as_deref(), expected, "{address}");
        }
    }
}
