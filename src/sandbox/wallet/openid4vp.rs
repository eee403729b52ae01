//! Authorization requests of OpenID4VP 1.0: unsigned in the address, or signed and fetched. Nobody is
//! registered here, so the identifier must prove itself: `redirect_uri:` by being where the answer goes,
//! `x509_hash:` by a signature and a certificate of a known root.

use serde_json::{Map, Value};

use super::posting::PostTo;
use super::query::{self, Unanswerable};
use super::request::{Misunderstood, Reply, Request, is_nonce};
use crate::sandbox::Parties;
use crate::sandbox::mdoc::transcript::Handover;
use crate::sandbox::parameters::FormParameters;
use crate::sandbox::transaction::Transaction;
use vpgate_core::base::base64url;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::base::media_type::is_typ;
use vpgate_core::jose::jwe::{ContentEncryption, RecipientKey};
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::jws::UnverifiedJws;

const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, depth: 16, members: 2000 };
/// `typ` of a Request Object (RFC 9101 section 10.8).
const TYP: &str = "oauth-authz-req+jwt";
/// A wallet whose metadata nobody looks up (section 5.8).
const AUDIENCE: &str = "https://self-issued.me/v2";
/// Parameters that are texts, and those that are JSON in an address (section 5).
const TEXTS: [&str; 8] = [
    "response_type",
    "response_mode",
    "response_uri",
    "client_id",
    "nonce",
    "state",
    "scope",
    "redirect_uri",
];
const JSON: [&str; 3] = ["dcql_query", "client_metadata", "transaction_data"];

/// Whether the request is one of these.
pub(super) fn is_meant(parameters: &FormParameters) -> bool {
    ["request_uri", "response_uri"].into_iter().any(|name| parameters.one(name) != Ok(None))
}

/// Reads the request, which may have to be fetched first.
pub(super) async fn read(parameters: &FormParameters, parties: &Parties) -> Result<Request, Misunderstood> {
    let repeated = |_| Misunderstood::Person("A parameter of the request is repeated.");
    let claims = match parameters.one("request_uri").map_err(repeated)? {
        Some(request_uri) => {
            let client_id = parameters.one("client_id").map_err(repeated)?.unwrap_or_default();
            let post = match parameters.one("request_uri_method").map_err(repeated)? {
                None | Some("get") => false,
                Some("post") => true,
                Some(_) => return Err(Misunderstood::Person("The request names an unknown method.")),
            };
            signed(request_uri, post, client_id, parties).await?
        }
        None => unsigned(parameters).ok_or(Misunderstood::Person("The request is malformed."))?,
    };
    let reply = reply(&claims, parties)?;
    let client_id = claims.get("client_id").and_then(Value::as_str).unwrap_or_default();
    let address = claims.get("response_uri").and_then(Value::as_str).unwrap_or_default();
    let handover = Handover::Redirect(address.to_owned());
    let answer_key = reply.key.as_ref().and_then(|(key, _)| thumbprint(key));
    let Request { client_id, reply: (), nonce, handover, asked, transactions, login_hint, .. } =
        question(&claims, client_id, handover, parties)?;
    let reply = Reply::Post(reply);
    Ok(Request { client_id, reply, nonce, handover, answer_key, asked, transactions, login_hint })
}

/// RFC 7638 thumbprint of the key that an answer is encrypted to.
pub(super) fn thumbprint(key: &RecipientKey) -> Option<Vec<u8>> {
    let mut point = key.to_jwk();
    point.as_object_mut()?.retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
    base64url::decode(PublicKey::from_jwk(&point).ok()?.thumbprint()).ok()
}

/// The claims of a request in the address, whose identifier is where the answer goes (section 5.9.3).
fn unsigned(parameters: &FormParameters) -> Option<Map<String, Value>> {
    let mut claims = Map::new();
    for name in TEXTS {
        if let Some(text) = parameters.one(name).ok()? {
            claims.insert(name.to_owned(), text.into());
        }
    }
    for name in JSON {
        if let Some(text) = parameters.one(name).ok()? {
            claims.insert(name.to_owned(), json::parse(text.as_bytes(), &BOUNDS).ok()?);
        }
    }
    let named = claims.get("client_id")?.as_str()?.strip_prefix("redirect_uri:")?;
    (claims.get("response_uri")? == named).then_some(claims)
}

/// The claims of a request that is fetched from the service: signed by who `client_id` says.
async fn signed(
    request_uri: &str,
    post: bool,
    client_id: &str,
    parties: &Parties,
) -> Result<Map<String, Value>, Misunderstood> {
    let path = parties.service.path_of(request_uri);
    let path =
        path.ok_or(Misunderstood::Person("This wallet fetches requests from the sandbox's service only."))?;
    let wallet_nonce = parties.random_name();
    let fields = [("wallet_nonce", wallet_nonce.as_str())];
    let fetched = parties.service.request_object(path, post.then_some(&fields[..])).await;
    let object = fetched.map_err(|_| {
        Misunderstood::Person(
            "The request could not be fetched. It may have expired, or be answered already.",
        )
    })?;
    let claims = verified(&object, parties)
        .filter(|claims| claims.get("client_id").is_some_and(|inside| inside == client_id))
        .ok_or(Misunderstood::Person("The request is not signed by who it says it is from."))?;
    let answers_us = claims.get("wallet_nonce").is_some_and(|nonce| nonce == wallet_nonce.as_str());
    if post && !answers_us {
        return Err(Misunderstood::Person("The request was made for somebody else."));
    }
    Ok(claims)
}

/// The claims, if the signature, the certificate and the identifier in them belong together, now.
pub(super) fn verified(object: &str, parties: &Parties) -> Option<Map<String, Value>> {
    let now = parties.now();
    let jws = UnverifiedJws::parse(object, &BOUNDS)
        .ok()
        .filter(|jws| jws.typ().is_some_and(|typ| is_typ(typ, TYP)))?;
    let chain = parties.wallet.roots.as_ref()?.validate(jws.header().get("x5c")?, now).ok()?;
    let keys = chain.keys().candidates(None, jws.algorithm()).ok()?;
    let (verified, _key) = jws.verify_by_any(&keys).ok()?;
    let claims = verified.into_payload();
    let fresh = claims.get("exp").and_then(Value::as_i64).is_some_and(|exp| now.unix() < exp);
    let ours = claims.get("aud").is_some_and(|aud| aud == AUDIENCE);
    let named = claims.get("client_id")?.as_str()?.strip_prefix("x509_hash:")?;
    (fresh && ours && named == chain.leaf_hash()).then_some(claims)
}

/// Where the answer goes, and how.
fn reply(claims: &Map<String, Value>, parties: &Parties) -> Result<PostTo, Misunderstood> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let malformed = Misunderstood::Person;
    // Section 8.2: beside response_uri there is no redirect_uri; this wallet knows no scopes of strangers.
    if claims.contains_key("redirect_uri") || claims.contains_key("scope") {
        return Err(malformed("The request says things that do not go together."));
    }
    let path = text("response_uri").and_then(|uri| parties.service.path_of(uri));
    let path = path.ok_or(malformed("The answer would go to somebody this wallet does not know."))?;
    let key = match text("response_mode") {
        Some("direct_post") => None,
        Some("direct_post.jwt") => {
            let key = claims.get("client_metadata").and_then(answer_key);
            Some(key.ok_or(malformed("The request brings no key to encrypt the answer to."))?)
        }
        _ => return Err(malformed("The request wants an answer in a way this wallet does not know.")),
    };
    Ok(PostTo { path: path.to_owned(), state: text("state").map(str::to_owned), key })
}

/// What is asked, by whom the answer is for.
pub(super) fn question(
    claims: &Map<String, Value>,
    audience: &str,
    handover: Handover,
    parties: &Parties,
) -> Result<Request<()>, Misunderstood> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let malformed = Misunderstood::Person;
    if text("response_type") != Some("vp_token") {
        return Err(malformed("The request asks for something other than a presentation."));
    }
    let nonce = text("nonce").filter(|nonce| is_nonce(nonce));
    let nonce = nonce.ok_or(malformed("The request has no nonce of 16 or more URL-safe characters."))?;
    let question = claims.get("dcql_query").ok_or(malformed("The request asks for nothing."))?;
    let asked = query::of_dcql(&question.to_string(), &parties.wallet.holder).map_err(|why| match why {
        Unanswerable::NotHeld => malformed("This wallet does not hold what is asked for."),
        Unanswerable::Query | Unanswerable::Scope => malformed("The question is not understood."),
    })?;
    let known = |id: &String| asked.iter().any(|query| query.id == *id);
    let transactions = match claims.get("transaction_data") {
        None => Some(Vec::new()),
        Some(given) => given.as_array().and_then(|all| {
            let one =
                |it: &Value| Transaction::read(it.as_str()?).filter(|it| it.credential_ids.iter().all(known));
            all.iter().map(one).collect()
        }),
    };
    let transactions = transactions.ok_or(malformed("What you would agree to is not understood."))?;
    let (client_id, nonce) = (audience.to_owned(), nonce.to_owned());
    let (login_hint, answer_key) = (None, None);
    Ok(Request { client_id, reply: (), nonce, handover, answer_key, asked, transactions, login_hint })
}

/// The first key to encrypt to, and the best algorithm that both know (section 8.3).
pub(super) fn answer_key(metadata: &Value) -> Option<(RecipientKey, ContentEncryption)> {
    let keys = metadata.pointer("/jwks/keys")?.as_array()?;
    let key = keys.iter().find_map(|jwk| RecipientKey::from_jwk(jwk).ok())?;
    let enc = match metadata.get("encrypted_response_enc_values_supported") {
        None => ContentEncryption::A128Gcm,
        Some(names) => {
            let offered = |enc: &ContentEncryption| {
                names.as_array().is_some_and(|it| it.iter().any(|it| it == enc.name()))
            };
            [ContentEncryption::A256Gcm, ContentEncryption::A128Gcm].into_iter().find(offered)?
        }
    };
    Some((key, enc))
}

#[cfg(test)]
mod tests;
