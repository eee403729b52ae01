//! The configuration file as it is written, believed by nobody. Every key is optional here, so that
//! what is missing is said in our words, together with everything else that is wrong.

use serde::{Deserialize, Serialize};

mod trust;
pub(super) use trust::{Trust, Trusts};

/// The whole file (contract section 8).
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct File {
    pub public_url: Option<String>,
    pub listen: Option<String>,
    pub danger_allow_loopback: bool,
    pub storage: RawStorage,
    pub keys: RawKeys,
    pub http: Http,
    pub operations: Operations,
    pub wallets: Vec<RawWallet>,
    pub status_lists: RawStatusLists,
    pub credentials: Vec<RawCredential>,
    pub transaction_data: Vec<TransactionType>,
    pub scopes: Vec<Scope>,
    pub clients: Vec<RawClient>,
    pub proofspace: RawProofspace,
    pub device: Device,
    pub authorization_code: AuthorizationCode,
    pub client_assertions: ClientAssertions,
    pub presentation: RawPresentation,
    pub verification: Verification,
    pub tokens: Tokens,
}

/// `[storage]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawStorage {
    pub url: Option<String>,
}

/// `[keys]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawKeys {
    pub directory: Option<String>,
}

/// `[http]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Http {
    pub trusted_proxies: Vec<String>,
    pub forwarded_header: Option<String>,
}

/// `[operations]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Operations {
    pub listen: Option<String>,
}

/// `[[wallets]]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawWallet {
    pub name: Option<String>,
    pub profile: Option<String>,
    pub authorization_endpoint: Option<String>,
    pub authorization_method: Option<String>,
    pub client_id: Option<String>,
    pub on_rejection: Option<String>,
    pub client_id_prefix: Option<String>,
    pub request_method: Option<String>,
    pub response_mode: Option<String>,
    pub send_response_mode: Option<bool>,
    pub legacy_names: Option<bool>,
    pub issuer: Option<String>,
    pub pushed_authorization_request_endpoint: Option<String>,
    pub client_secret_file: Option<String>,
    pub client_secret_env: Option<String>,
    pub transaction_data: Option<toml::Value>,
    pub verifier_info: Vec<RawVerifierInfo>,
    pub dc_api: Option<RawDcApi>,
    pub signing: Signing,
}

/// `dc_api = { ... }` of a wallet.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawDcApi {
    pub request: Option<String>,
    pub response_mode: Option<String>,
    pub also_as: Vec<String>,
}

/// `[wallets.signing]`
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Signing {
    pub key: Option<String>,
    pub certificates: Option<String>,
    pub key_id: Option<String>,
    pub attestation: Option<String>,
}

/// `[[wallets.verifier_info]]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawVerifierInfo {
    pub format: Option<String>,
    pub data: Option<toml::Value>,
    pub credential_ids: Option<Vec<String>>,
}

/// `[status_lists]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawStatusLists {
    pub cache_at_least: Option<String>,
    pub cache_at_most: Option<String>,
    pub oldest: Option<String>,
}

/// `[[credentials]]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawCredential {
    pub id: Option<String>,
    pub aliases: Vec<String>,
    pub stable_identifier: Option<toml::Value>,
    pub vct: Vec<String>,
    pub issuer: Option<String>,
    pub trust: Trusts,
    pub accept_legacy_typ: bool,
    pub accept_json_serialization: bool,
    pub status: Option<String>,
    pub status_stale_if_error: Option<String>,
    pub danger_ignore_status: bool,
    pub type_metadata: Vec<String>,
}

/// `[[transaction_data]]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct TransactionType {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub title: Option<String>,
    pub schema: Option<String>,
}

/// `[[scopes]]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Scope {
    pub name: Option<String>,
    pub alias: Option<String>,
    pub description: Option<String>,
    pub credential: Option<String>,
    pub claims: Option<Vec<toml::Value>>,
    pub rules: Vec<RawRule>,
    pub open: Option<bool>,
}

/// `rules = [{ field = ..., operator = ..., value = ... }]`, or in the words of the source document
/// (REQ-12.2).
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawRule {
    pub credential: Option<String>,
    pub field: Option<toml::Value>,
    pub operator: Option<String>,
    pub value: Option<toml::Value>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub age_at_least: Option<i64>,
    pub not: Option<bool>,
    #[serde(rename = "credentialId")]
    pub credential_id: Option<String>,
    #[serde(rename = "fieldName")]
    pub field_name: Option<String>,
    #[serde(rename = "fieldOperator")]
    pub field_operator: Option<String>,
    #[serde(rename = "fieldValue")]
    pub field_value: Option<toml::Value>,
}

/// `token_claims = [{ name = ..., credential = ..., field = ... }, { name = ..., request = ... }]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawTokenClaim {
    pub name: Option<String>,
    pub credential: Option<String>,
    pub field: Option<toml::Value>,
    #[serde(rename = "credentialId")]
    pub credential_id: Option<String>,
    #[serde(rename = "fieldName")]
    pub field_name: Option<String>,
    pub request: Option<String>,
}

/// `[proofspace]`: what the claims of `compatibility = "proofspace"` are called.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawProofspace {
    pub subscriber_claim: Option<String>,
    pub service_claim: Option<String>,
}

/// `[[clients]]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawClient {
    pub client_id: Option<String>,
    pub name: Option<String>,
    pub grants: Vec<String>,
    pub authentication: Option<String>,
    pub secret_hash: Option<String>,
    pub secret_file: Option<String>,
    pub secret_env: Option<String>,
    pub previous_secret_hash: Option<String>,
    pub jwks_uri: Option<String>,
    pub jwks_file: Option<String>,
    pub require_pushed_authorization_requests: bool,
    pub danger_allow_missing_pkce: bool,
    pub scopes: Vec<String>,
    pub redirect_uris: Vec<String>,
    pub origins: Vec<String>,
    pub wallet: Option<String>,
    pub device: Option<Device>,
    pub device_pages_for: Vec<String>,
    pub cross_device: bool,
    pub token_claims: Vec<RawTokenClaim>,
    pub compatibility: Option<String>,
    pub tokens: Option<Tokens>,
}

/// `[device]`, and the table `device` of a client.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Device {
    pub code_lifetime: Option<String>,
    pub polling_interval: Option<String>,
    pub user_code_length: Option<i64>,
    pub user_code_charset: Option<String>,
    pub require_client_authentication: Option<bool>,
    pub verification_uri: Option<String>,
    pub verification_uri_complete: Option<String>,
    pub proximity: Option<String>,
    pub number_matching: Option<bool>,
    pub scopes: Option<Vec<String>>,
    pub scopes_elsewhere: Option<Vec<String>>,
    pub wrong_codes_per_address: Option<i64>,
    pub wrong_codes_altogether: Option<i64>,
    pub addresses_per_code: Option<i64>,
    pub authorizations_per_client: Option<i64>,
    pub authorizations_per_address: Option<i64>,
    pub danger_user_code_floor_bits: Option<i64>,
    // IBM's names: the documented table, then the sample file.
    pub device_flow_codelifetime_in_secs: Option<i64>,
    pub device_flow_polling_interval_in_secs: Option<i64>,
    pub device_flow_codelifetime_seconds: Option<i64>,
    pub device_flow_polling_interval_seconds: Option<i64>,
    pub device_flow_usercode_length: Option<i64>,
    pub device_flow_usercode_charset: Option<String>,
    pub enforce_clientauth_device_authorize: Option<bool>,
    // Authlete's names.
    #[serde(rename = "deviceFlowCodeDuration")]
    pub authlete_code_duration: Option<i64>,
    #[serde(rename = "deviceFlowPollingInterval")]
    pub authlete_polling_interval: Option<i64>,
    #[serde(rename = "userCodeLength")]
    pub authlete_user_code_length: Option<i64>,
    #[serde(rename = "userCodeCharset")]
    pub authlete_user_code_charset: Option<String>,
    #[serde(rename = "deviceVerificationUri")]
    pub authlete_verification_uri: Option<String>,
    #[serde(rename = "deviceVerificationUriComplete")]
    pub authlete_verification_uri_complete: Option<String>,
}

/// `[authorization_code]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct AuthorizationCode {
    pub code_lifetime: Option<String>,
    pub pushed_request_lifetime: Option<String>,
    pub require_pushed_authorization_requests: bool,
}

/// `[client_assertions]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ClientAssertions {
    pub longest_lifetime: Option<String>,
    pub accept_token_endpoint_audience: bool,
}

/// `[presentation]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RawPresentation {
    pub lifetime: Option<String>,
    pub cross_device_lifetime: Option<String>,
    pub tries: Option<i64>,
    pub open_per_client: Option<i64>,
}

/// `[verification]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Verification {
    pub cross_check: Option<String>,
    pub clock_tolerance: Option<String>,
    pub max_presentation_bytes: Option<i64>,
    pub max_disclosure_bytes: Option<i64>,
    pub max_disclosures: Option<i64>,
}

/// `[tokens]` and `[clients.tokens]`
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Tokens {
    pub lifetime: Option<String>,
    pub refresh_idle: Option<String>,
    pub refresh_limit: Option<String>,
    pub audience: Option<StringOrList>,
    pub format: Option<String>,
    pub signing_alg: Option<String>,
    pub require_dpop: Option<bool>,
    pub recheck_status: Option<bool>,
    pub introspects: Option<Vec<String>>,
}

/// `"a"` or `["a", "b"]`
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
pub(super) enum StringOrList {
    One(String),
    More(Vec<String>),
}

/// The keys that a table of this name may hold, for suggestions. `table` is a path without indexes:
/// `clients`, `credentials.trust`; the file itself is empty.
pub(super) fn known_keys(table: &str) -> Vec<String> {
    let written = match table {
        "" => serde_json::to_value(File::default()),
        "storage" => serde_json::to_value(RawStorage::default()),
        "keys" => serde_json::to_value(RawKeys::default()),
        "http" => serde_json::to_value(Http::default()),
        "operations" => serde_json::to_value(Operations::default()),
        "wallets" => serde_json::to_value(RawWallet::default()),
        "wallets.signing" => serde_json::to_value(Signing::default()),
        "wallets.verifier_info" => serde_json::to_value(RawVerifierInfo::default()),
        "status_lists" => serde_json::to_value(RawStatusLists::default()),
        "credentials" => serde_json::to_value(RawCredential::default()),
        "credentials.trust" => serde_json::to_value(Trust::default()),
        "transaction_data" => serde_json::to_value(TransactionType::default()),
        "scopes" => serde_json::to_value(Scope::default()),
        "scopes.rules" => serde_json::to_value(RawRule::default()),
        "clients.token_claims" => serde_json::to_value(RawTokenClaim::default()),
        "proofspace" => serde_json::to_value(RawProofspace::default()),
        "clients" => serde_json::to_value(RawClient::default()),
        "device" | "clients.device" => serde_json::to_value(Device::default()),
        "authorization_code" => serde_json::to_value(AuthorizationCode::default()),
        "client_assertions" => serde_json::to_value(ClientAssertions::default()),
        "presentation" => serde_json::to_value(RawPresentation::default()),
        "verification" => serde_json::to_value(Verification::default()),
        "tokens" | "clients.tokens" => serde_json::to_value(Tokens::default()),
        _ => return Vec::new(),
    };
    let members = written.ok().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    members.into_iter().map(|(key, _)| key).collect()
}
