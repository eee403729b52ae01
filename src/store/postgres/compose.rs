//! The steps of a change as one statement, which costs one round trip and is its own transaction.
//!
//! ```text
//! WITH l0 AS (lock what the first step changes), w1 AS (the last step that may find nothing, if l0),
//!      w0 AS (the first step, if w1), w2 AS (what is new, if w1) SELECT 1 FROM w2
//! ```
//! Each part depends on what the one before it returned, and a row whose state decides is locked before anything is
//! written: no part has to be undone. A lock waits for whoever is changing the row, and then looks at what it has
//! become; a plain sub-select would see how it was when the statement began. What need not be there is counted, so
//! that it is locked in its turn and hinders nothing.

use std::fmt::Write as _;

use crate::store::steps::{Rows, Step, Unchanged};

/// A step without what goes into it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub text: &'static str,
    pub rows: Rows,
    pub unchanged: Unchanged,
    /// How many cells go into it.
    pub cells: usize,
}

impl From<&Step> for Shape {
    fn from(step: &Step) -> Self {
        let (text, rows) = (step.sql.postgres, step.sql.rows);
        Self { text, rows, unchanged: step.unchanged, cells: step.cells.len() }
    }
}

/// One statement of these steps, and what it means that it returns or changes no row. Tables are those of `schema`, which
/// is quoted.
pub(super) fn compose(steps: &[Shape], schema: &str) -> (String, Unchanged) {
    if let [step] = steps {
        let mut sql = String::with_capacity(step.text.len() + 64);
        write(&mut sql, step.text, schema, 0, "");
        return (sql, step.unchanged);
    }
    let mut parts = Parts { sql: String::with_capacity(2048), schema, waits_for: None, gate: None };
    let offsets: Vec<usize> = steps
        .iter()
        .scan(0, |sum, step| {
            let before = *sum;
            *sum += step.cells;
            Some(before)
        })
        .collect();
    for (place, part) in order(steps) {
        let (step, offset) = (&steps[place], offsets[place]);
        let name = match part {
            Part::Lock(lock) => parts.add(format!("l{place}"), lock, offset, false),
            Part::Write => parts.add(format!("w{place}"), step.text, offset, true),
        };
        match (step.unchanged, part) {
            (Unchanged::GoOn, Part::Lock(_)) => parts.waits_for = Some(name),
            (Unchanged::GoOn, Part::Write) => {}
            _ => (parts.gate, parts.waits_for) = (Some(name), None),
        }
    }
    parts.end()
}

#[derive(Clone, Copy)]
enum Part {
    Lock(&'static str),
    Write,
}

/// In which order what is done of which step. Of those that may find nothing the last one writes at once, and those
/// before it lock; when all have found what they look for, everything else is written.
fn order(steps: &[Shape]) -> Vec<(usize, Part)> {
    let may_find_nothing =
        |step: &Shape| step.unchanged == Unchanged::Undo && !matches!(step.rows, Rows::New);
    let deciding = steps.iter().rposition(may_find_nothing);
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for (place, step) in steps.iter().enumerate() {
        let before = deciding.is_some_and(|deciding| place < deciding);
        match step.rows {
            _ if step.unchanged == Unchanged::KeepCounts && deciding.is_none_or(|it| place < it) => {
                first.push((place, Part::Write));
            }
            Rows::Found(lock) if before && step.unchanged == Unchanged::Undo => {
                first.push((place, Part::Lock(lock)));
                later.push((place, Part::Write));
            }
            Rows::FoundFirst(lock) if before => {
                first.push((place, Part::Lock(lock)));
                later.push((place, Part::Write));
            }
            _ if deciding == Some(place) => first.push((place, Part::Write)),
            _ => later.push((place, Part::Write)),
        }
    }
    first.extend(later);
    first
}

/// The parts so far.
struct Parts<'a> {
    sql: String,
    schema: &'a str,
    /// What must have been done for anything to go on, whatever it found.
    waits_for: Option<String>,
    /// What must have returned a row for anything to go on.
    gate: Option<String>,
}

impl Parts<'_> {
    /// Its name again.
    fn add(&mut self, name: String, text: &str, offset: usize, returning: bool) -> String {
        let gate = self.gate.iter().map(|gate| format!(" AND EXISTS (SELECT 1 FROM {gate})"));
        let first = self.waits_for.iter().map(|lock| format!(" AND (SELECT count(*) FROM {lock}) >= 0"));
        let condition: String = gate.chain(first).collect();
        self.sql.push_str(if self.sql.is_empty() { "WITH " } else { ", " });
        self.sql.push_str(&name);
        self.sql.push_str(if returning { " AS (" } else { " AS MATERIALIZED (" });
        write(&mut self.sql, text, self.schema, offset, &condition);
        self.sql.push_str(if returning { " RETURNING 1)" } else { ")" });
        name
    }

    fn end(mut self) -> (String, Unchanged) {
        self.sql.push_str(" SELECT 1");
        let Some(gate) = self.gate else { return (self.sql, Unchanged::GoOn) };
        // Writing into a `String` cannot fail.
        let _ = write!(self.sql, " FROM {gate}");
        (self.sql, Unchanged::Undo)
    }
}

/// Where a condition can be added, in a text that does not end in one.
const AND: &str = "/*AND*/";

/// Writes `text` with its tables in `schema`, its parameters numbered behind the first `offset`, and this `condition`
/// behind its own.
fn write(sql: &mut String, text: &str, schema: &str, offset: usize, condition: &str) {
    let lock = text.find(" FOR ").filter(|at| text[*at..].ends_with("UPDATE"));
    let (before, after) = match (text.split_once(AND), lock) {
        (Some(both), _) => both,
        (None, Some(at)) => text.split_at(at),
        (None, None) => (text, ""),
    };
    qualified(sql, before, schema, offset);
    sql.push_str(condition);
    qualified(sql, after, schema, offset);
}

/// Writes `text` with its tables in `schema` and its parameters numbered behind the first `offset`.
///
/// A table is a word behind `FROM`, `JOIN`, `INTO` or `UPDATE` that is no keyword, no parameter and no function; our
/// keywords are in capitals.
fn qualified(sql: &mut String, text: &str, schema: &str, offset: usize) {
    let mut names_table = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |at| at + 2),
            '$' => 1 + rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        rest = behind;
        if let Some(number) = token.strip_prefix('$').and_then(|digits| digits.parse::<usize>().ok()) {
            // Writing into a `String` cannot fail.
            let _ = write!(sql, "${}", number + offset);
        } else {
            if names_table && first.is_ascii_lowercase() && !rest.starts_with('(') {
                sql.push_str(schema);
                sql.push('.');
            }
            sql.push_str(token);
        }
        if !first.is_whitespace() {
            names_table = matches!(token, "FROM" | "JOIN" | "INTO" | "UPDATE");
        }
    }
}

#[cfg(test)]
mod tests;
