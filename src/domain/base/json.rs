//! JSON from strangers: bounded, without duplicate members, with numbers that mean what they say.

use serde_json::{Map, Value};

/// How much JSON is acceptable; checked while reading, before anything is built from it.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Nesting of arrays and objects; a scalar has depth 0.
    pub depth: usize,
    /// Members and elements, counted over the whole text.
    pub members: usize,
}

/// Why a text was refused. Carries no part of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    #[error("not valid JSON (line {line}, column {column})")]
    Syntax { line: usize, column: usize },
    #[error("a member name occurs twice in one object")]
    Duplicate,
    #[error("nested deeper than {0} levels")]
    Depth(usize),
    #[error("more than {0} members")]
    Members(usize),
    #[error("longer than {0} bytes")]
    Size(usize),
    #[error("not a JSON object")]
    NotAnObject,
}

/// Reads any JSON value.
pub fn parse(text: &[u8], bounds: &Bounds) -> Result<Value, JsonFault> {
    todo!()
}

/// Reads a JSON object.
pub fn parse_object(text: &[u8], bounds: &Bounds) -> Result<Map<String, Value>, JsonFault> {
    todo!()
}
