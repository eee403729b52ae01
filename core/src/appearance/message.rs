//! What is said, apart from the language in which it is said.

use std::borrow::Cow;

/// A message of the catalogues, with the values that stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    id: Cow<'static, str>,
    values: Vec<(&'static str, Said)>,
}

/// What is said: a message, or what stands in one where its text has a name in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Somebody's words: a name, a reason.
    Words(String),
    /// A number, which decides about the plural.
    Number(u64),
    /// Money.
    Amount {
        /// `-1250.00`: all digits that are shown.
        digits: String,
        /// The ISO 4217 code.
        currency: String,
    },
    /// A day, or a moment of it, as ISO 8601 writes it; other words are said as they are.
    Date(String),
    /// A message.
    Message(Message),
}

impl Said {
    /// The message called `id`, which has no values.
    pub fn message(id: impl Into<Cow<'static, str>>) -> Self {
        Message::new(id).into()
    }

    /// A day or a moment.
    pub fn date(text: impl Into<String>) -> Self {
        Self::Date(text.into())
    }
}

impl From<Message> for Said {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for Said {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<&String> for Said {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}

impl From<String> for Said {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl Message {
    /// The message called `id`.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        Self { id: id.into(), values: Vec::new() }
    }

    /// With these words where the message has `{ $name }`.
    #[must_use]
    pub fn text(self, name: &'static str, value: impl Into<String>) -> Self {
        self.saying(name, Said::Words(value.into()))
    }

    /// With this number where the message has `{ $name }`.
    #[must_use]
    pub fn number(self, name: &'static str, value: impl Into<u64>) -> Self {
        self.saying(name, Said::Number(value.into()))
    }

    /// With this where the message has `{ $name }`.
    #[must_use]
    pub fn saying(mut self, name: &'static str, value: impl Into<Said>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// What it is called in the catalogues.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn values(&self) -> &[(&'static str, Said)] {
        &self.values
    }
}
