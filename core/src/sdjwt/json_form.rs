//! The JWS JSON serialisations of an SD-JWT+KB (RFC 9901 section 8), written as the compact form that
//! everything else reads: `sd_hash` is over that form too (section 8.1).

use serde_json::{Map, Value};

use super::limits::PresentationLimits;
use super::parse::{HolderBinding, PresentedSdJwt};
use crate::base::report::{Findings, Rejection, Rule};

const FORMAT: Rule =
    Rule { check: "sd_jwt_json_format", requirement: "RFC 9901 8.1, 8.2, 8.3; RFC 7515 7.2" };

/// The unprotected header members that carry what stands between and behind the tildes.
const OURS: [&str; 2] = ["disclosures", "kb_jwt"];
/// Most signatures of the general form. Only the first is looked at.
const SIGNATURES: usize = 8;

impl PresentedSdJwt {
    /// From the flattened or the general form. Of several signatures the first must be the issuer's: its
    /// unprotected header alone carries `disclosures` and `kb_jwt`; the others are left alone, because
    /// whoever signed them is nobody that was asked for. Other unprotected members mean nothing here.
    ///
    /// Whether this form is accepted at all is said by
    /// [`SdJwtVcRules`](crate::trust::SdJwtVcRules).
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn parse_json(
        holder_binding: HolderBinding,
        object: &Map<String, Value>,
        limits: &PresentationLimits,
        findings: &mut Findings,
    ) -> Result<Self, Rejection> {
        let text = compact(object, limits).map_err(|detail| findings.fail(&FORMAT, detail))?;
        findings.pass(&FORMAT, "a JWS in JSON serialisation, read as the compact form that it stands for");
        let mut presented = Self::parse_with(holder_binding, &text, limits, findings)?;
        presented.json_serialization = true;
        Ok(presented)
    }
}

fn compact(object: &Map<String, Value>, limits: &PresentationLimits) -> Result<String, &'static str> {
    let payload = text(object, "payload")?;
    let signed = match object.get("signatures") {
        None => object,
        Some(_) if ["protected", "header", "signature"].iter().any(|name| object.contains_key(*name)) => {
            return Err("the members of the flattened form stand beside `signatures`");
        }
        Some(signatures) => first_of(signatures)?,
    };
    let header = signed.get("header").and_then(Value::as_object).ok_or("there is no unprotected header")?;
    // RFC 7515 section 4.1.11: what must be understood must be protected.
    if header.contains_key("crit") || header.contains_key("alg") {
        return Err("`crit` or `alg` stands in the unprotected header");
    }
    let mut compact = [text(signed, "protected")?, payload, text(signed, "signature")?].join(".");
    let disclosures = match header.get("disclosures") {
        None => &[][..],
        Some(Value::Array(disclosures)) if disclosures.len() <= limits.disclosures => disclosures,
        Some(Value::Array(_)) => return Err("there are more Disclosures than are looked at"),
        Some(_) => return Err("`disclosures` is not an array"),
    };
    for disclosure in disclosures {
        compact.push('~');
        compact.push_str(part(disclosure).ok_or("a Disclosure is not one part of a compact SD-JWT")?);
    }
    compact.push('~');
    if header.contains_key("kb_jwt") {
        let kb_jwt = header.get("kb_jwt").and_then(Value::as_str).filter(|text| !text.contains('~'));
        compact.push_str(kb_jwt.filter(|text| !text.is_empty()).ok_or("`kb_jwt` is not a JWT")?);
    }
    Ok(compact)
}

/// The first signature, when no other carries what only the first may.
fn first_of(signatures: &Value) -> Result<&Map<String, Value>, &'static str> {
    let signatures = signatures.as_array().filter(|list| (1..=SIGNATURES).contains(&list.len()));
    let mut signatures = signatures.ok_or("`signatures` is not an array of one to eight signatures")?.iter();
    let first = signatures.next().and_then(Value::as_object).ok_or("a signature is not an object")?;
    for other in signatures {
        let other = other.as_object().ok_or("a signature is not an object")?;
        let header = other.get("header").map_or(Some(None), |header| header.as_object().map(Some));
        let header = header.ok_or("an unprotected header is not an object")?;
        if header.is_some_and(|header| OURS.iter().any(|name| header.contains_key(*name))) {
            return Err("`disclosures` or `kb_jwt` stands in the header of another signature than the first");
        }
    }
    Ok(first)
}

fn text<'v>(object: &'v Map<String, Value>, name: &str) -> Result<&'v str, &'static str> {
    object
        .get(name)
        .and_then(part)
        .ok_or("`payload`, `protected` or `signature` is missing or no base64url text")
}

/// A text that stays one part when it is put between dots and tildes.
fn part(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty() && !text.contains(['~', '.']))
}
