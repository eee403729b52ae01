//! `POST /v1/device/verification` and `POST /v1/device/completion`: for services with pages of their own.

use std::net::IpAddr;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};

use super::error::Problem;
use super::strict_json::{JsonBody, JsonRequest};
use crate::flow::device::own_pages::{Completed, Completion};
use crate::flow::device::user_code::{CodeFound, Typed};
use crate::flow::presentation::begin::CodeToComplete;
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
    pub ip_address: Option<String>,
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

/// How a code ends. Unknown members are refused.
#[derive(Debug, Object)]
pub struct CompleteCode {
    /// As the person typed it.
    pub user_code: String,
    /// The address of the person's browser, as at the look-up of the code.
    pub ip_address: Option<String>,
    /// How it ends.
    pub result: CompletionResult,
    /// With `AUTHORIZED`: the `id` of a verified presentation that was begun with this `user_code`.
    pub presentation: Option<String>,
    /// With `AUTHORIZED`: the `response_code` that came back with the browser. It is spent by this call.
    pub response_code: Option<String>,
}

/// How a code ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CompletionResult {
    /// By a verified presentation. What it earns is judged here.
    Authorized,
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

/// Reads the code and whence it came; `None` without a code.
///
/// # Errors
/// A [`Problem`] that points at the member at fault; the same below.
fn entered_code(members: &mut JsonBody) -> Result<Option<EnteredCode>, Problem> {
    let code = members.text("user_code")?;
    let from = members.text("ip_address")?.map(|text| text.parse::<IpAddr>()).transpose();
    let from = from.map_err(|_| Problem::invalid_request("/ip_address", "must be an IP address"))?;
    match code {
        Some(code) => {
            let from = from.map(ClientAddress::known).unwrap_or_default();
            Ok(Some(EnteredCode { code, from }))
        }
        None if from.is_some() => Err(Problem::invalid_request("/ip_address", "goes with a user_code only")),
        None => Ok(None),
    }
}

impl JsonRequest for VerifyCode {
    type Read = EnteredCode;

    fn read(members: &mut JsonBody) -> Result<EnteredCode, Problem> {
        required_code(members)
    }
}

impl JsonRequest for CompleteCode {
    type Read = (EnteredCode, Completion);

    fn read(members: &mut JsonBody) -> Result<Self::Read, Problem> {
        Ok((required_code(members)?, completion(members)?))
    }
}

/// Reads a code that must be there.
fn required_code(members: &mut JsonBody) -> Result<EnteredCode, Problem> {
    entered_code(members)?.ok_or_else(|| Problem::invalid_request("/user_code", "is missing"))
}

/// For a presentation that is to complete a code.
///
/// # Errors
/// Those of `entered_code`.
pub fn code_to_complete(members: &mut JsonBody) -> Result<Option<CodeToComplete>, Problem> {
    let number = members.text("number")?;
    match entered_code(members)? {
        Some(EnteredCode { code, from }) => Ok(Some(CodeToComplete { user_code: code, from, number })),
        None if number.is_some() => Err(Problem::invalid_request("/number", "goes with a user_code only")),
        None => Ok(None),
    }
}

/// Reads how a code ends.
///
/// # Errors
/// A member that is missing or of another kind.
fn completion(members: &mut JsonBody) -> Result<Completion, Problem> {
    let result = members.text("result")?;
    let (presentation, response_code) = (members.text("presentation")?, members.text("response_code")?);
    let denied = match result.as_deref() {
        Some("AUTHORIZED") => {
            let missing = |name| move || Problem::invalid_request(name, "is missing: AUTHORIZED needs it");
            return Ok(Completion::Authorized {
                presentation: presentation.ok_or_else(missing("/presentation"))?,
                response_code: Secret::received(response_code.ok_or_else(missing("/response_code"))?),
            });
        }
        Some("ACCESS_DENIED") => Completion::AccessDenied,
        Some("TRANSACTION_FAILED") => Completion::TransactionFailed,
        _ => {
            let why = "must be AUTHORIZED, ACCESS_DENIED or TRANSACTION_FAILED";
            return Err(Problem::invalid_request("/result", why));
        }
    };
    for (name, there) in
        [("/presentation", presentation.is_some()), ("/response_code", response_code.is_some())]
    {
        if there {
            return Err(Problem::invalid_request(name, "goes with AUTHORIZED only"));
        }
    }
    Ok(denied)
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
