//! The endpoint of web applications: a REST interface in which they begin presentations and collect results.

mod begin;
mod dcql;
mod device;
pub mod error;
mod events;
mod prefer;
mod result;
mod rules;
pub mod shapes;
mod stream;
pub mod strict_json;
mod texts;
mod transaction_data;
mod verify;
pub mod webhook_message;
pub mod webhooks;

use poem::Request;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::PlainText;
use poem_openapi::{ApiResponse, OpenApi};

use self::begin::{BeginPresentation, BeginResponse};
use self::device::{CodeAnswer, CompleteCode, CompletionAnswer, VerifyCode};
use self::error::Problem;
use self::events::ListedEvents;
use self::prefer::{Waited, wait_for_end};
pub use self::result::result_text;
use self::result::{PresentationSchema, agreed_texts};
use self::rules::{Tried, TryRules};
use self::stream::{FollowedPresentation, told_last};
use self::strict_json::StrictJson;
use self::verify::{VerifyResponse, VerifyToken};
use super::PublicUrl;
use super::client_authentication::by_header;
use super::exact_json::ExactJson;
use super::middleware::trace::RequestNotes;
use super::payload::Payload;
use super::prefer::wait;
use super::tags::Tags;
use crate::flow;
use crate::flow::context::Context;
use crate::flow::presentation::collect::Collected;
use crate::flow::presentation::once::RepeatableRequest;
use crate::flow::receipts::NoReceipt;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::client::AuthenticatedClient;

/// The endpoints of the REST API.
#[derive(Clone, Copy, Debug)]
pub struct RestApi;

#[OpenApi(prefix_path = "/v1", tag = "Tags::RelyingParty")]
impl RestApi {
    /// Begin a presentation
    ///
    /// Send the browser to `start_url`. It comes back to `redirect_uri` with `response_code` (and
    /// `state`, if given) in the query.
    #[oai(path = "/presentations", method = "post", operation_id = "beginPresentation")]
    async fn begin_presentation(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        request: &Request,
        /// Names this request: who sends the same again within a day gets the same answer, and nothing begins a second
        /// time. With another body it is refused with 409.
        #[oai(name = "Idempotency-Key")]
        idempotency_key: Header<Option<String>>,
        body: Payload<StrictJson<BeginPresentation>>,
    ) -> Result<BeginResponse, Problem> {
        let client = by_header(&context, request).await?;
        let once = idempotency_key.0.zip(body.0.digest()).map(|(key, body)| RepeatableRequest { key, body });
        let asked = body.0.read()?;
        let begun = flow::presentation::begin_once(&context, client, asked, once).await?;
        Ok(BeginResponse::new(&begun, &public_url))
    }

    /// How a presentation stands
    ///
    /// The result of a verified one is handed out once, for the `response_code` that came back with
    /// the browser: this proves that it was the same browser all the way. An answer that was lost is given again
    /// for a minute, for the same code.
    #[oai(path = "/presentations/:id", method = "get", operation_id = "collectResult")]
    async fn collect_result(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// From the answer that began it.
        id: Path<String>,
        /// From the query of the `redirect_uri`.
        response_code: Query<Option<String>>,
        /// `wait=N` (RFC 7240): while it is pending, the answer waits for its end, for at most N seconds and at most 25.
        #[oai(name = "Prefer")]
        prefer: Header<Option<String>>,
    ) -> Result<CallerGrant, Problem> {
        let client = by_header(&context, request).await?;
        let response_code = response_code.0.map(Secret::received);
        let Waited { context, applied } =
            wait_for_end(&context, client, &id, wait(prefer.0.as_deref())).await;
        let collected = flow::presentation::collect(&context, client, &id, response_code.as_ref()).await?;
        if let Collected::Pending(_) = collected {
            RequestNotes::note_asked_again();
        }
        let texts = match &collected {
            Collected::Verified { presentation, .. } => Some(agreed_texts(presentation)),
            _ => None,
        };
        let receipt = match &collected {
            Collected::Pending(_) | Collected::Expired => None,
            _ => receipt_of(&context, client, &id).await?,
        };
        let presentation = PresentationSchema { receipt, ..PresentationSchema::new(id.0, collected) };
        let shown = ExactJson::new(presentation, "transaction_data", texts.as_deref());
        Ok(CallerGrant::Shown(shown, applied))
    }

    /// Follow a presentation
    ///
    /// Server-sent events: how it stands at once, and again whenever it goes on, until its end. At most four requests
    /// follow one presentation. A verified result is not in the stream; collect it with the `response_code` that came back
    /// with the browser.
    #[oai(path = "/presentations/:id/events", method = "get", operation_id = "followPresentation")]
    async fn follow_presentation(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// From the answer that began it.
        id: Path<String>,
        /// The `id` of the last event that was heard: what came after it is sent.
        #[oai(name = "Last-Event-ID")]
        last_event_id: Header<Option<String>>,
    ) -> Result<FollowedPresentation, Problem> {
        let client = by_header(&context, request).await?;
        let told = told_last(last_event_id.0.as_deref());
        let followed = flow::events::follow::follow(&context, client, &id, told).await?;
        FollowedPresentation::new(id.0, followed)
    }

    /// What happened
    ///
    /// What this client is told by webhooks, in the same order for everybody who asks, and for seven days: for a receiver
    /// that was away, or instead of one.
    #[oai(path = "/events", method = "get", operation_id = "listEvents")]
    async fn list_events(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// The `cursor` of an earlier answer; everything that is kept when it is left out.
        after: Query<Option<String>>,
    ) -> Result<ListedEvents, Problem> {
        let client = by_header(&context, request).await?;
        Ok(flow::events::list::list(&context, client, after.0.as_deref()).await?.into())
    }

    /// The receipt of a presentation
    ///
    /// A compact JWS with `typ` `vpgate-receipt+jwt`: what was asked, what was believed and what was decided, as hashes,
    /// without a claim. For seven days after it was signed, whoever was asked and however the presentation began. It is
    /// evidence, and no result: that the browser came back is known by the `response_code` alone.
    #[oai(path = "/presentations/:id/receipt", method = "get", operation_id = "fetchReceipt")]
    async fn fetch_receipt(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// From the answer that began it.
        id: Path<String>,
    ) -> Result<SignedEvidence, Problem> {
        let client = by_header(&context, request).await?;
        Ok(SignedEvidence::Signed(PlainText(flow::receipts::receipt(&context, client, &id).await?)))
    }

    /// The last checkpoint of your chain of receipts
    ///
    /// Every hour in which receipts were made, the number of your receipts and the hash of the last one are signed. Keep
    /// it: no receipt before it can be taken out or made anew. A compact JWS with `typ`
    /// `vpgate-receipt-checkpoint+jwt`.
    #[oai(path = "/receipts/checkpoint", method = "get", operation_id = "fetchCheckpoint")]
    async fn fetch_checkpoint(
        &self,
        context: Data<&Context>,
        request: &Request,
    ) -> Result<SignedEvidence, Problem> {
        let client = by_header(&context, request).await?;
        Ok(SignedEvidence::Signed(PlainText(flow::receipts::last_checkpoint(&context, client).await?)))
    }

    /// Forget a presentation
    ///
    /// Whatever its state: an answer that arrives later finds nothing.
    #[oai(path = "/presentations/:id", method = "delete", operation_id = "forgetPresentation")]
    async fn forget_presentation(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// From the answer that began it.
        id: Path<String>,
    ) -> Result<Forgotten, Problem> {
        let client = by_header(&context, request).await?;
        flow::presentation::collect::forget(&context, client, &id).await?;
        Ok(Forgotten::NoContent)
    }

    /// Verify a token that you received yourself
    ///
    /// The token is judged like a presentation that was begun here, and nothing else happens: nothing is
    /// asked of a wallet, and nothing is stored. A token that is rejected is a good answer to the
    /// question: 200, and the report says why.
    #[oai(path = "/verify", method = "post", operation_id = "verifyToken")]
    async fn verify_token(
        &self,
        context: Data<&Context>,
        request: &Request,
        body: Payload<StrictJson<VerifyToken>>,
    ) -> Result<VerifyResponse, Problem> {
        let client = by_header(&context, request).await?;
        let token = body.0.read()?;
        VerifyResponse::to(flow::presentation::verify(&context, client, token).await?)
    }

    /// Look a user code up, on your own verification page
    ///
    /// For clients with `device_pages_for` in the configuration. Wrong codes are counted, and every
    /// code that leads nowhere gets the same answer.
    #[oai(path = "/device/verification", method = "post", operation_id = "verifyUserCode")]
    async fn verify_user_code(
        &self,
        context: Data<&Context>,
        request: &Request,
        body: Payload<StrictJson<VerifyCode>>,
    ) -> Result<CodeAnswer, Problem> {
        let client = by_header(&context, request).await?;
        let code = body.0.read()?;
        Ok(CodeAnswer::new(flow::device::own_pages::look_up(&context, client, code.typed()).await?))
    }

    /// End a user code, after your own verification page
    ///
    /// `AUTHORIZED` needs a verified presentation that was begun for this code (`POST
    /// /v1/presentations` with `user_code`) and the `response_code` that came back with the browser.
    #[oai(path = "/device/completion", method = "post", operation_id = "completeUserCode")]
    async fn complete_user_code(
        &self,
        context: Data<&Context>,
        request: &Request,
        body: Payload<StrictJson<CompleteCode>>,
    ) -> Result<CompletionAnswer, Problem> {
        let client = by_header(&context, request).await?;
        let (code, completion) = body.0.read()?;
        Ok(flow::device::own_pages::complete(&context, client, code.typed(), completion).await?.into())
    }

    /// Try the rules of scopes on a sample
    ///
    /// Which scopes the sample would earn, and why not the others. Only rules are tried: that a wallet
    /// shows all that is asked for, and that it is genuine, is taken for granted. Nothing is stored.
    #[oai(path = "/rules/dry-run", method = "post", operation_id = "tryRules")]
    async fn try_rules(
        &self,
        context: Data<&Context>,
        request: &Request,
        body: Payload<StrictJson<TryRules>>,
    ) -> Result<Tried, Problem> {
        let client = by_header(&context, request).await?;
        let sample = body.0.read()?;
        flow::presentation::dry_run(&context, client, &sample)
            .map(Tried::from)
            .map_err(|why| error::not_tried(why, &sample))
    }
}

#[derive(ApiResponse)]
enum CallerGrant {
    /// How it stands, and what it proved.
    #[oai(status = 200)]
    Shown(
        ExactJson<PresentationSchema>,
        /// `wait=N`, where the answer has waited for that (RFC 7240 section 3).
        #[oai(header = "Preference-Applied")]
        Option<String>,
    ),
}

/// The receipt of a presentation; `None` where none was made.
async fn receipt_of(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
) -> Result<Option<String>, Problem> {
    match flow::receipts::receipt(context, client, id).await {
        Ok(receipt) => Ok(Some(receipt)),
        Err(NoReceipt::Unknown) => Ok(None),
        Err(why) => Err(why.into()),
    }
}

#[derive(ApiResponse)]
enum SignedEvidence {
    /// A compact JWS, as text.
    #[oai(status = 200)]
    Signed(PlainText<String>),
}

#[derive(ApiResponse)]
enum Forgotten {
    /// It is gone.
    #[oai(status = 204)]
    NoContent,
}
