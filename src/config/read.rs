//! TOML to [`File`]: unknown keys and values of the wrong type are all found in one go.

use serde_ignored::Path;
use serde_path_to_error::Segment;
use toml::{Table, Value};

use super::fault::Faults;
use super::raw::File;
use super::spellings::{self, Origins};
use super::{hints, schema};
use vpgate_core::base::canonical::canonical_json;
use vpgate_core::base::secret::Digest;

/// The file as it is written, and where what it says stands in it.
pub(super) struct Written {
    pub file: File,
    pub origins: Origins,
    /// Tells the rules that decide from others: receipts name it.
    pub rules_version: Digest,
}

/// Reads the table. Values that cannot be read are left out, each with a fault of its own.
pub(super) fn read(table: Table, faults: &mut Faults) -> Option<Written> {
    let mut written = Value::Table(table);
    hints::variables(&written, "", faults);
    let mut origins = Origins::default();
    spellings::unify(&mut written, "", "", &mut origins, faults);
    loop {
        let mut unknown = Vec::new();
        let mut note = |path: Path<'_>| unknown.push(tables_and_key(&path));
        let ignoring = serde_ignored::Deserializer::new(written.clone(), &mut note);
        match serde_path_to_error::deserialize(ignoring) {
            Ok(file) => {
                for (shown, table, key) in unknown {
                    faults.add(shown, format!("is not a known key{}", suggestion(&table, &key)));
                }
                return Some(Written { file, origins, rules_version: rules_version(&written) });
            }
            Err(error) => {
                let path: Vec<Segment> = error.path().iter().cloned().collect();
                let shown = origins.of(&error.path().to_string());
                let why = error.into_inner();
                let why = why.message().trim();
                let why = format!("{why}{}", hints::about_value(&shown, at(&written, &path), why));
                // One wrong value hides all others from serde: note it, take it out, read again.
                let taken = without(&mut written, &path);
                faults.add(if taken { shown } else { String::new() }, why);
                if !taken {
                    return None;
                }
            }
        }
    }
}

/// The parts of the file that say what is believed and what that earns.
const RULES: [&str; 4] = ["credentials", "scopes", "transaction_data", "verification"];

/// A hash of these parts as they are written; not of the files that they name.
fn rules_version(written: &Value) -> Digest {
    let parts = RULES.iter().filter_map(|name| Some(((*name).to_owned(), written.get(*name)?)));
    let parts = parts.map(|(name, part)| (name, serde_json::to_value(part).unwrap_or_default()));
    Digest::of(canonical_json(&serde_json::Value::Object(parts.collect())).as_bytes())
}

/// The value at `path`.
fn at<'v>(value: &'v Value, path: &[Segment]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        Segment::Map { key } => value.get(key),
        Segment::Seq { index } => value.get(index),
        _ => None,
    })
}

/// Takes out the value of the innermost key on `path`: taking one element out of a list would shift
/// its neighbours. Whether there was anything to take out.
fn without(value: &mut Value, path: &[Segment]) -> bool {
    match (value, path.split_first()) {
        (Value::Table(table), Some((Segment::Map { key }, rest))) => {
            let innermost = !rest.iter().any(|segment| matches!(segment, Segment::Map { .. }));
            match table.get_mut(key) {
                Some(_) if innermost => table.remove(key).is_some(),
                Some(value) => without(value, rest),
                None => false,
            }
        }
        (Value::Array(items), Some((Segment::Seq { index }, rest))) => {
            items.get_mut(*index).is_some_and(|value| without(value, rest))
        }
        _ => false,
    }
}

/// `clients[1].secret`, `clients` and `secret`.
fn tables_and_key(path: &Path<'_>) -> (String, String, String) {
    match path {
        Path::Root => <(String, String, String)>::default(),
        Path::Map { parent, key } => {
            let (shown, table, last) = tables_and_key(parent);
            let join = |front: &str, back: &str| match (front, back) {
                ("", back) => back.to_owned(),
                (front, "") => front.to_owned(),
                (front, back) => format!("{front}.{back}"),
            };
            (join(&shown, key), join(&table, &last), key.clone())
        }
        Path::Seq { parent, index } => {
            let (shown, table, last) = tables_and_key(parent);
            (format!("{shown}[{index}]"), table, last)
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            tables_and_key(parent)
        }
    }
}

/// The nearest known key, if one is near enough to be a slip of the hand.
fn suggestion(table: &str, key: &str) -> String {
    if let Some(instead) = hints::about_key(table, key) {
        return instead;
    }
    let near = |known: &'static str| (distance(known, key), known);
    match schema::keys(table).into_iter().map(near).min() {
        Some((steps, known)) if steps <= 1 + key.len() / 4 => format!("; did you mean `{known}`?"),
        _ => String::new(),
    }
}

/// How many letters to put in, take out or exchange (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, y) in b.chars().enumerate() {
            let cheapest = row[column].min(row[column + 1]) + 1;
            let exchanged = diagonal + usize::from(x != y);
            diagonal = std::mem::replace(&mut row[column + 1], cheapest.min(exchanged));
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::include;
    use super::*;

    fn faults(text: &str) -> String {
        let mut faults = Faults::default();
        let table = include::of_text(text, std::path::Path::new(""), &mut faults).table;
        if faults.is_empty() {
            read(table, &mut faults);
        }
        faults.to_string()
    }

    #[test]
    fn every_wrong_type_and_unknown_key_is_found_at_once() {
        let text = r#"
            listen = 8080
            public_ulr = "https://a.example"
            [[clients]]
            client_id = "a"
            [[clients]]
            redirect_uris = ["https://a.example/", 3]
            secrets = "x"
            [device]
            user_code_length = "eight"
            [[scopes]]
            rules = [{ feild = "a" }]
        "#;
        let found = faults(text);
        for line in [
            "listen: invalid type: integer `8080`, expected a string",
            "clients[1].redirect_uris[1]: invalid type: integer `3`, expected a string",
            "device.user_code_length: invalid type: string \"eight\", expected i64",
            "public_ulr: is not a known key; did you mean `public_url`?",
            "clients[1].secrets: is not a known key",
            "scopes[0].rules[0].feild: is not a known key; did you mean `field`?",
        ] {
            assert!(found.lines().any(|found| found == line), "{line}\nis not among\n{found}");
        }
        assert_eq!(found.lines().count(), 6, "{found}");
    }

    #[test]
    fn the_usual_slips_are_told_what_was_meant() {
        for (text, expected) in [
            (
                "[wallets]\nname = \"a\"",
                "wallets: invalid type: map, expected a sequence; there may be several, so write it with two brackets: [[wallets]]",
            ),
            ("[[credentials]]\nvct = \"urn:x\"", "put it in brackets, vct = [\"urn:x\"]"),
            (
                "[tokens]\nlifetime = 3600",
                "tokens.lifetime: invalid type: integer `3600`, expected a string; it has a unit: lifetime = \"3600s\", or in m, h or d",
            ),
            (
                "[[clients]]\nclient_secret = \"abc\"",
                "clients[0].client_secret: is not a known key; it is never in this file: `vpgate hash-secret --generate`",
            ),
            ("[tls]\ncertificate = \"a.pem\"", "tls: is not a known key; a proxy in front speaks TLS"),
            ("[wallets]\nname = \"a\"\n[wallets]\nname = \"b\"", "has two brackets: [[wallets]]"),
            (
                "[[clients]]\nwebhook_url = \"https://app.example.com/\"",
                "clients[0].webhook_url: is not a known key; there may be several, each in a table of its own: [[clients.webhooks]]",
            ),
            (
                "[logging]\nlevel = \"debug\"",
                "logging: is not a known key; what is logged is said by the variables",
            ),
        ] {
            let found = faults(text);
            assert!(found.contains(expected), "{expected}\nis not in\n{found}");
        }
        assert!(!faults("listen = \"a\"\nlisten = \"b\"").contains("brackets"));
    }

    #[test]
    fn a_variable_of_the_environment_is_not_taken_for_its_value() {
        let text = "public_url = \"${PUBLIC_URL}\"\n[[clients]]\nredirect_uris = [\"https://a.example/\", \"https://${HOST_2}/\"]\n\
                    description = \"$5, {braces}, ${lower} and ${}\"\n";
        let found = faults(text);
        for begins in [
            "public_url: ${PUBLIC_URL} is not filled in",
            "clients[0].redirect_uris[1]: ${HOST_2} is not filled in",
        ] {
            assert!(found.lines().any(|line| line.starts_with(begins)), "{found}");
        }
        assert_eq!(found.matches("is not filled in").count(), 2, "{found}");
    }

    #[test]
    fn text_that_is_not_toml_is_one_fault_with_its_line() {
        let found = faults("listen = \n");
        assert!(found.contains("line 1"), "{found}");
    }

    #[test]
    fn a_list_of_something_else_is_a_fault_of_the_list() {
        assert!(faults("clients = [3]").starts_with("clients[0]: invalid type"));
        assert!(faults("clients = 3").starts_with("clients: invalid type"));
    }
}
