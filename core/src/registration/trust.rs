//! How the keys of one issuer are found. Exactly one way, so that no token can choose between two (REQ-5.4); or two,
//! one by certificates and one by keys, while an issuer goes from one to the other: then the header says which one
//! judges it.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::Sources;
use super::address::Addresses;
use super::fault::Pointer;
use crate::base::json::{self, Bounds};
use crate::jose::key_set::KeySet;
use crate::jose::x5c::{RevocationFile, Roots, RootsFault};
use crate::trust::KeySource;
use crate::trust::did::{self, DidKeys};
use crate::trust::issuer_metadata;

/// What a JWKS file may hold.
const JWKS: Bounds = Bounds { bytes: 1 << 20, depth: 8, members: 20_000 };
/// A file of roots: a thousand certificates.
const ROOTS_BYTES: usize = 2 << 20;
/// A file of revocation lists: some hundred thousand entries.
const CRL_BYTES: usize = 16 << 20;

/// One way to find keys.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TrustRegistration {
    /// A JWKS, fetched and kept as long as its server says.
    pub jwks_uri: Option<String>,
    /// A file with a JWKS.
    pub jwks_file: Option<String>,
    /// A file with certificates: the chain in the header leads up to one of them.
    pub x5c_roots: Option<String>,
    /// One of these URI or DNS names must be in the first certificate.
    pub x5c_names: Option<Vec<String>>,
    /// All these roots belong to the issuer named.
    pub x5c_one_issuer: Option<bool>,
    /// The first certificate may be self-signed, if it is one of these.
    pub x5c_self_signed: Option<bool>,
    /// Of an mdoc: a file with the certificates of its issuing authorities (IACA), for this `doctype` only.
    pub iaca_roots: Option<String>,
    /// A file with current revocation lists of every authority on the way.
    pub crl: Option<String>,
    /// JWT VC issuer metadata at the well-known place of the issuer.
    pub issuer_metadata: Option<bool>,
    /// The issuer is a did:jwk, or a did:web whose document is fetched.
    pub did: Option<bool>,
    /// A file with the certificates under which the issuer's status lists are signed, when they are other ones.
    pub status_x5c_roots: Option<String>,
}

/// One way, or several in their order. Not an untagged enum: that would hide unknown keys and their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrustRegistrations(pub Vec<TrustRegistration>);

impl<'de> Deserialize<'de> for TrustRegistrations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

impl JsonSchema for TrustRegistrations {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Trust".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<TrustRegistration>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = TrustRegistrations;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, or a list of tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let one = TrustRegistration::deserialize(MapAccessDeserializer::new(map))?;
        Ok(TrustRegistrations(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(TrustRegistrations)
    }
}

impl TrustRegistrations {
    /// Each way with its place: the key itself where there is one.
    fn each<'a, 'f>(&'a self, at: &Pointer<'f>) -> Vec<(Pointer<'f>, &'a TrustRegistration)> {
        let at = at.key("trust");
        match self.0.as_slice() {
            [only] => vec![(at, only)],
            several => at.each(several).collect(),
        }
    }
}

/// What a way is looked at with.
pub(super) struct Looked<'a> {
    pub addresses: Addresses,
    pub sources: &'a dyn Sources,
    /// The credential.
    pub at: &'a Pointer<'a>,
}

/// Checks what `issuer` is trusted by, and `issuer` for that: one mechanism, or two that headers tell apart.
pub(super) fn check(
    given: &TrustRegistrations,
    issuer: Option<&str>,
    with: &Looked<'_>,
) -> Option<Vec<KeySource>> {
    // Nothing in a list is as if it were not there.
    let missing = TrustRegistrations(vec![TrustRegistration::default()]);
    let given = if given.0.is_empty() { &missing } else { given };
    let by_certificates = given.0.iter().filter(|trust| trust.x5c_roots.is_some()).count();
    let is_told_apart = matches!((given.0.len(), by_certificates), (1, _) | (2, 1));
    if !is_told_apart {
        with.at.add("trust", NOT_TOLD_APART);
    }
    let is_named_by_did = given.0.iter().any(|trust| trust.did == Some(true));
    let web = issuer.filter(|_| !is_named_by_did);
    let web = web.and_then(|issuer| with.at.key("issuer").keep(with.addresses.name(issuer)));
    let each = given.each(with.at);
    let sources: Vec<Option<KeySource>> =
        each.into_iter().map(|(at, trust)| source(trust, issuer, web.as_ref(), &at, with)).collect();
    sources.into_iter().collect::<Option<Vec<KeySource>>>().filter(|_| is_told_apart)
}

/// Checks the way at this place. `web` is the issuer where it is an address, and not a DID.
fn source(
    trust: &TrustRegistration,
    issuer: Option<&str>,
    web: Option<&Url>,
    at: &Pointer<'_>,
    with: &Looked<'_>,
) -> Option<KeySource> {
    check_keys(trust, at);
    if trust.did == Some(true) {
        return issuer.and_then(|issuer| with.at.key("issuer").keep(named_by_did(issuer, with.sources)));
    }
    if let Some(uri) = &trust.jwks_uri {
        return at.key("jwks_uri").keep(with.addresses.web(uri)).map(KeySource::JwksUri);
    }
    if let Some(name) = &trust.jwks_file {
        let keys = jwks_file(name, with.sources);
        return at.key("jwks_file").keep(keys).map(|keys| KeySource::Jwks(Arc::new(keys)));
    }
    if let Some(name) = &trust.x5c_roots {
        let names = trust.x5c_names.clone().unwrap_or_default();
        let roots = believed_roots(("x5c_roots", name), names, trust, at, with)?;
        let roots =
            if trust.x5c_self_signed == Some(true) { roots.with_self_signed_issuers() } else { roots };
        return Some(KeySource::X5c(Arc::new(roots)));
    }
    let metadata = web.filter(|_| trust.issuer_metadata.is_some());
    metadata.map(|url| KeySource::IssuerMetadata(issuer_metadata::location(url)))
}

/// The roots that a key names, as this way wants them.
fn believed_roots(
    (key, name): (&'static str, &str),
    names: Vec<String>,
    trust: &TrustRegistration,
    at: &Pointer<'_>,
    with: &Looked<'_>,
) -> Option<Roots> {
    let roots = roots((key, name), trust.crl.as_deref(), names, with.sources);
    let roots = roots.map_err(|(key, why)| at.add(key, why)).ok()?;
    Some(if trust.x5c_one_issuer == Some(true) { roots.of_one_issuer() } else { roots })
}

/// Checks the issuing authorities of an mdoc: there is no other way to know its issuer (ISO/IEC 18013-5 section
/// 9.3.3).
pub(super) fn authorities(given: &TrustRegistrations, with: &Looked<'_>) -> Option<KeySource> {
    let at = with.at.key("trust");
    let [trust] = given.0.as_slice() else {
        at.blame(AUTHORITIES);
        return None;
    };
    for (key, is_there) in ways(trust).into_iter().chain([
        ("x5c_names", trust.x5c_names.is_some()),
        ("x5c_self_signed", trust.x5c_self_signed.is_some()),
    ]) {
        if is_there {
            at.add(key, "is not for format = \"mso_mdoc\": its issuer is known by iaca_roots");
        }
    }
    check_switches(trust, &at);
    let name = at.need("iaca_roots", trust.iaca_roots.as_deref(), AUTHORITIES)?;
    let roots = believed_roots(("iaca_roots", name), Vec::new(), trust, &at, with)?;
    Some(KeySource::X5c(Arc::new(roots)))
}

/// The certificates under which the issuer's status lists are signed, where those are not the issuer's own.
pub(super) fn status_roots(given: &TrustRegistrations, with: &Looked<'_>) -> Option<Option<Arc<Roots>>> {
    let each = given.each(with.at).into_iter();
    let mut named = each.filter_map(|(at, trust)| {
        trust.status_x5c_roots.as_ref().map(|name| (at.key("status_x5c_roots"), name))
    });
    let Some((at, name)) = named.next() else { return Some(None) };
    if let Some((again, _)) = named.next() {
        again.blame("is said already: it holds for all status lists of the issuer");
        return None;
    }
    let roots = roots(("status_x5c_roots", name), None, Vec::new(), with.sources).map_err(|(_, why)| why);
    at.keep(roots).map(|roots| Some(Arc::new(roots)))
}

/// The keys that say how an issuer is known, each with whether it is there.
fn ways(trust: &TrustRegistration) -> [(&'static str, bool); 5] {
    [
        ("jwks_uri", trust.jwks_uri.is_some()),
        ("jwks_file", trust.jwks_file.is_some()),
        ("x5c_roots", trust.x5c_roots.is_some()),
        ("issuer_metadata", trust.issuer_metadata.is_some()),
        ("did", trust.did.is_some()),
    ]
}

fn check_switches(trust: &TrustRegistration, at: &Pointer<'_>) {
    for (key, switch) in [
        ("issuer_metadata", trust.issuer_metadata),
        ("did", trust.did),
        ("x5c_one_issuer", trust.x5c_one_issuer),
        ("x5c_self_signed", trust.x5c_self_signed),
    ] {
        if switch == Some(false) {
            at.add(key, "must be true, or left out");
        }
    }
}

/// Which keys may stand together.
fn check_keys(trust: &TrustRegistration, at: &Pointer<'_>) {
    check_switches(trust, at);
    if trust.iaca_roots.is_some() {
        at.add("iaca_roots", "is for format = \"mso_mdoc\"; certificates of an SD-JWT VC are x5c_roots");
    }
    let of_roots = [
        ("x5c_names", trust.x5c_names.is_some()),
        ("x5c_one_issuer", trust.x5c_one_issuer.is_some()),
        ("x5c_self_signed", trust.x5c_self_signed.is_some()),
        ("crl", trust.crl.is_some()),
    ];
    for (key, _) in of_roots.iter().filter(|(_, is_there)| *is_there && trust.x5c_roots.is_none()) {
        at.add(key, "belongs to x5c_roots, which is not there");
    }
    if trust.x5c_names.as_ref().is_some_and(|names| names.is_empty() || names.iter().any(String::is_empty)) {
        at.add("x5c_names", "must hold URI or DNS names, or be left out");
    }
    match ways(trust).iter().filter(|(_, is_there)| *is_there).count() {
        0 => at.blame(format!("is missing: how the keys of this issuer are found: {WAYS}")),
        1 => {}
        _ => at.blame(format!("must hold exactly one way to find keys: {WAYS}")),
    }
}

const NOT_TOLD_APART: &str = "must be one table, or a list of two: one with x5c_roots, for headers with x5c, and one \
                              with another way, for headers without; nothing else tells by which one a \
                              credential is judged";
const AUTHORITIES: &str =
    "must be { iaca_roots = \"...\" }: a file with the certificates of the issuing authorities";
const WAYS: &str = "{ jwks_uri = \"https://...\" }, { jwks_file = \"...\" }, { x5c_roots = \"...\" }, \
                    { issuer_metadata = true } or { did = true }";

fn named_by_did(issuer: &str, sources: &dyn Sources) -> Result<KeySource, String> {
    match did::resolve(issuer).map_err(|why| why.to_string())? {
        DidKeys::Inside(keys) => Ok(KeySource::DidJwk(Arc::new(remembering(keys, sources)))),
        DidKeys::Document(url) => Ok(KeySource::DidWeb(url)),
    }
}

/// The keys in a JWKS file; at least one.
pub(super) fn jwks_file(name: &str, sources: &dyn Sources) -> Result<KeySet, String> {
    let bytes = sources.file(name, JWKS.bytes)?;
    let json = json::parse(&bytes, &JWKS).map_err(|why| why.to_string())?;
    if holds_a_private_key(&json) {
        let why = "holds a private key: take it off this machine, and keep the public half here, without `d`";
        return Err(why.to_owned());
    }
    let keys = KeySet::from_json(&json).map_err(|why| why.to_string())?;
    if keys.keys().is_empty() {
        let why = keys.left_out_in_words().map(|why| format!(": {why}")).unwrap_or_default();
        return Err(format!("holds no key that could verify a signature{why}"));
    }
    Ok(remembering(keys, sources))
}

/// `d` is the private part of every asymmetric key (RFC 7518 section 6, RFC 8037 section 2).
fn holds_a_private_key(jwks: &Value) -> bool {
    let keys = jwks.get("keys").and_then(Value::as_array);
    keys.is_some_and(|keys| keys.iter().any(|key| key.get("d").is_some()))
}

fn remembering(keys: KeySet, sources: &dyn Sources) -> KeySet {
    match sources.signature_memo() {
        Some(memo) => keys.with_memo(memo),
        None => keys,
    }
}

/// As an error: the key that is to blame, and why.
fn roots(
    (key, name): (&'static str, &str),
    crl: Option<&str>,
    names: Vec<String>,
    sources: &dyn Sources,
) -> Result<Roots, (&'static str, String)> {
    let pem = sources.file(name, ROOTS_BYTES).map_err(|why| (key, why))?;
    let lists = crl.map(|name| sources.file(name, CRL_BYTES)).transpose().map_err(|why| ("crl", why))?;
    let path = crl.map(|name| sources.path(name));
    let revoked = path.as_deref().zip(lists.as_deref()).map(|(path, pem)| RevocationFile { path, pem });
    let roots = Roots::new(&pem, revoked, names).map_err(|why| {
        let of_lists = matches!(why, RootsFault::NoList | RootsFault::NoRootForLists(_));
        (if of_lists { "crl" } else { key }, why.to_string())
    })?;
    Ok(match sources.chain_memo() {
        Some(memo) => roots.with_memo(memo),
        None => roots,
    })
}
