//! Writes items one after the other, each in the shortest form (RFC 8949 section 4.2.1).

use super::EMBEDDED;

/// What was written so far. Arrays and maps say how many elements follow; whoever writes keeps that promise.
#[derive(Clone, Default)]
#[must_use]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// An unsigned number.
    pub fn unsigned(self, value: u64) -> Self {
        self.head(0, value)
    }

    /// A negative number: -1 less this.
    pub fn negative(self, value: u64) -> Self {
        self.head(1, value)
    }

    /// A number of either sign.
    pub fn integer(self, value: i64) -> Self {
        match u64::try_from(value) {
            Ok(value) => self.unsigned(value),
            Err(_) => self.negative(!value.cast_unsigned()),
        }
    }

    /// A byte string.
    pub fn bytes(self, value: &[u8]) -> Self {
        self.length(2, value.len()).raw(value)
    }

    /// A text.
    pub fn text(self, value: &str) -> Self {
        self.length(3, value.len()).raw(value.as_bytes())
    }

    /// The head of an array of so many elements, which follow.
    pub fn array(self, elements: usize) -> Self {
        self.length(4, elements)
    }

    /// The head of a map of so many pairs, of which each key and value follow.
    pub fn map(self, pairs: usize) -> Self {
        self.length(5, pairs)
    }

    /// A tag on what follows.
    pub fn tag(self, number: u64) -> Self {
        self.head(6, number)
    }

    /// `true` or `false`.
    pub fn bool(self, value: bool) -> Self {
        self.raw(&[if value { 0xf5 } else { 0xf4 }])
    }

    /// `null`.
    pub fn null(self) -> Self {
        self.raw(&[0xf6])
    }

    /// A floating-point number, in eight bytes.
    pub fn float(self, value: f64) -> Self {
        self.raw(&[0xfb]).raw(&value.to_bits().to_be_bytes())
    }

    /// An item inside a byte string (tag 24).
    pub fn embedded(self, item: &[u8]) -> Self {
        self.tag(EMBEDDED).bytes(item)
    }

    /// Items that are written already.
    pub fn raw(mut self, items: &[u8]) -> Self {
        self.0.extend_from_slice(items);
        self
    }

    fn length(self, major: u8, length: usize) -> Self {
        self.head(major, length.try_into().unwrap_or(u64::MAX))
    }

    fn head(mut self, major: u8, value: u64) -> Self {
        let octets = value.to_be_bytes();
        let (information, width) = match value {
            0..=23 => (octets[7], 0),
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.0.push(major << 5 | information);
        self.0.extend_from_slice(octets.get(8 - width..).unwrap_or_default());
        self
    }
}
