//! Rules on claims: `Access Level > 4` (checklist section 12).
//!
//! A rule knows from the start what kind of value it compares with; a claim of another kind makes it
//! false, never an error.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::domain::base::decimal::Decimal;
use crate::domain::base::time::Moment;
use crate::domain::openid4vp::dcql::ClaimsPath;

/// `{credential, field, operator, value}`: the claim at `field` compared with a value (REQ-12.2).
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id of the credential query whose answer is looked at.
    pub credential: String,
    /// Where the claim is.
    pub field: ClaimsPath,
    operator: Operator,
    against: Against,
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

/// How a rule's value is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By its form: a decimal number (also in quotation marks), a boolean, or text.
    ByForm,
    /// `type = "date"`: a day or an RFC 3339 date-time.
    Date,
}

/// What a claim is compared with.
#[derive(Clone, Debug)]
enum Against {
    Number(Decimal),
    Date(Moment),
    Text(String),
    Flag(bool),
}

/// Why there cannot be such a rule. It could never hold, so it is refused when it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// `null`, an array, an object.
    #[error("must be true, false, a number or text")]
    Value,
    /// A number that is not held exactly.
    #[error("has more than 15 digits; put it in quotation marks")]
    Rounded,
    /// Neither a day nor a date-time.
    #[error("must be a date: 2007-01-31, or 2007-01-31T09:00:00Z")]
    Date,
    /// An order of booleans.
    #[error("true and false are compared with = only")]
    FlagOrder,
    /// An order of text.
    #[error("text is compared with = only; for dates say type = \"date\"")]
    TextOrder,
}

/// Why a rule does not hold. Says nothing about the value of the claim but its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmet {
    /// The credential does not show the claim.
    #[error("the claim is missing")]
    Missing,
    /// The path leads to several values.
    #[error("there are several values")]
    Several,
    /// `null`, an array, an object, or another kind of value than the rule compares with.
    #[error("the claim is of another type than the rule compares with")]
    WrongType,
    /// Both are of one kind, and the comparison is false.
    #[error("the comparison is false")]
    False,
}

impl Operator {
    /// Reads one of `<`, `>`, `=`, `<=`, `>=`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Less, Self::Greater, Self::Equal, Self::AtMost, Self::AtLeast]
            .into_iter()
            .find(|operator| operator.as_str() == text)
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::Greater => ">",
            Self::Equal => "=",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
        }
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
    /// A rule that can hold.
    ///
    /// # Errors
    /// [`RuleFault`]: about `value`.
    pub fn new(
        credential: String,
        field: ClaimsPath,
        operator: Operator,
        value: &Value,
        kind: Kind,
    ) -> Result<Self, RuleFault> {
        let against = Against::read(value, kind)?;
        match against {
            Against::Flag(_) if operator != Operator::Equal => Err(RuleFault::FlagOrder),
            Against::Text(_) if operator != Operator::Equal => Err(RuleFault::TextOrder),
            _ => Ok(Self { credential, field, operator, against }),
        }
    }

    /// How it compares.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// Whether it holds for these claims of its credential (REQ-12.5, REQ-12.6).
    ///
    /// # Errors
    /// [`Unmet`]: it does not hold, and why.
    pub fn judge(&self, claims: &Map<String, Value>) -> Result<(), Unmet> {
        let claim = match self.field.select_in(claims).as_deref() {
            None | Some([]) => return Err(Unmet::Missing),
            Some([claim]) => *claim,
            Some(_) => return Err(Unmet::Several),
        };
        match self.against.order_of(claim) {
            Compared::Ordered(order) if self.operator.accepts(order) => Ok(()),
            Compared::Ordered(_) | Compared::Different => Err(Unmet::False),
            Compared::OtherType => Err(Unmet::WrongType),
        }
    }
}

/// What comparing a claim comes to.
enum Compared {
    /// The claim is less than, equal to or greater than the rule's value.
    Ordered(Ordering),
    /// Of one kind that has no order, and not the same.
    Different,
    /// Not of one kind.
    OtherType,
}

impl Against {
    fn read(value: &Value, kind: Kind) -> Result<Self, RuleFault> {
        match (kind, value) {
            (Kind::Date, Value::String(text)) => Moment::parse(text).map(Self::Date).ok_or(RuleFault::Date),
            (Kind::Date, _) => Err(RuleFault::Date),
            (Kind::ByForm, Value::Bool(flag)) => Ok(Self::Flag(*flag)),
            (Kind::ByForm, Value::Number(_)) => {
                Decimal::from_json(value).map(Self::Number).ok_or(RuleFault::Rounded)
            }
            (Kind::ByForm, Value::String(text)) => {
                Ok(Decimal::parse(text).map_or_else(|| Self::Text(text.clone()), Self::Number))
            }
            (Kind::ByForm, _) => Err(RuleFault::Value),
        }
    }

    fn order_of(&self, claim: &Value) -> Compared {
        let same = |same: bool| if same { Compared::Ordered(Ordering::Equal) } else { Compared::Different };
        match (self, claim) {
            (Self::Number(number), _) => match Decimal::from_json(claim) {
                Some(claim) => Compared::Ordered(claim.cmp(number)),
                None => Compared::OtherType,
            },
            (Self::Date(date), Value::String(text)) => {
                match Moment::parse(text).and_then(|claim| claim.partial_cmp(date)) {
                    Some(order) => Compared::Ordered(order),
                    None => Compared::OtherType,
                }
            }
            (Self::Text(text), Value::String(claim)) => same(claim == text),
            (Self::Flag(flag), Value::Bool(claim)) => same(claim == flag),
            _ => Compared::OtherType,
        }
    }
}

#[cfg(test)]
mod tests;
