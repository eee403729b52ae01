//! How the shop can have the wallet asked: by the entries of `[[wallets]]` in the sandbox's configuration.

/// One of the ways in which the shop can ask the wallet.
pub(super) struct Way {
    /// As the form calls it.
    pub(super) name: &'static str,
    /// The configured name of the wallet.
    pub(super) wallet: &'static str,
    /// Chosen by people; the others are there for who wants to see a protocol.
    pub(super) in_sight: bool,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// Whether the wallet may be told whom to expect.
    pub(super) hinted: bool,
    /// How it is reached.
    pub(super) flow: &'static str,
}

impl Way {
    /// The first is meant when nothing was chosen.
    pub(super) const ALL: [Self; 7] = [
        Self {
            name: "demo",
            wallet: "demo",
            in_sight: true,
            title: "A wallet in the cloud",
            about: "you go to its page and come back, as with Proof",
            hinted: true,
            flow: "same_device",
        },
        Self {
            name: "demo-post",
            wallet: "demo-post",
            in_sight: false,
            title: "Cloud wallet, by POST",
            about: "as Proof’s: your browser brings the request in a form",
            hinted: true,
            flow: "same_device",
        },
        Self {
            name: "openid4vp",
            wallet: "openid4vp",
            in_sight: false,
            title: "OpenID4VP 1.0, unsigned",
            about: "the request is in the address, the wallet posts its answer",
            hinted: false,
            flow: "same_device",
        },
        Self {
            name: "openid4vp-signed",
            wallet: "openid4vp-signed",
            in_sight: false,
            title: "OpenID4VP 1.0, signed",
            about: "the wallet fetches a signed request and posts an encrypted answer",
            hinted: false,
            flow: "same_device",
        },
        Self {
            name: "haip",
            wallet: "haip",
            in_sight: false,
            title: "OpenID4VP 1.0 with HAIP",
            about: "as before, by the rules of high assurance, fetched by POST with a nonce of the wallet",
            hinted: false,
            flow: "same_device",
        },
        Self {
            name: "browser",
            wallet: "browser",
            in_sight: true,
            title: "Your browser's own wallets",
            about: "it shows you those that fit, where it can; else the sandbox’s own is behind the other button",
            hinted: false,
            flow: "dc_api",
        },
        Self {
            name: "scan",
            wallet: "openid4vp-signed",
            in_sight: true,
            title: "A wallet on your phone",
            about: "you scan a code with it; this page goes on when you have shared",
            hinted: false,
            flow: "cross_device",
        },
    ];

    /// This way, unless it is one of a client that is registered with the wallet.
    pub(super) fn of_a_stranger(self) -> Self {
        let [registered, by_post, stranger, ..] = Self::ALL;
        let is_registered = [registered.wallet, by_post.wallet].contains(&self.wallet);
        if is_registered { stranger } else { self }
    }

    /// The way of this name; the first for no name.
    pub(super) fn named(name: Option<&str>) -> Option<Self> {
        Self::ALL.into_iter().find(|way| name.is_none_or(|name| way.name == name))
    }
}
