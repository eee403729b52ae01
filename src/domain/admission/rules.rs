//! Rules on claims: `age_equal_or_over.18 = true` (checklist section 12).

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::domain::openid4vp::dcql::ClaimsPath;

/// `{field, operator, value}`: the claim at `field` compared with `value`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where the claim is.
    pub field: ClaimsPath,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: Value,
}

/// The operators of the source document (REQ-12.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `=`
    Equal,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// Reads one of `<`, `>`, `=`, `<=`, `>=`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "<" => Self::Less,
            ">" => Self::Greater,
            "=" => Self::Equal,
            "<=" => Self::AtMost,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::Greater => order.is_gt(),
            Self::Equal => order.is_eq(),
            Self::AtMost => order.is_le(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Rule {
    /// Whether the rule holds. A missing claim, several claims, or a claim of another type: it does not.
    pub fn holds(&self, claims: &Map<String, Value>) -> bool {
        match self.field.select_in(claims).as_deref() {
            Some([claim]) => compare(claim, &self.value).is_some_and(|order| self.operator.accepts(order)),
            _ => false,
        }
    }
}

/// Numbers with numbers, exactly; text with text, which orders ISO 8601 dates rightly;
/// booleans only for equality. Anything else has no order.
fn compare(claim: &Value, value: &Value) -> Option<Ordering> {
    match (claim, value) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => (a == b).then_some(Ordering::Equal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(field: &str, operator: &str, value: Value, claims: &Value) -> bool {
        Rule {
            field: ClaimsPath::from_dotted(field).unwrap(),
            operator: Operator::parse(operator).unwrap(),
            value,
        }
        .holds(claims.as_object().unwrap())
    }

    #[test]
    fn req_12_2_operators_compare_within_a_type() {
        let claims = json!({"age": 21, "over": {"18": true}, "born": "2004-02-29"});
        assert!(holds("over.18", "=", json!(true), &claims));
        assert!(holds("age", ">=", json!(21), &claims));
        assert!(holds("age", "<", json!(21.5), &claims));
        assert!(holds("born", "<=", json!("2005-01-01"), &claims));
        assert!(!holds("over.18", "=", json!(false), &claims));
        assert!(!holds("age", ">", json!(21), &claims));
        assert!(!holds("age", "=", json!("21"), &claims));
        assert!(!holds("over.18", ">=", json!(false), &claims));
        assert!(!holds("missing", "=", json!(1), &claims));
    }

    #[test]
    fn req_12_2_other_operators_do_not_exist() {
        for wrong in ["!=", "==", "=>", ""] {
            assert_eq!(Operator::parse(wrong), None);
        }
    }
}
