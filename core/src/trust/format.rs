//! The formats of credentials: what they are called, and what only one of them lets an operator decide.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::type_metadata::TypeMetadata;

/// A format that can be judged here, by its Credential Format Identifier (OpenID4VP Appendix B).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialFormat {
    /// SD-JWT VC; also that of rows from the time when there was no other.
    #[default]
    #[serde(rename = "dc+sd-jwt")]
    SdJwtVc,
    /// A trivial one, which proves that the rooms above take any.
    #[cfg(any(test, feature = "testing"))]
    #[serde(rename = "plain")]
    Plain,
}

impl CredentialFormat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SdJwtVc,
        #[cfg(any(test, feature = "testing"))]
        Self::Plain,
    ];

    /// The Credential Format Identifier (OpenID4VP 1.0 Appendix B).
    pub fn identifier(self) -> &'static str {
        match self {
            Self::SdJwtVc => "dc+sd-jwt",
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => "plain",
        }
    }

    /// The format of this identifier, compared exactly.
    pub fn from_identifier(identifier: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.identifier() == identifier)
    }

    /// What a credential calls its type.
    pub fn type_claim(self) -> &'static str {
        match self {
            Self::SdJwtVc => "vct",
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => "type",
        }
    }

    /// The member of a query's `meta` that lists the accepted types.
    pub fn meta_member(self) -> &'static str {
        match self {
            Self::SdJwtVc => "vct_values",
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => "types",
        }
    }

    /// What a credential states about itself besides its claims: asked for by nobody, and nothing to drop.
    pub fn about_itself(self) -> &'static [&'static str] {
        match self {
            Self::SdJwtVc => {
                &["iss", "nbf", "exp", "iat", "aud", "cnf", "vct", "vct#integrity", "aka_vcts", "status"]
            }
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => &[],
        }
    }
}

/// What an operator decides about credentials of one format only.
#[derive(Clone, Debug)]
pub enum FormatRules {
    /// For SD-JWT VC.
    SdJwtVc(SdJwtVcRules),
    /// Nothing.
    #[cfg(any(test, feature = "testing"))]
    Plain,
}

/// What an operator decides about SD-JWT VC only.
#[derive(Clone, Debug, Default)]
pub struct SdJwtVcRules {
    /// Accept `typ: vc+sd-jwt` too (REQ-5.1).
    pub accept_legacy_typ: bool,
    /// Accept the JSON serialisation of RFC 9901 section 8 too (REQ-4.25).
    pub accept_json_serialization: bool,
    /// What the types demand: nothing, or one entry for each of them (REQ-5.17).
    pub type_metadata: Arc<[TypeMetadata]>,
}

impl FormatRules {
    /// Whose rules they are.
    pub fn format(&self) -> CredentialFormat {
        match self {
            Self::SdJwtVc(_) => CredentialFormat::SdJwtVc,
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => CredentialFormat::Plain,
        }
    }

    /// Those for SD-JWT VC.
    pub fn sd_jwt_vc(&self) -> Option<&SdJwtVcRules> {
        match self {
            Self::SdJwtVc(rules) => Some(rules),
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => None,
        }
    }

    /// The types that accepted ones extend, as far as it is configured.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &String> {
        let metadata = self.sd_jwt_vc().into_iter().flat_map(|rules| rules.type_metadata.iter());
        metadata.flat_map(|metadata| metadata.ancestors())
    }
}

/// SD-JWT VC as the specification has it.
impl Default for FormatRules {
    fn default() -> Self {
        Self::SdJwtVc(SdJwtVcRules::default())
    }
}
