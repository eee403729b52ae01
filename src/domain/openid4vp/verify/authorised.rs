//! Is the transaction data covered exactly by the key-binding JWTs? (OpenID4VP 1.0 sections 8.4, B.3.3.1.)

use super::Current;
use crate::domain::base::report::{Findings, Rejection, Rule};
use crate::domain::openid4vp::dcql::CredentialQuery;
use crate::domain::openid4vp::transaction_data::TransactionData;
use crate::domain::sdjwt::credential::Authentic;
use crate::domain::sdjwt::digest::DigestAlgorithm;

const UNSOLICITED: Rule =
    Rule { check: "transaction_data_only_when_asked", requirement: "OpenID4VP B.3.3.1" };
const HASHES: Rule = Rule { check: "transaction_data_hashes", requirement: "OpenID4VP 8.4, B.3.3.1" };
const ALGORITHM: Rule = Rule { check: "transaction_data_hashes_alg", requirement: "OpenID4VP B.3.3.1" };
const COVERED: Rule = Rule { check: "transaction_data_covered", requirement: "OpenID4VP 5.1, B.3.3.1" };

/// The only algorithm we offer; also the default, so that the claim that names it is optional.
const SHA_256: &str = "sha-256";

/// One transaction and whether some presentation has authorised it.
struct Open<'t> {
    transaction: &'t TransactionData,
    hash: String,
    covered: bool,
}

/// Every object is authorised by exactly one of the presentations it names, and nothing else is
/// (REQ-6.12 to 6.16). Hashes are taken in any order; equal objects need as many equal hashes.
pub(super) fn exactly(
    asked: &[TransactionData],
    credentials: &[(&CredentialQuery, Current)],
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let mut open: Vec<Open<'_>> = asked.iter().map(Open::new).collect();
    for (query, current) in credentials {
        findings.about(Some(&query.id));
        cover(&mut open, &query.id, &current.genuine.authentic, findings)?;
    }
    findings.about(None);
    if open.is_empty() {
        findings.not_applicable(&COVERED, "the request had no transaction data");
        return Ok(());
    }
    if open.iter().any(|open| !open.covered) {
        return Err(findings.fail(&COVERED, "a transaction of this request is authorised by no presentation"));
    }
    findings.pass(&COVERED, format!("all {} transactions are authorised, each once", open.len()));
    Ok(())
}

/// Ticks off what one presentation authorises.
fn cover(
    open: &mut [Open<'_>],
    id: &str,
    credential: &Authentic,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let named = |open: &Open<'_>| open.transaction.credential_ids().iter().any(|named| named == id);
    let alone = |open: &Open<'_>| named(open) && open.transaction.credential_ids().len() == 1;
    let Some(hashes) = credential.transaction_data_hashes() else {
        if open.iter().any(alone) {
            return Err(findings.fail(&HASHES, "the key-binding JWT has no transaction_data_hashes"));
        }
        findings.not_applicable(&HASHES, "no transaction depends on this presentation alone");
        return Ok(());
    };
    if !open.iter().any(named) {
        return Err(
            findings.fail(&UNSOLICITED, "transaction_data_hashes, but no transaction names this credential")
        );
    }
    if credential.transaction_data_hashes_alg().is_some_and(|alg| alg != SHA_256) {
        return Err(
            findings.fail(&ALGORITHM, "transaction_data_hashes_alg is not sha-256, and no other was offered")
        );
    }
    findings.pass(&ALGORITHM, "sha-256");
    for hash in hashes {
        let Some(found) = open.iter_mut().find(|open| !open.covered && open.hash == *hash && named(open))
        else {
            return Err(findings
                .fail(&HASHES, "a hash belongs to no transaction that is still to be authorised here"));
        };
        found.covered = true;
    }
    findings.pass(&HASHES, format!("all {} hashes belong to transactions of this request", hashes.len()));
    Ok(())
}

impl<'t> Open<'t> {
    /// REQ-6.13: over the exact string that was sent, never over what it decodes to.
    fn new(transaction: &'t TransactionData) -> Self {
        let hash = DigestAlgorithm::Sha256.digest(transaction.encoded());
        Self { transaction, hash, covered: false }
    }
}
