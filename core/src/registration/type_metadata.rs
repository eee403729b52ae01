//! What the types of one credential demand, read once.

use std::sync::Arc;

use super::Sources;
use super::fault::Pointer;
use crate::type_metadata::{BYTES, TypeDocument, TypeMetadata, resolve};

/// Reads the files. They must say everything about every accepted type, so that no credential is accepted
/// because a document was not at hand. Nothing named is nothing demanded.
pub(super) fn check(
    names: &[String],
    vct: &[String],
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> Option<Arc<[TypeMetadata]>> {
    let documents: Vec<Option<TypeDocument>> =
        at.each(names).map(|(at, name)| at.keep(document(name, sources))).collect();
    let documents: Vec<TypeDocument> = documents.into_iter().collect::<Option<_>>()?;
    // That the types are missing is said elsewhere.
    if documents.is_empty() || vct.is_empty() {
        return Some(Arc::default());
    }
    let resolved = resolve(vct, &documents);
    let blamed = resolved.as_ref().err().and_then(|fault| fault.document);
    let at = blamed.map_or_else(|| at.clone(), |place| at.item(place));
    at.keep(resolved.map_err(|fault| fault.why)).map(Into::into)
}

fn document(name: &str, sources: &dyn Sources) -> Result<TypeDocument, String> {
    let bytes = sources.file(name, BYTES)?;
    TypeDocument::parse(&bytes).map_err(|why| format!("{}: {why}", sources.path(name).display()))
}
