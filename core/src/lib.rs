//! Every rule, pure: time, entropy and keys are arguments.
//!
//! # Judging a `vp_token`
//!
//! The verifier decides beforehand whom it believes ([`trust::TrustPolicy`]), what it asks for
//! ([`openid4vp::dcql::Query`]) and what the answer must be made for ([`openid4vp::verify::Expected`]). The
//! rest is a few lines. Each step takes what the one before it made, so none can be left out:
//!
//! ```
//! use vpgate_core::base::report::{Findings, Rejection};
//! use vpgate_core::base::time::Timestamp;
//! use vpgate_core::jose::key_set::KeySet;
//! use vpgate_core::openid4vp::response::VpToken;
//! use vpgate_core::openid4vp::verify::*;
//! use vpgate_core::trust::TrustPolicy;
//!
//! fn judge(
//!     vp_token: String,
//!     (trust, keys): (&TrustPolicy, &KeySet),
//!     (expected, now): (&Expected<'_>, Timestamp),
//!     findings: &mut Findings,
//! ) -> Result<VerifiedPresentation, Rejection> {
//!     let mut current = Vec::new();
//!     for shown in VpToken::read(vp_token, findings)?.shown(expected.query, expected.nonce, findings)? {
//!         let issuer = trust.vouch(&shown.credential, &shown.presented.issuer_hint(), findings)?;
//!         let genuine = authenticate(shown, &issuer, keys, expected, now, findings)?;
//!         match genuine.status(findings)? {
//!             StatusNeeded::Settled(one) => current.push(one),
//!             StatusNeeded::Listed(listed) => return Err(listed.unavailable(&"not fetched here", findings)),
//!         }
//!     }
//!     conclude(current, expected, now, findings)
//! }
//!
//! # use std::sync::Arc;
//! # use vpgate_core::credential::settings::VerificationSettings;
//! # use vpgate_core::openid4vp::dcql::Query;
//! # use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let vp_token = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/person/vp_token.json"));
//! # let query = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/person/query.json"));
//! # let jwks = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/person/issuer.jwks.json"));
//! # let query = Query::from_json(&serde_json::from_str(query)?)?;
//! # let keys = KeySet::from_json(&serde_json::from_str(jwks)?)?;
//! # let trust = TrustPolicy { credentials: vec![CredentialTrust {
//! #     id: "person".to_owned(), types: vec!["urn:example:person".to_owned()],
//! #     issuer: "https://issuer.example".to_owned(), keys: KeySource::Jwks(Arc::new(keys.clone())),
//! #     status_roots: None, status: Default::default(), rules: FormatRules::default(),
//! # }]};
//! # let now = Timestamp::from_unix(1_700_000_000);
//! # let expected = Expected {
//! #     query: &query, transaction_data: &[], audience: "x509_san_dns:verifier.example".into(),
//! #     nonce: "n-0S6_WzA2MjqKkrQ1QfZw", requested_at: Timestamp::from_unix(1_699_999_900),
//! #     high_assurance: false, evidence: Default::default(), transcript: None, settings: VerificationSettings::default(),
//! # };
//! let mut findings = Findings::new();
//! let verified = judge(vp_token.to_owned(), (&trust, &keys), (&expected, now), &mut findings);
//! assert_eq!(verified.as_ref().unwrap().credentials()["person"].as_slice()[0].claims["given_name"], "Erika");
//! assert!(findings.conclude(verified.map(|_| ())).reason.is_none());
//!
//! let again = Expected { nonce: "of-another-request-AAA", ..expected };
//! let replayed = judge(vp_token.to_owned(), (&trust, &keys), (&again, now), &mut Findings::new());
//! assert_eq!(replayed.unwrap_err().reason(), "kb_nonce");
//! # Ok(())
//! # }
//! ```
//!
//! # What it does not do
//!
//! It fetches nothing (keys, status lists and metadata are arguments), keeps nothing (whether a nonce was
//! answered before is for who stores requests to say), asks no clock, writes no log and speaks no HTTP.
//! Formats: SD-JWT VC and mdoc.
//!
//! # Rooms
//!
//! ```text
//! registration -> policy, change -> audit, oauth -> admission -> openid4vp -> org_iso_mdoc -> credential -> sdjwt, mdoc
//!        -> status_list -> trust -> type_metadata -> webhook -> event -> cose -> cbor, jose -> appearance -> base
//! ```
//! Imports point right; what travels left is a signed blob on its way to becoming a token.

pub mod admission;
pub mod appearance;
pub mod audit;
pub mod base;
pub mod cbor;
pub mod change;
pub mod cose;
pub mod credential;
pub mod event;
pub mod jose;
pub mod mdoc;
pub mod oauth;
pub mod openid4vp;
pub mod org_iso_mdoc;
#[cfg(any(test, feature = "testing"))]
pub mod plain;
pub mod policy;
pub mod receipt;
pub mod registration;
pub mod sdjwt;
pub mod status_list;
pub mod trust;
pub mod type_metadata;
pub mod webhook;
