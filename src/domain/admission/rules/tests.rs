use std::borrow::Borrow;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::openid4vp::dcql::PathElement;

const OPERATORS: [&str; 5] = ["<", ">", "=", "<=", ">="];

fn rule(field: &str, operator: &str, value: &Value, kind: Kind) -> Result<Rule, RuleFault> {
    let field = ClaimsPath::from_dotted(field).unwrap();
    Rule::new("id".to_owned(), field, Operator::parse(operator).unwrap(), value, kind)
}

/// A rule on the claim `a`, judged on a credential whose `a` is `claim`.
fn judge(claim: impl Borrow<Value>, operator: &str, value: impl Borrow<Value>) -> Result<(), Unmet> {
    let claims = Map::from_iter([("a".to_owned(), claim.borrow().clone())]);
    rule("a", operator, value.borrow(), Kind::ByForm).unwrap().judge(&claims)
}

fn judge_date(claim: &str, operator: &str, value: &str) -> Result<(), Unmet> {
    let claims = Map::from_iter([("a".to_owned(), json!(claim))]);
    rule("a", operator, &json!(value), Kind::Date).unwrap().judge(&claims)
}

#[test]
fn req_12_2_each_operator_means_what_it_says() {
    for (operator, three, four, five) in [
        ("<", true, false, false),
        (">", false, false, true),
        ("=", false, true, false),
        ("<=", true, true, false),
        (">=", false, true, true),
    ] {
        for (claim, holds) in [(3, three), (4, four), (5, five)] {
            assert_eq!(judge(json!(claim), operator, json!(4)).is_ok(), holds, "{claim} {operator} 4");
        }
    }
}

#[test]
fn req_12_2_other_operators_do_not_exist() {
    for operator in OPERATORS {
        assert_eq!(Operator::parse(operator).map(Operator::as_str), Some(operator));
    }
    for wrong in ["!=", "==", "=>", "=<", "<>", "", " ="] {
        assert_eq!(Operator::parse(wrong), None);
    }
}

#[test]
fn req_12_3_five_is_above_four_and_four_three_or_nothing_is_not() {
    let rule = rule("Access Level", ">", &json!("4"), Kind::ByForm).unwrap();
    let level = |level: Value| rule.judge(&Map::from_iter([("Access Level".to_owned(), level)]));
    for granted in [json!(5), json!("5"), json!(4.5), json!("10")] {
        assert_eq!(level(granted.clone()), Ok(()), "{granted}");
    }
    for denied in [json!(4), json!("4"), json!(3), json!("4.0"), json!(-5)] {
        assert_eq!(level(denied.clone()), Err(Unmet::False), "{denied}");
    }
    assert_eq!(rule.judge(&Map::new()), Err(Unmet::Missing));
}

#[test]
fn req_12_5_decimal_numbers_compare_as_numbers_in_whatever_quotes() {
    for claim in [json!(10), json!("10"), json!(10.0), json!("10.00")] {
        for value in [json!(9), json!("9"), json!(9.5), json!("9.99")] {
            assert_eq!(judge(claim.clone(), ">", value.clone()), Ok(()), "{claim} {value}");
            assert_eq!(judge(claim.clone(), "<=", value.clone()), Err(Unmet::False), "{claim} {value}");
        }
        assert_eq!(judge(claim.clone(), "=", json!("10")), Ok(()), "{claim}");
    }
    assert_eq!(judge(json!(0.3), "=", json!("0.3")), Ok(()));
    assert_eq!(
        judge(json!(9_007_199_254_740_993_i64), "=", json!(9_007_199_254_740_992_i64)),
        Err(Unmet::False)
    );
}

#[test]
fn req_12_5_text_has_no_order() {
    for operator in ["<", ">", "<=", ">="] {
        assert_eq!(judge(json!("zz"), operator, json!(4)), Err(Unmet::WrongType));
        assert_eq!(judge(json!("007"), operator, json!(4)), Err(Unmet::WrongType));
        assert_eq!(rule("a", operator, &json!("b"), Kind::ByForm).unwrap_err(), RuleFault::TextOrder);
        assert_eq!(
            rule("a", operator, &json!("2007-01-31"), Kind::ByForm).unwrap_err(),
            RuleFault::TextOrder
        );
        assert_eq!(rule("a", operator, &json!(true), Kind::ByForm).unwrap_err(), RuleFault::FlagOrder);
    }
}

#[test]
fn req_12_5_text_and_booleans_are_equal_only_when_the_same() {
    assert_eq!(judge(json!("gold"), "=", json!("gold")), Ok(()));
    assert_eq!(judge(json!(true), "=", json!(true)), Ok(()));
    assert_eq!(judge(json!("007"), "=", json!("007")), Ok(()));
    for (claim, value) in
        [(json!("Gold"), json!("gold")), (json!("gold "), json!("gold")), (json!(false), json!(true))]
    {
        assert_eq!(judge(claim.clone(), "=", value), Err(Unmet::False), "{claim}");
    }
    for (claim, value) in [
        (json!("true"), json!(true)),
        (json!(true), json!("true")),
        (json!(1), json!(true)),
        (json!(7), json!("007")),
        (json!(true), json!(1)),
    ] {
        assert_eq!(judge(claim.clone(), "=", value), Err(Unmet::WrongType), "{claim}");
    }
}

#[test]
fn req_12_5_dates_are_dates_only_when_the_rule_says_so() {
    assert_eq!(judge_date("2004-02-29", "<=", "2005-01-01"), Ok(()));
    assert_eq!(judge_date("2005-01-02", "<=", "2005-01-01"), Err(Unmet::False));
    assert_eq!(judge_date("2005-01-01T01:00:00+02:00", "<", "2005-01-01T00:00:00Z"), Ok(()));
    assert_eq!(judge_date("2005-01-01T00:00:00Z", "=", "2005-01-01T02:00:00+02:00"), Ok(()));
    for mixed in ["2005-01-01T00:00:00Z", "01/01/2004", "2004", ""] {
        assert_eq!(judge_date(mixed, "<=", "2005-01-01"), Err(Unmet::WrongType), "{mixed}");
    }
    let claims = Map::from_iter([("a".to_owned(), json!(20_040_229))]);
    let date = rule("a", "<=", &json!("2005-01-01"), Kind::Date).unwrap();
    assert_eq!(date.judge(&claims), Err(Unmet::WrongType));
    for wrong in [json!("2005-13-01"), json!(2005), json!(true), json!("soon")] {
        assert_eq!(rule("a", "=", &wrong, Kind::Date).unwrap_err(), RuleFault::Date, "{wrong}");
    }
    assert_eq!(judge(json!("2005-01-01"), "=", json!("2005-01-01")), Ok(()), "as text");
}

#[test]
fn req_12_6_what_is_missing_several_or_no_scalar_is_false() {
    for claim in [json!(null), json!({}), json!([5]), json!({"a": 5})] {
        for value in [json!(5), json!("x"), json!(true)] {
            assert_eq!(judge(claim.clone(), "=", value), Err(Unmet::WrongType), "{claim}");
        }
    }
    let all = ClaimsPath::of(vec![PathElement::Name("a".to_owned()), PathElement::All]).unwrap();
    let all = Rule::new("id".to_owned(), all, Operator::Equal, &json!(5), Kind::ByForm).unwrap();
    let with = |levels: Value| all.judge(&Map::from_iter([("a".to_owned(), levels)]));
    assert_eq!(with(json!([5])), Ok(()));
    assert_eq!(with(json!([5, 6])), Err(Unmet::Several));
    assert_eq!(with(json!([])), Err(Unmet::Missing));
    assert_eq!(judge(json!(5), "=", json!(5)), Ok(()));
    assert_eq!(rule("a.b", "=", &json!(5), Kind::ByForm).unwrap().judge(&Map::new()), Err(Unmet::Missing));
}

#[test]
fn a_rule_that_could_never_hold_is_refused() {
    for wrong in [json!(null), json!([1]), json!({})] {
        assert_eq!(rule("a", "=", &wrong, Kind::ByForm).unwrap_err(), RuleFault::Value);
    }
    assert_eq!(
        rule("a", "=", &json!(0.300_000_000_000_000_04), Kind::ByForm).unwrap_err(),
        RuleFault::Rounded
    );
}

proptest! {
    #[test]
    fn req_12_5_exactly_the_right_operators_hold(claim in any::<i64>(), value in any::<i64>(), quoted in any::<bool>()) {
        let written = if quoted { json!(claim.to_string()) } else { json!(claim) };
        for (operator, holds) in [
            ("<", claim < value), (">", claim > value), ("=", claim == value),
            ("<=", claim <= value), (">=", claim >= value),
        ] {
            prop_assert_eq!(judge(written.clone(), operator, json!(value)).is_ok(), holds);
        }
    }

    #[test]
    fn req_12_5_neighbours_a_hundredth_apart_are_told_apart(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
        let text = |cents: i64| rust_decimal::Decimal::new(cents, 2).to_string();
        let number = |cents: i64| serde_json::from_str::<Value>(&text(cents)).unwrap();
        prop_assert!(judge(number(cents), "<", json!(text(cents + 1))).is_ok());
        prop_assert!(judge(json!(text(cents)), "=", number(cents)).is_ok());
        prop_assert!(judge(number(cents), ">=", number(cents + 1)).is_err());
    }

    #[test]
    fn no_claim_makes_a_rule_panic(claim in ".{0,30}", value in ".{0,30}") {
        let _ = judge(json!(claim), "=", json!(value));
        prop_assert_eq!(judge(json!(claim.clone()), "=", json!(claim)), Ok(()));
    }
}
