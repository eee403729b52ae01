//! `POST /v1/device/verification` and `POST /v1/device/completion`: for services with pages of their own.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, Union};

use super::error::Problem;
use super::strict_json::JsonRequest;
use super::texts::AddressText;
use crate::flow::device::own_pages::{Completed, Completion};
use crate::flow::device::user_code::{CodeFound, Typed};
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::proximity::Proximity;

/// A user code to look up. Unknown members are refused.
#[derive(Debug, Object)]
pub struct VerifyCode {
    /// As the person typed it: case, spaces and dashes do not matter.
    pub user_code: String,
    /// The address of the person's browser. Wrong codes are counted by it, and it is compared with the
    /// device's network. Left out, all people of this client are counted as one.
    pub ip_address: Option<AddressText>,
}

/// How a question about a code is answered.
#[derive(Debug, ApiResponse)]
pub enum CodeAnswer {
    /// The code is valid, and this is what it is for.
    #[oai(status = 200)]
    Valid(Json<DeviceVerification>),
}

/// What a user code is for. Show all of it, with the code, and ask whether the device is in front of
/// the person; a refusal must be as easy as going on.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DeviceVerification {
    /// As the device shows it.
    pub user_code: String,
    /// Which client the device runs.
    pub client_id: String,
    /// What people call it.
    pub client_name: String,
    /// What the device calls itself, where it does; nobody has checked it.
    pub device_label: Option<String>,
    /// What can be granted.
    pub scopes: Vec<CodeScope>,
    /// What the wallet will be asked to show, as dotted paths.
    pub claim_names: Vec<String>,
    /// When the device asked (RFC 3339).
    pub created_at: String,
    /// From this second on the code is dead (RFC 3339).
    pub expires_at: String,
    /// Whether the device and the person seem to be on one network; left out where that is not compared.
    pub network: Option<NetworkComparison>,
    /// The device shows one of these. The person picks it: `number` of `POST /v1/presentations`.
    pub numbers: Option<Vec<String>>,
}

/// A scope that can be granted.
#[derive(Debug, Object)]
pub struct CodeScope {
    /// The name of the scope.
    pub name: String,
    /// What people read instead.
    pub description: String,
}

/// Coarse networks: the /24 of an IPv4 address, the /48 of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum NetworkComparison {
    /// Both are on one network.
    Same,
    /// They are on different networks.
    Different,
    /// One of the addresses is not known, or one is IPv4 and the other IPv6.
    Unknown,
}

/// How a code ends.
#[derive(Debug, Union)]
#[oai(one_of)]
pub enum CompleteCode {
    /// By a verified presentation.
    ByPresentation(CompleteByPresentation),
    /// By a refusal.
    ByRefusal(CompleteByRefusal),
}

/// A code ends by a verified presentation. What it earns is judged here. Unknown members are refused.
#[derive(Debug, Object)]
pub struct CompleteByPresentation {
    /// The code that ends.
    #[oai(flatten)]
    pub code: VerifyCode,
    /// That it was verified.
    pub result: AuthorizedResult,
    /// The `id` of a verified presentation that was begun with this `user_code`.
    pub presentation: String,
    /// The `response_code` that came back with the browser. It is spent by this call.
    pub response_code: String,
}

/// A code ends by a refusal. Unknown members are refused.
#[derive(Debug, Object)]
pub struct CompleteByRefusal {
    /// The code that ends.
    #[oai(flatten)]
    pub code: VerifyCode,
    /// Why.
    pub result: RefusedResult,
}

/// A code ends well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorizedResult {
    /// By a verified presentation.
    Authorized,
}

/// Why a code ends without a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusedResult {
    /// The person said no; also after `AUTHORIZED`, until the device has taken its token.
    AccessDenied,
    /// The service could not finish.
    TransactionFailed,
}

/// How the end of a code is answered.
#[derive(Debug, ApiResponse)]
pub enum CompletionAnswer {
    /// The code is decided.
    #[oai(status = 200)]
    Decided(Json<DeviceCompletion>),
}

/// What the device learns at its next poll.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DeviceCompletion {
    /// Whether it gets a token.
    pub outcome: CompletionOutcome,
    /// The scopes that were earned, when it does; perhaps fewer than were asked for.
    pub scope: Option<String>,
}

/// What the device learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum CompletionOutcome {
    /// The device gets its token.
    Authorized,
    /// `access_denied`; also when the presentation earned none of the scopes.
    Denied,
}

/// A code that was entered on a page of the caller's.
#[derive(Debug)]
pub struct EnteredCode {
    code: String,
    from: ClientAddress,
}

impl EnteredCode {
    /// For the flows.
    pub fn typed(&self) -> Typed<'_> {
        Typed { code: &self.code, from: self.from }
    }
}

impl From<VerifyCode> for EnteredCode {
    fn from(typed: VerifyCode) -> Self {
        let from = typed.ip_address.as_ref().map(AddressText::address).unwrap_or_default();
        Self { code: typed.user_code, from }
    }
}

impl JsonRequest for VerifyCode {
    type Read = EnteredCode;

    fn read(self, _: &[u8]) -> Result<EnteredCode, Problem> {
        Ok(self.into())
    }
}

impl JsonRequest for CompleteCode {
    type Read = (EnteredCode, Completion);

    fn read(self, _: &[u8]) -> Result<Self::Read, Problem> {
        Ok(match self {
            Self::ByPresentation(it) => {
                let response_code = Secret::received(it.response_code);
                (it.code.into(), Completion::Authorized { presentation: it.presentation, response_code })
            }
            Self::ByRefusal(it) => {
                let completion = match it.result {
                    RefusedResult::AccessDenied => Completion::AccessDenied,
                    RefusedResult::TransactionFailed => Completion::TransactionFailed,
                };
                (it.code.into(), completion)
            }
        })
    }
}

impl CodeAnswer {
    /// What the service is told.
    pub fn new(found: CodeFound) -> Self {
        let described =
            |(name, description): (&str, String)| CodeScope { name: name.to_owned(), description };
        Self::Valid(Json(DeviceVerification {
            scopes: found.scopes.iter().zip(found.rights).map(described).collect(),
            user_code: found.user_code,
            client_id: found.client_id,
            client_name: found.client_name,
            device_label: found.device_label,
            claim_names: found.claims,
            created_at: found.created_at.rfc3339(),
            expires_at: found.expires_at.rfc3339(),
            network: found.proximity.map(|proximity| match proximity {
                Proximity::Same => NetworkComparison::Same,
                Proximity::Different => NetworkComparison::Different,
                Proximity::Unknown => NetworkComparison::Unknown,
            }),
            numbers: found.numbers.map(|numbers| numbers.iter().map(ToString::to_string).collect()),
        }))
    }
}

impl From<Completed> for CompletionAnswer {
    fn from(completed: Completed) -> Self {
        let (outcome, scope) = match completed {
            Completed::Authorized(scopes) => (CompletionOutcome::Authorized, Some(scopes.to_string())),
            Completed::Denied => (CompletionOutcome::Denied, None),
        };
        Self::Decided(Json(DeviceCompletion { outcome, scope }))
    }
}
