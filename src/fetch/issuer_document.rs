//! The documents in which issuers publish their keys.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::client::{FetchClient, FetchFault};
use vpgate_core::base::json::{self, Bounds, JsonFault};
use vpgate_core::jose::jwk::JwkFault;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::trust::did::{self, DidFault};
use vpgate_core::trust::issuer_metadata::{self, IssuerMetadataFault, PublishedKeys};

/// The media types of a JWKS (RFC 7517 section 8.5); most servers say the plain one.
const JWKS: [&str; 2] = ["application/jwk-set+json", "application/json"];
/// SD-JWT VC section 4.2.
const METADATA: [&str; 1] = ["application/json"];
/// DID Core section 6; most servers say the plain one.
const DID: [&str; 4] =
    ["application/did", "application/did+json", "application/did+ld+json", "application/json"];
/// A JWKS of a few hundred keys with certificate chains fits.
const BOUNDS: Bounds = Bounds { bytes: 512 * 1024, depth: 8, members: 20_000 };

/// Which document, and whose it must be.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum IssuerDocument {
    /// A JWKS at this address.
    Jwks(Url),
    /// JWT VC issuer metadata, which may lead on to a JWKS.
    Metadata { at: Url, issuer: String },
    /// A DID document.
    Did { at: Url, did: String },
}

impl IssuerDocument {
    /// Where it is.
    pub(super) fn address(&self) -> &Url {
        match self {
            Self::Jwks(at) | Self::Metadata { at, .. } | Self::Did { at, .. } => at,
        }
    }

    /// The keys, at least one, and how long the server says they stay good.
    pub(super) async fn fetch(
        &self,
        client: &FetchClient,
    ) -> Result<(KeySet, Option<Duration>), NoIssuerKeys> {
        let (keys, max_age) = self.read(client).await?;
        if let Some(mistakes) = keys.mistakes() {
            tracing::warn!(address = %self.address(), %mistakes, "published keys are left out");
        }
        if keys.keys().is_empty() {
            let why = keys.left_out_in_words().map(|why| format!(": {why}")).unwrap_or_default();
            return Err(NoIssuerKeys::NoneUsable(why));
        }
        Ok((keys, max_age))
    }

    async fn read(&self, client: &FetchClient) -> Result<(KeySet, Option<Duration>), NoIssuerKeys> {
        match self {
            Self::Jwks(at) => jwks(client, at).await,
            Self::Metadata { at, issuer } => {
                let (metadata, max_age) = document(client, at, &METADATA).await?;
                match issuer_metadata::read(&metadata, issuer)? {
                    PublishedKeys::Jwks(keys) => Ok((keys, max_age)),
                    PublishedKeys::JwksUri(uri) => {
                        let (keys, keys_max_age) = jwks(client, &uri).await?;
                        Ok((keys, [max_age, keys_max_age].into_iter().flatten().min()))
                    }
                }
            }
            Self::Did { at, did } => {
                let (document, max_age) = document(client, at, &DID).await?;
                Ok((did::keys_in(&document, did)?, max_age))
            }
        }
    }
}

/// Why a fetch brought no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoIssuerKeys {
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    #[error(transparent)]
    Json(#[from] JsonFault),
    #[error(transparent)]
    Keys(#[from] JwkFault),
    #[error(transparent)]
    Metadata(#[from] IssuerMetadataFault),
    #[error(transparent)]
    Did(#[from] DidFault),
    #[error("there is no key in it that could verify a signature{0}")]
    NoneUsable(String),
}

impl NoIssuerKeys {
    /// Whether time may heal it; else the publisher must.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Fetch(fault) if fault.is_passing())
    }
}

async fn jwks(client: &FetchClient, at: &Url) -> Result<(KeySet, Option<Duration>), NoIssuerKeys> {
    let (jwks, max_age) = document(client, at, &JWKS).await?;
    Ok((KeySet::from_json(&jwks)?, max_age))
}

async fn document(
    client: &FetchClient,
    at: &Url,
    media_types: &[&str],
) -> Result<(Value, Option<Duration>), NoIssuerKeys> {
    let fetched = client.get(at, media_types, BOUNDS.bytes).await?;
    Ok((json::parse(&fetched.body, &BOUNDS)?, fetched.max_age))
}

#[cfg(test)]
mod tests;
