//! Rules on claims: `Access Level > 4` (checklist section 12).
//!
//! A rule knows from the start what kind of value it compares with; a claim of another kind makes it
//! false, never an error. What is not shown never makes a rule hold, whatever the rule says.

mod against;

use serde_json::{Map, Value};

use self::against::{Against, Compared};
use crate::base::time::{Day, Timestamp};
use crate::openid4vp::dcql::{ClaimsPath, PathElement};

/// Nobody is older: such a birth date stands for one that is not known.
const OLDEST: u16 = 150;
/// The most values that one rule lists.
const MAX_VALUES: usize = 300;

/// `{credential, field, operator, value}`: the claim at `field` compared with a value (REQ-12.2).
#[derive(Clone, Debug)]
pub struct ScopeRule {
    /// The id of the credential query whose answer is looked at.
    pub credential: String,
    /// Where the claim is.
    pub field: ClaimsPath,
    test: Test,
    /// Whether the test must come out the other way (`not = true`).
    turned: bool,
}

/// What is asked of the claim.
#[derive(Clone, Debug)]
enum Test {
    /// It compares so with one of the values.
    Compared(Operator, Vec<Against>),
    /// It is an array that has one of the values in it.
    Contains(Vec<Against>),
    /// It is the birth date of somebody who has completed as many years.
    AgeAtLeast(u16),
}

/// The operators of the source document (REQ-12.2), and one for arrays.
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
    /// `contains`: one element of the array is equal.
    Contains,
}

/// How a rule's value is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By its form: a decimal number (also in quotation marks), a boolean, or text.
    ByForm,
    /// `type = "date"`: a day or an RFC 3339 date-time.
    Date,
}

/// Why there cannot be such a rule. It could never hold, or could hold wrongly, so it is refused when it is
/// configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RuleFault {
    /// `null`, an object, an array within an array.
    #[error("must be true, false, a number or text, or a list of these")]
    Value,
    /// A number that is not held exactly.
    #[error("has more than 15 digits; put it in quotation marks")]
    Rounded,
    /// Neither a day nor a date-time.
    #[error("must be a date: 2007-01-31, or 2007-01-31T09:00:00Z")]
    Date,
    #[error("true and false have no order: compare them with = or contains")]
    FlagOrder,
    #[error("text has no order: compare it with = or contains; for dates say type = \"date\"")]
    TextOrder,
    #[error("a list has no order: it is for = and contains")]
    ListOrder,
    /// No value, or too many.
    #[error("must list 1 to {MAX_VALUES} values")]
    Length,
    #[error("contains looks at every element by itself: leave the last \"*\" out")]
    ContainsAll,
    /// An age that nobody or everybody has.
    #[error("must be a number of years from 1 to {OLDEST}")]
    Age,
    /// The age of several people.
    #[error("is about one birth date, so its path cannot lead to several (\"*\")")]
    AgeOfAll,
    /// A wallet may withhold elements of an array, and then nothing is known of them.
    #[error(
        "cannot be used with arrays (contains, \"*\", positions): a wallet may keep back the very element \
         that must not be there"
    )]
    NotOfArray,
    /// A path that is too long with the elements of its array.
    #[error("must have at most 15 elements for contains")]
    Path,
}

/// Why a rule does not hold. Says nothing about the value of the claim but its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmet {
    /// The credential does not show the claim.
    #[error("the claim is missing")]
    Missing,
    /// `null`, an array, an object, or another kind of value than the rule compares with.
    #[error("the claim is of another type than the rule compares with")]
    WrongType,
    /// Both are of one kind, and the comparison is false.
    #[error("the comparison is false")]
    False,
}

impl Operator {
    const ALL: [Self; 6] =
        [Self::Less, Self::Greater, Self::Equal, Self::AtMost, Self::AtLeast, Self::Contains];

    /// Reads one of `<`, `>`, `=`, `<=`, `>=`, `contains`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == text)
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::Greater => ">",
            Self::Equal => "=",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Contains => "contains",
        }
    }

    fn accepts(self, compared: &Compared) -> bool {
        match (self, compared) {
            (_, Compared::OtherType) | (Self::Contains, _) => false,
            (_, Compared::Different) => false,
            (Self::Less, Compared::Ordered(order)) => order.is_lt(),
            (Self::Greater, Compared::Ordered(order)) => order.is_gt(),
            (Self::Equal, Compared::Ordered(order)) => order.is_eq(),
            (Self::AtMost, Compared::Ordered(order)) => order.is_le(),
            (Self::AtLeast, Compared::Ordered(order)) => order.is_ge(),
        }
    }
}

impl ScopeRule {
    /// A rule that can hold. `value` may be a list, one of whose values is meant.
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
        let values = match value {
            Value::Array(values) if values.is_empty() || values.len() > MAX_VALUES => {
                return Err(RuleFault::Length);
            }
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        let against = values.iter().map(|value| Against::read(value, kind)).collect::<Result<Vec<_>, _>>()?;
        let ordered = !matches!(operator, Operator::Equal | Operator::Contains);
        if ordered && value.is_array() {
            return Err(RuleFault::ListOrder);
        }
        match against.first() {
            Some(Against::Flag(_)) if ordered => return Err(RuleFault::FlagOrder),
            Some(Against::Text(_)) if ordered => return Err(RuleFault::TextOrder),
            _ => {}
        }
        let test = match operator {
            Operator::Contains => {
                if field.elements().last() == Some(&PathElement::All) {
                    return Err(RuleFault::ContainsAll);
                }
                field.all_elements().map_err(|_| RuleFault::Path)?;
                Test::Contains(against)
            }
            operator => Test::Compared(operator, against),
        };
        Ok(Self { credential, field, test, turned: false })
    }

    /// The claim is the birth date of somebody who has completed `years`.
    ///
    /// # Errors
    /// [`RuleFault::Age`], [`RuleFault::AgeOfAll`]
    pub fn age_at_least(credential: String, field: ClaimsPath, years: i64) -> Result<Self, RuleFault> {
        let years = u16::try_from(years).ok().filter(|years| (1..=OLDEST).contains(years));
        let years = years.ok_or(RuleFault::Age)?;
        if field.is_over_all() {
            return Err(RuleFault::AgeOfAll);
        }
        Ok(Self { credential, field, test: Test::AgeAtLeast(years), turned: false })
    }

    /// The rule that holds where this one does not, though the claim is shown and of the right kind.
    ///
    /// # Errors
    /// [`RuleFault::NotOfArray`]
    pub fn turned(self) -> Result<Self, RuleFault> {
        let names = self.field.elements().iter().all(|element| matches!(element, PathElement::Name(_)));
        if !names || matches!(self.test, Test::Contains(_)) {
            return Err(RuleFault::NotOfArray);
        }
        Ok(Self { turned: !self.turned, ..self })
    }

    /// How it decides: an operator, or `age_at_least`; with `not` before it where it is turned around.
    pub fn operator(&self) -> String {
        let test = match &self.test {
            Test::Compared(operator, _) => operator.as_str(),
            Test::Contains(_) => Operator::Contains.as_str(),
            Test::AgeAtLeast(_) => "age_at_least",
        };
        if self.turned { format!("not {test}") } else { test.to_owned() }
    }

    /// What has to be asked for: the claim, or every element of the array.
    pub fn asks_for(&self) -> ClaimsPath {
        let elements = match self.test {
            Test::Contains(_) => self.field.all_elements().ok(),
            _ => None,
        };
        elements.unwrap_or_else(|| self.field.clone())
    }

    /// Whether it holds for these claims of its credential (REQ-12.5, REQ-12.6), at this time. Where the path
    /// leads over all elements of an array, one of them is enough.
    ///
    /// # Errors
    /// [`Unmet`]: it does not hold, and why.
    pub fn judge(&self, claims: &Map<String, Value>, at: Timestamp) -> Result<(), Unmet> {
        let shown = self.field.select_in(claims).unwrap_or_default();
        let tried =
            shown.into_iter().map(|claim| self.tried(claim, at)).reduce(|one, other| match (one, other) {
                (Ok(()), _) | (_, Ok(())) => Ok(()),
                (Err(Unmet::False), _) | (_, Err(Unmet::False)) => Err(Unmet::False),
                (other, _) => other,
            });
        match tried {
            None => Err(Unmet::Missing),
            Some(Ok(())) if self.turned => Err(Unmet::False),
            Some(Err(Unmet::False)) if self.turned => Ok(()),
            Some(tried) => tried,
        }
    }

    fn tried(&self, claim: &Value, at: Timestamp) -> Result<(), Unmet> {
        match &self.test {
            Test::Compared(operator, values) => compared(claim, *operator, values),
            Test::Contains(values) => {
                let elements = claim.as_array().ok_or(Unmet::WrongType)?;
                let is_one = |element: &Value| compared(element, Operator::Equal, values).is_ok();
                if elements.iter().any(is_one) { Ok(()) } else { Err(Unmet::False) }
            }
            Test::AgeAtLeast(years) => {
                let age = age(claim, at).ok_or(Unmet::WrongType)?;
                if age >= *years { Ok(()) } else { Err(Unmet::False) }
            }
        }
    }
}

fn compared(claim: &Value, operator: Operator, values: &[Against]) -> Result<(), Unmet> {
    let mut unmet = Unmet::WrongType;
    for value in values {
        match value.order_of(claim) {
            Compared::OtherType => {}
            compared if operator.accepts(&compared) => return Ok(()),
            _ => unmet = Unmet::False,
        }
    }
    Err(unmet)
}

/// The completed years of somebody with this birth date: a whole day of the calendar (OpenID Connect Core 1.0
/// section 5.1 allows a year alone, or the year 0000 for one that is not told; neither proves an age).
fn age(birth_date: &Value, at: Timestamp) -> Option<u16> {
    let years = Day::parse(birth_date.as_str()?)?.years_until(Day::of(at)?)?;
    (years <= OLDEST).then_some(years)
}

#[cfg(test)]
mod tests;
