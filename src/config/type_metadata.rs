//! `type_metadata = ["file.json", ...]`: what the types of one credential demand, read at the start.

use std::path::Path;
use std::sync::Arc;

use super::fault::Faults;
use super::file;
use vpgate_core::type_metadata::{BYTES, TypeDocument, TypeMetadata, resolve};

/// Reads the files. They must say everything about every accepted type, so that no credential is accepted
/// because a document was not at hand. Nothing configured is nothing demanded.
pub(super) fn check(
    paths: &[String],
    vct: &[String],
    at: &str,
    folder: &Path,
    faults: &mut Faults,
) -> Option<Arc<[TypeMetadata]>> {
    let read = |(place, path): (usize, &String)| {
        faults.keep(&format!("{at}[{place}]"), document(&folder.join(path)))
    };
    let documents: Vec<Option<TypeDocument>> = paths.iter().enumerate().map(read).collect();
    let documents: Vec<TypeDocument> = documents.into_iter().collect::<Option<_>>()?;
    // That the types are missing is said elsewhere.
    if documents.is_empty() || vct.is_empty() {
        return Some(Arc::default());
    }
    match resolve(vct, &documents) {
        Ok(metadata) => Some(metadata.into()),
        Err(fault) => {
            let place = fault.document.map(|place| format!("[{place}]")).unwrap_or_default();
            faults.add(format!("{at}{place}"), fault.why);
            None
        }
    }
}

fn document(path: &Path) -> Result<TypeDocument, String> {
    let bytes = file::read(path, BYTES)?;
    TypeDocument::parse(&bytes).map_err(|why| format!("{}: {why}", path.display()))
}
