//! What is removed from a row that stays: as texts of SQL, for each backend. A store may do it in a write and in a
//! sweep, and it is the same there.

/// A column that holds JSON, for the functions that PostgreSQL has for it: those do not know the character U+0000.
macro_rules! as_jsonb {
    ($column:literal) => {
        concat!(
            "regexp_replace(",
            $column,
            ", '(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000', '\\1\\\\ufffd', 'g')::jsonb"
        )
    };
}

/// What was proven by a presentation, but that and when it was.
macro_rules! without_claims {
    (sqlite) => {
        "proven = json_set(proven, '$.credentials', json('{}'), '$.transaction_data', json('[]'))"
    };
    (postgres) => {
        concat!(
            "proven = jsonb_set(jsonb_set(",
            $crate::store::emptied::as_jsonb!("proven"),
            ", '{credentials}', '{}'), '{transaction_data}', '[]')::text"
        )
    };
}

/// What was asked, which may name what was expected of a person; and what somebody was to agree to. A query is
/// needed, so one is there that asks for nothing that exists.
macro_rules! without_question {
    (sqlite) => {
        concat!(
            "request = json_set(
                 json_remove(request, '$.transaction_data', '$.requester.state', '$.scope'), '$.query',
                 json('",
            $crate::store::emptied::no_query!(),
            "'))"
        )
    };
    (postgres) => {
        concat!(
            "request = jsonb_set(",
            $crate::store::emptied::as_jsonb!("request"),
            " - 'transaction_data' - 'scope' #- '{requester,state}', '{query}', '",
            $crate::store::emptied::no_query!(),
            "')::text"
        )
    };
}

macro_rules! no_query {
    () => {
        r#"{"credentials":[{"id":"forgotten","format":"dc+sd-jwt","meta":{"vct_values":["forgotten"]}}]}"#
    };
}

/// Each check of a report; the verdict and the reason stay.
macro_rules! without_checks {
    (sqlite) => {
        "report = json_set(report, '$.checks', json('[]'))"
    };
    (postgres) => {
        concat!(
            "report = jsonb_set(",
            $crate::store::emptied::as_jsonb!("report"),
            ", '{checks}', '[]')::text"
        )
    };
}

pub(super) use {as_jsonb, no_query, without_checks, without_claims, without_question};
