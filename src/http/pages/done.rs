//! `/done/{handle}`: how it ended, in words a person understands, and what to do now.

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};

use super::callback::redirect_to;
use super::look::Look;
use super::page::{NextStep, Notice, Page, Tone};
use super::pictures::Picture;
use super::visitor::is_prefetch;
use super::{Pages, browser, handle_of, trouble};
use crate::flow;
use crate::flow::presentation::end::Ending;
use crate::flow::presentation::finish::{Finish, NotShown, PresentationProgress};
use crate::http::form::Form;
use crate::http::middleware::trace::RequestNotes;
use crate::http::prefer::{self, waited};
use vpgate_core::appearance::message::Message;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::trouble::ResponseTrouble;

#[derive(Template)]
#[template(path = "http/pages/templates/done.html")]
struct Done {
    look: Look,
    ended: EndingInWords,
    again: Option<Again>,
    /// Another wallet may be taken for it.
    other_wallets: bool,
    /// "I did not start this", as long as that changes something.
    disown: Option<Again>,
    way_back: Option<String>,
    /// The device shows a new code.
    enter_code: bool,
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
    let mut finish = flow::presentation::finish::progress(&pages.context, &handle, &browser).await?;
    finish.client_name = pages.look.client(&finish.client_id, finish.client_name);
    if finish.is_to_be_fetched && !is_prefetch(&request) {
        let fetched = flow::presentation::finish::fetch(&pages.context, &handle, &browser).await?;
        return Ok(redirect_to(&pages, fetched));
    }
    if let Some(way_home) = finish.way_home {
        return Ok(redirect_to(&pages, Ending::Return(way_home)));
    }
    // The wallet was on another device: nobody else brings this browser back.
    if finish.standing == PresentationProgress::Verified
        && let Some(way_back) = finish.way_back
    {
        return Ok(redirect_to(&pages, Ending::Return(way_back)));
    }
    let form = || Again { handle: handle.clone(), form_value: browser::form_value(&browser) };
    let disown = (finish.on_device && finish.standing == PresentationProgress::Verified).then(form);
    let again = matches!(
        finish.standing,
        PresentationProgress::Open | PresentationProgress::TryAgain { .. } | PresentationProgress::Postponed
    )
    .then(form);
    let way_back = finish.way_back.as_ref().filter(|_| again.is_none()).map(|url| url.expose().to_owned());
    let other_wallets = finish.other_wallets;
    let enter_code = finish.on_device && finish.standing == PresentationProgress::Expired;
    let (look, ended) = (pages.look.clone(), in_words(&finish));
    let page = Done { look, ended, again, other_wallets, disown, way_back, enter_code };
    let page = Page::new(&pages.look, &page).leading_on(&pages.ways_out());
    Ok(pages.remembered(&browser, page.into_response()))
}

/// Whether a page that waits for the wallet is to wait on (204), or to go on (205). Asked by its script, which would
/// rather wait for the answer (RFC 7240) than ask again.
pub async fn waiting(pages: Pages, request: Request) -> Result<Response, Notice> {
    let handle = known(&request)?;
    let browser = pages.known_browser(&request).ok_or(NotShown::Unknown)?;
    let mut context = pages.context.clone();
    if let Some(wait) = prefer::wait(request.header("prefer"))
        && let Some(news) = flow::events::follow::news(&context, &handle, &browser).await?
    {
        waited(wait, news).await;
        context = context.later();
    }
    let finish = flow::presentation::finish::progress(&context, &handle, &browser).await?;
    if finish.standing == PresentationProgress::Open {
        RequestNotes::note_asked_again();
        return Ok(StatusCode::NO_CONTENT.into());
    }
    Ok(StatusCode::RESET_CONTENT.into())
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

/// How it ended, in words.
struct EndingInWords {
    tone: Tone,
    picture: Picture,
    title: Message,
    text: Vec<Message>,
}

impl EndingInWords {
    /// The messages `id` and `id-text`, and what follows.
    fn new(tone: Tone, picture: Picture, id: &'static str, client: &str, more: Option<Message>) -> Self {
        let text = Message::new(format!("{id}-text")).text("client", client);
        Self { tone, picture, title: Message::new(id), text: [text].into_iter().chain(more).collect() }
    }
}

fn in_words(finish: &Finish) -> EndingInWords {
    use PresentationProgress as Progress;
    let client = finish.client_name.as_str();
    let next = || {
        Some(match finish.on_device {
            true => Message::new("next-on-device"),
            false => Message::new("next-in-client").text("client", client),
        })
    };
    let ended = |tone, picture, id, more| EndingInWords::new(tone, picture, id, client, more);
    match finish.standing {
        Progress::Verified => ended(Tone::Good, Picture::Done, "done-verified", next()),
        Progress::NothingEarned => ended(Tone::Bad, Picture::Credential, "done-nothing-earned", next()),
        Progress::Disowned => ended(Tone::Good, Picture::Declined, "done-disowned", None),
        Progress::Declined => ended(Tone::Plain, Picture::Declined, "done-declined", next()),
        Progress::IssuerAtFault => ended(Tone::Bad, Picture::Trouble, "done-issuer", next()),
        Progress::Postponed => ended(Tone::Bad, Picture::Trouble, "done-postponed", None),
        Progress::Rejected => {
            let told = Message::new("told-client").text("client", client);
            let (title, text) = what_is_wrong(finish.trouble, client, "done-rejected");
            let text = [Some(text), Some(told), next()].into_iter().flatten().collect();
            EndingInWords { tone: Tone::Bad, picture: picture_of(finish.trouble), title, text }
        }
        Progress::TryAgain { left } => try_again(left, finish.trouble, client),
        Progress::AwaitingReturn => ended(Tone::Plain, Picture::Wallet, "done-return", None),
        Progress::Open => ended(Tone::Plain, Picture::Waiting, "done-open", None),
        Progress::Expired => {
            let text = match finish.on_device {
                true => Message::new("done-expired-on-device"),
                false => Message::new("done-expired-in-client").text("client", client),
            };
            let title = Message::new("done-expired");
            EndingInWords { tone: Tone::Bad, picture: Picture::Expired, title, text: vec![text] }
        }
    }
}

/// What is known of it, or that the answer was no good.
fn what_is_wrong(
    trouble: Option<ResponseTrouble>,
    client: &str,
    otherwise: &'static str,
) -> (Message, Message) {
    let known = trouble.and_then(|trouble| trouble::in_words(trouble, client));
    known.unwrap_or_else(|| (Message::new(otherwise), Message::new("done-rejected-text")))
}

fn picture_of(trouble: Option<ResponseTrouble>) -> Picture {
    match trouble {
        None | Some(ResponseTrouble::Wallet | ResponseTrouble::IssuerService) => Picture::Trouble,
        Some(_) => Picture::Credential,
    }
}

/// What is the matter, and whether it helps to do the same again: where it cannot, nobody is told to.
fn try_again(left: u32, trouble: Option<ResponseTrouble>, client: &str) -> EndingInWords {
    let (title, text) = what_is_wrong(trouble, client, "done-again");
    let helps = trouble.is_none_or(ResponseTrouble::may_be_tried_again);
    let more = helps.then(|| Message::new("done-tries-left").number("left", left));
    let text = [text].into_iter().chain(more).collect();
    EndingInWords { tone: Tone::Bad, picture: picture_of(trouble), title, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tone, and all that is said below the heading, in English.
    fn said(finish: &Finish) -> (Tone, String) {
        let (look, ended) = (Look::default(), in_words(finish));
        (ended.tone, ended.text.iter().map(|one| look.told(one)).collect::<Vec<_>>().join(" "))
    }

    fn finish(standing: PresentationProgress, on_device: bool, trouble: Option<ResponseTrouble>) -> Finish {
        let client_name = "Living Room TV".to_owned();
        Finish {
            client_id: "tv".to_owned(),
            client_name,
            on_device,
            standing,
            is_to_be_fetched: false,
            other_wallets: false,
            trouble,
            way_home: None,
            way_back: None,
        }
    }

    fn words(standing: PresentationProgress, on_device: bool) -> String {
        said(&finish(standing, on_device, None)).1
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
            assert!(words(standing, true).contains("Return to your device"), "{standing:?}");
            assert!(words(standing, false).contains("Go back to Living Room TV"), "{standing:?}");
        }
    }

    #[test]
    fn nobody_is_told_to_repeat_what_cannot_work_and_everybody_what_to_do() {
        use ResponseTrouble::{
            Credential, Expired, Incomplete, IssuerService, NotEnough, NotYetValid, OtherCredential,
            OtherIssuer, TakenBack, Wallet,
        };
        let said = |standing, trouble| said(&finish(standing, true, Some(trouble)));
        for trouble in [TakenBack, Expired, NotYetValid, NotEnough, OtherIssuer, Credential] {
            let (_, text) = said(PresentationProgress::TryAgain { left: 4 }, trouble);
            assert!(!text.contains("try 4 more times"), "{trouble:?}: {text}");
            assert!(
                text.contains("nother credential") || text.contains("another issuer"),
                "{trouble:?}: {text}"
            );
        }
        for trouble in [OtherCredential, Incomplete, IssuerService, Wallet] {
            let (_, text) = said(PresentationProgress::TryAgain { left: 4 }, trouble);
            assert!(text.ends_with("You can try 4 more times."), "{trouble:?}: {text}");
        }
        for trouble in [TakenBack, Expired, NotYetValid, NotEnough, OtherIssuer, Credential, Wallet] {
            let (tone, text) = said(PresentationProgress::Rejected, trouble);
            assert_eq!(tone, Tone::Bad);
            assert!(text.contains("Return to your device") && !text.contains("try"), "{trouble:?}: {text}");
        }
    }

    #[test]
    fn tries_left_are_counted_in_words() {
        assert!(words(PresentationProgress::TryAgain { left: 1 }, true).ends_with("once more."));
        assert!(words(PresentationProgress::TryAgain { left: 2 }, true).ends_with("2 more times."));
    }
}
