//! What was the matter with a rejected answer, in plain words: what happened, what it means, what to do.

use vpgate_core::appearance::message::Message;
use vpgate_core::openid4vp::trouble::ResponseTrouble;

/// Title and text. `None` where nothing more can be said than that the wallet's answer was no good.
pub fn in_words(trouble: ResponseTrouble, client: &str) -> Option<(Message, Message)> {
    let id = match trouble {
        ResponseTrouble::TakenBack => "trouble-taken-back",
        ResponseTrouble::Expired => "trouble-expired",
        ResponseTrouble::NotYetValid => "trouble-not-yet",
        ResponseTrouble::NotEnough => "trouble-not-enough",
        ResponseTrouble::OtherIssuer => "trouble-other-issuer",
        ResponseTrouble::OtherCredential => "trouble-other-credential",
        ResponseTrouble::Incomplete => "trouble-incomplete",
        ResponseTrouble::Credential => "trouble-credential",
        ResponseTrouble::IssuerService => "trouble-issuer-service",
        ResponseTrouble::Wallet => return None,
    };
    Some((Message::new(id), Message::new(format!("{id}-text")).text("client", client)))
}
