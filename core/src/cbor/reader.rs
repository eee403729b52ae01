//! The strict reader. Bounds come before work: a length reserves nothing until its bytes are there.
//!
//! Heads that are longer than they need be, and arrays and maps of indefinite length, are taken: issuers write them.
//! Strings of indefinite length are not, because a digest over one has two readings.

use super::item::{Item, ItemKind};
use super::keys;

/// The room that is reserved before any element is there.
const FIRST_ELEMENTS: usize = 32;

const NULL: u8 = 22;
const UNDEFINED: u8 = 23;
const BREAK: u8 = 0xff;

/// Bounds on what is read, and what of the odd is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole, in bytes.
    pub bytes: usize,
    /// How deep items may stand in others; the outermost is at 0.
    pub depth: usize,
    /// How many items, keys and values each counted.
    pub items: usize,
    /// Whether `undefined` is read as `null`: for what nobody signed.
    pub undefined_as_null: bool,
}

impl Default for Limits {
    /// 1 MiB, 16 levels (identity documents have up to 12), 20,000 items (they have a few hundred).
    fn default() -> Self {
        Self { bytes: 1 << 20, depth: 16, items: 20_000, undefined_as_null: false }
    }
}

/// Why something is not read, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}, at byte {at}")]
pub struct CborError {
    /// Where reading stopped, counted from 0.
    pub at: usize,
    /// What is wrong.
    pub fault: CborFault,
}

/// What is wrong. Carries nothing of what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CborFault {
    #[error("longer than {0} bytes")]
    TooLong(usize),
    #[error("it ends before its item does")]
    CutShort,
    #[error("something follows the item")]
    Trailing,
    #[error("items stand in each other more than {0} deep")]
    TooDeep(usize),
    #[error("more than {0} items")]
    TooMany(usize),
    #[error("a key occurs twice in a map")]
    KeyTwice,
    #[error("a string of indefinite length")]
    IndefiniteString,
    #[error("a head that is reserved, or a break where none belongs")]
    Reserved,
    #[error("a simple value other than false, true and null")]
    Simple,
    #[error("a text that is not UTF-8")]
    NotUtf8,
}

/// Reads exactly one item.
///
/// # Errors
/// One [`CborFault`] per way to be wrong.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Item<'a>, CborError> {
    if bytes.len() > limits.bytes {
        return Err(CborError { at: 0, fault: CborFault::TooLong(limits.bytes) });
    }
    let mut reader = Reader { whole: bytes.len(), rest: bytes, left: limits.items, limits };
    let item = reader.item(0)?;
    if reader.rest.is_empty() { Ok(item) } else { reader.fail(CborFault::Trailing) }
}

struct Reader<'a, 'l> {
    whole: usize,
    rest: &'a [u8],
    /// How many items may still come.
    left: usize,
    limits: &'l Limits,
}

/// The argument of a head (RFC 8949 section 3).
enum Argument {
    /// With the additional information that it was written by.
    Value(u8, u64),
    Indefinite,
}

impl<'a> Reader<'a, '_> {
    fn fail<T>(&self, fault: CborFault) -> Result<T, CborError> {
        Err(CborError { at: self.whole - self.rest.len(), fault })
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], CborError> {
        let split = usize::try_from(count).ok().and_then(|count| self.rest.split_at_checked(count));
        let Some((taken, rest)) = split else { return self.fail(CborFault::CutShort) };
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<(u8, Argument), CborError> {
        let Some((first, rest)) = self.rest.split_first() else { return self.fail(CborFault::CutShort) };
        let (major, information) = (first >> 5, first & 31);
        let width = match information {
            0..=23 => 0,
            24..=27 => 1 << (information - 24),
            31 if major == 4 || major == 5 => {
                self.rest = rest;
                return Ok((major, Argument::Indefinite));
            }
            31 if major == 2 || major == 3 => return self.fail(CborFault::IndefiniteString),
            _ => return self.fail(CborFault::Reserved),
        };
        self.rest = rest;
        let octets = self.take(width)?;
        let value = match width {
            0 => information.into(),
            _ => octets.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)),
        };
        Ok((major, Argument::Value(information, value)))
    }

    fn item(&mut self, depth: usize) -> Result<Item<'a>, CborError> {
        if depth > self.limits.depth {
            return self.fail(CborFault::TooDeep(self.limits.depth));
        }
        let Some(left) = self.left.checked_sub(1) else {
            return self.fail(CborFault::TooMany(self.limits.items));
        };
        self.left = left;
        let before = self.rest;
        let kind = match self.head()? {
            (0, Argument::Value(_, value)) => ItemKind::Unsigned(value),
            (1, Argument::Value(_, value)) => ItemKind::Negative(value),
            (2, Argument::Value(_, length)) => ItemKind::Bytes(self.take(length)?),
            (3, Argument::Value(_, length)) => match std::str::from_utf8(self.take(length)?) {
                Ok(text) => ItemKind::Text(text),
                Err(_) => return self.fail(CborFault::NotUtf8),
            },
            (4, count) => ItemKind::Array(self.elements(&count, depth)?),
            (5, count) => ItemKind::Map(self.pairs(&count, depth)?),
            (6, Argument::Value(_, number)) => ItemKind::Tag(number, Box::new(self.item(depth + 1)?)),
            (_, Argument::Value(information, value)) => self.simple(information, value)?,
            (_, Argument::Indefinite) => return self.fail(CborFault::Reserved),
        };
        let length = before.len() - self.rest.len();
        Ok(Item::new(kind, before.get(..length).unwrap_or(before)))
    }

    /// Whether another element comes, the `read`-th, counted from 0.
    fn goes_on(&mut self, count: &Argument, read: u64) -> Result<bool, CborError> {
        match (count, self.rest.first()) {
            (Argument::Value(_, count), _) => Ok(read < *count),
            (Argument::Indefinite, Some(&BREAK)) => self.take(1).map(|_| false),
            (Argument::Indefinite, Some(_)) => Ok(true),
            (Argument::Indefinite, None) => self.fail(CborFault::CutShort),
        }
    }

    /// An empty list, with a little room; refused where so many elements of at least `each` bytes cannot follow.
    fn list<T>(&self, count: &Argument, each: u64) -> Result<Vec<T>, CborError> {
        let Argument::Value(_, count) = count else { return Ok(Vec::new()) };
        let least = count.checked_mul(each).and_then(|least| usize::try_from(least).ok());
        match least {
            Some(least) if least <= self.rest.len() => Ok(Vec::with_capacity(least.min(FIRST_ELEMENTS))),
            _ => self.fail(CborFault::CutShort),
        }
    }

    fn elements(&mut self, count: &Argument, depth: usize) -> Result<Vec<Item<'a>>, CborError> {
        let (mut elements, mut read) = (self.list(count, 1)?, 0);
        while self.goes_on(count, read)? {
            elements.push(self.item(depth + 1)?);
            read += 1;
        }
        Ok(elements)
    }

    fn pairs(&mut self, count: &Argument, depth: usize) -> Result<Vec<(Item<'a>, Item<'a>)>, CborError> {
        let (mut pairs, mut read) = (self.list(count, 2)?, 0);
        while self.goes_on(count, read)? {
            pairs.push((self.item(depth + 1)?, self.item(depth + 1)?));
            read += 1;
        }
        if keys::repeat(&pairs) { self.fail(CborFault::KeyTwice) } else { Ok(pairs) }
    }

    fn simple(&self, information: u8, value: u64) -> Result<ItemKind<'a>, CborError> {
        match information {
            20 | 21 => Ok(ItemKind::Bool(information == 21)),
            NULL => Ok(ItemKind::Null),
            UNDEFINED if self.limits.undefined_as_null => Ok(ItemKind::Null),
            25 => Ok(ItemKind::Float(half(value))),
            26 => Ok(ItemKind::Float(f64::from(f32::from_bits(u32::try_from(value).unwrap_or_default())))),
            27 => Ok(ItemKind::Float(f64::from_bits(value))),
            _ => self.fail(CborFault::Simple),
        }
    }
}

/// A floating-point number of two bytes (RFC 8949 appendix D).
fn half(bits: u64) -> f64 {
    let fraction = f64::from(u16::try_from(bits & 0x3ff).unwrap_or_default());
    let exponent = i32::try_from(bits >> 10 & 0x1f).unwrap_or_default();
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}
