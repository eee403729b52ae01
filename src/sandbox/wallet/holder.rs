//! The holder: a key, a credential bound to it, and the presentations made of both.

use serde_json::{Map, Value, json};

use super::credential::{ClaimNames, CredentialAsked, WalletCredential};
use super::fault::HolderFault;
use crate::sandbox::certified_key::signing_key;
use crate::sandbox::issuance::NotIssued;
use crate::sandbox::issuer::{Issuer, members};
use crate::sandbox::mdoc::held::HeldMdoc;
use crate::sandbox::transaction::HASH;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::signing::{SigningFault, SigningKey};

/// Who holds the demo credential.
pub struct Holder {
    key: SigningKey,
    credential: WalletCredential,
    mdocs: Vec<HeldMdoc>,
}

/// What a key binding JWT is made for (RFC 9901 section 4.3, OpenID4VP 1.0 section B.3.3.1).
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// `aud`: the client id that asked.
    pub audience: &'a str,
    /// `nonce` of the request.
    pub nonce: &'a str,
    /// The second that `iat` says.
    pub now: Timestamp,
    /// The transaction data strings agreed to, exactly as they were received.
    pub transaction_data: &'a [&'a str],
    /// The request listed hash algorithms, so `transaction_data_hashes_alg` is written too.
    pub names_hash: bool,
}

impl Holder {
    /// With a new key and a credential about `claims` from `issuer`, and its demo documents as mdocs.
    ///
    /// # Errors
    /// [`NotIssued`]
    pub fn new(issuer: &Issuer, claims: Value, now: Timestamp) -> Result<Self, NotIssued> {
        let key = signing_key()?;
        let issued = issuer.issue(claims, key.public_key(), now)?;
        let credential = WalletCredential::read(&issued).ok_or(NotIssued::Payload)?;
        Ok(Self { key, credential, mdocs: issuer.issue_mdocs(now)? })
    }

    /// The value of a claim; `None` when the credential does not have it.
    pub fn claim(&self, path: &[String]) -> Option<&Value> {
        self.credential.claim(path)
    }

    /// The mdoc of this type.
    pub(in crate::sandbox) fn mdoc(&self, doctype: &str) -> Option<&HeldMdoc> {
        self.mdocs.iter().find(|mdoc| mdoc.doctype() == doctype)
    }

    /// The value of a claim that is asked for; `None` when what is asked for does not have it.
    pub(super) fn value(&self, asked: &CredentialAsked, path: &[String]) -> Option<&Value> {
        match &asked.doctype {
            Some(doctype) => self.mdoc(doctype)?.claim(path),
            None => self.claim(path),
        }
    }

    /// Which entry of its issuer's status list the credential has.
    pub fn status_index(&self) -> Option<usize> {
        let path = ["status", "status_list", "idx"].map(str::to_owned);
        self.credential.claim(&path)?.as_u64()?.try_into().ok()
    }

    /// The entries of everything in the wallet.
    pub(in crate::sandbox) fn status_indexes(&self) -> impl Iterator<Item = usize> {
        self.status_index().into_iter().chain(self.mdocs.iter().map(HeldMdoc::status_index))
    }

    /// An SD-JWT+KB that shows the claims at `paths`: right in every respect, or wrong in the one named.
    ///
    /// # Errors
    /// [`SigningFault`]
    pub fn present(
        &self,
        paths: &[ClaimNames],
        binding: &Binding<'_>,
        fault: Option<HolderFault>,
    ) -> Result<String, SigningFault> {
        let shown = match (fault, paths.split_last()) {
            (Some(HolderFault::MissingClaim), Some((_, rest))) => rest,
            _ => paths,
        };
        let mut sd_jwt = self.credential.showing(shown);
        if fault == Some(HolderFault::TamperedDisclosure) {
            sd_jwt = tampered(&sd_jwt).unwrap_or(sd_jwt);
        }
        if fault == Some(HolderFault::NoKeyBinding) {
            return Ok(sd_jwt);
        }
        let header = members(json!({ "typ": "kb+jwt" }));
        let payload = key_binding(&sd_jwt, binding, fault);
        let kb_jwt = if fault == Some(HolderFault::ForeignHolderKey) {
            signing_key()?.sign(&header, &payload)?
        } else {
            self.key.sign(&header, &payload)?
        };
        Ok(sd_jwt + &kb_jwt)
    }
}

fn key_binding(sd_jwt: &str, binding: &Binding<'_>, fault: Option<HolderFault>) -> Map<String, Value> {
    let wrong = |candidate| fault == Some(candidate);
    let iat = binding.now.unix() - if wrong(HolderFault::OldKeyBinding) { 24 * 60 * 60 } else { 0 };
    let aud = if wrong(HolderFault::WrongAudience) { "somebody-else" } else { binding.audience };
    let nonce = if wrong(HolderFault::WrongNonce) { "a-nonce-of-another-request" } else { binding.nonce };
    let mut payload = members(json!({ "iat": iat, "aud": aud, "nonce": nonce, "sd_hash": hash(sd_jwt) }));
    let agreed = match binding.transaction_data.split_last() {
        Some((_, rest)) if wrong(HolderFault::MissingTransactionHash) => rest,
        _ => binding.transaction_data,
    };
    if !agreed.is_empty() {
        let hashes: Vec<String> = agreed.iter().map(|encoded| hash(encoded)).collect();
        payload.insert("transaction_data_hashes".to_owned(), json!(hashes));
        if binding.names_hash {
            payload.insert("transaction_data_hashes_alg".to_owned(), json!(HASH));
        }
    }
    payload
}

/// base64url of SHA-256, over the text as it travels.
fn hash(text: &str) -> String {
    base64url::encode(Digest::of(text.as_bytes()).as_bytes())
}

/// The SD-JWT with another value in the last disclosure.
fn tampered(sd_jwt: &str) -> Option<String> {
    let (before, last) = sd_jwt.strip_suffix('~')?.rsplit_once('~')?;
    let mut disclosure: Value = serde_json::from_slice(&base64url::decode(last).ok()?).ok()?;
    *disclosure.get_mut(2)? = json!("changed by the holder");
    Some(format!("{before}~{}~", base64url::encode(disclosure.to_string())))
}

#[cfg(test)]
mod tests;
