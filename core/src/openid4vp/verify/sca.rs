//! Is the holder's signature evidence of strong customer authentication? (TS12 section 3.6.)

use serde_json::Value;

use crate::base::report::{Findings, Rejection, Rule};
use crate::openid4vp::transaction_data::{ScaEvidence, TransactionTypes};
use crate::sdjwt::key_binding::KeyBinding;

const CODE: Rule = Rule { check: "sca_jti", requirement: "TS12 3.6" };
const MODE: Rule = Rule { check: "sca_response_mode", requirement: "TS12 3.6" };
const FACTORS: Rule = Rule { check: "sca_amr", requirement: "TS12 3.6" };

/// The categories of factors, of which two must be different.
const CATEGORIES: [&str; 3] = ["knowledge", "possession", "inherence"];

/// What is expected of evidence. Nothing of it comes from the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExpectedEvidence<'a> {
    /// The response mode of the request; `None` where nobody knows it.
    pub response_mode: Option<&'a str>,
    /// What the operator demands of each type; the built-in rules where there is none.
    pub types: Option<&'a TransactionTypes>,
}

impl ExpectedEvidence<'_> {
    /// What is demanded of a signature over objects of this type.
    fn of_type(&self, kind: &str) -> Option<ScaEvidence> {
        match self.types {
            Some(types) => types.evidence(kind),
            None => TransactionTypes::default().evidence(kind),
        }
    }

    /// Holds the signature `bound` against what is demanded for objects of the types `kinds`, the strictest first.
    ///
    /// # Errors
    /// [`Rejection`], where evidence is required and there is none.
    pub(super) fn check<'k>(
        &self,
        kinds: impl Iterator<Item = &'k str>,
        bound: Option<&KeyBinding>,
        findings: &mut Findings,
    ) -> Result<(), Rejection> {
        let demanded: Vec<ScaEvidence> = kinds.filter_map(|kind| self.of_type(kind)).collect();
        if demanded.is_empty() {
            return Ok(());
        }
        let required = demanded.contains(&ScaEvidence::Required);
        let jti = match bound.and_then(|bound| bound.jti.as_deref()) {
            Some(jti) if !jti.is_empty() => Ok("the key-binding JWT has a `jti`: the authentication code"),
            _ => Err("the key-binding JWT has no `jti` that could be an authentication code"),
        };
        let mode = match (bound.and_then(|bound| bound.response_mode.as_deref()), self.response_mode) {
            (Some(said), Some(asked)) if said == asked => Ok("`response_mode` is that of the request"),
            (Some(_), None) => {
                Ok("the key-binding JWT has a `response_mode`; that of the request is not known here")
            }
            (Some(_), Some(_)) => Err("`response_mode` of the key-binding JWT is not that of the request"),
            (None, _) => Err("the key-binding JWT has no `response_mode`"),
        };
        let amr = factors(bound.and_then(|bound| bound.amr.as_ref()));
        for (rule, outcome) in [(&CODE, jti), (&MODE, mode), (&FACTORS, amr)] {
            match outcome {
                Ok(detail) => findings.pass(rule, detail),
                Err(detail) if required => return Err(findings.fail(rule, detail)),
                Err(detail) => findings.not_applicable(rule, format!("only reported: {detail}")),
            }
        }
        Ok(())
    }
}

/// At least two objects of different categories, each with one member. Which value a factor has decides nothing:
/// values that are not known count as `other`.
fn factors(amr: Option<&Value>) -> Result<&'static str, &'static str> {
    let Some(objects) = amr.and_then(Value::as_array) else {
        return Err("the key-binding JWT has no array `amr`");
    };
    let mut seen = Vec::new();
    for object in objects {
        let mut members = object.as_object().into_iter().flatten();
        let (Some((category, value)), None) = (members.next(), members.next()) else {
            return Err("an element of `amr` is not an object with one member");
        };
        let known = CATEGORIES.into_iter().find(|known| *known == category);
        let (Some(category), true) = (known, value.is_string()) else {
            return Err("an element of `amr` is not of the category knowledge, possession or inherence");
        };
        if !seen.contains(&category) {
            seen.push(category);
        }
    }
    match seen.len() {
        0 | 1 => Err("`amr` names fewer than two categories of factors"),
        _ => Ok("`amr` names factors of at least two categories"),
    }
}
