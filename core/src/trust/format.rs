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
    /// ISO mdoc (ISO/IEC 18013-5).
    #[serde(rename = "mso_mdoc")]
    MsoMdoc,
    /// A trivial one, which proves that the rooms above take any.
    #[cfg(any(test, feature = "testing"))]
    #[serde(rename = "plain")]
    Plain,
}

impl CredentialFormat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SdJwtVc,
        Self::MsoMdoc,
        #[cfg(any(test, feature = "testing"))]
        Self::Plain,
    ];

    /// The Credential Format Identifier (OpenID4VP 1.0 Appendix B).
    pub fn identifier(self) -> &'static str {
        match self {
            Self::SdJwtVc => "dc+sd-jwt",
            Self::MsoMdoc => "mso_mdoc",
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
            Self::MsoMdoc => "docType",
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => "type",
        }
    }

    /// The member of a query's `meta` that names the accepted types (sections B.3.5, B.2.3).
    pub fn meta_member(self) -> &'static str {
        match self {
            Self::SdJwtVc => "vct_values",
            Self::MsoMdoc => "doctype_value",
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
            Self::MsoMdoc => &[],
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => &[],
        }
    }

    /// Whether claims are elements of namespaces, which paths of two names lead to (section 7.2).
    pub fn is_namespaced(self) -> bool {
        self == Self::MsoMdoc
    }

    /// Whether the element of this name is a picture of the person, or made of their body: nothing for tokens, logs
    /// and events (ISO/IEC 18013-5 section 7.2; Photo ID, ISO/IEC TS 23220-4).
    pub fn is_picture(self, element: &str) -> bool {
        let named = ["portrait", "enrolment_portrait_image", "signature_usual_mark"].contains(&element);
        self.is_namespaced() && (named || element.starts_with("biometric_template_"))
    }

    /// Whether the holder's signature can say what was agreed to (section B.3.3; B.2.1 leaves it open).
    pub fn carries_agreements(self) -> bool {
        self != Self::MsoMdoc
    }

    /// Whether wallets show each copy of a credential with a key of its own: then a key is not a person, and two
    /// keys are not two people.
    pub fn changes_keys(self) -> bool {
        self == Self::MsoMdoc
    }
}

/// What an operator decides about credentials of one format only.
#[derive(Clone, Debug)]
pub enum FormatRules {
    /// For SD-JWT VC.
    SdJwtVc(SdJwtVcRules),
    /// For mdoc.
    MsoMdoc(MdocRules),
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

/// What an operator decides about mdoc only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MdocRules {
    /// What certificates of issuers must say.
    pub certificates: CertificateProfile,
}

/// What the certificates of an mdoc's issuer must say beyond RFC 5280.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificateProfile {
    /// All that ISO/IEC 18013-5 Annex B says of those who sign driving licences.
    IsoMdl,
    /// A path, its times and key usages; no purpose of another role. Certificates in use keep no more.
    #[default]
    Generic,
}

impl FormatRules {
    /// Whose rules they are.
    pub fn format(&self) -> CredentialFormat {
        match self {
            Self::SdJwtVc(_) => CredentialFormat::SdJwtVc,
            Self::MsoMdoc(_) => CredentialFormat::MsoMdoc,
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => CredentialFormat::Plain,
        }
    }

    /// Those for SD-JWT VC.
    pub fn sd_jwt_vc(&self) -> Option<&SdJwtVcRules> {
        match self {
            Self::SdJwtVc(rules) => Some(rules),
            Self::MsoMdoc(_) => None,
            #[cfg(any(test, feature = "testing"))]
            Self::Plain => None,
        }
    }

    /// Those for mdoc.
    pub fn mdoc(&self) -> Option<&MdocRules> {
        match self {
            Self::MsoMdoc(rules) => Some(rules),
            Self::SdJwtVc(_) => None,
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
