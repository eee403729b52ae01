//! Can the service work?

use super::context::Context;
use super::ports::Unavailable;

/// Whether the store can answer and write now. Keys need no question: without them the service does not start.
///
/// # Errors
/// When it cannot.
pub async fn ready(context: &Context) -> Result<(), Unavailable> {
    context.ports.store.ready().await
}
