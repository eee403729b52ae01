//! Where the outside reaches us.

use std::sync::Arc;

use url::Url;

/// The public address: scheme, host and port, perhaps a path that a proxy strips.
#[derive(Clone, Debug)]
pub struct PublicUrl {
    base: Arc<str>,
    origin: Arc<str>,
    https: bool,
}

impl PublicUrl {
    /// From checked configuration.
    pub fn new(url: &Url) -> Self {
        Self {
            base: url.as_str().trim_end_matches('/').into(),
            origin: url.origin().ascii_serialization().into(),
            https: url.scheme() == "https",
        }
    }

    /// The full address of a path of ours, which begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// As browsers name it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers reach us by https; plain http exists on loopback only.
    pub fn is_https(&self) -> bool {
        self.https
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_joined_without_doubled_slashes() {
        let url = PublicUrl::new(&Url::parse("https://verify.example.com:8443/").unwrap());
        assert_eq!(url.at("/device"), "https://verify.example.com:8443/device");
        assert_eq!(url.origin(), "https://verify.example.com:8443");
        assert!(url.is_https());
        assert!(!PublicUrl::new(&Url::parse("http://127.0.0.1:8080").unwrap()).is_https());
    }
}
