//! Credentials: what can be asked for, and whom we believe.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::address::Addresses;
use super::fault::Pointer;
use super::trust::{self, TrustRegistrations};
use super::{Sources, lifetime, type_metadata};
use crate::openid4vp::dcql::{CredentialQuery, Meta, Query};
use crate::trust::status_policy::{StatusCheck, StatusPolicy};
use crate::trust::{
    CertificateProfile, CredentialFormat, CredentialTrust, FormatRules, MdocRules, SdJwtVcRules, TrustPolicy,
};

/// A credential of one issuer. Entries with one id are one question, about the same types, that any of their issuers
/// may answer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CredentialRegistration {
    /// The id of the DCQL credential query.
    pub id: Option<String>,
    /// What other products call this credential.
    pub aliases: Vec<String>,
    /// A claim that the issuer promises never to change for a person and never to give to another one. The `sub` of
    /// tokens is made of it; when left out, of the key that the wallet holds.
    pub stable_identifier: Option<Value>,
    /// How sure it is that who shows it is who it names: the `acr` of tokens.
    pub acr: Option<String>,
    /// `dc+sd-jwt` or `mso_mdoc`; `dc+sd-jwt` when left out.
    pub format: Option<String>,
    /// The accepted types of an SD-JWT VC.
    pub vct: Vec<String>,
    /// The document type of an mdoc.
    pub doctype: Option<String>,
    /// The exact `iss`; of an mdoc, which names no issuer, what results call it.
    pub issuer: Option<String>,
    /// How this issuer's keys are found: in one way, or in two that headers tell apart.
    pub trust: TrustRegistrations,
    /// Accept the type `vc+sd-jwt` of older drafts too.
    pub accept_legacy_typ: bool,
    /// Accept presentations in JSON serialisation (RFC 9901 section 8) too.
    pub accept_json_serialization: bool,
    /// `check` the status when the credential names one, or `require` that it names one. `check` when left out.
    pub status: Option<String>,
    /// How long an older status list may serve when a new one cannot be had; not at all when left out.
    pub status_stale_if_error: Option<String>,
    /// Look no status up, so that revoked credentials are accepted.
    pub danger_ignore_status: bool,
    /// Files with type metadata (SD-JWT VC section 5): one for every accepted type and every type that those extend.
    pub type_metadata: Vec<String>,
    /// What certificates of an mdoc's issuers must say: `iso_mdl` (ISO/IEC 18013-5 Annex B) or `generic`. When left out,
    /// `iso_mdl` for driving licences and `generic` for all others.
    pub certificate_profile: Option<String>,
    /// Elements of an mdoc that you keep after the presentation, each as namespace and name: wallets are told. What tokens
    /// say, and what is kept of results, is told by itself.
    pub retain: Vec<Value>,
}

impl CredentialRegistration {
    /// What is asked for. A format that is not known has its own fault.
    pub(super) fn meta(&self) -> Meta {
        match (self.format.as_deref(), &self.doctype) {
            (Some(MDOC), doctype) => Meta::mdoc(doctype.clone().unwrap_or_default()),
            _ => Meta::sd_jwt_vc(self.vct.clone()),
        }
    }
}

/// As [`CredentialFormat::identifier`] has it.
const MDOC: &str = "mso_mdoc";
/// What ISO/IEC 18013-5 section 7.1 calls a driving licence.
const DRIVING_LICENCE: &str = "org.iso.18013.5.1.mDL";

/// Checks every credential.
pub(super) fn check(
    given: &[CredentialRegistration],
    addresses: Addresses,
    sources: &dyn Sources,
    all: &Pointer<'_>,
) -> TrustPolicy {
    let mut credentials = Vec::new();
    for (index, (at, one)) in all.each(given).enumerate() {
        let others = given.get(..index).unwrap_or_default();
        let trusted = checked(one, others, addresses, sources, &at);
        credentials.extend(trusted.into_iter().flatten());
    }
    TrustPolicy { credentials }
}

/// Whom to believe about one credential: a way for each kind of header. `others` stand before it.
fn checked(
    given: &CredentialRegistration,
    others: &[CredentialRegistration],
    addresses: Addresses,
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> Option<Vec<CredentialTrust>> {
    let status = status(given, at);
    let id = at.need("id", given.id.as_deref(), "the id of the DCQL credential query");
    let askable = askable(given, at);
    let issuer = at.need(
        "issuer",
        given.issuer.as_deref(),
        "the exact `iss`, or what results call the issuer of an mdoc",
    );
    agreement(given, others, at);
    let format = given.format.as_deref().unwrap_or(FORMATS[0].0);
    let format = at.key("format").choice(format, &FORMATS, "must be \"dc+sd-jwt\" or \"mso_mdoc\"");
    let looked = trust::Looked { addresses, sources, at };
    let status_roots = trust::status_roots(&given.trust, &looked);
    let (keys, rules) = match format? {
        CredentialFormat::MsoMdoc => {
            misplaced(&of_sd_jwt(given), "is for SD-JWT VC, and this is an mdoc", at);
            (trust::authorities(&given.trust, &looked).map(|keys| vec![keys]), mdoc_rules(given, at))
        }
        _ => {
            misplaced(&of_mdoc(given), "is for format = \"mso_mdoc\"", at);
            (trust::check(&given.trust, issuer, &looked), sd_jwt_rules(given, sources, at))
        }
    };
    let (id, issuer, keys, status_roots) = (id?, issuer?, keys?, status_roots?);
    let (status, rules) = (status?, rules?);
    let trust = |keys| CredentialTrust {
        id: id.to_owned(),
        types: given.meta().types,
        issuer: issuer.to_owned(),
        keys,
        status_roots: status_roots.clone(),
        status,
        rules: rules.clone(),
    };
    askable.then(|| keys.into_iter().map(trust).collect())
}

const FORMATS: [(&str, CredentialFormat); 2] =
    [("dc+sd-jwt", CredentialFormat::SdJwtVc), (MDOC, CredentialFormat::MsoMdoc)];

fn sd_jwt_rules(
    given: &CredentialRegistration,
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> Option<FormatRules> {
    let types = type_metadata::check(&given.type_metadata, &given.vct, sources, &at.key("type_metadata"));
    Some(FormatRules::SdJwtVc(SdJwtVcRules {
        accept_legacy_typ: given.accept_legacy_typ,
        accept_json_serialization: given.accept_json_serialization,
        type_metadata: types?,
    }))
}

fn mdoc_rules(given: &CredentialRegistration, at: &Pointer<'_>) -> Option<FormatRules> {
    let words = [("iso_mdl", CertificateProfile::IsoMdl), ("generic", CertificateProfile::Generic)];
    let certificates = match &given.certificate_profile {
        Some(word) => {
            at.key("certificate_profile").choice(word, &words, "must be \"iso_mdl\" or \"generic\"")?
        }
        None if given.doctype.as_deref() == Some(DRIVING_LICENCE) => CertificateProfile::IsoMdl,
        None => CertificateProfile::Generic,
    };
    Some(FormatRules::MsoMdoc(MdocRules { certificates }))
}

/// The keys that only one format knows, each with whether it is there.
fn of_sd_jwt(given: &CredentialRegistration) -> [(&'static str, bool); 4] {
    [
        ("vct", !given.vct.is_empty()),
        ("accept_legacy_typ", given.accept_legacy_typ),
        ("accept_json_serialization", given.accept_json_serialization),
        ("type_metadata", !given.type_metadata.is_empty()),
    ]
}

fn of_mdoc(given: &CredentialRegistration) -> [(&'static str, bool); 3] {
    [
        ("doctype", given.doctype.is_some()),
        ("certificate_profile", given.certificate_profile.is_some()),
        ("retain", !given.retain.is_empty()),
    ]
}

fn misplaced(keys: &[(&str, bool)], why: &str, at: &Pointer<'_>) {
    for (key, _) in keys.iter().filter(|(_, is_there)| *is_there) {
        at.add(key, why);
    }
}

/// What entries of one id or of one issuer must agree on, and what must tell them apart.
fn agreement(given: &CredentialRegistration, others: &[CredentialRegistration], at: &Pointer<'_>) {
    let (id, issuer) = (given.id.as_ref(), given.issuer.as_ref());
    for other in others.iter().filter(|other| issuer.is_some() && id.is_some() && other.id.as_ref() == id) {
        if other.issuer.as_ref() == issuer {
            at.add("id", "is the id of another credential of the same issuer");
        } else if other.issuer.is_some() && other.meta() != given.meta() {
            at.add(type_key(given), "differs from the types of the same id above: one id is one question");
        }
    }
    if given.format.as_deref() == Some(MDOC) {
        // An authority for one document type is none for another one.
        return;
    }
    // One issuer, one way to find its keys, or one for each kind of header: no token may choose (REQ-5.4).
    let its_own = |other: &&CredentialRegistration| {
        issuer.is_some() && other.issuer.as_ref() == issuer && other.format.as_deref() != Some(MDOC)
    };
    let mut same_issuer = others.iter().filter(its_own);
    if same_issuer.any(|other| other.trust != given.trust) {
        at.add("trust", "differs from the trust in the same issuer above");
    }
}

/// Whether a query for this credential can be written at all.
fn askable(given: &CredentialRegistration, at: &Pointer<'_>) -> bool {
    let (meta, types) = (given.meta(), at.key(type_key(given)));
    if meta.types.is_empty() || (meta.format.is_namespaced() && given.doctype.is_none()) {
        types.blame(match meta.format.is_namespaced() {
            true => "is missing: the document type",
            false => "is missing: the accepted types of this credential, at least one",
        });
        return false;
    }
    let member = format!("/{}", meta.format.meta_member());
    let id = given.id.as_deref().unwrap_or("id");
    let Err(fault) = Query::of(vec![CredentialQuery::of(id, meta, Vec::new())]) else { return true };
    let blamed = match fault.pointer.rsplit_once(&format!("{member}/")) {
        Some((_, place)) => types.key(place),
        None if fault.pointer.ends_with(&member) => types,
        None => at.key("id"),
    };
    blamed.blame(fault.why);
    false
}

/// The key that names what is asked for.
fn type_key(given: &CredentialRegistration) -> &'static str {
    if given.meta().format.is_namespaced() { "doctype" } else { "vct" }
}

fn status(given: &CredentialRegistration, at: &Pointer<'_>) -> Option<StatusPolicy> {
    let stale = given.status_stale_if_error.as_deref().map(lifetime::parse).transpose();
    let stale = at.key("status_stale_if_error").keep(stale)?.unwrap_or_default();
    if given.danger_ignore_status {
        if given.status.is_some() || !stale.is_zero() {
            let why = "leaves `status` and `status_stale_if_error` without effect; remove one or the other";
            at.add("danger_ignore_status", why);
        }
        return Some(StatusPolicy { check: StatusCheck::Ignored, stale_if_error: stale });
    }
    let words = [("check", StatusCheck::WhenNamed), ("require", StatusCheck::Required)];
    let word = given.status.as_deref().unwrap_or("check");
    let check = at.key("status").choice(word, &words, "must be \"check\" or \"require\"")?;
    Some(StatusPolicy { check, stale_if_error: stale })
}
