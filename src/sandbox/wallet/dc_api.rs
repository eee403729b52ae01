//! The wallet behind a Digital Credentials API (OpenID4VP 1.0 Appendix A). No browser has this wallet among
//! its own, so nobody clicks their way here: tests that stub `navigator.credentials.get` in a page call it.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{Body, IntoResponse as _, Response, handler};
use serde_json::{Map, Value, json};

use super::answer::{self, AnswerShape};
use super::openid4vp::{answer_key, question, thumbprint, verified};
use super::org_iso_mdoc;
use super::posting::encrypted;
use super::request::Misunderstood;
use crate::sandbox::Parties;
use crate::sandbox::mdoc::transcript::Handover;
use vpgate_core::base::json::{self, Bounds};

const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, depth: 18, members: 2000 };
const UNSIGNED: &str = "openid4vp-v1-unsigned";
const SIGNED: &str = "openid4vp-v1-signed";

/// `POST /wallet/dc_api`: `protocol` and `data` as a page gives them to the API, and the `origin` of that page as
/// a browser would say it. Answers what the API gives back: the person agrees, unless `decline` is true.
#[handler]
pub(in crate::sandbox) async fn present(Data(parties): Data<&Arc<Parties>>, body: Body) -> Response {
    let read = body.into_bytes_limit(BOUNDS.bytes).await.ok();
    let asked = read.and_then(|bytes| json::parse_object(&bytes, &BOUNDS).ok());
    match asked
        .ok_or(Misunderstood::Person("The request cannot be read."))
        .and_then(|it| answer(&it, parties))
    {
        Ok(given) => Json(given).into_response(),
        Err(Misunderstood::Person(why)) => (StatusCode::BAD_REQUEST, why).into_response(),
        Err(Misunderstood::Client(_)) => StatusCode::BAD_REQUEST.into(),
    }
}

fn answer(asked: &Map<String, Value>, parties: &Parties) -> Result<Value, Misunderstood> {
    let malformed = Misunderstood::Person;
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let (protocol, origin) = text("protocol")
        .zip(text("origin"))
        .ok_or(malformed("The request must name its protocol and the origin of its page."))?;
    let data = asked.get("data").and_then(Value::as_object).ok_or(malformed("There is no request."))?;
    if protocol == org_iso_mdoc::PROTOCOL {
        return org_iso_mdoc::answer(data, origin, parties);
    }
    let claims = match protocol {
        UNSIGNED => data.clone(),
        SIGNED => data
            .get("request")
            .and_then(Value::as_str)
            .and_then(|object| verified(object, parties))
            .filter(|claims| is_from(claims, origin))
            .ok_or(malformed("The request is not signed by who it says it is from, or not for this page."))?,
        _ => return Err(malformed("This wallet does not know this protocol.")),
    };
    if ["state", "redirect_uri", "response_uri", "scope"].iter().any(|name| claims.contains_key(*name)) {
        return Err(malformed("The request says things that have no place here."));
    }
    // Appendix A.2: the browser says who asks without a signature, and a signature says it otherwise.
    if protocol == UNSIGNED && ["client_id", "expected_origins"].iter().any(|name| claims.contains_key(*name))
    {
        return Err(malformed("The request says who it is from without a signature."));
    }
    let handover = Handover::DcApi(origin.to_owned());
    let mut request = question(&claims, &format!("origin:{origin}"), handover, parties)?;
    let key = match claims.get("response_mode").and_then(Value::as_str) {
        Some("dc_api.jwt") => claims.get("client_metadata").and_then(answer_key),
        _ => None,
    };
    request.answer_key = key.as_ref().and_then(|(key, _)| thumbprint(key));
    if asked.get("decline") == Some(&Value::Bool(true)) {
        return Ok(json!({ "protocol": protocol, "data": { "error": "access_denied" } }));
    }
    let failed = malformed("The wallet could not sign.");
    let Ok(vp_token) = answer::vp_token(&parties.wallet, &request, AnswerShape::Object, None, parties.now())
    else {
        return Err(failed);
    };
    let data = match claims.get("response_mode").and_then(Value::as_str) {
        Some("dc_api") => json!({ "vp_token": json::parse(vp_token.as_bytes(), &BOUNDS).ok() }),
        Some("dc_api.jwt") => {
            let key = key.ok_or(malformed("The request brings no key to encrypt the answer to."))?;
            json!({ "response": encrypted(&key, &vp_token, None).ok_or(failed)? })
        }
        _ => return Err(malformed("The request wants an answer in a way this wallet does not know.")),
    };
    Ok(json!({ "protocol": protocol, "data": data }))
}

fn is_from(claims: &Map<String, Value>, origin: &str) -> bool {
    let expected = claims.get("expected_origins").and_then(Value::as_array);
    expected.is_some_and(|origins| origins.iter().any(|expected| expected == origin))
}

#[cfg(test)]
mod tests;
