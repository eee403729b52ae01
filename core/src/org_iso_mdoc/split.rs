//! An answer of several documents, as several answers of one.

use crate::cbor::{self, CborError, Item, Limits, Writer};

/// Each document of a `DeviceResponse` as a response of its own, by its type. The document is the bytes that came;
/// version and status are those of the whole. An answer without an array of documents has none, and a document without a
/// type has an empty one: both are for whoever judges.
///
/// # Errors
/// When it is no acceptable CBOR.
pub fn by_doctype(response: &[u8]) -> Result<Vec<(String, Vec<u8>)>, CborError> {
    // As whoever judges reads it: nobody signed this part.
    let whole = cbor::read(response, &Limits { undefined_as_null: true, ..Limits::default() })?;
    let documents = whole.get("documents").and_then(Item::as_array).unwrap_or_default();
    let alone = |document: &Item<'_>| {
        let others: Vec<_> = ["version", "status"]
            .into_iter()
            .filter_map(|name| Some((name, whole.get(name)?.span())))
            .collect();
        let mut response =
            Writer::new().map(others.len() + 1).text("documents").array(1).raw(document.span());
        for (name, value) in others {
            response = response.text(name).raw(value);
        }
        let doctype = document.get("docType").and_then(Item::as_text).unwrap_or_default();
        (doctype.to_owned(), response.into_bytes())
    };
    Ok(documents.iter().map(alone).collect())
}
