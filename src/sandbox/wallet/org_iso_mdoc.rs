//! The wallet behind a Digital Credentials API, asked by the protocol `org-iso-mdoc` (ISO/IEC 18013-7 Annex C): some
//! browsers know no other.

use serde_json::{Map, Value, json};

use super::request::Misunderstood;
use crate::sandbox::Parties;
use crate::sandbox::certified_key::is_for_readers;
use crate::sandbox::mdoc::held::response;
use crate::sandbox::mdoc::transcript::Handover;
use vpgate_core::base::base64url;
use vpgate_core::cbor::{self, Item, Limits, Writer};
use vpgate_core::cose::Sign1;
use vpgate_core::jose::hpke;

/// The value of `protocol`.
pub(super) const PROTOCOL: &str = "org-iso-mdoc";
/// The first element of what both sides wrap.
const DCAPI: &str = "dcapi";

/// The answer to `data` of a request from the page of `origin`, unless the person declines.
pub(super) fn answer(
    data: &Map<String, Value>,
    origin: &str,
    parties: &Parties,
) -> Result<Value, Misunderstood> {
    let malformed = Misunderstood::Person;
    let bytes = |name: &str| base64url::decode(data.get(name)?.as_str()?).ok();
    let (request, info) = bytes("deviceRequest")
        .zip(bytes("encryptionInfo"))
        .ok_or(malformed("The request has no deviceRequest and encryptionInfo."))?;
    let key = recipient(&info).ok_or(malformed("The request brings no key to encrypt the answer to."))?;
    let written = data.get("encryptionInfo").and_then(Value::as_str).unwrap_or_default();
    let transcript = Handover::OrgIsoMdoc(written.to_owned(), origin.to_owned()).transcript("", "", None);
    let request =
        cbor::read(&request, &Limits::default()).map_err(|_| malformed("The request is no CBOR."))?;
    let asked = request.get("docRequests").and_then(Item::as_array).unwrap_or_default();
    let documents =
        asked.iter().map(|one| document(one, &transcript, parties)).collect::<Result<Vec<_>, _>>()?;
    if documents.is_empty() {
        return Err(malformed("The request asks for nothing."));
    }
    let mut entropy = [0; 32];
    (parties.rng)(&mut entropy);
    let sealed = hpke::seal(&key, &transcript, &response(&documents), &entropy);
    let sealed = sealed.ok_or(malformed("The request brings no usable key."))?;
    let sealed =
        Writer::new().map(2).text("enc").bytes(&sealed.enc).text("cipherText").bytes(&sealed.ciphertext);
    let sealed = Writer::new().array(2).text(DCAPI).raw(&sealed.into_bytes()).into_bytes();
    Ok(json!({ "protocol": PROTOCOL, "data": { "response": base64url::encode(sealed) } }))
}

/// The key in `EncryptionInfo`, as a JWK.
fn recipient(info: &[u8]) -> Option<Value> {
    let info = cbor::read(info, &Limits::default()).ok()?;
    let [first, parameters] = info.as_array()? else { return None };
    let nonce = parameters.get("nonce")?.as_bytes()?;
    let key = parameters.get("recipientPublicKey")?;
    let coordinate = |label| Some(base64url::encode(key.labelled(label)?.as_bytes()?));
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": coordinate(-2)?, "y": coordinate(-3)? });
    (first.as_text() == Some(DCAPI) && nonce.len() >= 16).then_some(jwk)
}

/// One document, when the wallet has it and everything that is asked of it.
fn document(asked: &Item<'_>, transcript: &[u8], parties: &Parties) -> Result<Vec<u8>, Misunderstood> {
    let malformed = Misunderstood::Person;
    let bytes =
        asked.get("itemsRequest").ok_or(malformed("A document is asked for without saying which."))?;
    if let Some(signature) = asked.get("readerAuth") {
        check_reader(signature, bytes.span(), transcript, parties)
            .ok_or(malformed("The request is not signed by anybody this wallet knows."))?;
    }
    let items = bytes.embedded().and_then(|items| cbor::read(items, &Limits::default()).ok());
    let items = items.ok_or(malformed("What is asked of a document is not understood."))?;
    let doctype = items.get("docType").and_then(Item::as_text).unwrap_or_default();
    let held = parties.wallet.holder().mdoc(doctype);
    let held = held.ok_or(malformed("This wallet does not hold what is asked for."))?;
    let mut paths = Vec::new();
    for (namespace, elements) in items.get("nameSpaces").and_then(Item::as_map).unwrap_or_default() {
        for (element, _retained) in elements.as_map().unwrap_or_default() {
            let path = [namespace, element].map(|name| name.as_text().unwrap_or_default().to_owned());
            if held.claim(&path).is_some() {
                paths.push(path.to_vec());
            }
        }
    }
    held.document(&paths, transcript, None).map_err(|_| malformed("The wallet could not sign."))
}

/// `ReaderAuthentication` (ISO/IEC 18013-5 section 9.1.4), by a reader that the wallet believes. A wallet that knows no
/// reader takes each for a stranger.
fn check_reader(signature: &Item<'_>, items: &[u8], transcript: &[u8], parties: &Parties) -> Option<()> {
    let Some(roots) = parties.wallet.roots.as_ref() else { return Some(()) };
    let signature = Sign1::read(signature).ok()?;
    let chain = roots.validate(&signature.x5chain()?.to_x5c(), parties.now()).ok()?;
    let bound = Writer::new().array(3).text("ReaderAuthentication").raw(transcript).raw(items).into_bytes();
    let bound = Writer::new().embedded(&bound).into_bytes();
    let is_reader = is_for_readers(&chain.leaf()?.extended_key_usage.as_ref()?.purposes);
    let keys = chain.keys().candidates(None, signature.algorithm()).ok().filter(|_| is_reader)?;
    keys.iter().any(|key| signature.verify(key, Some(&bound)).is_ok()).then_some(())
}

#[cfg(test)]
mod tests;
