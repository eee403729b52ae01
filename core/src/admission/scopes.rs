//! Scopes (RFC 6749 section 3.3).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most scopes one request may name.
pub const MAX_SCOPES: usize = 32;
/// The longest scope name, in bytes.
pub const MAX_SCOPE_BYTES: usize = 256;

/// A set of scope names in the order in which they were asked for, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<String>);

/// Why a scope parameter was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeFault {
    /// Characters outside `%x21 / %x23-5B / %x5D-7E`, or a separator other than one space.
    #[error("a scope name has characters that RFC 6749 section 3.3 does not allow")]
    Characters,
    /// Too many names, or too long a name.
    #[error("too many scopes, or too long a scope name")]
    Size,
}

impl Scopes {
    /// Reads a space-separated list. Repeated names count once.
    ///
    /// # Errors
    /// [`ScopeFault`]
    pub fn parse(text: &str) -> Result<Self, ScopeFault> {
        text.split(' ')
            .filter(|name| !name.is_empty())
            .try_fold(Self::default(), |scopes, name| scopes.with(name))
    }

    /// With one more name.
    ///
    /// # Errors
    /// [`ScopeFault`]
    pub fn with(mut self, name: &str) -> Result<Self, ScopeFault> {
        if name.is_empty() || !name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
            return Err(ScopeFault::Characters);
        }
        if !self.contains(name) {
            if name.len() > MAX_SCOPE_BYTES || self.0.len() >= MAX_SCOPES {
                return Err(ScopeFault::Size);
            }
            self.0.push(name.to_owned());
        }
        Ok(self)
    }

    /// All but one.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|scope| scope != name);
        self
    }

    /// Whether `name` is among them; compared exactly.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope == name)
    }

    /// Whether all of them are among `others`.
    pub fn within(&self, others: &Self) -> bool {
        self.0.iter().all(|scope| others.contains(scope))
    }

    /// Those that are among `others` too.
    #[must_use]
    pub fn only(&self, others: &Self) -> Self {
        Self(self.0.iter().filter(|scope| others.contains(scope)).cloned().collect())
    }

    /// The names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    /// Space-separated, as it travels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_list_once_each_in_order() {
        let scopes = Scopes::parse("b a  b").unwrap();
        assert_eq!(scopes.to_string(), "b a");
        assert!(Scopes::parse("a").unwrap().within(&scopes));
        assert!(!Scopes::parse("a c").unwrap().within(&scopes));
    }

    #[test]
    fn refuses_what_the_grammar_does_not_allow() {
        for wrong in ["a\tb", "a\"", "a\\", "ä", "a\nb"] {
            assert_eq!(Scopes::parse(wrong), Err(ScopeFault::Characters), "{wrong:?}");
        }
        assert_eq!(Scopes::parse(&"x".repeat(MAX_SCOPE_BYTES + 1)), Err(ScopeFault::Size));
        let many: Vec<String> = (0..=MAX_SCOPES).map(|n| format!("s{n}")).collect();
        assert_eq!(Scopes::parse(&many.join(" ")), Err(ScopeFault::Size));
    }
}
