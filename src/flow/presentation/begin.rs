//! Step 1 of the shop's story: what to ask, and what is being agreed to. The television's story
//! asks through the same `new_vp_request`.

use url::Url;

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::device::in_signature::{self, NotInSignature};
use crate::flow::device::own_pages::{self, PagesRefused};
use crate::flow::device::user_code::{self, CodeRefused, Typed};
use crate::flow::ports::Unavailable;
use crate::flow::presentation::ask_wallet::{self, NotReached, OutgoingRequest, WalletFault, answer_key};
use crate::flow::presentation::query::{NotAsked, QueryAsked, QueryRequested};
use crate::flow::receipts;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::id::{Handle, Nonce, PresentationId, RequestState};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::oauth::client::{AuthenticatedClient, Client};
use vpgate_core::oauth::device_grant::Pending;
use vpgate_core::oauth::redirect::NotRegistered;
use vpgate_core::openid4vp::presentation::Begun;
use vpgate_core::openid4vp::profile::org_iso_mdoc;
use vpgate_core::openid4vp::request::{
    AuthorizationMethod, MAX_SCANNED_BYTES, PresentationFlow, Profile, RequestMethod, Requester, VpRequest,
    WalletChoice,
};
use vpgate_core::openid4vp::retention::Retention;
use vpgate_core::openid4vp::transaction_data::{TransactionData, TransactionTypes};

/// The longest `login_hint`, in characters (the longest email address is 254).
pub const LONGEST_LOGIN_HINT: usize = 320;
/// The longest `state` of a relying party, in characters.
pub const LONGEST_STATE: usize = 512;

/// What a relying party asks for.
#[derive(Debug)]
pub struct NewPresentation {
    /// The wallet's configured name; the client's own when absent.
    pub wallet: Option<String>,
    /// What is asked, and what is being agreed to.
    pub question: QueryRequested,
    /// Instead of a scope or a query: the device grant that is to be completed by the answer.
    pub for_code: Option<CodeToComplete>,
    /// Whom the wallet should expect.
    pub login_hint: Option<String>,
    /// Where the wallet is.
    pub flow: PresentationFlow,
    /// Where the browser returns.
    pub redirect_uri: Option<String>,
    /// Returned unchanged beside the response code.
    pub state: Option<String>,
}

/// A user code that was entered on the relying party's own pages.
#[derive(Debug)]
pub struct CodeToComplete {
    /// The code as the person typed it.
    pub user_code: String,
    /// The address of the person's browser.
    pub from: ClientAddress,
    /// The number that the person picked, where numbers are matched.
    pub number: Option<String>,
}

/// What is written down as a request. It lives as long as configured, but never past `until`.
pub(in crate::flow) struct NewVpRequest<'a> {
    pub requester: Requester,
    pub wallet: &'a str,
    /// Whether the person may choose another.
    pub(in crate::flow) choice: WalletChoice,
    pub question: QueryAsked,
    pub login_hint: Option<String>,
    pub flow: PresentationFlow,
    pub until: Option<Timestamp>,
}

/// What it receives.
#[derive(Debug)]
pub struct PresentationBegun {
    /// The relying party's name for the presentation.
    pub id: PresentationId,
    /// The last part of the `start_url`.
    pub handle: Handle,
    /// The request as the wallet will see it; `None` when it is pushed to the wallet later, goes there by
    /// POST, or through the browser's API, or when the person chooses the wallet.
    pub authorization_request_url: Option<Url>,
    /// When it dies.
    pub expires_at: Timestamp,
}

impl PresentationBegun {
    fn of(asked: &VpRequest, authorization_request_url: Option<Url>) -> Self {
        let (id, handle) = (asked.id.clone(), asked.handle.clone());
        Self { id, handle, authorization_request_url, expires_at: asked.expires_at }
    }
}

/// Why a presentation was not begun. Each names the member at fault.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotBegun {
    #[error(transparent)]
    Question(#[from] NotAsked),
    #[error("no wallet of this name is configured")]
    Wallet,
    /// Missing, or not registered for this client.
    #[error(transparent)]
    RedirectUri(#[from] NotRegistered),
    /// This client may not ask across devices (REQ-15.3).
    #[error("cross_device is not allowed for this client (clients[].cross_device)")]
    CrossDevice,
    /// This wallet cannot answer across devices.
    #[error(
        "this wallet cannot be asked across devices: it must take requests by GET and post its answers, and its profile must allow it"
    )]
    WalletCannotCross,
    /// This wallet is not asked through the browser.
    #[error("this wallet is not asked through the browser's Digital Credentials API (wallets[].dc_api)")]
    WalletNotByApi,
    /// Too long for a QR code.
    #[error(
        "the request is too long for a QR code: this wallet must fetch it by reference, or be asked for less"
    )]
    TooLongToScan,
    #[error("login_hint is longer than {LONGEST_LOGIN_HINT} characters")]
    LoginHint,
    /// It would not be sent.
    #[error("this wallet takes no login_hint")]
    LoginHintNotTaken,
    /// The wallet would refuse the request (OpenID4VP 1.0 section 8.4).
    #[error("this wallet does not take transaction data of this type")]
    TransactionType {
        /// The place of the object in the list.
        index: usize,
    },
    #[error("state is longer than {LONGEST_STATE} characters")]
    State,
    /// This client has as many presentations open as it may.
    #[error("this client has too many presentations open; settle, forget or wait for some of them")]
    TooMany {
        /// Seconds until the first of them expires.
        retry_after: u64,
    },
    /// Empty, or too long.
    #[error("Idempotency-Key must have 1 to 255 characters")]
    IdempotencyKey,
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for another request")]
    OtherRequest,
    /// The same request is answered at this moment.
    #[error("the same request is answered at this moment")]
    Repeated,
    /// The user code, or what stands against phishing.
    #[error(transparent)]
    UserCode(#[from] PagesRefused),
    #[error(transparent)]
    WalletFault(WalletFault),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl NotBegun {
    /// Why a question from the configuration was not asked: nobody else can be to blame.
    pub(in crate::flow) fn of_our_own(self) -> Unavailable {
        match self {
            Self::Failed(source) => source,
            other => Unavailable::new("the configured question", other),
        }
    }
}

impl From<NotInSignature> for NotBegun {
    fn from(why: NotInSignature) -> Self {
        match why {
            NotInSignature::Question(why) => why.into(),
            NotInSignature::Failed(source) => source.into(),
        }
    }
}

impl From<NotReached> for NotBegun {
    fn from(why: NotReached) -> Self {
        match why {
            NotReached::Outdated => Self::Failed(Unavailable::new("the key that signs requests", why)),
            NotReached::Wallet(fault) => Self::WalletFault(fault),
            NotReached::Failed(source) => Self::Failed(source),
        }
    }
}

/// Begins a presentation for a relying party. What is written is what `with` makes of the change and its answer.
///
/// # Errors
/// [`NotBegun`]; nothing is stored then.
pub(in crate::flow) async fn begin(
    context: &Context,
    client: AuthenticatedClient<'_>,
    request: NewPresentation,
    with: impl FnOnce(Change, &PresentationBegun) -> Result<Change, Unavailable>,
) -> Result<PresentationBegun, NotBegun> {
    let wallet = request.wallet.as_deref().unwrap_or(&client.client().wallet);
    let (claim, question) = match &request.for_code {
        Some(code) => {
            let (grant, user_code) = take_up_for_pages(context, client, code).await?;
            let question = QueryAsked::of_grant(context, &request.question, &grant)?;
            let question = in_signature::add(context, question, wallet, &grant, &user_code)?;
            (Some(grant), question)
        }
        None => {
            let read = TransactionTypes::from_text;
            (None, QueryAsked::of_client(context, &client, &request.question, read)?)
        }
    };
    timely(context, &question)?;
    let client = client.client();
    let redirect_uri = checked_return(client, &request)?;
    let requester = Requester::RelyingParty {
        client_id: client.id.clone(),
        redirect_uri,
        state: request.state,
        grant: claim.as_ref().map(|grant| grant.terms().id.clone()),
        scope: question.scopes.as_ref().map(ToString::to_string),
        several_holders: request.question.several_holders,
    };
    // A code that is drawn is for one wallet.
    let is_left_open = request.wallet.is_none() && request.flow != PresentationFlow::CrossDevice;
    let asked = NewVpRequest {
        requester,
        wallet,
        choice: if is_left_open { client.choice() } else { WalletChoice::Fixed },
        question,
        login_hint: request.login_hint,
        flow: request.flow,
        until: claim.as_ref().map(|grant| grant.terms().expires_at),
    };
    let (asked, answer_key) = new_vp_request(context, asked)?;
    let outgoing = authorization_request_url(context, &asked).await?;
    let (url, sent) = outgoing.map(|it| (it.request, it.sent)).unzip();
    let begun = PresentationBegun::of(&asked, url);
    let most_open = context.policy.presentation.open_per_client;
    let presentation = Begun::new(asked, None, answer_key);
    let change = Change::BeginForClient { presentation, claim, most_open, at: context.now };
    match context.commit(with(change, &begun)?).await {
        Ok(()) => {
            receipts::note_sent(context, &begun.id, sent.flatten()).await?;
            Ok(begun)
        }
        Err(NotMade::Lost) => Err(not_begun(context, &client.id).await?),
        Err(NotMade::Failed(source)) => Err(source.into()),
        Err(NotMade::Taken) => Err(NotBegun::Repeated),
    }
}

/// Where the browser returns, if the request may say so and the client may ask in this way.
/// Nobody is asked to agree to what should have happened already.
fn timely(context: &Context, question: &QueryAsked) -> Result<(), NotAsked> {
    for (index, transaction) in question.transaction_data.iter().enumerate() {
        let types = &context.policy.transaction_types;
        types.check_time(transaction, context.now).map_err(|fault| NotAsked::Transaction { index, fault })?;
    }
    Ok(())
}

fn checked_return(client: &Client, request: &NewPresentation) -> Result<Url, NotBegun> {
    if request.flow == PresentationFlow::CrossDevice && !client.cross_device {
        return Err(NotBegun::CrossDevice);
    }
    let named = request.redirect_uri.as_deref().ok_or(NotRegistered::Missing)?;
    let redirect_uri = client.redirect_uri(named).ok_or(NotRegistered::Unknown)?;
    if request.state.as_ref().is_some_and(|state| state.chars().count() > LONGEST_STATE) {
        return Err(NotBegun::State);
    }
    Ok(redirect_uri)
}

/// The request as the wallet will see it, where the browser is sent there with it at once; the wallet's server is
/// asked now, so that nothing is stored when it does not answer.
async fn authorization_request_url(
    context: &Context,
    asked: &VpRequest,
) -> Result<Option<OutgoingRequest<Url>>, NotBegun> {
    let wallet = ask_wallet::route_of(context, asked)?;
    let comes_by_page = wallet.request_method == RequestMethod::Pushed
        || wallet.authorization_method == AuthorizationMethod::Post;
    if asked.flow == PresentationFlow::DcApi {
        return Ok(None);
    }
    if asked.choice == WalletChoice::Open {
        return Ok(None);
    }
    if comes_by_page {
        ask_wallet::check_wallet(context, asked, wallet).await?;
        return Ok(None);
    }
    let outgoing = ask_wallet::wallet_url(context, asked, wallet).await?;
    if asked.flow == PresentationFlow::CrossDevice && outgoing.request.as_str().len() > MAX_SCANNED_BYTES {
        return Err(NotBegun::TooLongToScan);
    }
    // What is not signed anew is the same when the browser is sent there, and is noted then.
    let sent = outgoing.sent.filter(|_| wallet.request_method == RequestMethod::ByValue);
    Ok(Some(OutgoingRequest { sent, ..outgoing }))
}

/// Which of the two was in the way: the bound, or another browser at the same code.
async fn not_begun(context: &Context, client: &str) -> Result<NotBegun, Unavailable> {
    let open = context.ports.store.open_presentations(client, context.now).await?;
    if open.count < context.policy.presentation.open_per_client {
        return Ok(PagesRefused::from(CodeRefused::InUse).into());
    }
    let retry_after = open.soonest.map_or(1, |soonest| soonest.since(context.now).as_secs().max(1));
    tracing::warn!(client, open = open.count, retry_after, "too many presentations are open");
    context.metrics().limits.add(["open_presentations"]);
    Ok(NotBegun::TooMany { retry_after })
}

/// The pages of `client` take a code up, for whoever they show it to; with the code as the device shows it.
async fn take_up_for_pages(
    context: &Context,
    client: AuthenticatedClient<'_>,
    code: &CodeToComplete,
) -> Result<(Pending, String), PagesRefused> {
    let typed = Typed { code: &code.user_code, from: code.from };
    let entered = own_pages::enter(context, client, typed).await?;
    let (owner, shown) = (own_pages::owner(context, client.client()), entered.shown.clone());
    Ok((user_code::take_up(context, entered, code.number.as_deref(), owner).await?, shown))
}

/// What is kept of it. A device or a browser that signs in collects no result, so nothing of theirs is kept longer.
fn retention(context: &Context, requester: &Requester) -> Retention {
    match requester {
        Requester::RelyingParty { client_id, .. } => {
            context.policy.clients.named(client_id).map_or_else(Retention::default, |client| client.retention)
        }
        Requester::Device { .. } | Requester::Code { .. } => Retention::default(),
    }
}

fn check_hint(login_hint: Option<&str>, is_taken: bool) -> Result<(), NotBegun> {
    match login_hint {
        Some(hint) if hint.chars().count() > LONGEST_LOGIN_HINT => Err(NotBegun::LoginHint),
        Some(_) if !is_taken => Err(NotBegun::LoginHintNotTaken),
        Some(_) | None => Ok(()),
    }
}

/// Whether the protocol `org-iso-mdoc` can ask this, which knows no agreements (REQ-14.77).
fn says_org_iso_mdoc(question: &QueryAsked) -> bool {
    question.transaction_data.is_empty() && org_iso_mdoc::doc_requests(&question.query).is_some()
}

/// Writes a request down, and makes the key that its answer is to be encrypted to.
pub(in crate::flow) fn new_vp_request(
    context: &Context,
    ask: NewVpRequest<'_>,
) -> Result<(VpRequest, Option<EncryptionKey>), NotBegun> {
    let NewVpRequest { requester, wallet, choice, question, login_hint, flow, until } = ask;
    let wallet = context.policy.wallet(wallet).ok_or(NotBegun::Wallet)?;
    // Only this profile knows scopes that stand for a query, and whom to expect.
    let is_proof = wallet.profile == Profile::Proof;
    check_hint(login_hint.as_deref(), is_proof)?;
    let mut kinds = question.transaction_data.iter().map(TransactionData::kind);
    if let Some(index) = kinds.position(|kind| !wallet.transaction_data.include(kind)) {
        return Err(NotBegun::TransactionType { index });
    }
    let crosses = flow == PresentationFlow::CrossDevice;
    if crosses && !wallet.may_cross_devices() {
        return Err(NotBegun::WalletCannotCross);
    }
    let policy = &context.policy.presentation;
    let lifetime = if crosses { policy.lifetime.min(policy.cross_device_lifetime) } else { policy.lifetime };
    let expires_at = context.now.plus(lifetime);
    let (response_mode, dc_api, org_iso_mdoc) = match flow {
        PresentationFlow::SameDevice | PresentationFlow::CrossDevice => (wallet.response_mode, None, false),
        PresentationFlow::DcApi => {
            let api = wallet.dc_api.ok_or(NotBegun::WalletNotByApi)?;
            (api.response_mode, Some(api.request), api.org_iso_mdoc && says_org_iso_mdoc(&question))
        }
    };
    let key = answer_key(response_mode, || context.random_bytes())?;
    let state = RequestState::from_entropy(context.random_id()?);
    let asked = VpRequest {
        id: PresentationId::from_entropy(context.random_id()?),
        handle: Handle::from_entropy(context.random_id()?),
        verifier_id: wallet.verifier_id_for(&state, response_mode),
        answer_uri: wallet.answer_uri(&state, response_mode),
        state,
        nonce: Nonce::from_entropy(context.random_id()?),
        client_name: context.policy.client_name_for(wallet, requester.client_id()),
        retention: retention(context, &requester),
        requester,
        wallet: wallet.name.clone(),
        profile: wallet.profile,
        origin: wallet.origin(),
        on_rejection: wallet.on_rejection,
        wallet_issuer: wallet.issuer.clone(),
        dc_api,
        org_iso_mdoc,
        query: question.query,
        scope: question.scope.filter(|_| is_proof),
        transaction_data: question.transaction_data,
        login_hint,
        created_at: context.now,
        expires_at: until.map_or(expires_at, |until| until.min(expires_at)),
        tries_allowed: policy.tries,
        flow,
        choice,
        response_mode,
        answer_key: key.as_ref().map(EncryptionKey::to_public_jwk),
    };
    Ok((asked, key))
}
