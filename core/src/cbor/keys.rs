//! Whether a key occurs twice in a map: by type and value, however it was written (RFC 8949 section 5.6.1).

use super::Writer;
use super::item::{Item, ItemKind};

/// What tells a key from every other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum MapKey<'k> {
    Number(i128),
    Text(&'k str),
    Bytes(&'k [u8]),
    /// Anything else, written in one way.
    Other(Vec<u8>),
}

impl<'k> MapKey<'k> {
    fn of(item: &Item<'k>) -> Self {
        match item.kind() {
            ItemKind::Text(text) => Self::Text(text),
            ItemKind::Bytes(bytes) => Self::Bytes(bytes),
            _ => match item.as_integer() {
                Some(number) => Self::Number(number),
                None => Self::Other(written(Writer::new(), item).into_bytes()),
            },
        }
    }
}

/// Whether one of the keys equals another.
pub(super) fn repeat(pairs: &[(Item<'_>, Item<'_>)]) -> bool {
    let mut keys: Vec<MapKey<'_>> = pairs.iter().map(|(key, _)| MapKey::of(key)).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| matches!(pair, [one, next] if one == next))
}

/// The item in the shortest form, the pairs of maps in the order of their keys.
pub(super) fn written(to: Writer, item: &Item<'_>) -> Writer {
    match item.kind() {
        ItemKind::Unsigned(value) => to.unsigned(*value),
        ItemKind::Negative(value) => to.negative(*value),
        ItemKind::Bytes(bytes) => to.bytes(bytes),
        ItemKind::Text(text) => to.text(text),
        ItemKind::Array(elements) => elements.iter().fold(to.array(elements.len()), written),
        ItemKind::Map(pairs) => {
            let encoded = |one: &Item<'_>| written(Writer::new(), one).into_bytes();
            let mut sorted: Vec<_> =
                pairs.iter().map(|(key, value)| (encoded(key), encoded(value))).collect();
            sorted.sort_unstable();
            sorted.iter().fold(to.map(pairs.len()), |to, (key, value)| to.raw(key).raw(value))
        }
        ItemKind::Tag(number, item) => written(to.tag(*number), item),
        ItemKind::Bool(value) => to.bool(*value),
        ItemKind::Null => to.null(),
        ItemKind::Float(value) => to.float(*value),
    }
}
