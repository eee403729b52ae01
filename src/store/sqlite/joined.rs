//! A thread that ends with what it belongs to.

use std::thread::{self, JoinHandle};

/// A thread that is waited for when this is dropped.
pub(super) struct Joined(Option<JoinHandle<()>>);

impl Joined {
    pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        thread::Builder::new().name(name.to_owned()).spawn(run).map(|handle| Self(Some(handle)))
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            // A panic in there was reported by the panic hook, and its callers have their answer.
            let _ = handle.join();
        }
    }
}
