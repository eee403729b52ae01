//! `trust = { ... }`: how the keys of one issuer are found. Exactly one way, so that no token can choose
//! between two (REQ-5.4); or a list of two, one by certificates and one by keys, while an issuer goes from one
//! to the other: then the header says which one judges it.

use std::path::Path;
use std::sync::Arc;

use url::Url;

use super::address::Addresses;
use super::fault::Faults;
use super::file;
use super::raw::{Trust, Trusts};
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::x5c::{RevocationFile, Roots, RootsFault};
use vpgate_core::trust::KeySource;
use vpgate_core::trust::did::{self, DidKeys};
use vpgate_core::trust::issuer_metadata;

/// What a JWKS file may hold.
const JWKS: Bounds = Bounds { bytes: 1 << 20, depth: 8, members: 20_000 };
/// A file of roots: a thousand certificates.
const ROOTS_BYTES: usize = 2 << 20;
/// A file of revocation lists: some hundred thousand entries.
const CRL_BYTES: usize = 16 << 20;

/// Where the table stands, and what holds for everything in it.
pub(super) struct EntryPath<'a> {
    /// The path of a key of the credential, for faults.
    pub at: &'a dyn Fn(&str) -> String,
    /// Which addresses are permitted.
    pub addresses: Addresses,
    /// Where relative paths begin.
    pub folder: &'a Path,
}

/// Checks what `issuer` is trusted by, and `issuer` for that: one mechanism, or two that headers tell apart.
pub(super) fn check(
    trusts: Trusts,
    issuer: Option<&str>,
    place: &EntryPath<'_>,
    faults: &mut Faults,
) -> Option<Vec<KeySource>> {
    let tables = match trusts.0 {
        // As if it were not there.
        none if none.is_empty() => vec![Trust::default()],
        tables => tables,
    };
    let by_certificates = tables.iter().filter(|trust| trust.x5c_roots.is_some()).count();
    let told_apart = match (tables.len(), by_certificates) {
        (1, _) | (2, 1) => true,
        _ => {
            faults.add((place.at)("trust"), NOT_TOLD_APART);
            false
        }
    };
    let several = tables.len() > 1;
    let named_by_did = tables.iter().any(|trust| trust.did == Some(true));
    let web = if named_by_did { None } else { issuer };
    let web = web.and_then(|issuer| faults.keep(&(place.at)("issuer"), place.addresses.name(issuer)));
    let mut sources = Vec::new();
    for (index, trust) in tables.into_iter().enumerate() {
        let name = if several { format!("trust[{index}]") } else { "trust".to_owned() };
        sources.push(one(trust, issuer, web.as_ref(), (&name, place), faults));
    }
    sources.into_iter().collect::<Option<Vec<KeySource>>>().filter(|_| told_apart)
}

/// Checks the table that stands at `name`. `web` is the issuer where it is an address, and not a DID.
fn one(
    trust: Trust,
    issuer: Option<&str>,
    web: Option<&Url>,
    (name, place): (&str, &EntryPath<'_>),
    faults: &mut Faults,
) -> Option<KeySource> {
    check_keys(&trust, name, place, faults);
    let at = |key: &str| (place.at)(&format!("{name}.{key}"));
    if trust.did == Some(true) {
        return issuer.and_then(|issuer| faults.keep(&(place.at)("issuer"), named_by_did(issuer)));
    }
    match trust {
        Trust { jwks_uri: Some(uri), .. } => {
            faults.keep(&at("jwks_uri"), place.addresses.web(&uri)).map(KeySource::JwksUri)
        }
        Trust { jwks_file: Some(path), .. } => {
            let keys = jwks_file(&place.folder.join(path));
            faults.keep(&at("jwks_file"), keys).map(|keys| KeySource::Jwks(Arc::new(keys)))
        }
        Trust { x5c_roots: Some(path), x5c_names, x5c_one_issuer, x5c_self_signed, crl, .. } => {
            let crl = crl.map(|crl| place.folder.join(crl));
            let roots = roots(&place.folder.join(path), crl.as_deref(), x5c_names.unwrap_or_default());
            let roots = roots.map_err(|(key, why)| faults.add(at(key), why)).ok()?;
            let roots = if x5c_one_issuer == Some(true) { roots.of_one_issuer() } else { roots };
            let roots = if x5c_self_signed == Some(true) { roots.with_self_signed_issuers() } else { roots };
            Some(KeySource::X5c(Arc::new(roots)))
        }
        Trust { issuer_metadata: Some(_), .. } => {
            web.map(|url| KeySource::IssuerMetadata(issuer_metadata::location(url)))
        }
        _ => None,
    }
}

/// The certificates under which the issuer's status lists are signed, where those are not the issuer's own.
pub(super) fn status_roots(
    trusts: &Trusts,
    place: &EntryPath<'_>,
    faults: &mut Faults,
) -> Option<Option<Arc<Roots>>> {
    let mut named = trusts.0.iter().enumerate().filter_map(|(index, trust)| {
        let name = if trusts.0.len() > 1 { format!("trust[{index}]") } else { "trust".to_owned() };
        let at = (place.at)(&format!("{name}.status_x5c_roots"));
        trust.status_x5c_roots.as_ref().map(|path| (at, path))
    });
    let Some((at, path)) = named.next() else { return Some(None) };
    if let Some((again, _)) = named.next() {
        faults.add(again, "is said already: it holds for all status lists of the issuer");
        return None;
    }
    let roots = roots(&place.folder.join(path), None, Vec::new()).map_err(|(_, why)| why);
    faults.keep(&at, roots).map(|roots| Some(Arc::new(roots)))
}

/// Which keys may stand together.
fn check_keys(trust: &Trust, name: &str, place: &EntryPath<'_>, faults: &mut Faults) {
    let at = |key: &str| (place.at)(&format!("{name}.{key}"));
    for (key, switch) in [
        ("issuer_metadata", trust.issuer_metadata),
        ("did", trust.did),
        ("x5c_one_issuer", trust.x5c_one_issuer),
        ("x5c_self_signed", trust.x5c_self_signed),
    ] {
        if switch == Some(false) {
            faults.add(at(key), "must be true, or left out");
        }
    }
    if trust.x5c_roots.is_none() {
        for (key, given) in [
            ("x5c_names", trust.x5c_names.is_some()),
            ("x5c_one_issuer", trust.x5c_one_issuer.is_some()),
            ("x5c_self_signed", trust.x5c_self_signed.is_some()),
            ("crl", trust.crl.is_some()),
        ] {
            if given {
                faults.add(at(key), "belongs to x5c_roots, which is not there");
            }
        }
    }
    if trust.x5c_names.as_ref().is_some_and(|names| names.is_empty() || names.iter().any(String::is_empty)) {
        faults.add(at("x5c_names"), "must hold URI or DNS names, or be left out");
    }
    let ways = [
        trust.jwks_uri.is_some(),
        trust.jwks_file.is_some(),
        trust.x5c_roots.is_some(),
        trust.issuer_metadata.is_some(),
        trust.did.is_some(),
    ];
    match ways.iter().filter(|way| **way).count() {
        0 => {
            faults
                .add((place.at)(name), format!("is missing: how the keys of this issuer are found: {WAYS}"));
        }
        1 => {}
        _ => faults.add((place.at)(name), format!("must hold exactly one way to find keys: {WAYS}")),
    }
}

const NOT_TOLD_APART: &str = "must be one table, or a list of two: one with x5c_roots, for headers with x5c, and one \
                              with another way, for headers without; nothing else tells by which one a \
                              credential is judged";
const WAYS: &str = "{ jwks_uri = \"https://...\" }, { jwks_file = \"...\" }, { x5c_roots = \"...\" }, \
                    { issuer_metadata = true } or { did = true }";

fn named_by_did(issuer: &str) -> Result<KeySource, String> {
    match did::resolve(issuer).map_err(|why| why.to_string())? {
        DidKeys::Inside(keys) => Ok(KeySource::DidJwk(Arc::new(keys))),
        DidKeys::Document(url) => Ok(KeySource::DidWeb(url)),
    }
}

/// The keys in a JWKS file; at least one.
pub(super) fn jwks_file(path: &Path) -> Result<KeySet, String> {
    let bytes = file::read(path, JWKS.bytes)?;
    let json = json::parse(&bytes, &JWKS).map_err(|why| why.to_string())?;
    let keys = KeySet::from_json(&json).map_err(|why| why.to_string())?;
    if keys.keys().is_empty() {
        let why = keys.left_out_in_words().map(|why| format!(": {why}")).unwrap_or_default();
        return Err(format!("holds no key that could verify a signature{why}"));
    }
    Ok(keys)
}

/// As an error: the key that is to blame, and why.
fn roots(path: &Path, crl: Option<&Path>, names: Vec<String>) -> Result<Roots, (&'static str, String)> {
    let pem = file::read(path, ROOTS_BYTES).map_err(|why| ("x5c_roots", why))?;
    let lists = crl.map(|path| file::read(path, CRL_BYTES)).transpose().map_err(|why| ("crl", why))?;
    let revoked = crl.zip(lists.as_deref()).map(|(path, pem)| RevocationFile { path, pem });
    Roots::new(&pem, revoked, names).map_err(|why| {
        let of_lists = matches!(why, RootsFault::NoList | RootsFault::NoRootForLists(_));
        let key = if of_lists { "crl" } else { "x5c_roots" };
        (key, why.to_string())
    })
}
