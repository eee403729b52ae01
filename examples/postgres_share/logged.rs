//! A statement as the server logged it, and what pgbench makes of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// One statement that was executed.
pub struct Executed {
    text: String,
    /// `None` is `NULL`.
    values: Vec<Option<String>>,
}

/// A statement with what it is given.
pub struct Logged {
    text: String,
    schema: String,
    parameters: Vec<Parameter>,
}

struct Parameter {
    of: String,
    value: Given,
}

enum Given {
    Null,
    /// The same each time, however long.
    Fixed(String),
    /// The key of a row that is there, or of one that comes to be.
    Key,
}

/// Executions of statements with the tables of `schema`, in the order of the log, of which each line is a JSON object.
pub fn executed(log: &str, schema: &str) -> anyhow::Result<Vec<Executed>> {
    let mut found = Vec::new();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line)?;
        let text = line["message"].as_str().and_then(|message| message.strip_prefix("execute "));
        let Some((_, text)) = text.and_then(|message| message.split_once(": ")) else { continue };
        if text.contains(&format!("{schema}.grants")) {
            let values = line["detail"].as_str().and_then(|it| it.strip_prefix("parameters: "));
            found.push(Executed { text: text.to_owned(), values: values.map(values_of).unwrap_or_default() });
        }
    }
    Ok(found)
}

/// `$1 = 'it''s', $2 = NULL`
fn values_of(detail: &str) -> Vec<Option<String>> {
    let (mut values, mut rest) = (Vec::new(), detail);
    while let Some((_, value)) = rest.split_once(" = ") {
        let Some(quoted) = value.strip_prefix('\'') else {
            values.push(None);
            rest = value.strip_prefix("NULL").unwrap_or_default();
            continue;
        };
        let (mut text, mut at) = (String::new(), 0);
        while let Some(quote) = quoted[at..].find('\'').map(|found| at + found) {
            text.push_str(&quoted[at..quote]);
            at = quote + 1;
            if !quoted[at..].starts_with('\'') {
                break;
            }
            text.push('\'');
            at += 1;
        }
        values.push(Some(text));
        rest = &quoted[at..];
    }
    values
}

impl Logged {
    /// Of a statement that was executed several times, with the tables of `schema`. `types` are those of its
    /// parameters.
    pub fn new(executed: &[Executed], types: &[&str], schema: &str) -> anyhow::Result<Self> {
        let [first, others @ ..] = executed else { anyhow::bail!("nothing was logged") };
        ensure!(others.iter().all(|it| it.text == first.text), "several statements");
        ensure!(types.len() == first.values.len(), "{types:?}");
        let parameter = |(at, value): (usize, &Option<String>)| {
            let seen: BTreeSet<_> = executed.iter().map(|it| it.values.get(at)).collect();
            let value = match value {
                None => Given::Null,
                // What a row says is as long as it is, whatever its keys are.
                Some(text) if seen.len() == 1 || text.starts_with(['{', '[']) => Given::Fixed(text.clone()),
                Some(_) => Given::Key,
            };
            let of = types.get(at).copied().unwrap_or_default().to_owned();
            Parameter { of, value }
        };
        let parameters = first.values.iter().enumerate().map(parameter).collect();
        Ok(Self { text: first.text.clone(), schema: schema.to_owned(), parameters })
    }

    /// The script with the tables of `schema`, and its variables. In it `i` is another number each time; each client has
    /// so many.
    pub fn script(&self, schema: &str, each: usize) -> anyhow::Result<(String, Vec<String>)> {
        let mut script = format!("\\set n :n + 1\n\\set i :client_id * {each} + :n\n");
        let text = self.text.replace(&format!("{}.", self.schema), &format!("{schema}."));
        let mut parts = text.split('$');
        script.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let number: usize = part[..digits].parse().context("a dollar without a number")?;
            let parameter = self.parameters.get(number - 1).context("a parameter without a value")?;
            let of = &parameter.of;
            match &parameter.value {
                Given::Null => write!(script, "NULL::{of}")?,
                Given::Fixed(_) => write!(script, ":p{number}::{of}")?,
                Given::Key if of == "bytea" => write!(script, "sha256(('{number} ' || :i)::bytea)")?,
                Given::Key => write!(script, ":i::{of}")?,
            }
            script.push_str(&part[digits..]);
        }
        script.push_str(";\n");
        let fixed = self.parameters.iter().enumerate().filter_map(|(at, parameter)| match &parameter.value {
            Given::Fixed(value) => Some(format!("p{}={value}", at + 1)),
            _ => None,
        });
        Ok((script, fixed.chain(["n=0".to_owned()]).collect()))
    }

    /// Its text, as it was sent.
    pub fn text_of(executed: &[Executed]) -> &str {
        executed.first().map(|it| it.text.as_str()).unwrap_or_default()
    }
}
