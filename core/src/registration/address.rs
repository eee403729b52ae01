//! Addresses: https, unless the operator said loudly that this is one machine talking to itself.

use url::{ParseError, Url};

use crate::base::ip_network::IpNetwork;
use crate::base::public_address::{is_loopback, literal, permitted};

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
        let url = Url::parse(text).map_err(|why| match why {
            // A host alone, or a variable that nobody filled in.
            ParseError::RelativeUrlWithoutBase => "must begin with https://".to_owned(),
            why => format!("is not a URL: {why}"),
        })?;
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

    /// Where we send something of our own accord: as [`Self::web`], at no address that could be somebody's inside and
    /// is in none of the `open` networks, as far as its text tells. What its name leads to is looked at whenever it is
    /// called.
    pub(super) fn outside(self, text: &str, open: &[IpNetwork]) -> Result<Url, String> {
        let url = self.web(text)?;
        match literal(&url) {
            Some(address)
                if !permitted(address, self.allow_loopback)
                    && !open.iter().any(|network| network.contains(address)) =>
            {
                Err(format!("leads to {address}, which is not a public address"))
            }
            _ => Ok(url),
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

/// Where browsers may be sent back to (REQ-11.13). Written exactly as it will be compared.
pub(super) fn redirect_uri(text: &str) -> Result<Url, String> {
    let url = way_back(text)?;
    if url.as_str() != text {
        return Err(not_normal(&url));
    }
    Ok(url)
}

/// Where browsers may be sent after a logout, as it is written and as an address. A site alone may go without its
/// slash, because clients send what they were told that they are: `https://app.example`.
pub(super) fn post_logout_redirect_uri(text: &str) -> Result<(String, Url), String> {
    let url = way_back(text)?;
    if url.as_str() != text && url.as_str().strip_suffix('/') != Some(text) {
        return Err(not_normal(&url));
    }
    Ok((text.to_owned(), url))
}

fn not_normal(url: &Url) -> String {
    format!("is compared letter by letter; write it in its normal form: {url}")
}

/// https, http on this machine (RFC 8252 section 7.3), or the private scheme of a native app (section 7.1), whose
/// name is a domain name of the app's maker turned round.
fn way_back(text: &str) -> Result<Url, String> {
    if text.contains('*') {
        return Err("holds `*`, but there are no wildcards: it is compared letter by letter".to_owned());
    }
    match Url::parse(text) {
        Ok(url) if is_private_scheme(url.scheme()) => of_an_app(url),
        _ => {
            let any = Addresses { allow_loopback: true };
            any.web(text).map_err(|why| match why.starts_with("must begin") {
                true => "must begin with https://, http:// (loopback addresses only), or the scheme of a native app, \
                         which holds a dot: com.example.app:/return (RFC 8252 section 7.1)"
                    .to_owned(),
                false => why,
            })
        }
    }
}

/// RFC 8252 section 7.1: only a domain name turned round keeps apps of different makers apart, and no scheme
/// that browsers know themselves (`javascript`, `data`, `file`, `intent`) holds a dot.
fn is_private_scheme(scheme: &str) -> bool {
    scheme.contains('.')
}

fn of_an_app(url: Url) -> Result<Url, String> {
    let labels = url.scheme().split('.');
    if labels.clone().count() < 2 || labels.clone().any(str::is_empty) {
        return Err("must have a scheme that is a domain name turned round, like com.example.app".to_owned());
    }
    if url.cannot_be_a_base() {
        return Err("must have a path that begins with a slash: com.example.app:/return".to_owned());
    }
    if url.fragment().is_some() {
        return Err("must not have a fragment (`#...`)".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".to_owned());
    }
    Ok(url)
}

/// Schemes that browsers handle themselves, or that run or show what stands behind the colon: none of them
/// calls a wallet.
const NO_WALLET: &str = "
    about android-app blob chrome content data file filesystem ftp http https intent jar javascript
    mailto ms-appx resource sms tel vbscript view-source ws wss
";

/// A scheme by which a wallet on the same device is called (OpenID4VP 1.0 section 13.1.2 leaves the name to
/// the wallet): `openid4vp://`, `haip-vp://`, or any other that no browser keeps for itself.
pub(super) fn wallet_scheme(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|why| format!("is not a URL: {why}"))?;
    if NO_WALLET.split_whitespace().any(|scheme| scheme == url.scheme()) {
        return Err("must begin with https://, or with the scheme of a wallet app, for example openid4vp://"
            .to_owned());
    }
    let after = text.get(url.scheme().len()..).unwrap_or_default();
    if !after.starts_with("://") {
        return Err(format!("must be written with two slashes: {}://", url.scheme()));
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must not have a fragment, user name or password".to_owned());
    }
    Ok(url)
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
    fn req_21_44_what_we_send_goes_to_no_inside() {
        let strict = Addresses { allow_loopback: false };
        let sandbox = Addresses { allow_loopback: true };
        for good in ["https://a.example/x?y=1", "https://1.1.1.1/", "https://[2606:4700::1111]/"] {
            assert!(strict.outside(good, &[]).is_ok(), "{good}");
        }
        for inside in [
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/",
            "https://0xa9fea9fe/",
            "https://2852039166/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::1]/",
            "http://a.example/",
        ] {
            assert!(strict.outside(inside, &[]).is_err(), "{inside}");
            assert!(sandbox.outside(inside, &[]).is_err(), "{inside}");
        }
        for loopback in ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://localhost/"]
        {
            assert!(strict.outside(loopback, &[]).is_err(), "{loopback}");
            assert!(sandbox.outside(loopback, &[]).is_ok(), "{loopback}");
        }
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
    fn req_11_13_redirect_uris_are_https_or_loopback_or_of_an_app_without_a_fragment() {
        for good in [
            "https://shop.example/return?x=1",
            "http://127.0.0.1:9/cb",
            "http://[::1]/cb",
            "com.example.app:/oauth2redirect",
            "com.example.app:/oauth2redirect/example-provider?x=1",
            "com.example.app://cb",
            "com.example.app://cb/path",
            "com.example.my-app2:/",
        ] {
            assert_eq!(redirect_uri(good).map(String::from).as_deref(), Ok(good));
        }
        for wrong in [
            "http://app.example/cb",
            "https://shop.example/#x",
            "https://shop.example",
            "https://SHOP.example/",
            "javascript:alert(1)",
            "javascript://x.example/%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "intent://x#Intent;scheme=a.b;end",
            "app:/cb",
            "myapp://cb",
            "com.example.app:cb",
            "com.example.app:/cb#x",
            "com.example.app://u:p@cb",
            "COM.example.app:/cb",
            "com..app:/cb",
            "com.:/cb",
            "com.example.app:/a/../cb",
        ] {
            assert!(redirect_uri(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rp_initiated_2_a_site_alone_may_be_written_without_its_slash() {
        for good in [
            "https://app.example",
            "https://app.example/",
            "http://127.0.0.1:9999",
            "https://app.example/bye",
            "com.example.app:/bye",
        ] {
            let (text, url) = post_logout_redirect_uri(good).unwrap();
            assert_eq!(
                (text.as_str(), url.as_str().trim_end_matches('/')),
                (good, good.trim_end_matches('/'))
            );
        }
        for wrong in [
            "https://APP.example",
            "https://app.example:443",
            "https://app.example/a/..",
            "https://app.example?x",
            "https://*.example",
            "http://app.example",
        ] {
            assert!(post_logout_redirect_uri(wrong).is_err(), "{wrong}");
        }
        assert!(redirect_uri("https://app.example").is_err());
    }

    #[test]
    fn req_11_11_there_are_no_wildcards_in_redirect_uris() {
        for wrong in [
            "https://*.example.com/cb",
            "https://app.example.com/*",
            "https://app.example.com/cb?x=*",
            "http://127.0.0.1:*/cb",
            "com.example.*:/cb",
            "*",
        ] {
            assert!(redirect_uri(wrong).unwrap_err().contains("wildcards"), "{wrong}");
        }
    }

    #[test]
    fn req_1_12_wallets_are_called_by_any_scheme_that_is_not_the_browsers() {
        for good in [
            "openid4vp://",
            "haip-vp://",
            "haip://",
            "eudi-openid4vp://",
            "eudi-openid4vp://verifier.example/authorize?x=1",
            "mdoc-openid4vp://",
            "av://",
            "com.example.wallet://present",
        ] {
            assert!(wallet_scheme(good).is_ok(), "{good}");
        }
        for wrong in [
            "javascript://x",
            "JavaScript://x",
            "data://x",
            "vbscript://x",
            "file:///x",
            "blob://x",
            "about://x",
            "view-source://x",
            "intent://x",
            "ws://x",
            "wss://x",
            "ftp://x",
            "http://wallet.example",
            "openid4vp:",
            "openid4vp:/",
            "openid4vp://user@x",
            "openid4vp://#x",
            "://",
            "wallet",
            "",
        ] {
            assert!(wallet_scheme(wrong).is_err(), "{wrong}");
        }
    }
}
