//! What was the matter with a rejected answer, in plain words: what happened, what it means, what to do.

use vpgate_core::openid4vp::trouble::ResponseTrouble;

/// Title and text. `None` where nothing more can be said than that the wallet's answer was no good.
pub fn in_words(trouble: ResponseTrouble, client: &str) -> Option<(&'static str, String)> {
    let (title, text) = match trouble {
        ResponseTrouble::TakenBack => (
            "This credential does not count any more",
            "Its issuer has taken it back or put it on hold. Ask the issuer about it, or use another credential."
                .to_owned(),
        ),
        ResponseTrouble::Expired => (
            "This credential has expired",
            "Its time is over, so it does not count any more. Renew it with its issuer, or use another credential."
                .to_owned(),
        ),
        ResponseTrouble::NotYetValid => (
            "This credential is not valid yet",
            "It counts from a later time on. Ask its issuer about it, or use another credential.".to_owned(),
        ),
        ResponseTrouble::NotEnough => (
            "This is not enough",
            format!("What you showed is genuine, but it does not meet what {client} asks for. Another credential may."),
        ),
        ResponseTrouble::OtherIssuer => (
            "This issuer is not accepted here",
            format!("{client} does not accept credentials of the issuer of the one that you showed. Use a credential of another issuer."),
        ),
        ResponseTrouble::OtherCredential => (
            "This is another credential",
            "Your wallet showed another kind of credential than was asked for. Choose the one that is asked for."
                .to_owned(),
        ),
        ResponseTrouble::Incomplete => (
            "Something is missing",
            "Your wallet did not show all that was asked for. Share everything that it asks you about.".to_owned(),
        ),
        ResponseTrouble::Credential => (
            "Something is wrong with this credential",
            "It is not as it must be, so it cannot be accepted. Ask its issuer for a new one, or use another credential."
                .to_owned(),
        ),
        ResponseTrouble::IssuerService => (
            "The issuer does not answer",
            "Nobody can say at the moment whether the credential that you showed still counts. Try again a little later, or use another credential."
                .to_owned(),
        ),
        ResponseTrouble::Wallet => return None,
    };
    Some((title, text))
}
