//! Client identifiers: the part before the first colon says what the rest means (OpenID4VP 1.0
//! section 5.9).

/// What a client identifier means to a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// None: the wallet knows us under this name.
    PreRegistered,
    /// The rest is where the answer goes.
    RedirectUri,
    /// The rest is a DNS name in our certificate.
    X509SanDns,
    /// The rest is the SHA-256 digest of our certificate.
    X509Hash,
    /// The rest is a DID, and one of its keys signs.
    DecentralizedIdentifier,
    /// The rest is the subject of an attestation that travels with the request.
    VerifierAttestation,
}

/// Prefixes that mean something, and are not for us to use.
const NOT_OURS: [&str; 2] = ["openid_federation", "origin"];

/// Why a client identifier has no meaning here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum PrefixFault {
    /// `origin:` is made by browsers for the Digital Credentials API; nobody may send it.
    #[error("`origin:` is never a client identifier that is sent (OpenID4VP 1.0 section 5.9.3)")]
    Origin,
    #[error("`openid_federation:` is not offered")]
    Federation,
}

impl Prefix {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PreRegistered,
        Self::RedirectUri,
        Self::X509SanDns,
        Self::X509Hash,
        Self::DecentralizedIdentifier,
        Self::VerifierAttestation,
    ];

    /// The prefix of `client_id` and what follows its colon. An unknown prefix is none: the identifier
    /// is one under which we are registered (section 5.9.2).
    ///
    /// # Errors
    /// [`PrefixFault`]
    pub fn split(client_id: &str) -> Result<(Self, &str), PrefixFault> {
        let Some((name, rest)) = client_id.split_once(':') else {
            return Ok((Self::PreRegistered, client_id));
        };
        match Self::ALL.into_iter().find(|prefix| prefix.name() == name && !name.is_empty()) {
            Some(prefix) => Ok((prefix, rest)),
            None if name == NOT_OURS[0] => Err(PrefixFault::Federation),
            None if name == NOT_OURS[1] => Err(PrefixFault::Origin),
            None => Ok((Self::PreRegistered, client_id)),
        }
    }

    /// What `client_id` means. Registration refuses those that mean nothing.
    pub fn of(client_id: &str) -> Self {
        Self::split(client_id).map_or(Self::PreRegistered, |(prefix, _)| prefix)
    }

    /// As it stands before the colon, and in wallets' `client_id_prefixes_supported`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreRegistered => "pre-registered",
            Self::RedirectUri => "redirect_uri",
            Self::X509SanDns => "x509_san_dns",
            Self::X509Hash => "x509_hash",
            Self::DecentralizedIdentifier => "decentralized_identifier",
            Self::VerifierAttestation => "verifier_attestation",
        }
    }

    /// Whether a request under it must be signed.
    pub fn must_sign(self) -> bool {
        !matches!(self, Self::PreRegistered | Self::RedirectUri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_1_20_the_text_before_the_first_colon_is_the_prefix() {
        for (client_id, prefix, rest) in [
            ("caxdw5a7d", Prefix::PreRegistered, "caxdw5a7d"),
            ("did:web:a.example", Prefix::PreRegistered, "did:web:a.example"),
            ("https://a.example", Prefix::PreRegistered, "https://a.example"),
            ("x509_hash", Prefix::PreRegistered, "x509_hash"),
            ("redirect_uri:https://a.example/cb", Prefix::RedirectUri, "https://a.example/cb"),
            ("x509_san_dns:a.example", Prefix::X509SanDns, "a.example"),
            ("x509_hash:abc", Prefix::X509Hash, "abc"),
            (
                "decentralized_identifier:did:web:a.example",
                Prefix::DecentralizedIdentifier,
                "did:web:a.example",
            ),
            ("verifier_attestation:shop", Prefix::VerifierAttestation, "shop"),
        ] {
            assert_eq!(Prefix::split(client_id), Ok((prefix, rest)), "{client_id}");
        }
    }

    #[test]
    fn req_1_27_federation_and_origin_are_never_ours() {
        assert_eq!(Prefix::split("origin:https://a.example"), Err(PrefixFault::Origin));
        assert_eq!(Prefix::split("openid_federation:https://a.example"), Err(PrefixFault::Federation));
    }
}
