//! Whom we believe, for which credential, by which mechanism (SD-JWT VC section 2.5; REQ-5.4, REQ-5.10).

pub mod did;
mod format;
mod hint;
pub mod issuer_key;
pub mod issuer_metadata;
pub mod status_policy;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use url::Url;

pub use self::format::{CertificateProfile, CredentialFormat, FormatRules, MdocRules, SdJwtVcRules};
pub use self::hint::IssuerHint;
use self::status_policy::StatusPolicy;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::jose::key_set::KeySet;
use crate::jose::x5c::{Roots, SentChain};
use crate::type_metadata::TypeMetadata;

pub(crate) const ISSUER: Rule = Rule { check: "issuer_trusted", requirement: "SD-JWT VC 2.5, 7.7" };
pub(crate) const TYPE: Rule =
    Rule { check: "credential_type", requirement: "SD-JWT VC 2.2.2.1; OpenID4VP B.3.5" };
const SERIALIZATION: Rule = Rule { check: "serialization", requirement: "RFC 9901 8; OpenID4VP B.3" };

/// One configured kind of credential (`[[credentials]]`). Several may share an `id`: one per issuer, or two, of
/// which one is by certificates and one by keys: see [`TrustPolicy::vouch`].
#[derive(Clone, Debug)]
pub struct CredentialTrust {
    /// The DCQL credential query id.
    pub id: String,
    /// The types that are accepted.
    pub types: Vec<String>,
    /// The exact `iss`. A credential with a certificate chain may leave `iss` out (REQ-5.12).
    pub issuer: String,
    /// How this issuer's key is found; the token cannot choose a way that is not configured.
    pub keys: KeySource,
    /// What its status lists are certified under, where that is something else: then by nothing else.
    pub status_roots: Option<Arc<Roots>>,
    /// What its status must be.
    pub status: StatusPolicy,
    /// Its format, and what is decided for that only.
    pub rules: FormatRules,
}

impl CredentialTrust {
    /// Whether a credential of one of the accepted types is also of this one.
    fn can_show(&self, name: &str) -> bool {
        self.accepts(name) || self.rules.ancestors().any(|ancestor| ancestor == name)
    }

    /// In a sentence: what holds the keys.
    fn key_source(&self) -> &'static str {
        match self.rules.mdoc() {
            Some(_) => "the certificate chain of `issuerAuth` (`iaca_roots`)",
            None => self.keys.name(),
        }
    }

    fn accepts(&self, credential_type: &str) -> bool {
        self.types.iter().any(|accepted| accepted == credential_type)
    }
}

/// One mechanism, pinned for an issuer.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A JWKS fetched from here.
    JwksUri(Url),
    /// A JWKS from configuration.
    Jwks(Arc<KeySet>),
    /// JWT VC issuer metadata, fetched from here (see [`issuer_metadata::location`]).
    IssuerMetadata(Url),
    /// The key inside a `did:jwk`.
    DidJwk(Arc<KeySet>),
    /// The DID document of a `did:web`, fetched from here (see [`did::resolve`]).
    DidWeb(Url),
    /// The certificate chain in the header, up to these roots.
    X5c(Arc<Roots>),
}

impl KeySource {
    /// In a sentence: what holds the keys.
    pub fn name(&self) -> &'static str {
        match self {
            Self::JwksUri(_) => "the issuer's JWKS (`jwks_uri`)",
            Self::Jwks(_) => "the issuer's JWKS (`jwks_file`)",
            Self::IssuerMetadata(_) => "the issuer's metadata (`issuer_metadata`)",
            Self::DidJwk(_) => "the issuer's DID (`did:jwk`)",
            Self::DidWeb(_) => "the issuer's DID document (`did:web`)",
            Self::X5c(_) => "the certificate chain in the header (`x5c_roots`)",
        }
    }

    fn is_by_certificates(&self) -> bool {
        matches!(self, Self::X5c(_))
    }
}

/// Everything we believe.
#[derive(Clone, Debug, Default)]
pub struct TrustPolicy {
    /// One entry per kind of credential and issuer.
    pub credentials: Vec<CredentialTrust>,
}

/// Proof that the hint names an issuer we believe for this credential query. Only such an issuer may be fetched for.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    trust: CredentialTrust,
    /// The other mechanism, where there are two: for tokens whose header calls for it.
    other: Option<KeySource>,
    kid: Option<String>,
}

impl TrustPolicy {
    /// Whether `credential` is configured in this format and every one of `types` is among its types, or one
    /// that they extend.
    pub fn covers(&self, credential: &str, format: CredentialFormat, types: &[String]) -> bool {
        self.credentials.iter().any(|trust| {
            let same = trust.id == credential && trust.rules.format() == format;
            same && types.iter().all(|name| trust.can_show(name))
        })
    }

    /// `credential` is the DCQL credential query id that the presentation answers. `iss` is compared
    /// exactly. Without `iss`, a credential that carries `x5c` is taken for that of the issuer to whose
    /// roots the chain leads; whether the chain holds is judged with the signature. An `x5c` of an issuer that is pinned to anything else changes nothing: the token cannot choose the mechanism.
    ///
    /// Where an issuer is pinned to certificates and, for the time of a change, to keys as well, a header with
    /// `x5c` is judged by the certificates and any other by the keys. What fails by one is not tried by the
    /// other.
    ///
    /// # Errors
    /// When the issuer or the credential type is not configured for that query, written into `findings`.
    pub fn vouch(
        &self,
        credential: &str,
        hint: &IssuerHint<'_>,
        findings: &mut Findings,
    ) -> Result<TrustedIssuer, Rejection> {
        let asked = |trust: &&CredentialTrust| trust.id == credential && trust.rules.format() == hint.format;
        let believed: Vec<_> = self.credentials.iter().filter(asked).collect();
        let trust = match hint.iss {
            _ if believed.is_empty() => {
                Err(format!("no issuer is configured for the credential {}", excerpt(credential)))
            }
            Some(iss) => called_for(&believed, iss, hint.x5c.is_some()).ok_or_else(|| {
                format!(
                    "`iss` is {}, which is not an issuer configured for the credential {} (compared exactly)",
                    excerpt(iss),
                    excerpt(credential)
                )
            }),
            None => match hint.x5c {
                Some(x5c) => known_by_certificate(&believed, x5c).map_err(str::to_owned),
                None => Err("the credential has neither an `iss` string nor `x5c`: nothing says whose it is"
                    .to_owned()),
            },
        };
        let trust = trust.map_err(|detail| findings.fail(&ISSUER, detail))?;
        let who = match hint.iss {
            Some(_) => "`iss` is configured".to_owned(),
            None if trust.rules.mdoc().is_some() => {
                format!("the certificates are to be those of {} (`iaca_roots`)", excerpt(&trust.issuer))
            }
            None => format!(
                "there is no `iss`; the certificates in the header are those of {} (`x5c_roots`)",
                excerpt(&trust.issuer)
            ),
        };
        let issuer = self.trusted(trust);
        let rest = match (&issuer.other, hint.x5c.is_some()) {
            (Some(_), true) => ", because the header has `x5c`",
            (Some(_), false) => ", because the header has no `x5c`",
            (None, true) if !trust.keys.is_by_certificates() => ", and the `x5c` in the header is ignored",
            (None, _) => "",
        };
        findings.pass(&ISSUER, format!("{who}; its key comes from {}{rest}", trust.key_source()));
        check_type(trust, hint, findings)?;
        check_serialization(trust, hint, findings)?;
        Ok(issuer.of_header(hint.kid, hint.x5c.is_some()))
    }

    /// With the mechanism of this entry, and the other one where there are two.
    fn trusted(&self, entry: &CredentialTrust) -> TrustedIssuer {
        let other = self.credentials.iter().find(|trust| {
            let same = trust.id == entry.id && trust.issuer == entry.issuer;
            same && trust.keys.is_by_certificates() != entry.keys.is_by_certificates()
        });
        let other = other.map(|trust| trust.keys.clone());
        TrustedIssuer { trust: entry.clone(), other, kid: None }
    }
}

impl TrustPolicy {
    /// The KeyIdentifiers of everybody who could have certified an issuer of the mdoc `credential`; `None` where one
    /// of them has none, or there are more than `most`: then wallets are not told.
    pub fn authorities(&self, credential: &str, most: usize) -> Option<Vec<Vec<u8>>> {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for trust in
            self.credentials.iter().filter(|trust| trust.id == credential && trust.rules.mdoc().is_some())
        {
            let KeySource::X5c(roots) = &trust.keys else { return None };
            for id in roots.key_identifiers()? {
                if !all.contains(&id) {
                    all.push(id);
                }
            }
        }
        (all.len() <= most).then_some(all)
    }

    /// Whether an issuer that was believed before still is: configured for this credential query id and
    /// type and, where `anchor` vouched for it, with a root of that key ([`Anchor::key_hash`]); where keys did,
    /// with a way to keys.
    ///
    /// [`Anchor::key_hash`]: crate::jose::x5c::Anchor::key_hash
    pub fn still_believes(
        &self,
        credential: &str,
        issuer: &str,
        credential_type: &str,
        anchor: Option<&str>,
    ) -> bool {
        self.credentials.iter().any(|trust| {
            let rooted = match (&trust.keys, anchor) {
                (KeySource::X5c(roots), Some(hash)) => roots.have_key(hash),
                (KeySource::X5c(_), None) | (_, Some(_)) => false,
                (_, None) => true,
            };
            let same = trust.id == credential && trust.issuer == issuer;
            same && rooted && trust.accepts(credential_type)
        })
    }

    /// The issuer that was vouched for before under this name, for this credential query id; `None` when
    /// the configuration no longer believes it.
    pub fn vouch_again(&self, credential: &str, issuer: &str) -> Option<TrustedIssuer> {
        let trust = self.credentials.iter().find(|trust| trust.id == credential && trust.issuer == issuer)?;
        Some(self.trusted(trust))
    }
}

/// The entry of `issuer` that a header with or without `x5c` calls for; where there is but one, that one.
fn called_for<'t>(believed: &[&'t CredentialTrust], issuer: &str, x5c: bool) -> Option<&'t CredentialTrust> {
    let mut its = believed.iter().copied().filter(|trust| trust.issuer == issuer);
    let first = its.next()?;
    let fits = |trust: &&CredentialTrust| trust.keys.is_by_certificates() == x5c;
    Some(std::iter::once(first).chain(its).find(fits).unwrap_or(first))
}

/// The one of them that is pinned to certificates; of several, the one to whose roots `x5c` leads.
fn known_by_certificate<'t>(
    believed: &[&'t CredentialTrust],
    x5c: &Value,
) -> Result<&'t CredentialTrust, &'static str> {
    let roots = |trust: &&'t CredentialTrust| match &trust.keys {
        KeySource::X5c(roots) => Some((*trust, Arc::clone(roots))),
        _ => None,
    };
    let pinned: Vec<_> = believed.iter().filter_map(roots).collect();
    match pinned.as_slice() {
        [] => {
            return Err(
                "the credential has no `iss` string, and no issuer of it is configured with `x5c_roots`",
            );
        }
        [(only, _)] => return Ok(only),
        _ => {}
    }
    let sent = SentChain::read(x5c).ok_or(
        "the credential has no `iss` string, and the `x5c` in its header, which should say whose it is, is no \
         array of certificates in padded standard base64",
    )?;
    let mut named = pinned.iter().filter(|(_, roots)| roots.are_named_by(&sent));
    match (named.next(), named.next()) {
        (Some((trust, _)), None) => Ok(trust),
        (None, _) => Err(
            "the credential has no `iss` string, and its certificates lead to the roots of none of its several issuers",
        ),
        (Some(_), Some(_)) => Err(
            "the credential has no `iss` string, and its certificates lead to roots that several of its issuers share: which one is meant cannot be told (`x5c_names` tells them apart)",
        ),
    }
}

impl TrustedIssuer {
    /// The exact `iss`, as configured.
    pub fn issuer(&self) -> &str {
        &self.trust.issuer
    }

    /// Whether a payload with this `iss` is this issuer's.
    pub(crate) fn is_named_by(&self, iss: Option<&Value>) -> bool {
        match iss {
            Some(iss) => iss == self.issuer(),
            None => self.keys().is_by_certificates(),
        }
    }

    /// Whether a credential without `iss` is this issuer's only as far as its anchor says so, because
    /// nobody said that all its roots belong to one issuer; and whether those are several.
    pub(crate) fn is_told_by_anchor(&self) -> Option<bool> {
        match self.keys() {
            KeySource::X5c(roots) if !roots.are_one_issuers() => Some(roots.are_several()),
            _ => None,
        }
    }

    /// How its key is found.
    pub fn keys(&self) -> &KeySource {
        &self.trust.keys
    }

    /// The certificates under which its status lists are signed, where those are not its own.
    pub fn status_roots(&self) -> Option<&Roots> {
        self.trust.status_roots.as_deref()
    }

    /// The certificates under which its status lists are signed, where they are signed by certificates.
    pub(crate) fn roots_of_lists(&self) -> Option<&Roots> {
        match (self.status_roots(), self.keys()) {
            (Some(roots), _) => Some(roots),
            (None, KeySource::X5c(roots)) => Some(roots),
            (None, _) => None,
        }
    }

    /// The `kid` the token names, so that a fetcher can refresh its copy when it is unknown.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The name of a key in full: in a token of an issuer that is a DID, `kid` may be a relative DID URL
    /// (DID Core section 3.2.2), which is one of that DID.
    pub fn key_name<'k>(&self, kid: &'k str) -> Cow<'k, str> {
        match self.keys() {
            KeySource::DidJwk(_) | KeySource::DidWeb(_) if kid.starts_with('#') => {
                Cow::Owned(format!("{}{kid}", self.issuer()))
            }
            _ => Cow::Borrowed(kid),
        }
    }

    /// Whether certificates are one of its mechanisms, be it for other headers.
    pub fn may_be_certified(&self) -> bool {
        [Some(self.keys()), self.other.as_ref()].into_iter().flatten().any(KeySource::is_by_certificates)
    }

    /// This issuer, asked about another of its tokens, whose header names this key and has an `x5c` or
    /// not: of two mechanisms, the one that this calls for.
    #[must_use]
    pub fn of_header(&self, kid: Option<&str>, x5c: bool) -> Self {
        let mut same = Self { kid: None, ..self.clone() };
        if let Some(other) = &mut same.other
            && other.is_by_certificates() == x5c
        {
            std::mem::swap(other, &mut same.trust.keys);
        }
        same.kid = kid.map(|kid| same.key_name(kid).into_owned());
        same
    }

    /// How long a list that is no longer fresh may serve, and what is looked up at all.
    pub fn status_policy(&self) -> StatusPolicy {
        self.trust.status
    }

    pub(crate) fn accepts_type(&self, name: &str) -> bool {
        self.trust.accepts(name)
    }

    /// What is configured for this type of SD-JWT VC.
    pub(crate) fn type_metadata(&self, vct: &str) -> Option<&TypeMetadata> {
        let rules = self.trust.rules.sd_jwt_vc()?;
        rules.type_metadata.iter().find(|metadata| metadata.vct() == vct)
    }

    /// What certificates of an mdoc's issuer must say.
    pub(crate) fn certificate_profile(&self) -> CertificateProfile {
        self.trust.rules.mdoc().map(|rules| rules.certificates).unwrap_or_default()
    }

    pub(crate) fn accepts_legacy_typ(&self) -> bool {
        self.trust.rules.sd_jwt_vc().is_some_and(|rules| rules.accept_legacy_typ)
    }
}

fn check_serialization(
    trust: &CredentialTrust,
    hint: &IssuerHint<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let accepted = trust.rules.sd_jwt_vc().is_some_and(|rules| rules.accept_json_serialization);
    if hint.json_serialization && !accepted {
        return Err(findings.fail(
            &SERIALIZATION,
            "the presentation is in JSON serialisation; set `accept_json_serialization` to accept it from this issuer",
        ));
    }
    if hint.json_serialization {
        findings.pass(&SERIALIZATION, "JSON serialisation, which is switched on for this credential");
    }
    Ok(())
}

fn check_type(
    trust: &CredentialTrust,
    hint: &IssuerHint<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let claim = hint.format.type_claim();
    match hint.credential_type {
        None => {
            let detail =
                format!("`{claim}` is missing, is not a string, or was made selectively disclosable");
            Err(findings.fail(&TYPE, detail))
        }
        Some(name) if trust.accepts(name) => {
            findings.pass(&TYPE, format!("`{claim}` is one of the accepted types"));
            Ok(())
        }
        Some(name) => {
            let detail = format!("`{claim}` is {}, which is not among the accepted types", excerpt(name));
            Err(findings.fail(&TYPE, detail))
        }
    }
}
