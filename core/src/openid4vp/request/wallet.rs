//! A wallet as it is configured: where it is, how requests travel there, and how it answers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::base::id::RequestState;
use crate::openid4vp::client_id::Prefix;

/// Where a wallet is, and how it wants to be spoken to (`[[wallets]]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRoute {
    /// The name in the configuration.
    pub name: String,
    /// How requests are written and answers read.
    pub profile: Profile,
    /// Where the browser is sent.
    pub authorization_endpoint: Url,
    /// How the browser brings the request there (RFC 6749 section 3.1).
    pub authorization_method: AuthorizationMethod,
    /// Our client identifier there, prefix included. It ends after `redirect_uri:` where each request appends
    /// the address to which its own answer goes.
    pub verifier_id: String,
    /// How requests travel there.
    pub request_method: RequestMethod,
    /// How it answers, where the browser's Digital Credentials API is not used.
    pub response_mode: ResponseMode,
    /// Where the fragment response returns.
    pub redirect_uri: Url,
    /// Where this wallet finds Request Objects and leaves answers: ends with `/wallet/`.
    pub wallet_endpoints: Url,
    /// Whether requests name the response mode; only profile `proof` may leave it out (REQ-1.3).
    pub send_response_mode: bool,
    /// Whether metadata say the same in the names of drafts too (REQ-1.53), and who asks.
    pub legacy_names: bool,
    /// The wallet's issuer identifier, where its metadata are looked up: also the audience of Request
    /// Objects (REQ-1.32).
    pub issuer: Option<String>,
    /// Where requests are pushed to.
    pub pushed_requests: Option<Url>,
    /// The types of transaction data that it understands (REQ-1.85).
    pub transaction_data: TransactionSupport,
    /// What others say about us, sent along where it fits (section 5.11).
    pub verifier_info: Vec<VerifierInfo>,
    /// What it is told when its posted answer is rejected.
    pub on_rejection: OnRejection,
    /// How it is asked through the browser instead, where the browser can do that.
    pub dc_api: Option<DcApiRoute>,
    /// Who else signs its multi-signed requests.
    pub also_as: Vec<VerifierIdentity>,
    /// Where people get it, where it is an app.
    pub install_url: Option<Url>,
    /// What people call it.
    pub title: Option<String>,
}

/// What a wallet is told when its posted answer is rejected (REQ-2.20). The reason in no case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRejection {
    /// 400 `invalid_request`.
    #[default]
    Refuse,
    /// 200, and where to send the person, who is told there.
    Redirect,
}

/// How the browser brings a request to a wallet's authorization endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthorizationMethod {
    /// In the query of its address.
    #[default]
    Get,
    /// As a form.
    Post,
}

/// Which transaction data a wallet understands. Others must not be sent: it would refuse the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionSupport {
    /// No transaction data.
    None,
    /// Every type there is here.
    All,
    /// Only objects of these types.
    Only(Vec<String>),
}

impl TransactionSupport {
    /// Whether the operator has named `kind`, so that objects of it may be added to a request.
    pub fn names(&self, kind: &str) -> bool {
        matches!(self, Self::Only(kinds) if kinds.iter().any(|known| known == kind))
    }

    /// Whether objects of `kind` may be sent.
    pub fn include(&self, kind: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(kinds) => kinds.iter().any(|known| known == kind),
        }
    }
}

/// What somebody says about us (OpenID4VP 1.0 section 5.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierInfo {
    /// How `data` is to be read, for example `jwt`.
    pub format: String,
    /// Text or an object.
    pub data: Value,
    /// The credential queries it is about; all of them when `None`.
    pub credential_ids: Option<Vec<String>>,
}

impl VerifierInfo {
    /// As the request has it.
    pub fn to_json(&self) -> Value {
        let mut json = json!({ "format": self.format, "data": self.data });
        if let Some(ids) = &self.credential_ids {
            json["credential_ids"] = ids.as_slice().into();
        }
        json
    }
}

impl WalletRoute {
    /// What our client identifier means there.
    pub fn prefix(&self) -> Prefix {
        Prefix::of(&self.verifier_id)
    }

    /// Our client identifier in the request `state`, complete where each request has its own (REQ-1.21): it
    /// names the address to which the answer goes. Through the browser's API the answer goes to no address, and
    /// such an identifier is not sent.
    pub fn verifier_id_for(&self, state: &RequestState, mode: ResponseMode) -> String {
        let address = match Prefix::split(&self.verifier_id) {
            Ok((Prefix::RedirectUri, "")) => self.answer_uri(state, mode).map(String::from),
            _ => None,
        };
        format!("{}{}", self.verifier_id, address.unwrap_or_default())
    }

    /// Where the answer to the request `state` goes in this mode; nowhere through the browser's API.
    pub fn answer_uri(&self, state: &RequestState, mode: ResponseMode) -> Option<Url> {
        match mode {
            ResponseMode::Fragment => Some(self.redirect_uri.clone()),
            ResponseMode::DirectPost | ResponseMode::DirectPostJwt => Some(self.response_uri(state)),
            ResponseMode::DcApi | ResponseMode::DcApiJwt => None,
        }
    }

    /// Who we are there.
    pub fn identity(&self) -> VerifierIdentity {
        VerifierIdentity { wallet: self.name.clone(), verifier_id: self.verifier_id.clone() }
    }

    /// Our origin, as the browser's API names it to the wallet.
    pub fn origin(&self) -> String {
        self.redirect_uri.origin().ascii_serialization()
    }

    /// Where the Request Object of the request `state` is, for requests by reference. The `state` is the
    /// request-id of OpenID4VP 14.3.3: it tells the wallet's side nothing that it does not learn anyway.
    pub fn request_uri(&self, state: &RequestState) -> Url {
        self.at_wallet_endpoint("requests", state)
    }

    /// Where the wallet posts its answer to the request `state`.
    pub fn response_uri(&self, state: &RequestState) -> Url {
        self.at_wallet_endpoint("responses", state)
    }

    fn at_wallet_endpoint(&self, endpoint: &str, state: &RequestState) -> Url {
        let mut url = self.wallet_endpoints.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(endpoint).push(state.as_str());
        }
        url
    }

    /// What people read where they choose among wallets.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// Whether it is an app on the person's device, which the browser calls by its scheme.
    pub fn is_app(&self) -> bool {
        !matches!(self.authorization_endpoint.scheme(), "https" | "http")
    }

    /// Whether it can be asked from another device than it is on: by a request that a camera reads, to which it posts
    /// its answer.
    pub fn may_cross_devices(&self) -> bool {
        self.response_mode.is_posted()
            && self.profile.may_cross_devices()
            && self.authorization_method == AuthorizationMethod::Get
    }

    /// Whether its answer comes in the fragment of an address, which no browser sends: a page of ours takes it from
    /// there by JavaScript.
    pub fn needs_script(&self) -> bool {
        self.response_mode == ResponseMode::Fragment
    }

    /// How people are asked who are with us in their browser: through that browser where this wallet can be
    /// asked so. Their page falls back by itself.
    pub fn flow_in_browser(&self) -> PresentationFlow {
        if self.dc_api.is_some() { PresentationFlow::DcApi } else { PresentationFlow::SameDevice }
    }
}

/// How a wallet is asked and how it answers; [`crate::openid4vp::profile`] knows how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Proof's cloud wallet.
    Proof,
    /// OpenID4VP 1.0 and nothing else.
    Openid4vp,
    /// The High Assurance Interoperability Profile 1.0 of it.
    Haip,
}

impl Profile {
    /// Whether a posted answer may be a JSON object instead of a form (REQ-2.10): the vendor's own kit
    /// sends one.
    pub fn takes_json_answers(self) -> bool {
        match self {
            Self::Proof => true,
            Self::Openid4vp | Self::Haip => false,
        }
    }

    /// Whether a `vp_token` may have one of the vendor's own shapes: one SD-JWT, base64url of the object, or the
    /// object as text where native JSON belongs (REQ-3.1, REQ-3.5).
    pub fn takes_vendor_shapes(self) -> bool {
        match self {
            Self::Proof => true,
            Self::Openid4vp | Self::Haip => false,
        }
    }

    /// Whether only what HAIP 1.0 section 6.1 describes is believed (REQ-9.9, REQ-9.10).
    pub fn is_high_assurance(self) -> bool {
        match self {
            Self::Haip => true,
            Self::Proof | Self::Openid4vp => false,
        }
    }

    /// Whether a wallet of this profile may be on another device than the browser (REQ-15.3; HAIP 5.1
    /// forbids it).
    pub fn may_cross_devices(self) -> bool {
        match self {
            Self::Proof | Self::Openid4vp => true,
            Self::Haip => false,
        }
    }
}

/// Where the wallet is, seen from the browser that began: `flow` of `POST /v1/presentations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresentationFlow {
    /// On the same device, or in the cloud: the browser is sent there, and comes back.
    SameDevice,
    /// On another device, which reads a QR code; the browser that began waits.
    CrossDevice,
    /// Reached through the browser's Digital Credentials API (OpenID4VP 1.0 Appendix A).
    DcApi,
}

impl PresentationFlow {
    /// As requests and metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameDevice => "same_device",
            Self::CrossDevice => "cross_device",
            Self::DcApi => "dc_api",
        }
    }
}

/// How a wallet answers (OpenID4VP 1.0 sections 5.6, 8.2, 8.3 and Appendix A).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the fragment of our redirect URI, through the browser.
    Fragment,
    /// The wallet posts it to our response URI.
    DirectPost,
    /// The wallet posts the answer, encrypted to a key made for this request.
    #[serde(rename = "direct_post.jwt")]
    DirectPostJwt,
    /// The browser's script hands it to us.
    DcApi,
    /// The browser's script hands the answer to us, encrypted to a key made for this request.
    #[serde(rename = "dc_api.jwt")]
    DcApiJwt,
}

impl ResponseMode {
    /// As the request names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fragment => "fragment",
            Self::DirectPost => "direct_post",
            Self::DirectPostJwt => "direct_post.jwt",
            Self::DcApi => "dc_api",
            Self::DcApiJwt => "dc_api.jwt",
        }
    }

    /// Whether the wallet itself posts the answer (a response URI and no redirect URI, REQ-1.7).
    pub fn is_posted(self) -> bool {
        matches!(self, Self::DirectPost | Self::DirectPostJwt)
    }

    /// Whether the answer must be encrypted to us (REQ-2.35).
    pub fn is_encrypted(self) -> bool {
        matches!(self, Self::DirectPostJwt | Self::DcApiJwt)
    }
}

/// How a wallet is asked through the browser's Digital Credentials API (OpenID4VP 1.0 Appendix A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DcApiRoute {
    /// Whether the request is signed.
    pub request: DcApiRequest,
    /// [`ResponseMode::DcApi`] or [`ResponseMode::DcApiJwt`].
    pub response_mode: ResponseMode,
    /// Whether it is asked by the protocol `org-iso-mdoc` too (ISO/IEC 18013-7 Annex C), whose answers are encrypted to
    /// the same key: only with [`ResponseMode::DcApiJwt`].
    pub org_iso_mdoc: bool,
}

/// What kind of request it is (Appendix A.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DcApiRequest {
    /// The origin alone says who asks.
    Unsigned,
    /// A Request Object with our client identifier.
    Signed,
    /// One that several of our identifiers sign, so that a wallet that believes any of them is content.
    MultiSigned,
}

impl DcApiRequest {
    /// The value of `protocol` beside the request, and beside its answer (Appendix A.1, REQ-2.50).
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Unsigned => "openid4vp-v1-unsigned",
            Self::Signed => "openid4vp-v1-signed",
            Self::MultiSigned => "openid4vp-v1-multisigned",
        }
    }

    /// Whether there is a key behind it.
    pub fn is_signed(self) -> bool {
        self != Self::Unsigned
    }
}

/// One of our client identifiers, with the wallet for which it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierIdentity {
    /// The wallet's configured name: its key stands for the identifier.
    pub wallet: String,
    /// The identifier, prefix included.
    pub verifier_id: String,
}

/// How a request travels to the wallet (OpenID4VP 1.0 section 5, RFC 9101, RFC 9126).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestMethod {
    /// Parameters in the query of a URL, unsigned.
    UrlQuery,
    /// A signed Request Object in the parameter `request`.
    ByValue,
    /// A signed Request Object at our `request_uri`, fetched by GET.
    ByReferenceGet,
    /// Fetched by POST with `wallet_nonce` and `wallet_metadata`; GET answers too (REQ-1.45).
    ByReferencePost,
    /// Pushed to the cloud wallet before the browser goes there (RFC 9126).
    Pushed,
}

impl RequestMethod {
    /// Whether there is a Request Object, which is signed.
    pub fn is_signed(self) -> bool {
        self == Self::ByValue || self.is_by_reference()
    }

    /// Whether the wallet fetches it from us.
    pub fn is_by_reference(self) -> bool {
        matches!(self, Self::ByReferenceGet | Self::ByReferencePost)
    }
}
