//! A query as [`Query::to_json`] writes it, read back from a row: into its parts at once. Its shape is what we wrote;
//! its rules are checked as those of every query.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::path::{ClaimsPath, PathElement};
use super::{ClaimQuery, CredentialQuery, CredentialSet, Meta, Query, QueryFault, read};
use crate::trust::CredentialFormat;

/// The members of a query.
#[derive(Deserialize)]
pub(super) struct WrittenQuery {
    credentials: Vec<WrittenCredential>,
    #[serde(default)]
    credential_sets: Vec<WrittenSet>,
}

#[derive(Deserialize)]
struct WrittenCredential {
    id: String,
    format: String,
    #[serde(default)]
    multiple: bool,
    meta: HashMap<String, WrittenTypes>,
    require_cryptographic_holder_binding: Option<bool>,
    #[serde(default)]
    trusted_authorities: Vec<Value>,
    #[serde(default)]
    claims: Vec<WrittenClaim>,
    #[serde(default)]
    claim_sets: Vec<Vec<String>>,
}

/// Formats differ in whether a credential has one type.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenTypes {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct WrittenClaim {
    id: Option<String>,
    path: Vec<WrittenElement>,
    #[serde(default)]
    values: Vec<Value>,
    intent_to_retain: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenElement {
    Name(String),
    Index(usize),
    All,
}

#[derive(Deserialize)]
struct WrittenSet {
    required: Option<bool>,
    options: Vec<Vec<String>>,
}

impl TryFrom<WrittenQuery> for Query {
    type Error = QueryFault;

    fn try_from(written: WrittenQuery) -> Result<Self, QueryFault> {
        let credentials = written.credentials.into_iter().map(credential).collect::<Result<_, _>>()?;
        let set =
            |it: WrittenSet| CredentialSet { options: it.options, required: it.required.unwrap_or(true) };
        Self::with_sets(credentials, written.credential_sets.into_iter().map(set).collect())
    }
}

fn credential(mut written: WrittenCredential) -> Result<CredentialQuery, QueryFault> {
    let format = CredentialFormat::from_identifier(&written.format);
    let format = format.ok_or_else(|| QueryFault::at("/credentials/format", "is unknown"))?;
    let types = match written.meta.remove(format.meta_member()) {
        Some(WrittenTypes::One(only)) => vec![only],
        Some(WrittenTypes::Several(types)) => types,
        None => Vec::new(),
    };
    let authority =
        |it: &Value| read::trusted_authority(it, format_args!("/credentials/trusted_authorities"));
    Ok(CredentialQuery {
        id: written.id,
        meta: Meta { format, types },
        claims: written.claims.into_iter().map(claim).collect::<Result<_, _>>()?,
        claim_sets: written.claim_sets,
        multiple: written.multiple,
        holder_binding: written.require_cryptographic_holder_binding.unwrap_or(true),
        trusted_authorities: written.trusted_authorities.iter().map(authority).collect::<Result<_, _>>()?,
    })
}

fn claim(written: WrittenClaim) -> Result<ClaimQuery, QueryFault> {
    let element = |it| match it {
        WrittenElement::Name(name) => PathElement::Name(name),
        WrittenElement::Index(index) => PathElement::Index(index),
        WrittenElement::All => PathElement::All,
    };
    let path = ClaimsPath::of(written.path.into_iter().map(element).collect());
    Ok(ClaimQuery {
        id: written.id,
        path: path.map_err(|why| QueryFault::at("/credentials/claims/path", why))?,
        values: written.values,
        intent_to_retain: written.intent_to_retain,
    })
}
