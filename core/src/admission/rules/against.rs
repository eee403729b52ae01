//! What a claim is compared with.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Kind, RuleFault};
use crate::base::decimal::Decimal;
use crate::base::time::Moment;

/// One value of a rule; its form decides what is compared.
#[derive(Clone, Debug)]
pub(super) enum Against {
    Number(Decimal),
    Date(Moment),
    Text(String),
    Flag(bool),
}

/// What comparing a claim comes to.
pub(super) enum Compared {
    /// The claim is less than, equal to or greater than the rule's value.
    Ordered(Ordering),
    /// Of one kind that has no order, and not the same.
    Different,
    /// Not of one kind.
    OtherType,
}

impl Against {
    pub(super) fn read(value: &Value, kind: Kind) -> Result<Self, RuleFault> {
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

    pub(super) fn order_of(&self, claim: &Value) -> Compared {
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
