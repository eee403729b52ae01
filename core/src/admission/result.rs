//! The scopes' rules decide about a relying party's result as they decide about tokens, and the result says
//! no more than the scopes list.

use super::admit::{ScopeVerdict, Unearned};
use super::policy::{Purpose, ScopePolicy};
use super::scopes::Scopes;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::openid4vp::dcql::ClaimsPath;
use crate::openid4vp::verify::{ScopeNotGranted, ScopesEarned, VerifiedCredentials, VerifiedPresentation};

/// The stable name of a result that earned nothing.
pub const SCOPE_RULES: &str = "scope_rules";

const RULES: Rule =
    Rule { check: SCOPE_RULES, requirement: "the configured rules of the scope ([[scopes]])" };

impl Unearned<'_> {
    /// The stable code of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotShown(_) => "not_shown",
            Self::Over(_) => "expired",
            Self::NoIdentifier(_) => "no_identifier",
            Self::OtherHolder => "other_holder",
            Self::NotOpen => "not_open",
            Self::Rules(_) => SCOPE_RULES,
        }
    }
}

impl ScopePolicy {
    /// What becomes of the `requested` scopes: a line in `findings` for each rule, and the presentation with
    /// what it earned. For a [`Purpose::Result`] it keeps only the claims that the scopes list.
    ///
    /// # Errors
    /// [`Rejection`] when it earns nothing.
    pub fn decide(
        &self,
        presentation: VerifiedPresentation,
        requested: &Scopes,
        purpose: Purpose,
        findings: &mut Findings,
    ) -> Result<VerifiedPresentation, Rejection> {
        let (mut earned, mut last) = (ScopesEarned::default(), None);
        for verdict in self.verdicts(&presentation, requested, purpose) {
            let scope = verdict.scope.name.clone();
            match write(&verdict, &presentation, findings) {
                None => earned.granted.push(scope),
                Some(rejection) => {
                    last = Some(rejection);
                    let reason = verdict.unearned().map_or(SCOPE_RULES, Unearned::code).to_owned();
                    earned.refused.push(ScopeNotGranted { scope, reason });
                }
            }
        }
        findings.about(None);
        if earned.granted.is_empty() {
            let gone = |findings: &mut Findings| findings.fail(&RULES, "none of the scopes is configured");
            return Err(last.unwrap_or_else(|| gone(findings)));
        }
        let told = match purpose {
            Purpose::Result => self.told(presentation, requested),
            Purpose::Tokens => presentation,
        };
        Ok(told.with_scopes(earned))
    }

    /// The presentation with no other claims than those that the `requested` scopes list.
    #[must_use]
    pub fn told(&self, presentation: VerifiedPresentation, requested: &Scopes) -> VerifiedPresentation {
        let listed = |id: &str| -> Vec<&ClaimsPath> {
            let scopes = requested.iter().filter_map(|name| self.named(name));
            scopes.filter(|scope| scope.credential == id).flat_map(|scope| &scope.claims).collect()
        };
        presentation.showing_only(listed)
    }
}

/// The lines about one scope. `None` when it is earned.
fn write(
    verdict: &ScopeVerdict<'_>,
    presentation: &VerifiedPresentation,
    findings: &mut Findings,
) -> Option<Rejection> {
    let scope = verdict.scope;
    let name = excerpt(&scope.name);
    match verdict.unearned() {
        None | Some(Unearned::Rules(_)) => {}
        Some(why) => {
            findings.about(Some(&scope.credential));
            return Some(findings.fail(&RULES, format!("the scope {name} is not earned: {why}")));
        }
    }
    let claims = |id: &str| match presentation.credentials().get(id) {
        Some(VerifiedCredentials::One(one)) => Some(&one.claims),
        _ => None,
    };
    let mut rejection = None;
    for (rule, judged) in scope.judge_rules(claims, presentation.verified_at()) {
        findings.about(Some(&rule.credential));
        let rule = format!("the rule on `{}` ({})", rule.field, rule.operator());
        match judged {
            Ok(()) => findings.pass(&RULES, format!("the scope {name}: {rule} holds")),
            Err(why) => {
                let detail = format!("the scope {name} is not earned: {rule} does not hold: {why}");
                rejection = Some(findings.fail(&RULES, detail));
            }
        }
    }
    if scope.rules.is_empty() {
        findings.about(Some(&scope.credential));
        findings.pass(&RULES, format!("the scope {name} is open: showing the credential earns it"));
    }
    rejection
}
