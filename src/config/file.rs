//! Small files that configuration names.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// At most `limit` bytes of the file.
///
/// # Errors
/// Why not, for the operator.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let unreadable = |why: std::io::Error| format!("cannot read {}: {why}", path.display());
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > limit {
        return Err(format!("{} is longer than {limit} bytes", path.display()));
    }
    Ok(bytes)
}
