//! Texts of statements, each put together once: what a change writes is the same text whenever it has the same steps.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, PoisonError, RwLock};

use super::compose::{Shape, compose};
use crate::store::steps::{Cell, Rows, Step, Unchanged};

/// Texts that are kept at most. There are some dozens, as our own code writes them.
const MOST: usize = 1_000;

/// One statement.
#[derive(Clone, Debug)]
pub(super) struct StatementText {
    pub sql: Arc<str>,
    /// What it means that it returns or changes no row.
    pub unchanged: Unchanged,
}

/// A statement with what goes into it.
#[derive(Debug)]
pub(super) struct Statement {
    pub text: StatementText,
    pub cells: Vec<Cell>,
}

/// By what they were made of.
pub(super) struct Texts {
    /// As it is written before the name of a table.
    schema: String,
    made: RwLock<HashMap<Vec<Key>, StatementText>>,
}

/// A text that never changes is told by where it is, which is less work than to read it.
type Key = (usize, usize, Discriminant<Rows>, Unchanged);

fn key(shape: Shape) -> Key {
    (shape.text.as_ptr().addr(), shape.text.len(), discriminant(&shape.rows), shape.unchanged)
}

impl Texts {
    pub(super) fn new(schema: String) -> Self {
        Self { schema, made: RwLock::default() }
    }

    /// One statement of these steps.
    pub(super) fn of_steps(&self, steps: Vec<Step>) -> Statement {
        let shapes: Vec<Shape> = steps.iter().map(Shape::from).collect();
        Statement { text: self.of(&shapes), cells: steps.into_iter().flat_map(|step| step.cells).collect() }
    }

    /// One of our own statements.
    pub(super) fn one(&self, text: &'static str) -> StatementText {
        self.of(&[Shape { text, rows: Rows::New, unchanged: Unchanged::Undo, cells: 0 }])
    }

    fn of(&self, shapes: &[Shape]) -> StatementText {
        let keys: Vec<Key> = shapes.iter().copied().map(key).collect();
        if let Some(made) = self.made.read().unwrap_or_else(PoisonError::into_inner).get(&keys) {
            return made.clone();
        }
        let (sql, unchanged) = compose(shapes, &self.schema);
        let text = StatementText { sql: sql.into(), unchanged };
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        if made.len() < MOST {
            made.insert(keys, text.clone());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::steps::delete;

    #[test]
    fn a_text_is_put_together_once_for_the_same_steps() {
        const GONE: crate::store::steps::Sql = delete!("grants", "id = $1");
        let texts = Texts::new("\"s\"".to_owned());
        let steps = |of: &[Unchanged]| {
            let step =
                |unchanged: &Unchanged| Step { sql: GONE, cells: vec![Cell::Null], unchanged: *unchanged };
            of.iter().map(step).collect::<Vec<_>>()
        };
        let (first, again) =
            (texts.of_steps(steps(&[Unchanged::Undo])), texts.of_steps(steps(&[Unchanged::Undo])));
        assert_eq!(&*first.text.sql, "DELETE FROM \"s\".grants WHERE id = $1");
        assert!(Arc::ptr_eq(&first.text.sql, &again.text.sql));
        let other = texts.of_steps(steps(&[Unchanged::Taken]));
        assert_eq!((first.text.unchanged, other.text.unchanged), (Unchanged::Undo, Unchanged::Taken));
        let two = texts.of_steps(steps(&[Unchanged::Undo, Unchanged::Undo]));
        assert!(two.text.sql.starts_with("WITH l0") && two.cells.len() == 2, "{}", two.text.sql);
    }
}
