use std::borrow::Borrow;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::openid4vp::dcql::PathElement;

const OPERATORS: [&str; 6] = ["<", ">", "=", "<=", ">=", "contains"];

fn rule(field: &str, operator: &str, value: &Value, kind: Kind) -> Result<ScopeRule, RuleFault> {
    let field = ClaimsPath::from_dotted(field).unwrap();
    ScopeRule::new("id".to_owned(), field, Operator::parse(operator).unwrap(), value, kind)
}

/// On the day of the tests.
fn judged(rule: &ScopeRule, claims: &Map<String, Value>) -> Result<(), Unmet> {
    rule.judge(claims, noon("2026-11-28"))
}

fn noon(day: &str) -> Timestamp {
    Timestamp::from_rfc3339(&format!("{day}T12:00:00Z")).unwrap()
}

fn with(claim: impl Borrow<Value>) -> Map<String, Value> {
    Map::from_iter([("a".to_owned(), claim.borrow().clone())])
}

/// A path from the claim `a` over all its elements.
fn all_of_a() -> ClaimsPath {
    ClaimsPath::from_dotted("a").unwrap().all_elements().unwrap()
}

fn over_all(operator: &str, value: &Value) -> ScopeRule {
    ScopeRule::new("id".to_owned(), all_of_a(), Operator::parse(operator).unwrap(), value, Kind::ByForm)
        .unwrap()
}

fn age_at_least(years: i64) -> ScopeRule {
    ScopeRule::age_at_least("id".to_owned(), ClaimsPath::from_dotted("a").unwrap(), years).unwrap()
}

/// A rule on the claim `a`, judged on a credential whose `a` is `claim`.
fn judge(claim: impl Borrow<Value>, operator: &str, value: impl Borrow<Value>) -> Result<(), Unmet> {
    judged(&rule("a", operator, value.borrow(), Kind::ByForm).unwrap(), &with(claim))
}

fn judge_date(claim: &str, operator: &str, value: &str) -> Result<(), Unmet> {
    judged(&rule("a", operator, &json!(value), Kind::Date).unwrap(), &with(json!(claim)))
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
    let level = |level: Value| judged(&rule, &Map::from_iter([("Access Level".to_owned(), level)]));
    for granted in [json!(5), json!("5"), json!(4.5), json!("10")] {
        assert_eq!(level(granted.clone()), Ok(()), "{granted}");
    }
    for denied in [json!(4), json!("4"), json!(3), json!("4.0"), json!(-5)] {
        assert_eq!(level(denied.clone()), Err(Unmet::False), "{denied}");
    }
    assert_eq!(judged(&rule, &Map::new()), Err(Unmet::Missing));
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
    let date = rule("a", "<=", &json!("2005-01-01"), Kind::Date).unwrap();
    assert_eq!(judged(&date, &with(json!(20_040_229))), Err(Unmet::WrongType));
    for wrong in [json!("2005-13-01"), json!(2005), json!(true), json!("soon")] {
        assert_eq!(rule("a", "=", &wrong, Kind::Date).unwrap_err(), RuleFault::Date, "{wrong}");
    }
    assert_eq!(judge(json!("2005-01-01"), "=", json!("2005-01-01")), Ok(()), "as text");
}

#[test]
fn req_12_6_what_is_missing_or_no_scalar_is_false() {
    for claim in [json!(null), json!({}), json!([5]), json!({"a": 5})] {
        for value in [json!(5), json!("x"), json!(true)] {
            assert_eq!(judge(claim.clone(), "=", value), Err(Unmet::WrongType), "{claim}");
        }
    }
    assert_eq!(judge(json!(5), "=", json!(5)), Ok(()));
    assert_eq!(judged(&rule("a.b", "=", &json!(5), Kind::ByForm).unwrap(), &Map::new()), Err(Unmet::Missing));
}

#[test]
fn a_rule_that_could_never_hold_is_refused() {
    for wrong in [json!(null), json!([null]), json!({}), json!(["x", {}]), json!([["x"]])] {
        assert_eq!(rule("a", "=", &wrong, Kind::ByForm).unwrap_err(), RuleFault::Value);
    }
    assert_eq!(rule("a", "=", &json!([]), Kind::ByForm).unwrap_err(), RuleFault::Length);
    assert_eq!(rule("a", "=", &json!(vec![1; 301]), Kind::ByForm).unwrap_err(), RuleFault::Length);
    for operator in ["<", ">", "<=", ">="] {
        assert_eq!(rule("a", operator, &json!([1, 2]), Kind::ByForm).unwrap_err(), RuleFault::ListOrder);
    }
    assert_eq!(
        rule("a", "=", &json!(0.300_000_000_000_000_04), Kind::ByForm).unwrap_err(),
        RuleFault::Rounded
    );
}

#[test]
fn one_value_of_a_list_is_enough_and_each_is_compared_as_what_it_is() {
    let list = json!(["DE", "AT", 7, true]);
    for held in [json!("DE"), json!("AT"), json!(7), json!("7.0"), json!(true)] {
        assert_eq!(judge(held.clone(), "=", &list), Ok(()), "{held}");
    }
    for (claim, why) in [
        (json!("FR"), Unmet::False),
        (json!("de"), Unmet::False),
        (json!(8), Unmet::False),
        (json!(false), Unmet::False),
        (json!(null), Unmet::WrongType),
        (json!(["DE"]), Unmet::WrongType),
    ] {
        assert_eq!(judge(claim.clone(), "=", &list), Err(why), "{claim}");
    }
    let days = rule("a", "=", &json!(["2005-01-01", "2006-01-01"]), Kind::Date).unwrap();
    assert_eq!(judged(&days, &with(json!("2006-01-01"))), Ok(()));
    assert_eq!(judged(&days, &with(json!("2007-01-01"))), Err(Unmet::False));
    assert_eq!(rule("a", "=", &json!(["2005-01-01", "soon"]), Kind::Date).unwrap_err(), RuleFault::Date);
}

#[test]
fn an_array_contains_what_one_of_its_elements_is() {
    assert_eq!(judge(json!(["FR", "DE"]), "contains", json!("DE")), Ok(()));
    assert_eq!(judge(json!(["FR", "DE"]), "contains", json!(["AT", "DE"])), Ok(()));
    assert_eq!(judge(json!([1, "2.0"]), "contains", json!(2)), Ok(()));
    for none in [json!([]), json!(["FR"]), json!([["DE"]]), json!([{ "DE": "DE" }, null])] {
        assert_eq!(judge(none.clone(), "contains", json!("DE")), Err(Unmet::False), "{none}");
    }
    for no_array in [json!("DE"), json!({ "0": "DE" }), json!(null)] {
        assert_eq!(judge(no_array.clone(), "contains", json!("DE")), Err(Unmet::WrongType), "{no_array}");
    }
    let contains = rule("a", "contains", &json!("DE"), Kind::ByForm).unwrap();
    assert_eq!(judged(&contains, &Map::new()), Err(Unmet::Missing));
    assert_eq!(contains.asks_for(), all_of_a(), "a wallet shows elements of an array that are asked for");
    let twice = ScopeRule::new("id".to_owned(), all_of_a(), Operator::Contains, &json!("DE"), Kind::ByForm);
    assert_eq!(twice.unwrap_err(), RuleFault::ContainsAll);
}

#[test]
fn over_all_elements_one_that_holds_is_enough() {
    let german = over_all("=", &json!("DE"));
    assert_eq!(judged(&german, &with(json!(["FR", "DE"]))), Ok(()));
    assert_eq!(judged(&german, &with(json!([null, 5, "DE"]))), Ok(()));
    assert_eq!(judged(&german, &with(json!(["FR", 5]))), Err(Unmet::False));
    assert_eq!(judged(&german, &with(json!([5]))), Err(Unmet::WrongType));
    for nothing in [json!([]), json!("DE"), json!({})] {
        assert_eq!(judged(&german, &with(nothing.clone())), Err(Unmet::Missing), "{nothing}");
    }
    let high = over_all(">", &json!(4));
    assert_eq!(judged(&high, &with(json!([1, 5]))), Ok(()));
    assert_eq!(judged(&high, &with(json!([1, 4]))), Err(Unmet::False));
    assert_eq!(high.asks_for(), all_of_a());
}

#[test]
fn a_turned_rule_needs_the_claim_and_the_right_kind_of_it() {
    let not =
        |operator: &str, value: Value| rule("a", operator, &value, Kind::ByForm).unwrap().turned().unwrap();
    let foreign = not("=", json!(["DE", "AT"]));
    assert_eq!(foreign.operator(), "not =");
    assert_eq!(judged(&foreign, &with(json!("FR"))), Ok(()));
    assert_eq!(judged(&foreign, &with(json!("AT"))), Err(Unmet::False));
    assert_eq!(judged(&foreign, &Map::new()), Err(Unmet::Missing));
    for other in [json!(null), json!(5), json!(["FR"]), json!({}), json!(true)] {
        assert_eq!(judged(&foreign, &with(other.clone())), Err(Unmet::WrongType), "{other}");
    }
    assert_eq!(judged(&not(">", json!(4)), &with(json!(4))), Ok(()));
    assert_eq!(judged(&not(">", json!(4)), &with(json!("many"))), Err(Unmet::WrongType));
}

#[test]
fn a_turned_rule_on_what_a_wallet_can_withhold_is_refused() {
    let first = ClaimsPath::of(vec![PathElement::Name("a".to_owned()), PathElement::Index(0)]).unwrap();
    let first = ScopeRule::new("id".to_owned(), first, Operator::Equal, &json!("DE"), Kind::ByForm).unwrap();
    let contains = rule("a", "contains", &json!("DE"), Kind::ByForm).unwrap();
    for of_array in [first, contains, over_all("=", &json!("DE"))] {
        assert_eq!(of_array.turned().unwrap_err(), RuleFault::NotOfArray);
    }
}

#[test]
fn an_age_is_that_of_the_day_in_utc() {
    let adult = age_at_least(18);
    let on = |day: &str, born: &str| adult.judge(&with(json!(born)), noon(day));
    assert_eq!(on("2026-11-28", "2008-11-28"), Ok(()));
    assert_eq!(on("2026-11-27", "2008-11-28"), Err(Unmet::False));
    assert_eq!(on("2026-02-28", "2008-02-29"), Err(Unmet::False));
    assert_eq!(on("2026-03-01", "2008-02-29"), Ok(()));
    assert_eq!(on("2026-11-28", "1964-08-12"), Ok(()));
    let midnight = Timestamp::from_rfc3339("2026-11-28T00:00:00Z").unwrap();
    let second = std::time::Duration::from_secs(1);
    assert_eq!(adult.judge(&with(json!("2008-11-28")), midnight), Ok(()));
    assert_eq!(adult.judge(&with(json!("2008-11-28")), midnight.minus(second)), Err(Unmet::False));
}

#[test]
fn an_age_is_proven_by_a_whole_birth_date_only() {
    for born in [
        json!("1964"),
        json!("1964-08"),
        json!("0000-08-12"),
        json!("0000-00-00"),
        json!("0001-01-01"),
        json!("1964-02-30"),
        json!("1964-08-12T00:00:00Z"),
        json!("12.08.1964"),
        json!("19640812"),
        json!("1964-08-12 "),
        json!("2030-01-01"),
        json!(""),
        json!(1964),
        json!(-170_000_000),
        json!(null),
        json!(["1964-08-12"]),
        json!({ "birthdate": "1964-08-12" }),
    ] {
        for rule in [age_at_least(18), age_at_least(18).turned().unwrap()] {
            assert_eq!(judged(&rule, &with(&born)), Err(Unmet::WrongType), "{born} {}", rule.operator());
        }
    }
    assert_eq!(judged(&age_at_least(18), &Map::new()), Err(Unmet::Missing));
    assert_eq!(judged(&age_at_least(18).turned().unwrap(), &Map::new()), Err(Unmet::Missing));
    assert_eq!(judged(&age_at_least(18).turned().unwrap(), &with(json!("2020-01-01"))), Ok(()));
}

#[test]
fn an_age_that_nobody_or_everybody_has_is_refused() {
    let age = |path: ClaimsPath, years: i64| ScopeRule::age_at_least("id".to_owned(), path, years);
    let path = || ClaimsPath::from_dotted("a").unwrap();
    for wrong in [-1, 0, 151, i64::MAX] {
        assert_eq!(age(path(), wrong).unwrap_err(), RuleFault::Age, "{wrong}");
    }
    assert!(age(path(), 1).is_ok() && age(path(), 150).is_ok());
    assert_eq!(age(all_of_a(), 18).unwrap_err(), RuleFault::AgeOfAll);
}

proptest! {
    #[test]
    fn an_age_grows_by_one_on_each_anniversary(
        year in 1900_i32..2100, month in 1_u32..=12, day in 1_u32..=28, years in 1_i64..=120,
    ) {
        let born = format!("{year:04}-{month:02}-{day:02}");
        let birthday = noon(&format!("{:04}-{month:02}-{day:02}", i64::from(year) + years));
        let rule = age_at_least(years);
        prop_assert_eq!(rule.judge(&with(json!(born)), birthday), Ok(()));
        let day_before = birthday.minus(std::time::Duration::from_secs(24 * 3600));
        prop_assert_eq!(rule.judge(&with(json!(born)), day_before), Err(Unmet::False));
    }

    #[test]
    fn a_rule_and_the_rule_turned_around_never_both_hold(claim in any_claim(), value in any_scalar(), age in 1_i64..=150) {
        let claims = with(&claim);
        let compared = OPERATORS.iter().filter_map(|operator| rule("a", operator, &value, Kind::ByForm).ok());
        for rule in compared.chain([age_at_least(age)]) {
            let Ok(turned) = rule.clone().turned() else { continue };
            match (judged(&rule, &claims), judged(&turned, &claims)) {
                (Ok(()), Err(Unmet::False)) | (Err(Unmet::False), Ok(())) => {}
                (one, other) => prop_assert!(one == other && one.is_err(), "{one:?} {other:?}"),
            }
            prop_assert_eq!(judged(&turned, &Map::new()), Err(Unmet::Missing));
        }
    }

    #[test]
    fn an_array_contains_a_value_exactly_when_one_of_its_elements_equals_it(
        elements in prop::collection::vec(any_scalar(), 0..6), value in any_scalar(),
    ) {
        let one = elements.iter().any(|element| judge(element, "=", &value).is_ok());
        prop_assert_eq!(judge(json!(elements), "contains", &value).is_ok(), one);
        prop_assert_eq!(judged(&over_all("=", &value), &with(json!(elements))).is_ok(), one);
    }

    #[test]
    fn a_list_holds_exactly_when_one_of_its_values_does(
        claim in any_claim(), values in prop::collection::vec(any_scalar(), 1..6),
    ) {
        let one = values.iter().any(|value| judge(&claim, "=", value).is_ok());
        prop_assert_eq!(judge(&claim, "=", json!(values)).is_ok(), one);
    }
}

fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[A-C]{0,2}".prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        (-3_i64..3).prop_map(|number| Value::from(number.to_string())),
        any::<bool>().prop_map(Value::from),
        Just(json!("2001-02-03")),
    ]
}

fn any_claim() -> impl Strategy<Value = Value> {
    let scalar = || prop_oneof![any_scalar(), Just(Value::Null)];
    prop_oneof![
        scalar(),
        prop::collection::vec(scalar(), 0..4).prop_map(Value::from),
        scalar().prop_map(|inner| json!({ "b": inner })),
    ]
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
