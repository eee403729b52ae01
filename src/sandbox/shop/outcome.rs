//! What the shop learnt about a presentation, ready to be shown.

use serde_json::Value;

use super::age;
use crate::sandbox::plain;
use crate::sandbox::service::ServiceAnswer;
use crate::sandbox::transaction_text::TransactionText;

/// The answer of `GET /v1/presentations/{id}`, read.
pub(super) struct ShopOutcome {
    pub(super) status: ShopStatus,
    /// What was proven.
    pub(super) credentials: Vec<ShopCredential>,
    /// The transactions as the service kept them.
    pub(super) transactions: Vec<Stored>,
    /// The checks of the report.
    pub(super) checks: Vec<ShopCheck>,
    /// Whether the person has come of age, where that was asked.
    adult: Option<bool>,
}

/// How it ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShopStatus {
    Pending,
    Verified,
    Rejected,
    Declined,
    Expired,
    /// The service does not say, for example because the response code was used before.
    Unknown,
}

/// A credential that was shown.
pub(super) struct ShopCredential {
    pub(super) issuer: String,
    /// What each claim is called, and its value.
    pub(super) claims: Vec<(String, String)>,
}

/// A transaction, in words and as it is.
pub(super) struct Stored {
    pub(super) agreement: Option<TransactionText>,
    pub(super) json: String,
}

/// A line of the report.
pub(super) struct ShopCheck {
    pub(super) check: String,
    pub(super) requirement: String,
    pub(super) outcome: String,
    pub(super) detail: String,
}

impl ShopOutcome {
    pub(super) fn read(answer: &ServiceAnswer) -> Self {
        let body = &answer.body;
        let status = match (answer.status, answer.text("status")) {
            (200, Some("pending")) => ShopStatus::Pending,
            (200, Some("verified")) => ShopStatus::Verified,
            (200, Some("rejected")) => ShopStatus::Rejected,
            (200, Some("declined")) => ShopStatus::Declined,
            (200, Some("expired")) => ShopStatus::Expired,
            _ => ShopStatus::Unknown,
        };
        let shown = body.get("credentials").and_then(Value::as_object);
        let credentials = shown.into_iter().flatten().map(|(_, it)| ShopCredential::read(it)).collect();
        let transactions = elements(body.get("transaction_data")).map(Stored::read).collect();
        let checks = elements(body.pointer("/report/checks")).map(ShopCheck::read).collect();
        Self { status, credentials, transactions, checks, adult: age::is_adult(body) }
    }

    pub(super) fn headline(&self) -> &'static str {
        match (self.status, self.adult) {
            (ShopStatus::Verified, Some(true)) => "You are old enough",
            (ShopStatus::Verified, Some(false)) => "You are not old enough",
            (status, _) => status.headline(),
        }
    }

    pub(super) fn explanation(&self) -> &'static str {
        match (self.status, self.adult) {
            (ShopStatus::Verified, Some(true)) => {
                "Your wallet showed that you are 18 or older. The shop learnt nothing else of you."
            }
            (ShopStatus::Verified, Some(false)) => "Your wallet showed that you are younger than 18.",
            (status, _) => status.explanation(),
        }
    }

    /// How the checks of the report ended, in a few words.
    pub(super) fn summary(&self) -> String {
        let count = |outcome: &str| self.checks.iter().filter(|line| line.outcome == outcome).count();
        match count("failed") {
            0 => format!("The report: all of {} checks passed", count("passed")),
            failed => format!("The report: {failed} of {} checks failed", count("passed") + failed),
        }
    }

    /// Whether asking again can bring another answer.
    pub(super) fn is_final(&self) -> bool {
        !matches!(self.status, ShopStatus::Pending | ShopStatus::Unknown)
    }
}

impl ShopStatus {
    fn headline(self) -> &'static str {
        match self {
            Self::Pending => "Not finished yet",
            Self::Verified => "Agreed and verified",
            Self::Rejected => "We could not accept this",
            Self::Declined => "You declined",
            Self::Expired => "This took too long",
            Self::Unknown => "We do not know how it ended",
        }
    }

    fn explanation(self) -> &'static str {
        match self {
            Self::Pending => "Your wallet has not answered. Nothing has been bought, sent or agreed.",
            Self::Verified => {
                "Your wallet showed what was needed and agreed to exactly what is written below."
            }
            Self::Rejected => {
                "What your wallet sent did not pass every check. Nothing has been bought, sent or agreed."
            }
            Self::Declined => "Nothing was shared, and nothing has been bought, sent or agreed.",
            Self::Expired => "Nobody answered in time. Nothing has been bought, sent or agreed.",
            Self::Unknown => {
                "The service did not tell us the result. Nothing has been bought, sent or agreed."
            }
        }
    }
}

impl ShopCredential {
    fn read(shown: &Value) -> Self {
        let mut claims = Vec::new();
        for (name, value) in shown.get("claims").and_then(Value::as_object).into_iter().flatten() {
            leaves(name, value, &mut claims);
        }
        let issuer = shown.get("issuer").and_then(Value::as_str).unwrap_or_default();
        Self { issuer: issuer.to_owned(), claims }
    }
}

impl Stored {
    fn read(object: &Value) -> Self {
        let agreement = object
            .get("type")
            .and_then(Value::as_str)
            .zip(object.get("payload"))
            .and_then(|(kind, payload)| TransactionText::of(kind, payload));
        Self { agreement, json: serde_json::to_string_pretty(object).unwrap_or_default() }
    }
}

impl ShopCheck {
    fn read(check: &Value) -> Self {
        let text = |name| check.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            check: text("check"),
            requirement: text("requirement"),
            outcome: text("outcome"),
            detail: text("detail"),
        }
    }
}

fn elements(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}

fn leaves(at: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                leaves(&format!("{at}.{name}"), inner, found);
            }
        }
        value => found.push((plain::claim(at), plain::value(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_a_verified_presentation() {
        let body = json!({
            "status": "verified",
            "credentials": {"id": {"issuer": "i", "claims": {"given_name": "Alice", "age_equal_or_over": {"18": true}}}},
            "transaction_data": [{"type": "t", "payload": {}}],
            "report": {"checks": [{"check": "c", "requirement": "r", "outcome": "passed", "detail": "d"}]},
        });
        let outcome = ShopOutcome::read(&ServiceAnswer { status: 200, body });
        assert_eq!(outcome.status, ShopStatus::Verified);
        let claims = &outcome.credentials[0].claims;
        assert_eq!(claims[0], ("Given name".to_owned(), "Alice".to_owned()));
        assert_eq!(claims[1], ("18 or older".to_owned(), "yes".to_owned()));
        assert_eq!(outcome.transactions.len(), 1);
        assert_eq!(outcome.checks[0].outcome, "passed");
    }

    #[test]
    fn anything_else_is_no_agreement() {
        for (status, body, read) in [
            (200, json!({"status": "declined"}), ShopStatus::Declined),
            (200, json!({"status": "rejected"}), ShopStatus::Rejected),
            (200, json!({"status": "VERIFIED"}), ShopStatus::Unknown),
            (403, json!({"status": "verified"}), ShopStatus::Unknown),
            (200, Value::Null, ShopStatus::Unknown),
        ] {
            assert_eq!(ShopOutcome::read(&ServiceAnswer { status, body }).status, read);
        }
    }
}
