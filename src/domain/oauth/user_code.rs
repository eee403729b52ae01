//! The short code a person types (RFC 8628 section 6.1).

use crate::domain::base::secret::{Digest, DigestKey};

/// The characters of the RFC's example: no vowels, so no words; no digits, so nothing to confuse.
pub const BASE20: &str = "BCDFGHJKLMNPQRSTVWXZ";
/// Digits, for remote controls.
pub const NUMERIC: &str = "0123456789";

/// Length and alphabet of user codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCodeFormat {
    alphabet: Vec<u8>,
    length: usize,
}

/// Why a format was refused (REQ-10.21, REQ-10.61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatFault {
    /// Not 7 to 16 characters long.
    #[error("a user code is 7 to 16 characters long")]
    Length,
    /// Lower case, repeated, or not letters and digits.
    #[error("the alphabet must hold different upper-case letters and digits")]
    Alphabet,
    /// Too easy to guess within its lifetime.
    #[error(
        "length x log2(alphabet size) minus log2(attempt budget) is under 32 bits: use a longer code or a larger alphabet"
    )]
    Guessable,
}

/// Guesses that the limits elsewhere let through during one code's life, as a power of two (REQ-10.20).
const ATTEMPT_BUDGET_BITS: f64 = 2.33; // 5 attempts, the worked example of RFC 8628 section 5.1
/// The least strength of a code after that budget, in bits (REQ-10.21).
const FLOOR_BITS: f64 = 32.0;

impl Default for UserCodeFormat {
    /// Eight characters of [`BASE20`]: 34.5 bits.
    fn default() -> Self {
        Self { alphabet: BASE20.bytes().collect(), length: 8 }
    }
}

impl UserCodeFormat {
    /// A format from configuration; `alphabet` is `BASE20`, `NUMERIC` or the characters themselves.
    ///
    /// # Errors
    /// [`FormatFault`]
    pub fn new(alphabet: &str, length: usize) -> Result<Self, FormatFault> {
        let alphabet = match alphabet {
            "BASE20" | "base20" => BASE20,
            "NUMERIC" | "numeric" => NUMERIC,
            literal => literal,
        };
        if !(7..=16).contains(&length) {
            return Err(FormatFault::Length);
        }
        let mut seen = [false; 256];
        let distinct = alphabet.bytes().all(|b| !std::mem::replace(&mut seen[usize::from(b)], true));
        let plain = alphabet.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !distinct || !plain || alphabet.len() < 2 {
            return Err(FormatFault::Alphabet);
        }
        let (size, count) = (u32::try_from(alphabet.len()), u32::try_from(length));
        let (Ok(size), Ok(count)) = (size, count) else { return Err(FormatFault::Alphabet) };
        if f64::from(count) * f64::from(size).log2() - ATTEMPT_BUDGET_BITS < FLOOR_BITS {
            return Err(FormatFault::Guessable);
        }
        Ok(Self { alphabet: alphabet.bytes().collect(), length })
    }

    /// Draws a code without modulo bias. `None` when too many bytes had to be skipped
    /// (then draw again with fresh entropy; about once in a million for the alphabets above).
    pub fn draw(&self, entropy: &[u8; 64]) -> Option<UserCode> {
        let size = self.alphabet.len();
        let fair = 256 - 256 % size;
        let letters: String = entropy
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
            .filter_map(|byte| self.alphabet.get(byte % size))
            .take(self.length)
            .map(|letter| char::from(*letter))
            .collect();
        (letters.len() == self.length).then_some(UserCode(letters))
    }

    /// Reads what a person typed: case, spaces and dashes do not matter (REQ-10.7). `None` when
    /// it cannot be one of our codes.
    pub fn read(&self, typed: &str) -> Option<UserCode> {
        if typed.len() > 64 {
            return None;
        }
        let letters: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let ours = letters.len() == self.length && letters.bytes().all(|b| self.alphabet.contains(&b));
        ours.then_some(UserCode(letters))
    }
}

/// One user code, normalised.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// As people read it: `WDJB-MJHT`.
    pub fn shown(&self) -> String {
        let half = self.0.len().div_ceil(2);
        let (left, right) = self.0.split_at(half);
        format!("{left}-{right}")
    }

    /// As it is looked up: keyed, because a plain hash of so short a code is no secret.
    pub fn digest(&self, key: &DigestKey) -> Digest {
        key.digest(self.0.as_bytes())
    }
}

impl std::fmt::Debug for UserCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_10_6_codes_use_the_alphabet_and_nothing_else() {
        let format = UserCodeFormat::default();
        let mut entropy = [0; 64];
        for (index, byte) in entropy.iter_mut().enumerate() {
            *byte = u8::try_from(index * 4).unwrap();
        }
        let code = format.draw(&entropy).unwrap();
        assert_eq!(code.shown().len(), 9);
        assert!(code.0.bytes().all(|b| BASE20.as_bytes().contains(&b)));
    }

    #[test]
    fn req_10_6_no_character_is_likelier_than_another() {
        let format = UserCodeFormat::default();
        // 240 is the first byte that would favour the beginning of the alphabet.
        assert!(format.draw(&[240; 64]).is_none());
        assert!(format.draw(&[239; 64]).is_some());
    }

    #[test]
    fn req_10_7_typing_is_forgiven_and_guessing_is_not() {
        let format = UserCodeFormat::default();
        let code = format.read("WDJB-MJHT").unwrap();
        for typed in ["wdjb mjht", "WDJBMJHT", " wdjb–mjht ", "w d j b m j h t"] {
            assert_eq!(format.read(typed), Some(code.clone()), "{typed}");
        }
        for wrong in ["WDJB-MJH0", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "", "WDJB/MJHT"] {
            assert_eq!(format.read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn req_10_21_weak_formats_are_refused() {
        assert_eq!(UserCodeFormat::new("ABCD1234", 7), Err(FormatFault::Guessable));
        assert_eq!(UserCodeFormat::new("NUMERIC", 9), Err(FormatFault::Guessable));
        assert!(UserCodeFormat::new("NUMERIC", 11).is_ok());
        assert_eq!(UserCodeFormat::new("BASE20", 6), Err(FormatFault::Length));
        assert_eq!(UserCodeFormat::new("AABCDEFGHIJKLMNOP", 12), Err(FormatFault::Alphabet));
        assert_eq!(UserCodeFormat::new("abcdefghijklmnop", 12), Err(FormatFault::Alphabet));
    }
}
