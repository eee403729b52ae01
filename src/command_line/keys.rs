//! `vpgate keys`: the life of the signing keys, as a table.

use vpgate::system::signing_keys::{KeyListing, KeyRole, KeyState};

use super::say;

/// One line for each key.
pub fn say_all(keys: &[KeyListing]) -> anyhow::Result<()> {
    for key in keys {
        let life = match key.state {
            KeyState::Next => format!("signs from {}", key.from.rfc3339()),
            KeyState::Signing => "signs".to_owned(),
            KeyState::Old(end) => format!("published until {}", end.rfc3339()),
            KeyState::Dead => "no longer published".to_owned(),
        };
        let purpose = match key.role {
            KeyRole::Tokens => "",
            KeyRole::Receipts => "receipts: ",
        };
        say(&format!("{:<6} {}  {purpose}{life}", key.algorithm.name(), key.kid))?;
    }
    Ok(())
}
