//! What the demo wallet does wrong when it is told to.

/// Ways to answer wrongly, each in exactly one respect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderFault {
    /// The KB-JWT is bound to another nonce.
    WrongNonce,
    /// The KB-JWT is made for another verifier.
    WrongAudience,
    /// The KB-JWT is a day old.
    OldKeyBinding,
    /// The last transaction is not agreed to.
    MissingTransactionHash,
    /// The value in the last disclosure is another than the issuer's; the holder signed it all the same.
    TamperedDisclosure,
    /// The KB-JWT is signed by somebody else's key.
    ForeignHolderKey,
    /// There is no KB-JWT.
    NoKeyBinding,
    /// The last claim asked for is kept back.
    MissingClaim,
}

impl HolderFault {
    /// Every fault with its name in forms and its description.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::WrongNonce, "wrong_nonce", "a key binding for another nonce"),
        (Self::WrongAudience, "wrong_audience", "a key binding for another verifier"),
        (Self::OldKeyBinding, "old_key_binding", "a key binding from yesterday"),
        (Self::MissingTransactionHash, "missing_transaction_hash", "one transaction not agreed to"),
        (Self::TamperedDisclosure, "tampered_disclosure", "a claim with a changed value"),
        (Self::ForeignHolderKey, "foreign_holder_key", "a key binding by another key"),
        (Self::NoKeyBinding, "no_key_binding", "no key binding at all"),
        (Self::MissingClaim, "missing_claim", "one claim kept back"),
    ];

    /// The fault of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(fault, ..)| fault)
    }
}
