//! A client proves that it holds a key (RFC 9449).

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::change::Change;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::dpop::{self, NotProof, PROOF_MEMORY, ProofFault, ProofTarget};
use vpgate_core::oauth::thumbprint::Thumbprint;

/// Why no key is proven.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotProven {
    #[error(transparent)]
    Invalid(#[from] ProofFault),
    #[error("the DPoP proof needs the nonce in the DPoP-Nonce header")]
    UseNonce(String),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// The key that the one proof among `proofs` proves; none when there is no proof. Each proof works
/// once. `client` has shown it, where that is known: some are registered without RS256.
///
/// # Errors
/// [`NotProven`]
pub async fn prove_key(
    context: &Context,
    client: Option<&Client>,
    proofs: &[&str],
    target: ProofTarget<'_>,
) -> Result<Option<Thumbprint>, NotProven> {
    let proof = match proofs {
        [] => return Ok(None),
        [only] => *only,
        _ => return Err(ProofFault::Several.into()),
    };
    let proof = dpop::verify(proof, target, &context.keys.nonce, context.now).map_err(|why| match why {
        NotProof::Fault(fault) => NotProven::Invalid(fault),
        NotProof::Nonce => NotProven::UseNonce(dpop::nonce(&context.keys.nonce, context.now)),
    })?;
    if proof.algorithm == Algorithm::Rs256 && client.is_some_and(|client| !client.proof.rs256) {
        return Err(ProofFault::Malformed.into());
    }
    let by = context.random_secret()?.digest();
    let spend = Change::SpendProof { id: proof.id, until: context.now.plus(PROOF_MEMORY), by };
    match Box::pin(context.commit(spend)).await {
        Ok(()) => Ok(Some(proof.key)),
        Err(NotMade::Taken | NotMade::Lost) => Err(ProofFault::Replayed.into()),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}
