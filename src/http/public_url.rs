//! Where the outside reaches us.

use std::sync::Arc;

use url::Url;

/// What is published about us at a place that is made of our address (RFC 8414 section 3.1 and, for the second,
/// section 5: the well-known part goes between host and path).
const ABOUT_US: [&str; 2] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

/// The public address: scheme, host and port, perhaps a path below which everything is.
#[derive(Clone, Debug)]
pub struct PublicUrl {
    base: Arc<str>,
    origin: Arc<str>,
    path: Arc<str>,
    https: bool,
}

impl PublicUrl {
    /// From checked configuration.
    pub fn new(url: &Url) -> Self {
        Self {
            base: url.as_str().trim_end_matches('/').into(),
            origin: url.origin().ascii_serialization().into(),
            path: url.path().trim_end_matches('/').into(),
            https: url.scheme() == "https",
        }
    }

    /// The full address of a path of ours, which begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// As browsers name it in `Origin`, which has no path.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What stands before every path of ours in addresses: empty, or `/verify`.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The path of ours that is meant by `requested`: `/token` by `/verify/token`. `None` where nothing stands
    /// before it.
    pub fn own_path<'r>(&self, requested: &'r str) -> Option<&'r str> {
        if self.path.is_empty() {
            return None;
        }
        let about_us =
            || ABOUT_US.into_iter().find(|place| requested.strip_prefix(place) == Some(&*self.path));
        match requested.strip_prefix(&*self.path) {
            Some("") => Some("/"),
            Some(rest) if rest.starts_with('/') => Some(rest),
            _ => about_us(),
        }
    }

    /// Whether browsers reach us by https; plain http exists on loopback only.
    pub fn is_https(&self) -> bool {
        self.https
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        PublicUrl::new(&Url::parse(text).unwrap())
    }

    #[test]
    fn addresses_are_joined_without_doubled_slashes() {
        let root = url("https://verify.example.com:8443/");
        assert_eq!(root.at("/device"), "https://verify.example.com:8443/device");
        assert_eq!(root.origin(), "https://verify.example.com:8443");
        assert_eq!(&**root.path(), "");
        assert!(root.is_https());
        assert!(!url("http://127.0.0.1:8080").is_https());
        for below in ["https://example.com/id/verify", "https://example.com/id/verify/"] {
            let below = url(below);
            assert_eq!(below.at("/device"), "https://example.com/id/verify/device");
            assert_eq!((below.origin(), &**below.path()), ("https://example.com", "/id/verify"));
        }
    }

    #[test]
    fn what_is_asked_for_below_the_path_is_a_path_of_ours() {
        let below = url("https://example.com/verify/");
        for (requested, own) in [
            ("/verify/token", Some("/token")),
            ("/verify/v1/presentations/x", Some("/v1/presentations/x")),
            ("/verify/", Some("/")),
            ("/verify", Some("/")),
            ("/verify/verify/token", Some("/verify/token")),
            ("/verify/.well-known/openid-configuration", Some("/.well-known/openid-configuration")),
            (
                "/.well-known/oauth-authorization-server/verify",
                Some("/.well-known/oauth-authorization-server"),
            ),
            ("/.well-known/openid-configuration/verify", Some("/.well-known/openid-configuration")),
            ("/.well-known/oauth-authorization-server/verifyx", None),
            ("/.well-known/oauth-authorization-server/verify/x", None),
            ("/.well-known/oauth-authorization-server", None),
            ("/.well-known/jwt-vc-issuer/verify", None),
            ("/verifyx/token", None),
            ("/VERIFY/token", None),
            ("/token", None),
            ("/", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(below.own_path(requested), own, "{requested}");
        }
        let root = url("https://example.com");
        for requested in ["/token", "/", "/.well-known/oauth-authorization-server", "//token"] {
            assert_eq!(root.own_path(requested), None, "{requested}");
        }
    }
}
