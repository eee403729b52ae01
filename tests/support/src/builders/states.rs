//! Grants and presentations in any state, made as the flows make them. Each call gives new keys.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use url::Url;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::{
    Applicant, ClaimSource, RequestParameters, TokenClaim, TokenClaims,
};
use vpgate_core::admission::{Admission, AskableCredential, ScopeDefinition, ScopePolicy};
use vpgate_core::base::id::{FamilyId, GrantId, Handle, Nonce, PresentationId, RequestState, TokenId};
use vpgate_core::base::repeat::Used;
use vpgate_core::base::report::{Findings, Report, Rule};
use vpgate_core::base::secret::{Digest, DigestKey};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::attempts::Limited;
use vpgate_core::oauth::device_grant::{Approved, DenialReason, Denied, DeviceGrantTerms, Pending};
use vpgate_core::oauth::entitlement::{Entitlement, Origin};
use vpgate_core::oauth::issuance::{Family, Issuance, IssuedAccess, Renewal};
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::refresh_token::{RefreshState, RefreshToken};
use vpgate_core::oauth::token_policy::{TokenFormat, TokenSettings};
use vpgate_core::openid4vp::dcql::{ClaimsPath, Meta, Query};
use vpgate_core::openid4vp::presentation::{AfterRejection, AwaitingReturn, Begun, Served, Settled};
use vpgate_core::openid4vp::request::{
    OnRejection, PresentationFlow, Profile, Requester, ResponseMode, VpRequest, WalletChoice,
};
use vpgate_core::openid4vp::retention::Retention;
use vpgate_core::openid4vp::transaction_data::TransactionTypes;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

/// When everything here happens.
pub const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
/// Life of codes and requests.
pub const LIFETIME: Duration = Duration::from_secs(600);
/// Life of tokens.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(86_400);

pub const SCOPE: &str = "urn:example:basic";
const CREDENTIAL: &str = "person";

/// Different in every call.
pub fn fresh() -> [u8; 16] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 16];
    // The process id too: the durability test runs several processes over one file.
    bytes[..4].copy_from_slice(&std::process::id().to_be_bytes());
    bytes[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

pub fn digest() -> Digest {
    Digest::of(&fresh())
}

pub fn after(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

pub fn pace(interval: u64, last: Option<Timestamp>) -> Pace {
    Pace::restore(Duration::from_secs(interval), last)
}

/// A grant that is being opened.
pub struct Grant {
    pub terms: DeviceGrantTerms,
    pub device_code: Digest,
    pub user_code: Digest,
}

impl Grant {
    pub fn new() -> Self {
        let terms = DeviceGrantTerms {
            id: GrantId::from_entropy(fresh()),
            client_id: "tv".to_owned(),
            scopes: Scopes::parse(SCOPE).unwrap(),
            parameters: RequestParameters::default(),
            openid: false,
            challenge: None,
            resource: None,
            dpop: None,
            device_label: None,
            created_at: NOW,
            expires_at: NOW.plus(LIFETIME),
        };
        Self { terms, device_code: digest(), user_code: digest() }
    }

    pub fn id(&self) -> &GrantId {
        &self.terms.id
    }

    pub fn open(&self) -> Change {
        self.open_within(Limited::default())
    }

    pub fn open_within(&self, within: Limited) -> Change {
        let (device_code, user_code) = (self.device_code, self.user_code);
        Change::OpenGrant { grant: self.pending(), device_code, user_code, within }
    }

    pub fn pending(&self) -> Pending {
        self.paced(pace(5, None))
    }

    pub fn paced(&self, pace: Pace) -> Pending {
        Pending::begin(self.terms.clone(), pace)
    }

    pub fn claimed(&self, browser: Digest) -> Pending {
        self.pending().claim(browser, NOW).unwrap()
    }

    pub fn approved(&self) -> Approved {
        self.pending().approve(admission(), NOW).unwrap()
    }

    pub fn denied(&self) -> Denied {
        self.pending().deny(DenialReason::NotStartedByPerson, NOW).unwrap()
    }

    /// The device takes its token.
    pub fn redeem(&self) -> Change {
        self.redeem_for(self.issuance())
    }

    /// It takes these.
    pub fn redeem_for(&self, issuance: Issuance) -> Change {
        let grant = self.approved().redeem(issuance.access.id.clone(), NOW).unwrap();
        Change::RedeemGrant { grant, issuance }
    }

    /// Where its tokens come from.
    pub fn origin(&self) -> Origin {
        Origin::Device(self.id().clone())
    }

    /// An access token and a refresh token.
    pub fn issuance(&self) -> Issuance {
        let (family, refresh) = (self.family(), made_refresh());
        let access = access(&family, TOKEN_LIFETIME);
        Issuance { family: family.refreshed_by(refresh), access, digest: digest() }
    }

    fn family(&self) -> Family {
        let entitlement = Entitlement {
            origin: self.origin(),
            admission: admission(),
            openid: false,
            nonce: None,
            resources: Vec::new(),
            dpop: None,
            session: None,
        };
        Family::begin(entitlement, FamilyId::from_entropy(fresh()), "tv", &settings(), NOW).unwrap()
    }
}

/// A refresh token that works for a day.
pub fn made_refresh() -> RefreshState {
    refresh_of(fresh())
}

fn refresh_of(lineage: [u8; 16]) -> RefreshState {
    let mut own = [0; 32];
    own[..16].copy_from_slice(&fresh());
    RefreshToken::first(lineage, own).state(NOW.plus(TOKEN_LIFETIME), None)
}

/// An access token for all that the family allows.
pub fn access(family: &Family, lifetime: Duration) -> IssuedAccess {
    IssuedAccess {
        id: TokenId::from_entropy(fresh()),
        scopes: family.terms().scopes.clone(),
        audience: family.terms().audience.clone(),
        issued_at: NOW,
        expires_at: NOW.plus(lifetime),
    }
}

/// What a refresh of this family by the token `used` writes.
pub fn renewal(family: &Family, used: Digest) -> Renewal {
    let refresh = RefreshState { previous: Some(Used { value: used, at: NOW }), ..made_refresh() };
    Renewal { refresh, access: access(family, TOKEN_LIFETIME), digest: digest() }
}

pub fn settings() -> TokenSettings {
    TokenSettings {
        audience: vec!["https://api.example".to_owned()],
        format: TokenFormat::Jwt,
        algorithm: Algorithm::Es256,
        id_token_algorithm: Algorithm::Rs256,
        lifetime: TOKEN_LIFETIME,
        refresh_idle: TOKEN_LIFETIME,
        refresh_limit: TOKEN_LIFETIME,
        rotate_refresh_tokens: true,
        require_dpop: false,
        recheck_status: true,
        introspects: Vec::new(),
    }
}

/// Asked by a shop, with personal data, a transaction and two tries.
pub fn asked() -> VpRequest {
    let object = json!({
        "type": "urn:proof:params:vc:transaction-data:session-data",
        "credential_ids": [CREDENTIAL],
        "payload": { "ip_address": "192.0.2.7" }
    });
    VpRequest {
        id: PresentationId::from_entropy(fresh()),
        handle: Handle::from_entropy(fresh()),
        state: RequestState::from_entropy(fresh()),
        nonce: Nonce::from_entropy(fresh()),
        requester: Requester::RelyingParty {
            client_id: "shop".to_owned(),
            redirect_uri: Url::parse("https://shop.example/return").unwrap(),
            state: Some("basket-7".to_owned()),
            grant: None,
            scope: None,
            several_holders: false,
        },
        wallet: "proof".to_owned(),
        verifier_id: "caxdw5a7d".to_owned(),
        profile: Profile::Proof,
        client_name: None,
        origin: "https://verify.example".to_owned(),
        on_rejection: OnRejection::Refuse,
        wallet_issuer: None,
        dc_api: None,
        org_iso_mdoc: false,
        query: Query::from_json(&json!({ "credentials": [{
            "id": CREDENTIAL,
            "format": "dc+sd-jwt",
            "meta": { "vct_values": ["https://credentials.example/person"] },
            "claims": [{ "path": ["given_name"] }]
        }] }))
        .unwrap(),
        scope: Some(SCOPE.to_owned()),
        transaction_data: vec![TransactionTypes::default().from_json(&object).unwrap()],
        login_hint: Some("ada@example.com".to_owned()),
        retention: Retention::default(),
        created_at: NOW,
        expires_at: NOW.plus(LIFETIME),
        tries_allowed: 2,
        choice: WalletChoice::Fixed,
        flow: PresentationFlow::SameDevice,
        response_mode: ResponseMode::Fragment,
        answer_uri: Some(Url::parse("https://verify.example/callback").unwrap()),
        answer_key: None,
    }
}

pub fn begun(asked: &VpRequest) -> Begun {
    Begun::new(asked.clone(), None, None)
}

pub fn served(asked: &VpRequest, browser: Digest) -> Served {
    begun(asked).serve(browser, NOW).unwrap()
}

/// After `used` rejected answers.
pub fn tried(asked: &VpRequest, browser: Digest, used: u32) -> Served {
    let patient = VpRequest { tries_allowed: u32::MAX, ..asked.clone() };
    (0..used).fold(served(&patient, browser), |served, _| {
        match served.rejected(rejected_report(), None, NOW).unwrap() {
            AfterRejection::TriesRemain(served) => served,
            AfterRejection::Final(_) => panic!("tries remain"),
        }
    })
}

pub fn verified(asked: &VpRequest, browser: Digest, response_code: Option<Digest>) -> Settled {
    served(asked, browser).verified(proven(), verified_report(), response_code, NOW).unwrap()
}

/// Posted by the wallet, and good.
pub fn awaiting(asked: &VpRequest, browser: Digest, return_code: Digest) -> AwaitingReturn {
    served(asked, browser).await_return(proven(), verified_report(), return_code, NOW).unwrap()
}

/// And its browser came back.
pub fn returned(asked: &VpRequest, browser: Digest, return_code: Digest, code: Option<Digest>) -> Settled {
    awaiting(asked, browser, return_code).returned(&browser, &return_code, code, NOW).unwrap()
}

/// What a wallet has proven. The verdict itself is tested where it lives; this is how it is stored.
pub fn proven() -> VerifiedPresentation {
    VerifiedPresentation::restore(json!({
        "credentials": { CREDENTIAL: {
            "issuer": "https://issuer.example",
            "vct": "https://credentials.example/person",
            "claims": { "given_name": "Ada", "age_equal_or_over": { "18": true } },
            "expires_at": NOW.unix() + 86_400,
            "holder": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        } },
        "transaction_data": asked().transaction_data,
        "verified_at": NOW
    }))
    .unwrap()
}

pub fn admission() -> Admission {
    let scope = ScopeDefinition {
        standard_claims: Vec::new(),
        name: SCOPE.to_owned(),
        description: None,
        credential: CREDENTIAL.to_owned(),
        claims: Vec::new(),
        rules: Vec::new(),
        open: true,
    };
    let credential = AskableCredential::new(CREDENTIAL, Meta::sd_jwt_vc(Vec::new()));
    let field = ClaimsPath::from_dotted("given_name").unwrap();
    let source = ClaimSource::Credential { credential: CREDENTIAL.to_owned(), field };
    let applicant = Applicant {
        client_id: "tv",
        requested: &Scopes::parse(SCOPE).unwrap(),
        token_claims: &TokenClaims::new(vec![TokenClaim { name: "first_name".to_owned(), source }]),
        parameters: &RequestParameters::default(),
        claims: &ClaimsRequest::default(),
    };
    let policy = ScopePolicy::new(vec![credential], vec![scope]);
    policy.admit(&proven(), &applicant, &DigestKey::new(&[7; 32])).unwrap()
}

const NONCE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f)" };

pub fn verified_report() -> Report {
    let mut findings = Findings::new();
    findings.about(Some(CREDENTIAL));
    findings.pass(&NONCE, "the nonce is this request's");
    findings.conclude(Ok(()))
}

pub fn rejected_report() -> Report {
    let mut findings = Findings::new();
    let rejection = findings.fail(&NONCE, "the nonce is another request's");
    findings.conclude(Err(rejection))
}
