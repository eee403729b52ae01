//! What somebody probably meant who wrote a value of another type or a key of another program.

use toml::Value;

use super::fault::Faults;

/// How keys end whose values are a time with its unit.
const TIMES: [&str; 8] =
    ["lifetime", "interval", "tolerance", "at_least", "at_most", "oldest", "keep_for", "if_error"];

/// Keys that are not ours and are looked for: the table, the key, and what to do instead.
const ELSEWHERE: [(&str, &str, &str); 11] = [
    ("clients", "client_secret", SECRET),
    ("clients", "secret", SECRET),
    ("clients", "webhook", WEBHOOKS),
    ("clients", "webhook_url", WEBHOOKS),
    ("wallets", "client_secret", "it is never in this file: see client_secret_file and client_secret_env"),
    ("", "tls", "a proxy in front speaks TLS: see http.trusted_proxies"),
    ("", "metrics", "they are at /metrics without a key: see [operations] listen"),
    ("", "log", LOGS),
    ("", "log_level", LOGS),
    ("", "logging", LOGS),
    ("", "database", "where it is is said by url in [storage]"),
];
const WEBHOOKS: &str = "there may be several, each in a table of its own: [[clients.webhooks]]";
const LOGS: &str = "what is logged is said by the variables VPGATE_LOG and VPGATE_LOG_FORMAT";
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

/// What goes behind the fault of a file that is no TOML: it quotes the line.
pub(super) fn about_file(why: &str) -> &'static str {
    let quotes_a_table = why.lines().any(|line| line.contains(" | ["));
    if why.contains("duplicate key") && quotes_a_table {
        "\nA table of which there may be several has two brackets: [[wallets]]"
    } else {
        ""
    }
}

/// Each text in which somebody expects a variable of the environment to be filled in: its path, and what to do instead.
pub(super) fn variables(value: &Value, path: &str, faults: &mut Faults) {
    match value {
        Value::String(text) => {
            if let Some(variable) = variable(text) {
                let why = format!(
                    "{variable} is not filled in: secrets have keys that end with _file or _env, and what differs from \
                     place to place can stand in a file of its own (include)"
                );
                faults.add(path, why);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                variables(item, &format!("{path}[{index}]"), faults);
            }
        }
        Value::Table(table) => {
            for (key, item) in table {
                let inside = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                variables(item, &inside, faults);
            }
        }
        _ => {}
    }
}

/// The first `${NAME}`, as shells write it.
fn variable(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.match_indices("${").find_map(|(at, _)| {
        let rest = &text[at + 2..];
        let name = &rest[..rest.find('}')?];
        (!name.is_empty() && name.chars().all(is_part)).then(|| &text[at..at + name.len() + 3])
    })
}

/// What goes behind the fault of a key that is not known in this table.
pub(super) fn about_key(table: &str, key: &str) -> Option<String> {
    let known = ELSEWHERE.iter().find(|(of, name, _)| *of == table && *name == key);
    known.map(|(.., instead)| format!("; {instead}"))
}

fn is_a_time(key: &str) -> bool {
    TIMES.iter().any(|end| key.ends_with(end))
}
