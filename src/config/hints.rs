//! What somebody probably meant who wrote a value of another type or a key of another program.

use toml::Value;

/// How keys end whose values are a time with its unit.
const TIMES: [&str; 8] =
    ["lifetime", "interval", "tolerance", "at_least", "at_most", "oldest", "keep_for", "if_error"];

/// Keys that are not ours and are looked for: the table, the key, and what to do instead.
const ELSEWHERE: [(&str, &str, &str); 5] = [
    ("clients", "client_secret", SECRET),
    ("clients", "secret", SECRET),
    ("wallets", "client_secret", "it is never in this file: see client_secret_file and client_secret_env"),
    ("", "tls", "a proxy in front speaks TLS: see http.trusted_proxies"),
    ("", "metrics", "they are at /metrics without a key: see [operations] listen"),
];
const SECRET: &str = "it is never in this file: `vpgate hash-secret --generate` makes what secret_hash wants";

/// What goes behind the fault of a value at `shown` that has the wrong type.
pub(super) fn about_value(shown: &str, value: Option<&Value>, why: &str) -> String {
    let key = shown.rsplit('.').next().unwrap_or(shown);
    let wants = |kind: &str| why.ends_with(kind);
    match value {
        Some(Value::Table(_)) if wants("expected a sequence") => {
            format!("; there may be several, so write it with two brackets: [[{shown}]]")
        }
        Some(Value::String(text)) if wants("expected a sequence") => {
            format!("; it is a list: put it in brackets, {key} = [\"{text}\"]")
        }
        Some(Value::Integer(number)) if wants("expected a string") && is_a_time(key) => {
            format!("; it has a unit: {key} = \"{number}s\", or in m, h or d")
        }
        _ => String::new(),
    }
}

/// What goes behind the fault of a file that is no TOML.
pub(super) fn about_file(why: &str) -> &'static str {
    if why.contains("duplicate key") {
        "\nA table of which there may be several has two brackets: [[wallets]]"
    } else {
        ""
    }
}

/// What goes behind the fault of a key that is not known in this table.
pub(super) fn about_key(table: &str, key: &str) -> Option<String> {
    let known = ELSEWHERE.iter().find(|(of, name, _)| *of == table && *name == key);
    known.map(|(.., instead)| format!("; {instead}"))
}

fn is_a_time(key: &str) -> bool {
    TIMES.iter().any(|end| key.ends_with(end))
}
