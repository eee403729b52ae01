//! Taking back what was issued.

use super::Vpgate;
use super::ports::{NotCommitted, Unavailable};
use crate::domain::change::Change;
use crate::domain::oauth::entitlement::Origin;

impl Vpgate {
    /// Ends every token that `origin` led to: a code that is shown twice, or a device that its person
    /// did not start (REQ-15.8). Whether there was anything to end.
    ///
    /// # Errors
    /// [`Unavailable`]: the tokens may still be alive.
    pub async fn revoke_origin(&self, origin: Origin) -> Result<bool, Unavailable> {
        let key = origin.key();
        match self.store.commit(Change::RevokeOrigin(origin)).await {
            Ok(()) => {
                tracing::warn!(origin = key, "tokens revoked");
                Ok(true)
            }
            Err(NotCommitted::Lost | NotCommitted::Taken) => Ok(false),
            Err(NotCommitted::Unavailable(source)) => Err(source),
        }
    }
}
