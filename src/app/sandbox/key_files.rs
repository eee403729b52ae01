//! The key that signs the sandbox's requests, and the root that certifies its issuer, as files: a
//! configuration names keys and roots by where they are.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::NoSandbox;
use crate::flow::ports::Entropy;
use crate::sandbox::certified_key::CertifiedKey;
use vpgate_core::base::id::Handle;

/// A folder that nobody else can read, and that is gone when this is dropped.
pub(super) struct KeyFiles(PathBuf);

impl KeyFiles {
    /// # Errors
    /// [`NoSandbox::KeyFiles`], [`NoSandbox::Entropy`]
    pub(super) fn folder(entropy: &dyn Entropy) -> Result<Self, NoSandbox> {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes)?;
        let folder = std::env::temp_dir().join(format!("vpgate-sandbox-{}", Handle::from_entropy(bytes)));
        for_us_alone().create(&folder).map_err(NoSandbox::KeyFiles)?;
        Ok(Self(folder))
    }

    /// # Errors
    /// [`NoSandbox::KeyFiles`]
    pub(super) fn write(
        &self,
        certified: &CertifiedKey,
        issuer_root: &[u8],
        iaca_root: &[u8],
    ) -> Result<(), NoSandbox> {
        for (path, content) in [
            (self.key(), certified.key.as_slice()),
            (self.certificate(), &certified.certificate),
            (self.issuer_root(), issuer_root),
            (self.iaca_root(), iaca_root),
        ] {
            write(&path, content).map_err(NoSandbox::KeyFiles)?;
        }
        Ok(())
    }

    pub(super) fn key(&self) -> PathBuf {
        self.0.join("key.pem")
    }

    pub(super) fn certificate(&self) -> PathBuf {
        self.0.join("certificate.pem")
    }

    pub(super) fn issuer_root(&self) -> PathBuf {
        self.0.join("issuer-root.pem")
    }

    pub(super) fn iaca_root(&self) -> PathBuf {
        self.0.join("iaca-root.pem")
    }
}

impl Drop for KeyFiles {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%why, "a temporary folder of the sandbox stays behind");
        }
    }
}

#[cfg(unix)]
fn for_us_alone() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn for_us_alone() -> DirBuilder {
    DirBuilder::new()
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(content)
}
