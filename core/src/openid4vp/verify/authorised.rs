//! Is the transaction data covered exactly by the key-binding JWTs? (OpenID4VP 1.0 sections 8.4, B.3.3.1.)

use super::complete::Survivor;
use super::mistaken_hash;
use super::sca::ExpectedEvidence;
use crate::base::digest::DigestAlgorithm;
use crate::base::report::{Findings, Rejection, Rule};
use crate::openid4vp::transaction_data::TransactionData;

const UNSOLICITED: Rule =
    Rule { check: "transaction_data_only_when_asked", requirement: "OpenID4VP B.3.3.1" };
const HASHES: Rule = Rule { check: "transaction_data_hashes", requirement: "OpenID4VP 8.4, B.3.3.1" };
const ALGORITHM: Rule = Rule { check: "transaction_data_hashes_alg", requirement: "OpenID4VP B.3.3.1" };
const COVERED: Rule = Rule { check: "transaction_data_covered", requirement: "OpenID4VP 5.1, B.3.3.1" };

/// One transaction and whether some presentation has authorised it.
struct Open<'t> {
    transaction: &'t TransactionData,
    covered: bool,
}

/// Every object is authorised by exactly one of the presentations it names, and nothing else is
/// (REQ-6.12 to 6.16). Hashes are taken in any order; equal objects need as many equal hashes.
pub(super) fn exactly(
    asked: &[TransactionData],
    survivors: &[Survivor<'_>],
    evidence: &ExpectedEvidence<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let mut open: Vec<Open<'_>> =
        asked.iter().map(|transaction| Open { transaction, covered: false }).collect();
    for survivor in survivors {
        findings.about_presentation(&survivor.query.id, survivor.number);
        cover(&mut open, survivor, evidence, findings)?;
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
    survivor: &Survivor<'_>,
    evidence: &ExpectedEvidence<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let Survivor { query, authentic, .. } = survivor;
    let mut named: Vec<&mut Open<'_>> =
        open.iter_mut().filter(|open| open.transaction.credential_ids().contains(&query.id)).collect();
    let Some(hashes) = authentic.transaction_data_hashes() else {
        // Of several presentations for one query any may carry it; in the end none must be left open.
        let alone = |open: &&mut Open<'_>| open.transaction.credential_ids().len() == 1;
        if !query.multiple && named.iter().any(alone) {
            return Err(findings.fail(&HASHES, "the key-binding JWT has no transaction_data_hashes"));
        }
        findings.not_applicable(&HASHES, "no transaction depends on this presentation alone");
        return Ok(());
    };
    if named.is_empty() {
        return Err(
            findings.fail(&UNSOLICITED, "transaction_data_hashes, but no transaction names this credential")
        );
    }
    let algorithm = algorithm(authentic.transaction_data_hashes_alg(), &mut named, findings)?;
    // REQ-6.13: over the exact string that was sent, never over what it decodes to.
    let digests: Vec<String> =
        named.iter().map(|open| algorithm.digest(open.transaction.encoded())).collect();
    let mut agreed = Vec::new();
    for hash in hashes {
        let fits = |(open, digest): &(&mut &mut Open<'_>, &String)| !open.covered && *digest == hash;
        let Some((found, _)) = named.iter_mut().zip(&digests).find(fits) else {
            let sent: Vec<&str> = named.iter().map(|open| open.transaction.encoded()).collect();
            return Err(findings.fail(&HASHES, mistaken_hash::explained(hash, &sent, algorithm)));
        };
        found.covered = true;
        agreed.push(found.transaction.kind());
    }
    findings.pass(&HASHES, format!("all {} hashes belong to transactions of this request", hashes.len()));
    evidence.check(agreed.into_iter(), authentic.key_binding(), findings)
}

/// The one algorithm of this presentation's hashes: the one it names, which must be one that was offered,
/// or sha-256 where none was (section B.3.3.1). Leaves only the transactions that take it.
fn algorithm(
    claim: Option<&str>,
    named: &mut Vec<&mut Open<'_>>,
    findings: &mut Findings,
) -> Result<DigestAlgorithm, Rejection> {
    let algorithm = claim.map(DigestAlgorithm::from_name);
    named.retain(|open| match algorithm {
        None => open.transaction.takes_hash(None),
        Some(algorithm) => algorithm.is_some() && open.transaction.takes_hash(algorithm),
    });
    if named.is_empty() {
        return Err(findings.fail(
            &ALGORITHM,
            match claim {
                Some(_) => "transaction_data_hashes_alg is none of the algorithms that were offered",
                None => "transaction_data_hashes_alg is missing, although algorithms were offered",
            },
        ));
    }
    let algorithm = algorithm.flatten().unwrap_or(DigestAlgorithm::Sha256);
    findings.pass(&ALGORITHM, algorithm.name());
    Ok(algorithm)
}
