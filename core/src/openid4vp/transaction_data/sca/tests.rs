//! What an object of each of the four types must hold, and how it reads.

use serde_json::json;

use super::*;
use crate::openid4vp::testing::in_english;
use crate::openid4vp::transaction_data::{TransactionTypes, TypeFault};

fn object(kind: ScaType, payload: &Value) -> Value {
    json!({
        "type": kind.name(), "credential_ids": ["card"], "transaction_data_hashes_alg": ["sha-256"],
        "payload": payload,
    })
}

fn payment() -> Value {
    json!({
        "transaction_id": "8D8AC610-566D-4EF0-9C22-186B2A5ED793",
        "date_time": "2026-11-29T10:00:00Z",
        "payee": { "name": "Corner Shop", "id": "DE98ZZZ09999999999", "website": "https://shop.example" },
        "currency": "EUR", "amount": 12.5,
    })
}

fn good(kind: ScaType) -> Value {
    let payload = match kind {
        ScaType::Payment => payment(),
        ScaType::LoginRisk => {
            json!({ "transaction_id": "1", "action": "Sign in to your bank", "service": "Bank" })
        }
        ScaType::AccountAccess => json!({
            "transaction_id": "1", "description": "Balances of 90 days",
            "aisp": { "legal_name": "Ledger Ltd", "brand_name": "Ledger", "domain_name": "ledger.example" },
        }),
        ScaType::Mandate => json!({
            "transaction_id": "1", "start_date": "2026-12-01", "purpose": "Membership", "creditor_id": "C-1",
            "payment_payload": payment(),
        }),
    };
    object(kind, &payload)
}

/// `object` with `value` at `pointer`, or without it.
fn changed(object: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = object.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(name.to_owned(), value)),
        None => drop(parent.shift_remove(name)),
    }
    object
}

fn fault(object: &Value) -> String {
    TransactionTypes::default().from_json(object).unwrap_err().pointer
}

fn is_good(object: &Value) {
    let read = TransactionTypes::default().from_json(object);
    assert!(read.is_ok(), "{object}: {}", read.unwrap_err());
}

#[test]
fn req_18_2_the_four_types_are_known_and_sent_as_they_were_given() {
    for kind in ScaType::ALL {
        let text = good(kind).to_string();
        let data = TransactionTypes::default().from_text(&text).unwrap();
        assert_eq!((data.kind(), data.text()), (kind.name(), text));
        let row = serde_json::to_string(&data).unwrap();
        assert_eq!(
            serde_json::from_str::<crate::openid4vp::transaction_data::TransactionData>(&row).unwrap(),
            data
        );
    }
}

#[test]
fn req_18_1_the_hash_algorithms_are_required_and_nothing_stands_beside_the_payload() {
    for kind in ScaType::ALL {
        let alg = "/transaction_data_hashes_alg";
        assert_eq!(fault(&changed(&good(kind), alg, None)), alg);
        assert_eq!(fault(&changed(&good(kind), "/payload", None)), "/payload");
        assert_eq!(fault(&changed(&good(kind), "/payload", Some(json!("x")))), "/payload");
        assert_eq!(fault(&changed(&good(kind), "/note", Some(json!("x")))), "/note");
    }
}

#[test]
fn req_18_3_a_payment_has_its_members_and_no_others() {
    let good = good(ScaType::Payment);
    for required in [
        "/payload/transaction_id",
        "/payload/payee",
        "/payload/payee/name",
        "/payload/payee/id",
        "/payload/currency",
        "/payload/amount",
    ] {
        assert_eq!(fault(&changed(&good, required, None)), required);
    }
    for (pointer, value) in [
        ("/payload/note", json!("x")),
        ("/payload/payee/iban", json!("x")),
        ("/payload/currency", json!("eur")),
        ("/payload/amount", json!("12.5")),
        ("/payload/amount_estimated", json!("yes")),
        ("/payload/execution_date", json!("tomorrow")),
        ("/payload/execution_date", json!("2026-02-30")),
        ("/payload/payee/website", json!("javascript:x")),
    ] {
        assert_eq!(fault(&changed(&good, pointer, Some(value))), pointer);
    }
    let pisp = json!({ "legal_name": "Pay Ltd", "brand_name": "Pay", "domain_name": "pay.example" });
    for (pointer, value) in [
        ("/payload/pisp", pisp.clone()),
        ("/payload/execution_date", json!("2026-12-01")),
        ("/payload/amount_estimated", json!(true)),
        ("/payload/sct_inst", json!(false)),
    ] {
        is_good(&changed(&good, pointer, Some(value)));
    }
    let with = changed(&good, "/payload/pisp", Some(pisp));
    assert_eq!(fault(&changed(&with, "/payload/pisp/domain_name", None)), "/payload/pisp/domain_name");
}

#[test]
fn req_18_4_an_execution_date_stands_alone_and_is_not_in_the_past() {
    let dated = changed(&good(ScaType::Payment), "/payload/execution_date", Some(json!("2026-12-01")));
    let both = changed(&dated, "/payload/recurrence", Some(json!({ "frequency": "MNTH" })));
    assert_eq!(fault(&both), "/payload/execution_date");
    let types = TransactionTypes::default();
    let judged = |object: &Value, now: &str| {
        let data = types.from_json(object).unwrap();
        types.check_time(&data, Timestamp::from_rfc3339(now).unwrap()).map_err(|fault| fault.pointer)
    };
    assert_eq!(judged(&dated, "2026-12-01T23:59:59Z"), Ok(()));
    assert_eq!(judged(&dated, "2026-11-30T00:00:00Z"), Ok(()));
    assert_eq!(judged(&dated, "2026-12-02T00:00:00Z"), Err("/payload/execution_date".to_owned()));
    let inner = "/payload/payment_payload/execution_date";
    let mandate = changed(&good(ScaType::Mandate), inner, Some(json!("2026-12-01")));
    assert_eq!(judged(&mandate, "2026-12-02T00:00:00Z"), Err(inner.to_owned()));
    assert_eq!(judged(&good(ScaType::Payment), "2030-01-01T00:00:00Z"), Ok(()));
}

#[test]
fn req_18_5_amounts_have_the_digits_of_their_currency_and_go_out_as_they_were_written() {
    let types = TransactionTypes::default();
    let with = |currency: &str, amount: &str| {
        let text = good(ScaType::Payment).to_string();
        text.replace("\"EUR\"", &format!("\"{currency}\"")).replace("12.5", amount)
    };
    for (currency, amount) in [
        ("EUR", "12.10"),
        ("EUR", "12"),
        ("EUR", "-12.10"),
        ("EUR", "0.00"),
        ("JPY", "10"),
        ("KWD", "1.234"),
        ("CLF", "1.2345"),
    ] {
        let text = with(currency, amount);
        let data = types.from_text(&text).unwrap();
        assert_eq!(data.text(), text, "{currency} {amount}");
        assert!(data.text().contains(&format!("\"amount\":{amount}")));
    }
    for (currency, amount) in [
        ("JPY", "10.5"),
        ("JPY", "10.0"),
        ("EUR", "1.234"),
        ("EUR", "12.100"),
        ("EUR", "1e2"),
        ("EUR", "1E-1"),
        ("KWD", "1.2345"),
    ] {
        let fault = types.from_text(&with(currency, amount)).unwrap_err();
        assert_eq!(fault.pointer, "/payload/amount", "{currency} {amount}");
    }
}

#[test]
fn req_18_6_recurrence_has_a_known_frequency_and_its_own_amounts() {
    let with = |recurrence: Value| changed(&good(ScaType::Payment), "/payload/recurrence", Some(recurrence));
    for (frequency, _) in FREQUENCIES {
        is_good(&with(json!({ "frequency": frequency })));
    }
    let options = json!({
        "amount_variable": true, "min_amount": 1, "max_amount": 20.5, "total_amount": 100,
        "initial_amount": 0.5, "initial_amount_number": 2, "apr": 3.25,
    });
    let whole = with(json!({
        "frequency": "MNTH", "start_date": "2026-12-01", "end_date": "2027-12-01", "number": 12, "mit_options": options,
    }));
    is_good(&whole);
    assert_eq!(fault(&with(json!({ "number": 3 }))), "/payload/recurrence/frequency");
    for (pointer, value) in [
        ("/payload/recurrence/frequency", json!("MONTHLY")),
        ("/payload/recurrence/number", json!(0)),
        ("/payload/recurrence/note", json!("x")),
        ("/payload/recurrence/mit_options/max_amount", json!(1.234)),
        ("/payload/recurrence/mit_options/apr", json!("3")),
        ("/payload/recurrence/mit_options/note", json!(1)),
    ] {
        assert_eq!(fault(&changed(&whole, pointer, Some(value))), pointer);
    }
}

#[test]
fn req_18_7_req_18_8_a_sign_in_says_what_for_and_account_access_for_whom() {
    let login = good(ScaType::LoginRisk);
    for required in ["/payload/transaction_id", "/payload/action"] {
        assert_eq!(fault(&changed(&login, required, None)), required);
    }
    is_good(&changed(&login, "/payload/service", None));
    assert_eq!(fault(&changed(&login, "/payload/amount", Some(json!(1)))), "/payload/amount");
    let access = good(ScaType::AccountAccess);
    for required in ["/payload/transaction_id", "/payload/aisp/domain_name"] {
        assert_eq!(fault(&changed(&access, required, None)), required);
    }
    is_good(&changed(&access, "/payload/aisp", None));
    assert_eq!(fault(&changed(&access, "/payload/note", Some(json!("x")))), "/payload/note");
}

#[test]
fn req_18_9_a_mandate_says_what_for_or_which_payment() {
    let both = good(ScaType::Mandate);
    let (paid, purposed) =
        (changed(&both, "/payload/purpose", None), changed(&both, "/payload/payment_payload", None));
    is_good(&paid);
    is_good(&purposed);
    assert_eq!(fault(&changed(&paid, "/payload/payment_payload", None)), "/payload/purpose");
    let inner = "/payload/payment_payload/payee/id";
    assert_eq!(fault(&changed(&both, inner, None)), inner);
    assert_eq!(fault(&changed(&both, "/payload/start_date", Some(json!("soon")))), "/payload/start_date");
}

#[test]
fn req_18_2_what_an_operator_registers_under_such_a_name_wins() {
    let schema = json!({ "properties": { "payload": { "required": ["memo"] } } });
    let name = ScaType::Payment.name();
    let own = TransactionTypes::default().with(name, "Our payment", &schema).unwrap();
    let mine = json!({ "type": name, "credential_ids": ["card"], "payload": { "memo": "x" } });
    let data = own.from_json(&mine).unwrap();
    assert_eq!(in_english(&own.details(&data)).0, "Our payment");
    assert!(own.from_json(&good(ScaType::Payment)).is_err());
    assert_eq!(own.evidence(name), Some(ScaEvidence::Required));
    let lenient = TransactionTypes::default().with_sca(name, None, ScaType::Payment).unwrap();
    assert_eq!(lenient.demanding(ScaEvidence::Reported).evidence(name), Some(ScaEvidence::Reported));
    // Another name, and the rules of one of the four.
    let rulebook = "https://bank.example/rulebook/payment";
    let like =
        TransactionTypes::default().with_sca(rulebook, Some("Bank payment"), ScaType::Payment).unwrap();
    let object = changed(&good(ScaType::Payment), "/type", Some(json!(rulebook)));
    assert_eq!(
        in_english(&like.details(&like.from_json(&object).unwrap())).0,
        "Bank payment: 12.50 EUR to Corner Shop"
    );
    assert_eq!(
        like.from_json(&changed(&object, "/payload/payee/id", None)).unwrap_err().pointer,
        "/payload/payee/id"
    );
    assert_eq!(like.evidence(rulebook), Some(ScaEvidence::Required));
    assert_eq!(like.clone().with_sca(rulebook, None, ScaType::Payment).unwrap_err(), TypeFault::Known);
    assert_eq!(like.evidence("urn:example:loan:v1"), None);
}

#[test]
fn req_18_42_people_read_payee_amount_and_how_often() {
    let types = TransactionTypes::default();
    let shown = |text: &str| in_english(&types.details(&types.from_text(text).unwrap()));
    let payment = good(ScaType::Payment).to_string();
    let (title, lines) = shown(&payment.replace("12.5", "1250.10"));
    assert_eq!(title, "Payment: 1,250.10 EUR to Corner Shop");
    assert_eq!(lines[0], "Amount: 1,250.10 EUR");
    assert!(lines.contains(&"Payee's identifier: DE98ZZZ09999999999".to_owned()), "{lines:?}");
    let (title, _) = shown(&payment.replace("\"EUR\"", "\"JPY\"").replace("12.5", "1250"));
    assert_eq!(title, "Payment: 1,250 JPY to Corner Shop");
    let recurring = changed(
        &good(ScaType::Payment),
        "/payload/recurrence",
        Some(json!({ "frequency": "TOWK", "end_date": "2027-12-01", "number": 26,
            "mit_options": { "max_amount": 20.5 } })),
    );
    let (title, lines) = shown(&recurring.to_string());
    assert_eq!(title, "Payment: 12.50 EUR to Corner Shop, every two weeks");
    for line in
        ["Repeated: every two weeks", "Until: December 1, 2027", "How many times: 26", "At most: 20.50 EUR"]
    {
        assert!(lines.contains(&line.to_owned()), "{line} {lines:?}");
    }
    assert_eq!(shown(&good(ScaType::LoginRisk).to_string()).0, "Sign-in: Sign in to your bank");
    assert_eq!(shown(&good(ScaType::AccountAccess).to_string()).0, "Access to your account: for Ledger");
    assert_eq!(shown(&good(ScaType::Mandate).to_string()).0, "Mandate: 12.50 EUR to Corner Shop");
}
