//! Step 1 of the shop's story: what to ask, and what is being agreed to. The television's story
//! asks through the same `Vpgate::ask`.

use std::net::IpAddr;

use url::Url;

use super::Vpgate;
use super::code_entry::{CodeRefused, Typed};
use super::own_pages::PagesRefused;
use super::ports::{NotCommitted, Unavailable};
use super::question::{NotAsked, Question, QuestionRequest};
use crate::domain::admission::scopes::Scopes;
use crate::domain::base::id::{Handle, Nonce, PresentationId, RequestState};
use crate::domain::base::time::Timestamp;
use crate::domain::change::Change;
use crate::domain::oauth::client::AuthenticatedClient;
use crate::domain::oauth::device_grant::Pending;
use crate::domain::openid4vp::presentation::Begun;
use crate::domain::openid4vp::profile;
use crate::domain::openid4vp::request::{Asked, Asker, Flow};
use crate::domain::openid4vp::transaction_data::TransactionTypes;

/// The longest `login_hint`, in bytes (the longest email address is 254).
pub const MAX_LOGIN_HINT_BYTES: usize = 320;
/// The longest `state` of a relying party, in bytes.
pub const MAX_STATE_BYTES: usize = 512;

/// What a relying party asks for.
#[derive(Debug, Default)]
pub struct PresentationRequest {
    /// The wallet's configured name; the client's own when absent.
    pub wallet: Option<String>,
    /// What is asked, and what is being agreed to.
    pub question: QuestionRequest,
    /// Instead of a scope or a query: the device grant that is to be completed by the answer.
    pub for_code: Option<CodeToComplete>,
    /// Whom the wallet should expect.
    pub login_hint: Option<String>,
    /// Where the browser returns.
    pub redirect_uri: Option<String>,
    /// Returned unchanged beside the response code.
    pub state: Option<String>,
}

/// A user code that was entered on the relying party's own pages.
#[derive(Debug)]
pub struct CodeToComplete {
    /// As typed.
    pub user_code: String,
    /// The address of the person's browser.
    pub from: Option<IpAddr>,
    /// The number that the person picked, where numbers are matched.
    pub number: Option<String>,
}

/// What it receives.
#[derive(Debug)]
pub struct PresentationBegun {
    /// Its name for the presentation.
    pub id: PresentationId,
    /// The last part of the `start_url`.
    pub handle: Handle,
    /// The request as the wallet will see it.
    pub authorization_request_url: Url,
    /// When it dies.
    pub expires_at: Timestamp,
}

/// Why a presentation was not begun. Each names the member at fault.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// The question.
    #[error(transparent)]
    Question(#[from] NotAsked),
    /// No such wallet.
    #[error("no wallet of this name is configured")]
    Wallet,
    /// Missing, or not registered for this client.
    #[error("redirect_uri must be one of this client's registered redirect URIs, exactly")]
    RedirectUri,
    /// Too long.
    #[error("login_hint is longer than {MAX_LOGIN_HINT_BYTES} bytes")]
    LoginHint,
    /// Too long.
    #[error("state is longer than {MAX_STATE_BYTES} bytes")]
    State,
    /// The user code, or what stands against phishing.
    #[error(transparent)]
    UserCode(#[from] PagesRefused),
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl Vpgate {
    /// Begins a presentation for a relying party.
    ///
    /// # Errors
    /// [`NotBegun`]; nothing is stored then.
    pub async fn begin_presentation(
        &self,
        client: AuthenticatedClient<'_>,
        request: PresentationRequest,
    ) -> Result<PresentationBegun, NotBegun> {
        let now = self.clock.now();
        let (claim, question) = match &request.for_code {
            Some(code) => {
                let grant = self.take_up_for_pages(client, code, now).await?;
                let question = Question::of_grant(self, &request.question, grant.grantable())?;
                (Some(grant), question)
            }
            None => {
                let read = TransactionTypes::from_json;
                (None, Question::of_client(self, &client, &request.question, read)?)
            }
        };
        let client = client.client();
        let registered = |uri: &String| client.redirect_uris.iter().find(|known| known.as_str() == uri);
        let redirect_uri = request.redirect_uri.as_ref().and_then(registered).ok_or(NotBegun::RedirectUri)?;
        if request.state.as_ref().is_some_and(|state| state.len() > MAX_STATE_BYTES) {
            return Err(NotBegun::State);
        }
        let asker = Asker::RelyingParty {
            client_id: client.id.clone(),
            redirect_uri: redirect_uri.clone(),
            state: request.state,
            grant: claim.as_ref().map(|grant| grant.terms().id.clone()),
        };
        let until = claim.as_ref().map(|grant| grant.terms().expires_at);
        let wallet = request.wallet.as_deref().unwrap_or(&client.wallet);
        let asked = self.ask(asker, wallet, question, request.login_hint, now, until)?;
        let begun = PresentationBegun {
            id: asked.id.clone(),
            handle: asked.handle.clone(),
            authorization_request_url: profile::authorization_url(&asked),
            expires_at: asked.expires_at,
        };
        let change = Change::BeginPresentation { presentation: Begun::new(asked, None), claim };
        match self.store.commit(change).await {
            Ok(()) => Ok(begun),
            Err(NotCommitted::Lost) => Err(PagesRefused::from(CodeRefused::InUse).into()),
            Err(NotCommitted::Unavailable(source)) => Err(source.into()),
            Err(why) => Err(Unavailable::new("a fresh identifier", why).into()),
        }
    }

    /// The pages of `client` take a code up, for whoever they show it to.
    async fn take_up_for_pages(
        &self,
        client: AuthenticatedClient<'_>,
        code: &CodeToComplete,
        now: Timestamp,
    ) -> Result<Pending, PagesRefused> {
        let typed = Typed { code: &code.user_code, from: code.from };
        let entered = self.enter_for_pages(client, typed, now).await?;
        let owner = self.owner_of_pages(client.client());
        Ok(self.take_up(entered, code.number.as_deref(), owner, now).await?)
    }

    /// Writes a request down. It lives as long as configured, but never past `until`.
    pub(super) fn ask(
        &self,
        asker: Asker,
        wallet: &str,
        question: Question,
        login_hint: Option<String>,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Asked, NotBegun> {
        if login_hint.as_ref().is_some_and(|hint| hint.len() > MAX_LOGIN_HINT_BYTES) {
            return Err(NotBegun::LoginHint);
        }
        let expires_at = now.plus(self.policy.presentation.lifetime);
        let wallet = self.wallet(wallet).ok_or(NotBegun::Wallet)?;
        Ok(Asked {
            id: PresentationId::from_entropy(self.random_id()?),
            handle: Handle::from_entropy(self.random_id()?),
            state: RequestState::from_entropy(self.random_id()?),
            nonce: Nonce::from_entropy(self.random_id()?),
            asker,
            wallet: wallet.clone(),
            query: question.query,
            scope: question.scope,
            transaction_data: question.transaction_data,
            login_hint,
            created_at: now,
            expires_at: until.map_or(expires_at, |until| until.min(expires_at)),
            tries_allowed: self.policy.presentation.tries,
            flow: Flow::SameDevice,
            response_mode: wallet.response_mode,
        })
    }

    /// What scopes are called when people are asked about them.
    pub(super) fn rights(&self, scopes: &Scopes) -> Vec<String> {
        let described =
            |name: &str| self.policy.scopes.named(name).and_then(|scope| scope.description.clone());
        scopes.iter().map(|name| described(name).unwrap_or_else(|| name.to_owned())).collect()
    }
}
