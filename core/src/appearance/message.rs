//! What is said, apart from the language in which it is said.

use std::borrow::Cow;

/// A message of the catalogues, with the values that stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    id: Cow<'static, str>,
    values: Vec<(&'static str, MessageValue)>,
}

/// What stands in a message where its text has a name in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MessageValue {
    /// Somebody's words: a name, a reason.
    Text(String),
    /// A number, which decides about the plural.
    Number(u64),
}

impl Message {
    /// The message called `id`.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        Self { id: id.into(), values: Vec::new() }
    }

    /// With these words where the message has `{ $name }`.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, MessageValue::Text(value.into())));
        self
    }

    /// With this number where the message has `{ $name }`.
    #[must_use]
    pub fn number(mut self, name: &'static str, value: impl Into<u64>) -> Self {
        self.values.push((name, MessageValue::Number(value.into())));
        self
    }

    /// What it is called in the catalogues.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn values(&self) -> &[(&'static str, MessageValue)] {
        &self.values
    }
}
