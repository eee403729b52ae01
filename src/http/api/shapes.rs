//! Bodies held against the document: what it says of a type is what is taken, and where a body is something else
//! is told as a JSON pointer (RFC 6901).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::error::pointer;

/// Where a body is not what the document says, and why. No value is repeated.
#[derive(Debug, PartialEq, Eq)]
pub struct ShapeFault {
    /// Into the body.
    pub pointer: String,
    /// In plain words.
    pub why: String,
}

/// Every type of the document that is the body of a request to the REST API, by its name.
pub struct Shapes(BTreeMap<String, Validator>);

impl Shapes {
    /// Those of this document.
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(_, it)| it.as_object().into_iter().flat_map(Map::values));
        let names = operations.filter_map(|it| {
            it["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()?.rsplit('/').next()
        });
        Self(names.filter_map(|name| Some((name.to_owned(), validator(document, name)?))).collect())
    }

    /// The first thing in which `body` is no `name` of the document.
    pub fn fault(&self, name: &str, body: &Value) -> Option<ShapeFault> {
        let Some(validator) = self.0.get(name) else {
            // The type of a body that no operation has: nothing is known to be right.
            return Some(ShapeFault { pointer: String::new(), why: "is not in the document".to_owned() });
        };
        validator.iter_errors(body).next().map(|error| told(&error))
    }
}

fn validator(document: &Value, name: &str) -> Option<Validator> {
    let schema = json!({
        "$ref": format!("#/components/schemas/{name}"),
        "components": { "schemas": document["components"]["schemas"] },
    });
    // Linear in the text: no pattern may take a request hostage.
    let options = jsonschema::draft202012::options()
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_format("ip", |text: &str| text.parse::<IpAddr>().is_ok());
    options.build(&schema).ok()
}

fn told(error: &ValidationError<'_>) -> ShapeFault {
    let at = error.instance_path().as_str();
    let of =
        |name: &str, why: &str| ShapeFault { pointer: format!("{at}{}", pointer(name)), why: why.to_owned() };
    match error.kind() {
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => of_union(at, context),
        Kind::Required { property } => of(property.as_str().unwrap_or_default(), "is missing"),
        Kind::AdditionalProperties { unexpected } => {
            of(unexpected.first().map_or("", String::as_str), "there is no such member")
        }
        // Masked: a fault names no value.
        _ => ShapeFault { pointer: at.to_owned(), why: error.masked().to_string() },
    }
}

/// What is wrong with the part that was meant: not one of another type or kind, and the one that needs least to be
/// right. Where several were meant there is none.
fn of_union(at: &str, parts: &[Vec<ValidationError<'_>>]) -> ShapeFault {
    let is_here = |error: &&ValidationError<'_>| error.instance_path().as_str() == at;
    let is_other_kind = |error: &ValidationError<'_>| match error.kind() {
        Kind::Type { .. } => is_here(&error),
        Kind::Enum { .. } | Kind::Constant { .. } | Kind::Not { .. } => {
            let below = error.instance_path().as_str().strip_prefix(at).unwrap_or_default();
            below.matches('/').count() == 1
        }
        _ => false,
    };
    let meant: Vec<_> = parts.iter().filter(|errors| !errors.iter().any(is_other_kind)).collect();
    let meant = if meant.is_empty() { parts.iter().collect() } else { meant };
    let here = |errors: &[ValidationError<'_>]| errors.iter().filter(is_here).count();
    let least = meant.iter().map(|errors| here(errors)).min();
    let nearest: Vec<_> = meant.into_iter().filter(|errors| Some(here(errors)) == least).collect();
    match nearest.as_slice() {
        [only] if !only.is_empty() => only.first().map(told).unwrap_or_else(|| nothing(at, &[])),
        several => nothing(at, several),
    }
}

fn nothing(at: &str, parts: &[&Vec<ValidationError<'_>>]) -> ShapeFault {
    let names = parts.iter().map(|errors| errors.iter().flat_map(names_of).collect::<BTreeSet<_>>());
    let names: Vec<BTreeSet<String>> = names.collect();
    let in_all = |name: &String| names.iter().all(|of_part| of_part.contains(name));
    let all: BTreeSet<&String> = names.iter().flatten().filter(|name| !in_all(name)).collect();
    let why = match all.len() {
        0 => "fits none of the types that it may be of".to_owned(),
        _ => {
            let all: Vec<&str> = all.into_iter().map(String::as_str).collect();
            format!("exactly one of these belongs here: {}", all.join(", "))
        }
    };
    ShapeFault { pointer: at.to_owned(), why }
}

fn names_of(error: &ValidationError<'_>) -> Vec<String> {
    match error.kind() {
        Kind::Required { property } => property.as_str().map(str::to_owned).into_iter().collect(),
        Kind::AdditionalProperties { unexpected } => unexpected.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes() -> std::sync::Arc<Shapes> {
        crate::http::document::shapes()
    }

    fn at(name: &str, body: &Value) -> Option<String> {
        shapes().fault(name, body).map(|fault| fault.pointer)
    }

    #[test]
    fn every_body_of_the_rest_api_has_a_shape() {
        let shapes = shapes();
        let names: Vec<&str> = shapes.0.keys().map(String::as_str).collect();
        assert_eq!(names, ["BeginPresentation", "CompleteCode", "TryRules", "VerifyCode", "VerifyToken"]);
        assert!(shapes.fault("Unknown", &json!({})).is_some());
    }

    #[test]
    fn a_fault_is_told_where_it_is() {
        let begin = |body: Value| at("BeginPresentation", &body);
        let back = "https://shop.example.com/";
        assert_eq!(begin(json!({ "scope": "a b", "redirect_uri": back })), None);
        for (wrong, place) in [
            (json!({ "redirect_uri": back }), ""),
            (json!({}), ""),
            (json!([]), ""),
            (json!({ "scope": "a", "dcql_query": {}, "redirect_uri": back }), ""),
            (json!({ "scope": "a", "user_code": "B", "redirect_uri": back }), ""),
            (json!({ "scope": "a" }), "/redirect_uri"),
            (json!({ "scope": 1, "redirect_uri": back }), "/scope"),
            (json!({ "scope": null, "redirect_uri": back }), "/scope"),
            (json!({ "scope": "a", "redirect_uri": "no URI" }), "/redirect_uri"),
            (json!({ "scope": "a", "redirect_uri": back, "flow": "post" }), "/flow"),
            (json!({ "scope": "a", "redirect_uri": back, "number": "42" }), "/number"),
            (json!({ "user_code": "B", "redirect_uri": back, "ip_address": "1.2.3" }), "/ip_address"),
            (json!({ "scope": "a", "redirect_uri": back, "x/y": 1 }), "/x~1y"),
        ] {
            assert_eq!(begin(wrong.clone()).as_deref(), Some(place), "{wrong}");
        }
    }

    #[test]
    fn in_a_union_the_part_that_was_meant_is_told() {
        let agreed = |one: Value| {
            let body =
                json!({ "scope": "a", "redirect_uri": "https://a.example/", "transaction_data": [one] });
            at("BeginPresentation", &body)
        };
        let session = "urn:proof:params:vc:transaction-data:session-data";
        let of = |kind: &str, payload: Value| json!({ "type": kind, "credential_ids": ["id"], "payload": payload });
        assert_eq!(agreed(of(session, json!({ "ip_address": "::1" }))), None);
        assert_eq!(agreed(of("urn:example:loan", json!(7))), None);
        let place = agreed(of(session, json!({ "ip_address": 7 })));
        assert_eq!(place.as_deref(), Some("/transaction_data/0/payload/ip_address"));
        let place = agreed(of(session, json!({ "ip_address": "::1", "x": 1 })));
        assert_eq!(place.as_deref(), Some("/transaction_data/0/payload/x"));
        assert_eq!(agreed(json!({})).as_deref(), Some("/transaction_data/0/type"));
        assert_eq!(agreed(json!("x")).as_deref(), Some("/transaction_data/0"));
        let complete = |body: Value| at("CompleteCode", &body);
        assert_eq!(complete(json!({ "user_code": "B", "result": "ACCESS_DENIED" })), None);
        let place = complete(json!({ "user_code": "B", "result": "AUTHORIZED", "presentation": "x" }));
        assert_eq!(place.as_deref(), Some("/response_code"));
        let place = complete(json!({ "user_code": "B", "result": "ACCESS_DENIED", "presentation": "x" }));
        assert_eq!(place.as_deref(), Some("/presentation"));
        assert_eq!(complete(json!({ "user_code": "B", "result": "MAYBE" })).as_deref(), Some("/result"));
    }
}
