//! `cases.toml`.

use serde::Deserialize;
use toml::Table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    case: Vec<Case>,
}

/// One case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub device: String,
    pub steps: Vec<Step>,
}

/// One step: something is done, and something must come back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Seconds before it.
    #[serde(default)]
    pub wait: u64,
    /// A form for the device authorization endpoint.
    pub ask: Option<String>,
    /// A form for the token endpoint, without the grant type unless it says another one.
    pub poll: Option<String>,
    /// So many polls at once: one hears `status`, all others `error`.
    pub polls: Option<usize>,
    /// A path.
    pub get: Option<String>,
    /// What a person does with the code: `open`, `approve`, `deny`.
    pub person: Option<String>,
    pub status: Option<u16>,
    pub error: Option<String>,
    /// Members that must be there.
    #[serde(default)]
    pub members: Vec<String>,
    /// Members that must have this value.
    #[serde(default)]
    pub equal: Table,
}

pub fn cases() -> Vec<Case> {
    toml::from_str::<Listing>(include_str!("cases.toml")).unwrap().case
}
