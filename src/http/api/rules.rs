//! `POST /v1/rules/dry-run`: which scopes a sample of claims would earn, and why not the others.

use std::collections::BTreeMap;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};
use serde_json::{Map, Value};

use super::error::Problem;
use super::strict_json::JsonRequest;
use super::texts::ScopeText;
use crate::flow::presentation::dry_run::{DryRun, Sample, ScopeTried};
use crate::http::documented::Documented;
use vpgate_core::admission::rules::{ScopeRule, Unmet};

/// Claims as a verified presentation would show them. Unknown members are refused.
#[derive(Debug, Object)]
pub struct TryRules {
    /// Space-separated scopes; all scopes of the client when left out.
    pub scope: Option<ScopeText>,
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

    fn read(self, _: &[u8]) -> Result<Sample, Problem> {
        let members = |sample: Documented<SampleClaims>| match sample.into_value() {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let claims = self.claims.into_iter().map(|(id, sample)| (id, members(sample))).collect();
        Ok(Sample { scope: self.scope.map(|scope| scope.0), claims })
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
