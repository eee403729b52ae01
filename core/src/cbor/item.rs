//! One data item, with the bytes in which it was written.

use std::fmt;

use super::EMBEDDED;

/// A data item and its bytes. Nothing is copied: texts and byte strings are parts of what was read.
#[derive(Clone)]
pub struct Item<'a> {
    kind: ItemKind<'a>,
    span: &'a [u8],
}

/// What an item is (RFC 8949 section 3.1).
#[derive(Clone)]
pub enum ItemKind<'a> {
    /// An unsigned number.
    Unsigned(u64),
    /// A negative number: -1 less this.
    Negative(u64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// An array.
    Array(Vec<Item<'a>>),
    /// A map, in its order, no key twice.
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// A tag and what it is put on.
    Tag(u64, Box<Item<'a>>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A floating-point number of any width.
    Float(f64),
}

impl<'a> Item<'a> {
    pub(super) fn new(kind: ItemKind<'a>, span: &'a [u8]) -> Self {
        Self { kind, span }
    }

    /// What it is.
    pub fn kind(&self) -> &ItemKind<'a> {
        &self.kind
    }

    /// Its bytes, as they were received.
    pub fn span(&self) -> &'a [u8] {
        self.span
    }

    /// An integer of either sign.
    pub fn as_integer(&self) -> Option<i128> {
        match self.kind {
            ItemKind::Unsigned(value) => Some(value.into()),
            ItemKind::Negative(value) => Some(-1 - i128::from(value)),
            _ => None,
        }
    }

    /// An unsigned number.
    pub fn as_unsigned(&self) -> Option<u64> {
        match self.kind {
            ItemKind::Unsigned(value) => Some(value),
            _ => None,
        }
    }

    /// A byte string.
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        match self.kind {
            ItemKind::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&'a str> {
        match self.kind {
            ItemKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Item<'a>]> {
        match &self.kind {
            ItemKind::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The pairs of a map.
    pub fn as_map(&self) -> Option<&[(Item<'a>, Item<'a>)]> {
        match &self.kind {
            ItemKind::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            ItemKind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, ItemKind::Null)
    }

    /// What stands under this tag.
    pub fn tagged(&self, number: u64) -> Option<&Item<'a>> {
        match &self.kind {
            ItemKind::Tag(found, item) if *found == number => Some(item),
            _ => None,
        }
    }

    /// The bytes of the item that it holds (tag 24).
    pub fn embedded(&self) -> Option<&'a [u8]> {
        self.tagged(EMBEDDED)?.as_bytes()
    }

    /// The value of a map under this text.
    pub fn get(&self, key: &str) -> Option<&Item<'a>> {
        let mut pairs = self.as_map()?.iter();
        pairs.find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// The value of a map under this number.
    pub fn labelled(&self, label: i64) -> Option<&Item<'a>> {
        let mut pairs = self.as_map()?.iter();
        pairs.find(|(name, _)| name.as_integer() == Some(label.into())).map(|(_, value)| value)
    }

    /// What kind it is, in a sentence.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            ItemKind::Unsigned(_) | ItemKind::Negative(_) => "an integer",
            ItemKind::Bytes(_) => "a byte string",
            ItemKind::Text(_) => "a text",
            ItemKind::Array(_) => "an array",
            ItemKind::Map(_) => "a map",
            ItemKind::Tag(..) => "a tagged item",
            ItemKind::Bool(_) => "a truth value",
            ItemKind::Null => "null",
            ItemKind::Float(_) => "a floating-point number",
        }
    }
}

/// Items are what a person shows: only kind and length are printed.
impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.kind_name(), self.span.len())
    }
}
