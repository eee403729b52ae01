//! `trust = { ... }`, or a list of such tables.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// One way to find keys, exactly; `x5c_names` and `crl` narrow `x5c_roots`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::config) struct Trust {
    pub jwks_uri: Option<String>,
    pub jwks_file: Option<String>,
    pub x5c_roots: Option<String>,
    pub x5c_names: Option<Vec<String>>,
    pub x5c_one_issuer: Option<bool>,
    pub x5c_self_signed: Option<bool>,
    pub crl: Option<String>,
    pub issuer_metadata: Option<bool>,
    pub did: Option<bool>,
    pub status_x5c_roots: Option<String>,
}

/// The tables, in their order. Not an untagged enum: that would hide unknown keys and their places.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::config) struct Trusts(pub Vec<Trust>);

impl<'de> Deserialize<'de> for Trusts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TrustVisitor)
    }
}

struct TrustVisitor;

impl<'de> Visitor<'de> for TrustVisitor {
    type Value = Trusts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, or a list of tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Trusts, A::Error> {
        Trust::deserialize(MapAccessDeserializer::new(map)).map(|one| Trusts(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Trusts, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Trusts)
    }
}
