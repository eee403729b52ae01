//! Small files that configuration names.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use vpgate_core::base::exposure::{Exposed, others_may_open};

/// As [`read`], of a file that other users cannot read: a key that others could have read is no key.
///
/// # Errors
/// Why not, for the operator.
pub(super) fn read_private(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    let mode = mode(path).map_err(|why| format!("cannot read {}: {why}", path.display()))?;
    if others_may_open(mode) {
        return Err(Exposed(path.to_owned()).to_string());
    }
    read(path, limit).map(Zeroizing::new)
}

#[cfg(unix)]
fn mode(path: &Path) -> std::io::Result<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::metadata(path)?.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &Path) -> std::io::Result<u32> {
    Ok(0)
}

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
