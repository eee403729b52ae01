//! Identifiers: 128 random bits as 22 base64url characters. They name things; they prove nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::base64url;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        identifier! { $(#[$doc])* $name, "" }
    };
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new one from 16 bytes of entropy.
            pub fn from_entropy(bytes: [u8; 16]) -> Self {
                Self(format!("{}{}", $prefix, base64url::encode(bytes)))
            }

            /// Reads one back. `None` unless it is exactly 22 base64url characters, behind its prefix where it has
            /// one, so that a stranger's text never reaches a query at any other length.
            pub fn parse(text: &str) -> Option<Self> {
                text.strip_prefix($prefix).is_some_and(well_formed).then(|| Self(text.to_owned()))
            }

            /// Its characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// A device grant.
    GrantId
}
identifier! {
    /// A presentation, as the relying party knows it (the transaction-id of OpenID4VP 14.3.3).
    PresentationId
}
identifier! {
    /// A presentation, as the browser knows it: the last part of its `start_url`.
    Handle
}
identifier! {
    /// A presentation, as the wallet knows it: the `state` parameter
    /// (the request-id of OpenID4VP 14.3.3). Never the same value as the other two.
    RequestState
}
identifier! {
    /// The `nonce` of one request (OpenID4VP 5.2): fresh, 128 bits, bound into the KB-JWT.
    Nonce
}
identifier! {
    /// An authorization request (RFC 6749 section 4.1.1), as we know it inside.
    AuthorizationId
}
identifier! {
    /// A family of tokens: all that one redemption led to.
    FamilyId
}
identifier! {
    /// The `jti` of an access token (RFC 7519 section 4.1.7).
    TokenId
}

identifier! {
    /// A session: `sid` (OpenID Connect Back-Channel Logout 1.0 section 2.1).
    SessionId
}
identifier! {
    /// A notice to a client, as we know it inside.
    NoticeId
}
identifier! {
    /// An event: `webhook-id` (Standard Webhooks 1.0.0), the same in every attempt to tell it.
    EventId, "evt_"
}
identifier! {
    /// What is delivered of one event to one endpoint.
    DeliveryId, "dlv_"
}

fn well_formed(text: &str) -> bool {
    text.len() == 22 && base64url::decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_only_what_it_could_have_written() {
        let id = PresentationId::from_entropy([0xab; 16]);
        assert_eq!(PresentationId::parse(id.as_str()), Some(id));
        let event = EventId::from_entropy([0xab; 16]);
        assert_eq!(event.as_str(), "evt_q6urq6urq6urq6urq6urqw");
        assert_eq!(EventId::parse(event.as_str()), Some(event));
        assert_eq!(EventId::parse("q6urq6urq6urq6urq6urqw"), None);
        for wrong in
            ["", "short", "q6urq6urq6urq6urq6urqw=", "q6urq6urq6urq6urq6urq!", "q6urq6urq6urq6urq6urq6ur"]
        {
            assert_eq!(PresentationId::parse(wrong), None, "{wrong}");
        }
    }
}
