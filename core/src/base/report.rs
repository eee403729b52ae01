//! The report: what was checked, by which rule, and how it came out.
//!
//! Every check of the verdict is written down here as it happens, by the file that makes it,
//! so that the REST answer, the log and the command line all tell the same story.
//! A report never contains a claim value or a token.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A rule: its stable name and the specification and section that demand it.
/// One constant per rule, in the file that checks it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable snake_case name; also the `reason` of a rejection.
    pub check: &'static str,
    /// Specification and section, for example `RFC 9901 7.3(5.f)`.
    pub requirement: &'static str,
}

/// How one check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// The rule was applied and holds.
    Passed,
    /// The rule was applied and is broken.
    Failed,
    /// The rule has nothing to say about this presentation.
    NotApplicable,
}

/// One line of the report. Its members stand in the order of their names, see [`Report::canonical`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Stable snake_case name.
    pub check: Cow<'static, str>,
    /// The credential query id this line is about; `None` for the response as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// One sentence that helps the person who must fix it.
    pub detail: Cow<'static, str>,
    /// Passed, failed or not applicable.
    pub outcome: CheckOutcome,
    /// Which of the presentations for that credential query, counted from 1; `None` where only one is
    /// allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation: Option<usize>,
    /// Specification and section.
    pub requirement: Cow<'static, str>,
}

/// The overall answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every decisive check passed.
    Verified,
    /// At least one decisive check failed.
    Rejected,
}

/// The finished report, as results and `vpgate verify` show it. Its members stand in the order of their names, see
/// [`Report::canonical`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Every check, in the order in which it was made.
    pub checks: Vec<Check>,
    /// The name of the first decisive failure; `None` when verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'static, str>>,
    /// The overall answer.
    pub verdict: Verdict,
}

/// A rule was broken and judging stopped. Only [`Findings::fail`] makes one,
/// so a rejection without its line in the report cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection(&'static str);

impl Report {
    /// The line that decided a rejection.
    pub fn decisive(&self) -> Option<&Check> {
        let reason = self.reason.as_deref()?;
        self.checks.iter().find(|check| check.outcome == CheckOutcome::Failed && check.check == reason)
    }

    /// The one spelling that is hashed (RFC 8785, as [`canonical_json`](super::canonical::canonical_json) writes it): the
    /// members are declared in the order of their names, and hold text and whole numbers only, so nothing is to be
    /// sorted.
    pub fn canonical(&self) -> String {
        // Nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How it ended, without the checks that led there.
    #[must_use]
    pub fn without_checks(self) -> Self {
        Self { checks: Vec::new(), ..self }
    }
}

impl Rejection {
    /// The stable name of the rule that was broken.
    pub fn reason(self) -> &'static str {
        self.0
    }
}

/// A report being written.
#[derive(Debug, Default)]
pub struct Findings {
    credential: Option<String>,
    presentation: Option<usize>,
    checks: Vec<Check>,
    discarded: Vec<(Option<String>, Rejection)>,
}

const DISCARDED: Rule = Rule { check: "presentation_discarded", requirement: "OpenID4VP 8.6" };

impl Findings {
    /// An empty report.
    pub fn new() -> Self {
        Self { checks: Vec::with_capacity(32), ..Self::default() }
    }

    /// What follows is about this credential query id, or about the whole response (`None`).
    pub fn about(&mut self, credential: Option<&str>) {
        self.credential = credential.map(str::to_owned);
        self.presentation = None;
    }

    /// What follows is about one presentation for this credential query id: which one, counted from 1,
    /// where several are allowed.
    pub fn about_presentation(&mut self, credential: &str, number: Option<usize>) {
        self.about(Some(credential));
        self.presentation = number;
    }

    /// The rule holds.
    pub fn pass(&mut self, rule: &Rule, detail: impl Into<Cow<'static, str>>) {
        self.write(rule, CheckOutcome::Passed, detail.into());
    }

    /// The rule has nothing to say here.
    pub fn not_applicable(&mut self, rule: &Rule, detail: impl Into<Cow<'static, str>>) {
        self.write(rule, CheckOutcome::NotApplicable, detail.into());
    }

    /// The rule is broken. Return the rejection: nothing may be believed after it.
    pub fn fail(&mut self, rule: &Rule, detail: impl Into<Cow<'static, str>>) -> Rejection {
        self.write(rule, CheckOutcome::Failed, detail.into());
        Rejection(rule.check)
    }

    /// The presentation that the findings are about is set aside; the others decide (OpenID4VP 8.6).
    /// Discards a presentation: what failed stays in the report, followed by a line that says so.
    pub fn discard(&mut self, rejection: Rejection) {
        let Rejection(reason) = rejection;
        let detail = format!("this presentation is discarded because of {reason}; what remains decides");
        let _marked = self.fail(&DISCARDED, detail);
        self.discarded.push((self.credential.clone(), rejection));
    }

    /// Why the first presentation for one of these credential query ids was discarded.
    pub fn first_discarded(&self, credentials: &[&str]) -> Option<Rejection> {
        let one_of_them = |id: &Option<String>| id.as_deref().is_some_and(|id| credentials.contains(&id));
        self.discarded.iter().find(|(id, _)| one_of_them(id)).map(|(_, rejection)| *rejection)
    }

    /// Closes the report with the answer that judging gave.
    pub fn conclude(self, answer: Result<(), Rejection>) -> Report {
        let (verdict, reason) = match answer {
            Ok(()) => (Verdict::Verified, None),
            Err(Rejection(reason)) => (Verdict::Rejected, Some(Cow::Borrowed(reason))),
        };
        Report { verdict, reason, checks: self.checks }
    }

    fn write(&mut self, rule: &Rule, outcome: CheckOutcome, detail: Cow<'static, str>) {
        self.checks.push(Check {
            credential: self.credential.clone(),
            presentation: self.presentation,
            check: Cow::Borrowed(rule.check),
            requirement: Cow::Borrowed(rule.requirement),
            outcome,
            detail,
        });
    }
}

/// The most characters of a stranger's text that a report shows.
const EXCERPT_CHARACTERS: usize = 60;

/// A name that a stranger chose (a claim name, `kid`, `iss`, `typ`, ...), fit for a detail sentence:
/// in backticks, short, and without control or direction characters. Not for claim values or tokens.
pub fn excerpt(text: &str) -> String {
    let mut shown = String::with_capacity(EXCERPT_CHARACTERS + 2);
    shown.push('`');
    let printable = |c: char| c.is_alphanumeric() || (c.is_ascii_graphic() || c == ' ') && c != '`';
    shown.extend(text.chars().take(EXCERPT_CHARACTERS).map(|c| if printable(c) { c } else { '?' }));
    if text.chars().nth(EXCERPT_CHARACTERS).is_some() {
        shown.push_str("...");
    }
    shown.push('`');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_printable() {
        assert_eq!(excerpt("https://issuer.example/né"), "`https://issuer.example/né`");
        assert_eq!(excerpt("a\n\u{202e}`b\u{0}"), "`a???b?`");
        assert_eq!(excerpt(&"x".repeat(61)), format!("`{}...`", "x".repeat(60)));
        assert_eq!(excerpt(&"x".repeat(60)), format!("`{}`", "x".repeat(60)));
    }

    #[test]
    fn a_report_is_written_in_its_one_spelling() {
        use crate::base::canonical::canonical_json;
        const SHAPE: Rule = Rule { check: "shape", requirement: "RFC 9901 4" };
        const NONCE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f)" };
        let mut findings = Findings::new();
        findings.pass(&SHAPE, "three parts, \"\u{e9}\u{20ac}\u{1f600}\n\u{1}\u{7f}\\/");
        findings.about_presentation("id", Some(2));
        let rejection = findings.fail(&NONCE, "the nonce is another request's");
        findings.not_applicable(&SHAPE, "");
        let report = findings.conclude(Err(rejection));
        for report in [report.clone().without_checks(), Findings::new().conclude(Ok(())), report] {
            assert_eq!(report.canonical(), canonical_json(&serde_json::to_value(&report).unwrap()));
        }
    }

    #[test]
    fn the_reason_is_the_rule_that_ended_it() {
        const SHAPE: Rule = Rule { check: "shape", requirement: "RFC 9901 4" };
        const NONCE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f)" };
        let mut findings = Findings::new();
        findings.pass(&SHAPE, "three parts");
        findings.about(Some("id"));
        let rejection = findings.fail(&NONCE, "the nonce is another request's");
        let report = findings.conclude(Err(rejection));
        assert_eq!(report.reason.as_deref(), Some("kb_nonce"));
        assert_eq!(report.checks[0].credential, None);
        assert_eq!(report.checks[1].credential.as_deref(), Some("id"));
        assert_eq!(report.decisive(), report.checks.get(1));
        assert_eq!(Findings::new().conclude(Ok(())).decisive(), None);
    }

    #[test]
    fn req_3_8_what_was_discarded_is_marked_and_remembered_by_its_credential() {
        const NONCE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f)" };
        let mut findings = Findings::new();
        findings.about_presentation("id", Some(2));
        let rejection = findings.fail(&NONCE, "another request's");
        findings.discard(rejection);
        findings.about(Some("other"));
        findings.pass(&NONCE, "ours");
        assert_eq!(findings.first_discarded(&["other"]), None);
        assert_eq!(findings.first_discarded(&["other", "id"]), Some(rejection));
        let report = findings.conclude(Ok(()));
        assert_eq!((report.verdict, &report.reason), (Verdict::Verified, &None));
        let lines: Vec<_> =
            report.checks.iter().map(|line| (&*line.check, line.outcome, line.presentation)).collect();
        assert_eq!(
            lines,
            [
                ("kb_nonce", CheckOutcome::Failed, Some(2)),
                ("presentation_discarded", CheckOutcome::Failed, Some(2)),
                ("kb_nonce", CheckOutcome::Passed, None)
            ]
        );
        assert!(report.checks[1].detail.contains("kb_nonce"));
    }
}
