//! `/done/{handle}`: how it ended, in words a person understands, and what to do now.

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};

use super::callback::redirect_to;
use super::page::{Notice, Page, Tone};
use super::visitor::is_prefetch;
use super::{Pages, browser, handle_of, trouble};
use crate::flow;
use crate::flow::presentation::end::Ending;
use crate::flow::presentation::finish::{Finish, NotShown, PresentationProgress};
use crate::http::form::Form;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::trouble::ResponseTrouble;

#[derive(Template)]
#[template(path = "http/pages/templates/done.html")]
struct Done {
    base: Arc<str>,
    tone: Tone,
    title: &'static str,
    text: String,
    again: Option<Again>,
    /// "I did not start this", as long as that changes something.
    disown: Option<Again>,
    way_back: Option<String>,
}

struct Again {
    handle: Handle,
    form_value: String,
}

/// How it stands; or, with the code of a wallet in the address, the return from that wallet, after which the
/// code is out of the address bar and the history.
pub async fn show(pages: Pages, request: Request) -> Result<Response, Notice> {
    let handle = known(&request)?;
    // A browser that we do not know began nothing, and is told so.
    let browser = pages.browser(&request)?;
    if let Some(code) = return_code(&request) {
        // Who only looks ahead must not use the code up.
        if is_prefetch(&request) {
            return Ok(StatusCode::SERVICE_UNAVAILABLE.into());
        }
        return Ok(redirect_to(
            &pages,
            flow::presentation::finish::return_to_browser(&pages.context, &handle, &browser, &code).await?,
        ));
    }
    let finish = flow::presentation::finish::progress(&pages.context, &handle, &browser).await?;
    if let Some(way_home) = finish.way_home {
        return Ok(redirect_to(&pages, Ending::Return(way_home)));
    }
    let (tone, title, text) = in_words(&finish);
    let form = || Again { handle: handle.clone(), form_value: browser::form_value(&browser) };
    let disown = (finish.on_device && finish.standing == PresentationProgress::Verified).then(form);
    let again = matches!(
        finish.standing,
        PresentationProgress::Open | PresentationProgress::TryAgain { .. } | PresentationProgress::Postponed
    )
    .then(form);
    let way_back = finish.way_back.as_ref().filter(|_| again.is_none()).map(|url| url.expose().to_owned());
    let page = Page::new(&Done { base: pages.base(), tone, title, text, again, disown, way_back })
        .leading_on(&pages.ways_out());
    Ok(pages.remembered(&browser, page.into_response()))
}

/// `HEAD` says no more than that such an address could exist, and uses no code up.
pub async fn head(_pages: Pages, request: Request) -> Result<Response, Notice> {
    known(&request).map(|_| Response::default())
}

/// "Give up": settled at once, so that nobody waits for an answer that will not come.
pub async fn give_up(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let handle = known(&request)?;
    let (browser, _) = pages.own_form(&mut request).await?;
    Ok(redirect_to(&pages, flow::presentation::accept::give_up(&pages.context, &handle, &browser).await?))
}

/// A query that cannot be read holds no code: the page says how it stands.
fn return_code(request: &Request) -> Option<Secret> {
    let mut query = Form::parse(request.uri().query()?.as_bytes()).ok()?;
    query.take("response_code").map(Secret::received)
}

fn known(request: &Request) -> Result<Handle, Notice> {
    handle_of(request).ok_or_else(|| NotShown::Unknown.into())
}

fn in_words(finish: &Finish) -> (Tone, &'static str, String) {
    let client = &finish.client_name;
    let next = match finish.on_device {
        true => "Return to your device. You can close this page.".to_owned(),
        false => format!("Go back to {client}. You can close this page."),
    };
    match finish.standing {
        PresentationProgress::Verified => (Tone::Good, "Done", format!("{client} has what it needs. {next}")),
        PresentationProgress::NothingEarned => (
            Tone::Bad,
            "This is not enough",
            format!("Your wallet's answer is genuine, but it does not meet what {client} asks for. {next}"),
        ),
        PresentationProgress::Disowned => (
            Tone::Good,
            "Stopped",
            "You said that you did not start this. The device gets no access.".to_owned(),
        ),
        PresentationProgress::Declined => {
            (Tone::Plain, "Nothing was shared", format!("You or your wallet said no. {next}"))
        }
        PresentationProgress::IssuerAtFault => (
            Tone::Bad,
            "Your credential could not be checked",
            format!(
                "What its issuer publishes about it is wrong or cannot be had, and {client} was told so. Nothing is wrong with you or your wallet. {next}"
            ),
        ),
        PresentationProgress::Postponed => (
            Tone::Bad,
            "Your credential cannot be checked right now",
            "The server of its issuer does not answer as it should. Nothing is wrong with you or your wallet. Wait a minute and try again.".to_owned(),
        ),
        PresentationProgress::Rejected => {
            let (title, text) = what_is_wrong(finish.trouble, client, "This did not work");
            (Tone::Bad, title, format!("{text} {client} was told that it did not work. {next}"))
        }
        PresentationProgress::TryAgain { left } => try_again(left, finish.trouble, client),
        PresentationProgress::AwaitingReturn => (
            Tone::Plain,
            "One more step",
            "Your wallet has answered. Go back to it and follow it to here in this browser; only then does the answer count. If it opened another browser, copy the address from there and open it here.".to_owned(),
        ),
        PresentationProgress::Open => (
            Tone::Plain,
            "Not finished yet",
            format!("{client} is still waiting for an answer of your wallet."),
        ),
        PresentationProgress::Expired => (
            Tone::Bad,
            "This took too long",
            match finish.on_device {
                true => "Nothing was shared. Ask your device for a new code and begin again.".to_owned(),
                false => format!("Nothing was shared. Go back to {client} and begin again."),
            },
        ),
    }
}

/// What is known of it, or that the answer was no good.
fn what_is_wrong(
    trouble: Option<ResponseTrouble>,
    client: &str,
    otherwise: &'static str,
) -> (&'static str, String) {
    let known = trouble.and_then(|trouble| trouble::in_words(trouble, client));
    known.unwrap_or_else(|| (otherwise, "The answer of your wallet could not be accepted.".to_owned()))
}

/// What is the matter, and whether it helps to do the same again: where it cannot, nobody is told to.
fn try_again(left: u32, trouble: Option<ResponseTrouble>, client: &str) -> (Tone, &'static str, String) {
    let (title, text) = what_is_wrong(trouble, client, "This did not work yet");
    if trouble.is_some_and(|trouble| !trouble.may_be_tried_again()) {
        return (Tone::Bad, title, text);
    }
    let more = match left {
        1 => "You can try once more.".to_owned(),
        left => format!("You can try {left} more times."),
    };
    (Tone::Bad, title, format!("{text} {more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(standing: PresentationProgress, on_device: bool) -> (Tone, &'static str, String) {
        in_words(&Finish {
            client_name: "Living Room TV".to_owned(),
            on_device,
            standing,
            trouble: None,
            way_home: None,
            way_back: None,
        })
    }

    #[test]
    fn req_10_27_after_the_decision_the_person_returns_to_the_device() {
        for standing in [
            PresentationProgress::Verified,
            PresentationProgress::NothingEarned,
            PresentationProgress::Declined,
            PresentationProgress::Rejected,
            PresentationProgress::IssuerAtFault,
        ] {
            assert!(words(standing, true).2.contains("Return to your device"), "{standing:?}");
            assert!(words(standing, false).2.contains("Go back to Living Room TV"), "{standing:?}");
        }
    }

    #[test]
    fn nobody_is_told_to_repeat_what_cannot_work_and_everybody_what_to_do() {
        use ResponseTrouble::{
            Credential, Expired, Incomplete, IssuerService, NotEnough, NotYetValid, OtherCredential,
            OtherIssuer, TakenBack, Wallet,
        };
        let finish = |standing, trouble| Finish {
            client_name: "Living Room TV".to_owned(),
            on_device: true,
            standing,
            trouble: Some(trouble),
            way_home: None,
            way_back: None,
        };
        for trouble in [TakenBack, Expired, NotYetValid, NotEnough, OtherIssuer, Credential] {
            let (_, _, text) = in_words(&finish(PresentationProgress::TryAgain { left: 4 }, trouble));
            assert!(!text.contains("try 4 more times"), "{trouble:?}: {text}");
            assert!(
                text.contains("nother credential") || text.contains("another issuer"),
                "{trouble:?}: {text}"
            );
        }
        for trouble in [OtherCredential, Incomplete, IssuerService, Wallet] {
            let (_, _, text) = in_words(&finish(PresentationProgress::TryAgain { left: 4 }, trouble));
            assert!(text.ends_with("You can try 4 more times."), "{trouble:?}: {text}");
        }
        for trouble in [TakenBack, Expired, NotYetValid, NotEnough, OtherIssuer, Credential, Wallet] {
            let (tone, _, text) = in_words(&finish(PresentationProgress::Rejected, trouble));
            assert_eq!(tone, Tone::Bad);
            assert!(text.contains("Return to your device") && !text.contains("try"), "{trouble:?}: {text}");
        }
    }

    #[test]
    fn tries_left_are_counted_in_words() {
        assert!(words(PresentationProgress::TryAgain { left: 1 }, true).2.ends_with("once more."));
        assert!(words(PresentationProgress::TryAgain { left: 2 }, true).2.ends_with("2 more times."));
    }
}
