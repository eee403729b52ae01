//! Other words for the same keys: those of IBM's and Authlete's products, so that a configuration can be carried over
//! (REQ-10.60), and those of the source document (REQ-12.2). Each is a row here, and is turned into our word before
//! anything is read.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, json};
use toml::Value;

use super::fault::Faults;
use vpgate_core::registration::{Fault, lifetime};

/// How another word says it.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    /// As ours does. Both together must not disagree.
    Same,
    /// In whole seconds, without a unit. Both together must not disagree.
    Seconds,
    /// As ours does, and never beside it.
    Instead,
}

use Meaning::{Instead, Same, Seconds};

/// The last name of the table, the other word, ours, and how it says it.
const SPELLINGS: [(&str, &str, &str, Meaning); 17] = [
    // IBM: the documented table, then the sample file.
    ("device", "device_flow_codelifetime_in_secs", "code_lifetime", Seconds),
    ("device", "device_flow_polling_interval_in_secs", "polling_interval", Seconds),
    ("device", "device_flow_codelifetime_seconds", "code_lifetime", Seconds),
    ("device", "device_flow_polling_interval_seconds", "polling_interval", Seconds),
    ("device", "device_flow_usercode_length", "user_code_length", Same),
    ("device", "device_flow_usercode_charset", "user_code_charset", Same),
    ("device", "enforce_clientauth_device_authorize", "require_client_authentication", Same),
    // Authlete.
    ("device", "deviceFlowCodeDuration", "code_lifetime", Seconds),
    ("device", "deviceFlowPollingInterval", "polling_interval", Seconds),
    ("device", "userCodeLength", "user_code_length", Same),
    ("device", "userCodeCharset", "user_code_charset", Same),
    ("device", "deviceVerificationUri", "verification_uri", Same),
    ("device", "deviceVerificationUriComplete", "verification_uri_complete", Same),
    // The source document.
    ("rules", "credentialId", "credential", Instead),
    ("rules", "fieldOperator", "operator", Instead),
    ("rules", "fieldValue", "value", Instead),
    ("token_claims", "credentialId", "credential", Instead),
];

/// Where a value stands in the file that is read under another word.
#[derive(Debug, Default)]
pub(super) struct Origins(BTreeMap<String, String>);

impl Origins {
    /// The path as the file has it.
    pub(super) fn of(&self, path: &str) -> String {
        let moved = |(ours, theirs): (&String, &String)| {
            let inside = path.strip_prefix(ours.as_str())?;
            (inside.is_empty() || inside.starts_with(['.', '['])).then(|| format!("{theirs}{inside}"))
        };
        self.0.iter().find_map(moved).unwrap_or_else(|| path.to_owned())
    }

    /// What was registered, or the faults in it written down, each with the path that the file has for its place.
    pub(super) fn registered<T>(&self, registered: Result<T, Vec<Fault>>, faults: &mut Faults) -> Option<T> {
        let mut note = |fault: Fault| faults.add(self.of(&path(&fault.pointer)), fault.why);
        registered.map_err(|found| found.into_iter().for_each(&mut note)).ok()
    }
}

/// `/clients/1/redirect_uris/0` as people write it: `clients[1].redirect_uris[0]`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
        } else {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(step);
        }
    }
    path
}

/// Turns every other word in `value` into ours. The table `name` stands at `path`.
pub(super) fn unify(value: &mut Value, name: &str, path: &str, origins: &mut Origins, faults: &mut Faults) {
    match value {
        Value::Table(table) => {
            for row in SPELLINGS.iter().filter(|row| row.0 == name) {
                respell(table, *row, path, origins, faults);
            }
            for (key, value) in table.iter_mut() {
                unify(value, key, &inside(path, key), origins, faults);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                unify(item, name, &format!("{path}[{index}]"), origins, faults);
            }
        }
        _ => {}
    }
}

fn respell(
    table: &mut toml::Table,
    (_, theirs, ours, meaning): (&str, &str, &str, Meaning),
    path: &str,
    origins: &mut Origins,
    faults: &mut Faults,
) {
    let Some(value) = table.remove(theirs) else { return };
    let (at, ours_at) = (inside(path, theirs), inside(path, ours));
    let Some(value) = (if meaning == Seconds { faults.keep(&at, in_seconds(&value)) } else { Some(value) })
    else {
        return;
    };
    match table.get(ours) {
        None => {
            table.insert(ours.to_owned(), value);
            origins.0.insert(ours_at, at);
        }
        Some(_) if meaning == Instead => faults.add(at, format!("is another word for `{ours}`: say it once")),
        Some(known) if disagree(known, &value, meaning) => {
            let known = origins.of(&ours_at);
            faults.add(at, format!("says something else than {known}, which is the same setting"));
        }
        Some(_) => {}
    }
}

fn inside(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn in_seconds(value: &Value) -> Result<Value, &'static str> {
    match value.as_integer() {
        Some(seconds @ 1..) => Ok(format!("{seconds}s").into()),
        _ => Err("must be a whole number of seconds, longer than zero"),
    }
}

fn disagree(ours: &Value, theirs: &Value, meaning: Meaning) -> bool {
    let lifetime = |value: &Value| -> Option<Duration> { lifetime::parse(value.as_str()?).ok() };
    match meaning {
        // One that cannot be read has a fault of its own.
        Seconds => lifetime(ours).is_some_and(|ours| Some(ours) != lifetime(theirs)),
        Same | Instead => ours != theirs,
    }
}

/// Describes the other words of the table `name` beside ours.
pub(super) fn describe(name: &str, properties: &mut Map<String, serde_json::Value>) {
    for (_, theirs, ours, meaning) in SPELLINGS.iter().filter(|row| row.0 == name) {
        let Some(known) = properties.get(*ours) else { continue };
        let mut described = match meaning {
            Seconds => json!({ "type": "integer", "minimum": 1 }),
            Same | Instead => known.clone(),
        };
        if let Some(described) = described.as_object_mut() {
            described.remove("default");
            described.insert("description".to_owned(), format!("Another word for `{ours}`.").into());
        }
        properties.insert((*theirs).to_owned(), described);
    }
}
