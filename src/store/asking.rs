//! Finding out what became of a change whose answer was lost, by the look-ups that every store has. A store that
//! fails over is not there for a moment: it is asked until it answers.

use std::time::Duration;

use crate::flow::ports::{Store, Unavailable};
use vpgate_core::change::{Outcome, Question};

/// How long somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between two attempts to ask.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks until there is an answer, for three seconds at most.
pub(super) async fn ask(store: &dyn Store, question: Question<'_>) -> Result<Outcome, Unavailable> {
    let mut failure = None;
    let asked = tokio::time::timeout(PATIENCE, async {
        loop {
            match ask_once(store, &question).await {
                Ok(outcome) => return outcome,
                Err(why) => failure = Some(why),
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
    match asked.await {
        Ok(outcome) => Ok(outcome),
        Err(elapsed) => Err(failure.unwrap_or_else(|| Unavailable::new("the database", elapsed))),
    }
}

async fn ask_once(store: &dyn Store, question: &Question<'_>) -> Result<Outcome, Unavailable> {
    Ok(match question {
        Question::Grant(id, read) => read(store.grant(id).await?.as_ref()),
        Question::Authorization(id, read) => read(store.authorization(id).await?.as_ref()),
        Question::Presentation(id, read) => read(store.presentation(id).await?.as_ref()),
        Question::Family(id, read) => read(store.family(id).await?.as_ref()),
        Question::FamilyOf(origin, read) => read(store.family_by_origin(origin).await?.as_ref()),
        Question::AccessToken(digest, read) => read(store.access_token(digest).await?.as_ref()),
        Question::ClientToken(digest, read) => read(store.client_token(digest).await?.as_ref()),
        Question::Session(id, read) => read(store.session(id).await?.as_ref()),
        Question::PushedRequest(handle, read) => {
            read(store.pushed_request(handle).await?.map(|_| ()).as_ref())
        }
        Question::UsedBy(what, read) => read(store.used_by(*what).await?.as_ref()),
    })
}
