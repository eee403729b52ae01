//! A device that would rather wait for its answer than ask again.

use crate::flow::context::Context;
use crate::flow::events::follow;
use vpgate_core::base::secret::Secret;

/// Waits for the decision on the grant behind `device_code`, of which a poll was just told that nobody has decided;
/// whether that came, before this process ends and before the device asks again. `None` where nobody more can wait.
pub fn decision(context: &Context, device_code: &Secret) -> Option<impl Future<Output = bool> + use<>> {
    follow::decision(context, &*context.polls.terms(&device_code.digest())?)
}
