//! The device in the holder's signature: where the wallet is known to show it, the request says which device gets
//! which rights, and the key-binding JWT says that the person agreed (REQ-15.15).

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::query::{NotAsked, QueryAsked};
use vpgate_core::oauth::device_grant::Pending;
use vpgate_core::oauth::device_label::DeviceLabel;
use vpgate_core::openid4vp::transaction_data::{DEVICE_AUTHORIZATION, DeviceInSignature, RightInSignature};

/// Why a device does not come into the signature.
#[derive(Debug, thiserror::Error)]
pub(in crate::flow) enum NotInSignature {
    /// What is agreed to besides leaves no room for it.
    #[error(transparent)]
    Question(#[from] NotAsked),
    /// The configuration has no text that could be signed.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// The question about `grant`, whose device shows `user_code`, as `wallet` is to be asked it.
///
/// # Errors
/// [`NotInSignature`]
pub(in crate::flow) fn add(
    context: &Context,
    question: QueryAsked,
    wallet: &str,
    grant: &Pending,
    user_code: &str,
) -> Result<QueryAsked, NotInSignature> {
    let (terms, policy) = (grant.terms(), &context.policy);
    if !policy.wallet(wallet).is_some_and(|it| it.transaction_data.names(DEVICE_AUTHORIZATION)) {
        return Ok(question);
    }
    let description = |name: &str| policy.scopes.named(name).and_then(|scope| scope.description.clone());
    let right = |name| RightInSignature { name, description: description(name) };
    let device = DeviceInSignature {
        client_id: &terms.client_id,
        client_name: &policy.client_name(&terms.client_id),
        device_label: terms.device_label.as_ref().map(DeviceLabel::as_str),
        user_code,
        rights: grant.grantable().iter().map(right).collect(),
    };
    let transaction = device.transaction(&question.query);
    let transaction = transaction.map_err(|fault| Unavailable::new("the device in the signature", fault))?;
    match transaction {
        Some(transaction) => Ok(question.agreeing_to_this_too(transaction)?),
        None => Ok(question),
    }
}
