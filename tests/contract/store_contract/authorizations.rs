//! Authorizations, pushed requests and client assertions.

use std::time::Duration;

use serde_json::json;
use vpgate::flow::ports::{NotCommitted, Swept};
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::TokenClaims;
use vpgate_core::admission::{AskableCredential, ScopeDefinition, ScopePolicy};
use vpgate_core::base::id::{AuthorizationId, FamilyId, SessionId};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::oauth::authorization_request::{AuthorizationParameters, AuthorizationRequest, Offered};
use vpgate_core::oauth::client::{Authentication, Client, CodeRules, Grant, ProofRules};
use vpgate_core::oauth::client_assertion::{AssertionPolicy, ClientAssertion, UnverifiedAssertion};
use vpgate_core::oauth::code_grant::{
    CodeExchange, CodeGrant, CodeGrantTerms, Granted, Pending, Redeemed, Refused,
};
use vpgate_core::oauth::device_grant::DenialReason;
use vpgate_core::oauth::device_settings::DeviceSettings;
use vpgate_core::oauth::entitlement::{Entitlement, Origin};
use vpgate_core::oauth::issuance::{Family, Issuance};
use vpgate_core::oauth::logout::ClientLogout;
use vpgate_core::oauth::session::NewSession;
use vpgate_core::openid4vp::dcql::{ClaimsPath, Meta};
use vpgate_core::openid4vp::presentation::{Begun, Presentation};
use vpgate_core::openid4vp::request::VpRequest;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{lost, taken};
use crate::store_contract::presentations::found_served;
use crate::store_contract::settling::declined;
use vpgate_test_support::builders::states::{self, LIFETIME, NOW, after};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// An authorization that is being begun, and the presentation that goes with it.
pub struct Authorization {
    terms: CodeGrantTerms,
    browser: Digest,
    code: Digest,
    asked: VpRequest,
}

fn request() -> AuthorizationRequest {
    let client = Client {
        id: "web".to_owned(),
        name: "Web".to_owned(),
        authentication: Authentication::None,
        grants: vec![Grant::AuthorizationCode],
        scopes: Scopes::parse(states::SCOPE).unwrap(),
        redirect_uris: vec!["https://web.example/return".parse().unwrap()],
        any_loopback_redirect_uri: false,
        origins: Vec::new(),
        wallet: "proof".to_owned(),
        device: DeviceSettings::default(),
        device_pages_for: Vec::new(),
        other_wallets: Vec::new(),
        offer_cross_device: false,
        token_claims: TokenClaims::default(),
        code: CodeRules::default(),
        cross_device: false,
        proof: ProofRules::default(),
        logout: ClientLogout::default(),
        retention: Default::default(),
        webhooks: Vec::new(),
    };
    let challenge = String::from(Digest::of(VERIFIER.as_bytes()));
    let parameters = [
        ("response_type", "code"),
        ("state", "a b"),
        ("nonce", "n"),
        ("login_hint", "ada@example.com"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let parameters = AuthorizationParameters::new(parameters, Vec::new());
    let credential = AskableCredential::new(
        "person",
        Meta::sd_jwt_vc(vec!["https://credentials.example/person".to_owned()]),
    );
    let scope = ScopeDefinition {
        standard_claims: Vec::new(),
        name: states::SCOPE.to_owned(),
        description: None,
        credential: "person".to_owned(),
        claims: vec![ClaimsPath::from_dotted("given_name").unwrap()],
        rules: Vec::new(),
        open: true,
    };
    let scopes = ScopePolicy::new(vec![credential], vec![scope]);
    AuthorizationRequest::read(&parameters, &client, Offered { scopes: &scopes, audience: &[] }).unwrap()
}

impl Authorization {
    pub fn new() -> Self {
        let terms = CodeGrantTerms {
            id: AuthorizationId::from_entropy(states::fresh()),
            request: Box::new(request()),
            created_at: NOW,
            expires_at: NOW.plus(LIFETIME),
            session: None,
        };
        Self { terms, browser: states::digest(), code: states::digest(), asked: states::asked() }
    }

    /// One that leads to this session.
    pub fn of_session(session: &SessionId) -> Self {
        let mut authorization = Self::new();
        authorization.terms.session = Some(session.clone());
        authorization
    }

    pub fn terms(&self) -> &CodeGrantTerms {
        &self.terms
    }

    pub fn code(&self) -> Digest {
        self.code
    }

    pub fn id(&self) -> &AuthorizationId {
        &self.terms.id
    }

    fn pending(&self) -> Pending {
        Pending::begin(self.terms.clone(), self.browser)
    }

    pub fn begin(&self, pushed: Option<Digest>) -> Change {
        Change::BeginAuthorization {
            presentation: Begun::new(self.asked.clone(), Some(self.browser), None),
            grant: self.pending(),
            pushed,
        }
    }

    fn granted(&self) -> Granted {
        self.pending().grant(states::admission(), &self.browser, self.code, after(60), NOW).unwrap()
    }

    fn refused(&self) -> Refused {
        self.pending().refuse(DenialReason::DeclinedInWallet, &self.browser, NOW).unwrap()
    }

    fn redeemed(&self) -> (Redeemed, Issuance) {
        let issuance = self.issuance();
        let verifier = Secret::received(VERIFIER);
        let shown = CodeExchange { client_id: "web", redirect_uri: None, verifier: Some(&verifier) };
        (self.granted().redeem(&shown, issuance.access.id.clone(), NOW).unwrap(), issuance)
    }

    fn issuance(&self) -> Issuance {
        let entitlement = Entitlement {
            origin: Origin::Code(self.id().clone()),
            admission: states::admission(),
            openid: false,
            nonce: None,
            resources: Vec::new(),
            dpop: None,
            session: self.terms.session.clone(),
        };
        let id = FamilyId::from_entropy(states::fresh());
        let family = Family::begin(entitlement, id, "web", &states::settings(), NOW).unwrap();
        let access = states::access(&family, states::TOKEN_LIFETIME);
        Issuance { family, access, digest: states::digest() }
    }

    pub fn redeem(&self) -> Change {
        let (grant, issuance) = self.redeemed();
        Change::RedeemCode { grant, issuance }
    }

    pub fn settle(&self) -> Change {
        Change::Settle {
            presentation: states::verified(&self.asked, self.browser, None),
            grant: Some(GrantDecision::IssueCode(self.granted())),
        }
    }

    pub fn sign_in(&self, begun: NewSession) -> Change {
        Change::Settle {
            presentation: states::verified(&self.asked, self.browser, None),
            grant: Some(GrantDecision::SignIn(self.granted(), Box::new(begun))),
        }
    }

    pub fn refuse(&self) -> Change {
        Change::Settle {
            presentation: declined(&self.asked, self.browser),
            grant: Some(GrantDecision::RefuseCode(self.refused())),
        }
    }
}

/// Begun, and its browser sent to the wallet.
pub async fn at_the_wallet(store: &AnyStore) -> Authorization {
    let authorization = Authorization::new();
    go_to_the_wallet(store, &authorization).await;
    authorization
}

pub async fn go_to_the_wallet(store: &AnyStore, authorization: &Authorization) {
    store.commit(&authorization.begin(None)).await.unwrap();
    let served = states::served(&authorization.asked, authorization.browser);
    store.commit(&Change::ServePresentation(served)).await.unwrap();
}

pub async fn granted(store: &AnyStore) -> Authorization {
    let authorization = at_the_wallet(store).await;
    store.commit(&authorization.settle()).await.unwrap();
    authorization
}

async fn found(store: &AnyStore, authorization: &Authorization) -> CodeGrant {
    store.authorization(authorization.id()).await.unwrap().unwrap()
}

pub fn push(handle: Digest, expires_at: Timestamp) -> Change {
    Change::PushRequest { request: Box::new(request()), handle, expires_at }
}

pub async fn an_authorization_is_found_in_each_state(store: AnyStore) {
    let authorization = at_the_wallet(&store).await;
    match found(&store, &authorization).await {
        CodeGrant::Pending(pending) => {
            assert_eq!(pending.terms().request.login_hint, None);
            assert_eq!(
                (pending.terms().id.clone(), pending.browser()),
                (authorization.terms.id.clone(), &authorization.browser)
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(store.authorization_by_code(&authorization.code).await.unwrap().is_none());
    store.commit(&authorization.settle()).await.unwrap();
    match store.authorization_by_code(&authorization.code).await.unwrap() {
        Some(CodeGrant::Granted(granted)) => {
            assert_eq!(granted.admission(), &states::admission());
            assert_eq!((granted.code(), granted.code_expires_at()), (&authorization.code, after(60)));
            assert_eq!(granted.terms().id, authorization.terms.id);
        }
        other => panic!("{other:?}"),
    }
    let (grant, issuance) = authorization.redeemed();
    let (token, digest) = (grant.token().clone(), issuance.digest);
    store.commit(&Change::RedeemCode { grant, issuance }).await.unwrap();
    match store.authorization_by_code(&authorization.code).await.unwrap() {
        Some(CodeGrant::Redeemed(redeemed)) => assert_eq!(redeemed.token(), &token),
        other => panic!("{other:?}"),
    }
    assert!(store.access_token(&digest).await.unwrap().is_some(), "written in the same transaction");
    store.commit(&Change::RevokeOrigin(Origin::Code(authorization.id().clone()))).await.unwrap();
    assert!(store.access_token(&digest).await.unwrap().is_none());

    let authorization = at_the_wallet(&store).await;
    store.commit(&authorization.refuse()).await.unwrap();
    match found(&store, &authorization).await {
        CodeGrant::Refused(refused) => assert_eq!(refused.reason(), DenialReason::DeclinedInWallet),
        other => panic!("{other:?}"),
    }
}

pub async fn only_a_pending_authorization_is_decided(store: AnyStore) {
    let granted = granted(&store).await;
    let refused = at_the_wallet(&store).await;
    store.commit(&refused.refuse()).await.unwrap();
    for decided in [granted, refused, Authorization::new()] {
        let other = at_the_wallet(&store).await;
        let settle = |grant| Change::Settle {
            presentation: states::verified(&other.asked, other.browser, None),
            grant: Some(grant),
        };
        assert!(lost(&store.commit(&settle(GrantDecision::IssueCode(decided.granted()))).await));
        assert!(lost(&store.commit(&settle(GrantDecision::RefuseCode(decided.refused()))).await));
        // Nothing has happened by half.
        found_served(&store, &other.asked).await;
    }
}

pub async fn only_a_granted_authorization_is_redeemed(store: AnyStore) {
    let pending = at_the_wallet(&store).await;
    let refused = at_the_wallet(&store).await;
    store.commit(&refused.refuse()).await.unwrap();
    let redeemed = granted(&store).await;
    store.commit(&redeemed.redeem()).await.unwrap();
    for wrong in [pending, refused, redeemed, Authorization::new()] {
        let (grant, issuance) = wrong.redeemed();
        let digest = issuance.digest;
        assert!(lost(&store.commit(&Change::RedeemCode { grant, issuance }).await));
        assert!(store.access_token(&digest).await.unwrap().is_none(), "no token without its code");
    }
}

pub async fn a_pushed_request_is_spent_once(store: AnyStore) {
    let handle = states::digest();
    assert!(store.pushed_request(&handle).await.unwrap().is_none());
    store.commit(&push(handle, after(90))).await.unwrap();
    assert!(taken(&store.commit(&push(handle, after(90))).await));
    let found = store.pushed_request(&handle).await.unwrap().unwrap();
    assert_eq!((found.request, found.expires_at), (request(), after(90)));

    let first = Authorization::new();
    store.commit(&first.begin(Some(handle))).await.unwrap();
    assert!(store.pushed_request(&handle).await.unwrap().is_none());
    let second = Authorization::new();
    assert!(lost(&store.commit(&second.begin(Some(handle))).await));
    assert!(store.authorization(second.id()).await.unwrap().is_none());
    assert!(store.presentation(&second.asked.id).await.unwrap().is_none());
    assert!(matches!(store.presentation(&first.asked.id).await.unwrap(), Some(Presentation::Begun(_))));

    store.commit(&push(handle, after(90))).await.unwrap();
    store.commit(&Change::DropPushedRequest(handle)).await.unwrap();
    assert!(lost(&store.commit(&Change::DropPushedRequest(handle)).await));
}

pub async fn a_taken_presentation_leaves_the_pushed_request(store: AnyStore) {
    let handle = states::digest();
    store.commit(&push(handle, after(90))).await.unwrap();
    let first = Authorization::new();
    store.commit(&first.begin(None)).await.unwrap();
    let second = Authorization { asked: first.asked.clone(), ..Authorization::new() };
    assert!(taken(&store.commit(&second.begin(Some(handle))).await));
    assert!(store.pushed_request(&handle).await.unwrap().is_some());
    assert!(store.authorization(second.id()).await.unwrap().is_none());
}

/// An assertion of `client`, which dies after so many seconds.
fn assertion(client: &str, jti: &str, lifetime: u64) -> ClientAssertion {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let claims = json!({
        "iss": client, "sub": client, "aud": "https://us.example", "exp": after(lifetime), "jti": jti
    });
    let text = key.sign(&serde_json::Map::new(), claims.as_object().unwrap()).unwrap();
    let policy = AssertionPolicy {
        issuer: "https://us.example".to_owned(),
        token_endpoint: None,
        longest_lifetime: Duration::from_secs(600),
    };
    let keys = KeySet::of(vec![key.public_key().clone()]);
    UnverifiedAssertion::parse(&text).unwrap().verify(&keys, &policy, NOW).unwrap()
}

pub fn spend_assertion(client: &str, jti: &str) -> Change {
    Change::SpendAssertion { assertion: assertion(client, jti, 60), by: states::digest() }
}

pub async fn an_assertion_is_spent_once_by_each_client(store: AnyStore) {
    let spend = async |client, jti| store.commit(&spend_assertion(client, jti)).await;
    spend("a", "1").await.unwrap();
    spend("a", "2").await.unwrap();
    spend("b", "1").await.unwrap();
    assert!(taken(&spend("a", "1").await));
}

pub async fn of_many_exchanges_of_one_code_one_wins(store: AnyStore) {
    let authorization = granted(&store).await;
    let changes: Vec<_> = (0..50).map(|_| authorization.redeem()).collect();
    let outcomes = crate::store_contract::races::at_once(&store, changes).await;
    crate::store_contract::races::winner(&outcomes);
}

pub async fn of_many_browsers_with_one_handle_one_wins(store: AnyStore) {
    let handle = states::digest();
    store.commit(&push(handle, after(90))).await.unwrap();
    let all: Vec<_> = (0..20).map(|_| Authorization::new()).collect();
    let outcomes =
        crate::store_contract::races::at_once(&store, all.iter().map(|it| it.begin(Some(handle))).collect())
            .await;
    let winner = crate::store_contract::races::winner(&outcomes);
    for (place, authorization) in all.iter().enumerate() {
        let found = store.authorization(authorization.id()).await.unwrap();
        assert_eq!(found.is_some(), place == winner);
    }
}

pub async fn of_many_uses_of_one_assertion_one_wins(store: AnyStore) {
    let changes = (0..20).map(|_| spend_assertion("a", "1")).collect();
    let outcomes = crate::store_contract::races::at_once(&store, changes).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|it| matches!(it, Ok(()) | Err(NotCommitted::Taken))), "{outcomes:?}");
}

pub async fn what_is_dead_is_swept(store: AnyStore) {
    let pending = Authorization::new();
    store.commit(&pending.begin(None)).await.unwrap();
    let granted = granted(&store).await;
    let handle = states::digest();
    store.commit(&push(handle, after(90))).await.unwrap();
    store.commit(&spend_assertion("a", "1")).await.unwrap();

    let swept = |seconds| store.sweep(after(seconds), 100);
    assert_eq!(swept(59).await.unwrap(), Swept::default());
    assert!(store.authorization(granted.id()).await.unwrap().is_some());
    // What a code that nobody exchanged would have given goes with the code.
    assert_eq!(swept(60).await.unwrap(), Swept { assertions: 1, emptied: 1, ..Swept::default() });
    assert!(store.authorization(granted.id()).await.unwrap().is_none());
    assert_eq!(swept(89).await.unwrap(), Swept::default());
    assert_eq!(swept(90).await.unwrap(), Swept { pushed_requests: 1, ..Swept::default() });
    assert_eq!(swept(LIFETIME.as_secs() + 3599).await.unwrap().authorizations, 0);
    assert_eq!(swept(LIFETIME.as_secs() + 3600).await.unwrap().authorizations, 1);
}
