//! The wallet says that it cannot answer now (REQ-2.44). The person may try again; but each of these answers is
//! opened and decrypted like any other, and whoever knows the address can send them, so they are counted.

use super::{AfterRejection, NotNow, Served, UNDECIDED_ALLOWED};
use crate::base::report::{Findings, Rule};
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::openid4vp::response::WalletError;

const WALLET_CAN_ANSWER: Rule = Rule { check: "wallet_can_answer", requirement: "OpenID4VP 1.0 8.5" };

impl Served {
    /// Counts an `error` that [may be retried](WalletError::may_be_retried) like an answer that cannot be
    /// judged; the last that is allowed settles the request as declined.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn postponed_by_wallet(
        self,
        error: WalletError,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<AfterRejection, NotNow> {
        if self.tries().undecided.saturating_add(1) >= UNDECIDED_ALLOWED {
            return self.declined(error, response_code, now).map(AfterRejection::Final);
        }
        let mut findings = Findings::new();
        let detail = format!("the wallet answered that it cannot answer now: {}", error.code());
        let rejection = findings.fail(&WALLET_CAN_ANSWER, detail);
        self.undecided(findings.conclude(Err(rejection)), response_code, now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Begun, PresentationOutcome};
    use super::*;
    use crate::openid4vp::testing::asked;

    #[test]
    fn req_2_44_a_wallet_may_be_down_a_few_times_and_then_it_has_declined() {
        let asked = asked();
        let now = asked.created_at;
        let mut served = Begun::new(asked, None, None).serve(Digest::of(b"browser"), now).unwrap();
        for time in 1..UNDECIDED_ALLOWED {
            let after = served.postponed_by_wallet(WalletError::ServerError, None, now).unwrap();
            let AfterRejection::TriesRemain(open) = after else { panic!("time {time} settled it") };
            assert_eq!((open.tries().used, open.tries().undecided), (0, time), "no try of the person's");
            served = open;
        }
        let last = served.postponed_by_wallet(WalletError::ServerError, None, now).unwrap();
        let AfterRejection::Final(settled) = last else { panic!("it goes on for ever") };
        assert!(matches!(
            settled.outcome(),
            PresentationOutcome::Declined { error: WalletError::ServerError }
        ));
    }
}
