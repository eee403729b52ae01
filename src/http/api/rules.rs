//! `POST /v1/rules/dry-run`: which scopes a sample of claims would earn, and why not the others.

use std::collections::BTreeMap;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};
use serde_json::Value;

use super::error::{Problem, pointer};
use super::strict_json::{JsonBody, JsonRequest};
use crate::flow::presentation::dry_run::{DryRun, Sample, ScopeTried};
use crate::http::documented::Documented;
use vpgate_core::admission::rules::{ScopeRule, Unmet};

/// Claims as a verified presentation would show them. Unknown members are refused.
#[derive(Debug, Object)]
pub struct TryRules {
    /// Space-separated scopes; all scopes of the client when left out.
    pub scope: Option<String>,
    /// Claims by the id of the credential query.
    pub claims: BTreeMap<String, Documented<SampleClaims>>,
}

/// The claims of one credential, nested as in the credential.
#[derive(Debug, Object)]
pub struct SampleClaims {
    #[oai(flatten)]
    by_name: BTreeMap<String, Value>,
}

impl JsonRequest for TryRules {
    type Read = Sample;

    fn read(members: &mut JsonBody) -> Result<Sample, Problem> {
        let scope = members.text("scope")?;
        let Some(Value::Object(samples)) = members.object("claims")? else {
            return Err(Problem::invalid_request("/claims", "is missing: sample claims by credential id"));
        };
        let mut claims = Vec::new();
        for (id, sample) in samples {
            let Value::Object(sample) = sample else {
                return Err(Problem::invalid_request(
                    &format!("/claims{}", pointer(&id)),
                    "must be an object",
                ));
            };
            claims.push((id, sample));
        }
        Ok(Sample { scope, claims })
    }
}

/// How a dry run is answered.
#[derive(Debug, ApiResponse)]
pub enum Tried {
    /// The rules were tried.
    #[oai(status = 200)]
    Tried(Json<RulesTried>),
}

/// What the sample would earn. No value of a claim or a rule is repeated.
#[derive(Debug, Object)]
pub struct RulesTried {
    /// The scopes that would be granted, space-separated. Empty: `access_denied`.
    pub granted: String,
    /// Each scope, in the order asked.
    pub scopes: Vec<TriedScope>,
}

/// One scope.
#[derive(Debug, Object)]
pub struct TriedScope {
    /// The name of the scope.
    pub scope: String,
    /// Whether it would be earned.
    pub earned: bool,
    /// The credentials of the scope that the sample does not have.
    pub missing_credentials: Vec<String>,
    /// Each rule. A scope without rules is earned by showing its credential.
    pub rules: Vec<TriedRule>,
    /// Whether `sub` stays the same for a person. Where it does not, a wallet that shows another copy of
    /// the credential gets another `sub`.
    pub stable_subject: bool,
}

/// One rule.
#[derive(Debug, Object)]
pub struct TriedRule {
    /// The id of the credential query.
    pub credential: String,
    /// The claim: names, positions in arrays, and `null` for all elements of one.
    pub field: Vec<Value>,
    /// `<`, `>`, `=`, `<=`, `>=`, `contains` or `age_at_least`; with `not ` before it where the rule is turned
    /// around.
    pub operator: String,
    /// Whether it holds, or why not.
    pub outcome: RuleOutcome,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// The rule holds.
    Holds,
    /// The sample does not have the claim.
    Missing,
    /// `null`, an array, an object, or another kind of value than the rule compares with. Text has no
    /// order; dates are dates only where the rule says so; an age needs a whole birth date.
    WrongType,
    /// The comparison is false.
    False,
}

impl From<DryRun<'_>> for Tried {
    fn from(run: DryRun<'_>) -> Self {
        let scopes = run.scopes.iter().map(TriedScope::from).collect();
        Self::Tried(Json(RulesTried { granted: run.granted.to_string(), scopes }))
    }
}

impl From<&ScopeTried<'_>> for TriedScope {
    fn from(tried: &ScopeTried<'_>) -> Self {
        Self {
            scope: tried.scope.name.clone(),
            earned: tried.earned,
            missing_credentials: tried.missing.iter().map(|id| (*id).to_owned()).collect(),
            rules: tried.rules.iter().map(|(rule, judged)| tried_rule(rule, *judged)).collect(),
            stable_subject: tried.stable_subject,
        }
    }
}

fn tried_rule(rule: &ScopeRule, judged: Result<(), Unmet>) -> TriedRule {
    TriedRule {
        credential: rule.credential.clone(),
        field: rule.field.elements().iter().map(Value::from).collect(),
        operator: rule.operator(),
        outcome: match judged {
            Ok(()) => RuleOutcome::Holds,
            Err(Unmet::Missing) => RuleOutcome::Missing,
            Err(Unmet::WrongType) => RuleOutcome::WrongType,
            Err(Unmet::False) => RuleOutcome::False,
        },
    }
}
