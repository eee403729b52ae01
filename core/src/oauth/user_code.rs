//! The short code a person types (RFC 8628 section 6.1).

use crate::base::secret::{Digest, DigestKey};

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
    /// A literal alphabet with no more characters than the code has (a rule of IBM's product).
    #[error("a literal alphabet must hold more characters than the code is long")]
    Small,
    /// Too easy to guess within its lifetime.
    #[error(
        "length x log2(alphabet size) minus log2(wrong codes let through) is under {0} bits: use a longer code or a larger alphabet"
    )]
    Guessable(u32),
}

/// The least strength of a code after the guesses that are let through, in bits (REQ-10.21).
pub const FLOOR_BITS: u32 = 32;

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
    /// [`FormatFault`]; how easily such a code is guessed is for [`Self::withstands`] to say.
    pub fn new(alphabet: &str, length: usize) -> Result<Self, FormatFault> {
        let (alphabet, literal) = match alphabet {
            "BASE20" | "base20" => (BASE20, false),
            "NUMERIC" | "numeric" => (NUMERIC, false),
            literal => (literal, true),
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
        if literal && alphabet.len() <= length {
            return Err(FormatFault::Small);
        }
        Ok(Self { alphabet: alphabet.bytes().collect(), length })
    }

    /// Whether a code stays hard to guess although `attempts` wrong ones are let through while it
    /// lives: at least `floor_bits` of strength must remain (RFC 8628 section 5.1).
    ///
    /// # Errors
    /// [`FormatFault::Guessable`]
    pub fn withstands(&self, attempts: u32, floor_bits: u32) -> Result<(), FormatFault> {
        // Both were bounded when the format was made.
        let size = u32::try_from(self.alphabet.len()).unwrap_or_default();
        let length = u32::try_from(self.length).unwrap_or_default();
        let left = f64::from(length) * f64::from(size).log2() - f64::from(attempts.max(1)).log2();
        if left < f64::from(floor_bits) { Err(FormatFault::Guessable(floor_bits)) } else { Ok(()) }
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

    /// Reads what a person typed, as [`UserCodeFormats::read`] does.
    pub fn read(&self, typed: &str) -> Option<UserCode> {
        normalised(typed).filter(|letters| self.admits(letters)).map(UserCode)
    }

    fn admits(&self, letters: &str) -> bool {
        letters.len() == self.length && letters.bytes().all(|b| self.alphabet.contains(&b))
    }
}

/// Every format in which this server gives codes: clients may have formats of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserCodeFormats(Vec<UserCodeFormat>);

impl UserCodeFormats {
    /// The formats in use, each once.
    pub fn new<'f>(formats: impl IntoIterator<Item = &'f UserCodeFormat>) -> Self {
        let mut all: Vec<UserCodeFormat> = Vec::new();
        for format in formats {
            if !all.contains(format) {
                all.push(format.clone());
            }
        }
        Self(all)
    }

    /// Reads what a person typed: case, spaces and dashes do not matter (REQ-10.7). `None` when it
    /// is a code in no format. Who typed it does not know which client asked, so each is tried; the
    /// normal form is the same in all of them, and so is its digest.
    pub fn read(&self, typed: &str) -> Option<UserCode> {
        let letters = normalised(typed)?;
        self.0.iter().any(|format| format.admits(&letters)).then_some(UserCode(letters))
    }
}

/// The longest text that is looked at, in characters: the field of the page takes no more.
const MAX_TYPED: usize = 64;

/// As a code is compared: what keyboards, people and programs put between the characters is left out, and
/// letters and digits of other widths and digits of other scripts are those that are meant.
fn normalised(typed: &str) -> Option<String> {
    if typed.chars().nth(MAX_TYPED).is_some() {
        return None;
    }
    Some(typed.chars().filter(|c| !separates(*c)).map(|c| plain(c).to_ascii_uppercase()).collect())
}

/// Spaces, dashes, dots and what nobody sees: a person who copies a code from a page or a message brings
/// them along.
fn separates(c: char) -> bool {
    match plain(c) {
        '-' | '_' | '.' => true,
        // Hyphens and dashes of all kinds; what a Japanese keyboard gives for a dash; full stops.
        '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => true,
        '\u{30fb}' | '\u{30fc}' | '\u{ff70}' | '\u{ff65}' | '\u{b7}' | '\u{3002}' | '\u{ff61}' => true,
        // Of no width: joiners, marks of direction, word joiners, byte order marks, variation selectors.
        '\u{180e}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => true,
        other => other.is_whitespace(),
    }
}

/// The character that is meant: full-width forms (U+FF01 to U+FF5E) as their ASCII twins, as NFKC has it,
/// and Arabic, Persian and Devanagari digits as ours.
fn plain(c: char) -> char {
    let shifted = |first: u32, to: u8| {
        u32::from(c)
            .checked_sub(first)
            .and_then(|at| u8::try_from(at).ok())
            .map_or(c, |at| char::from(to + at))
    };
    match c {
        '\u{ff01}'..='\u{ff5e}' => shifted(0xff01, b'!'),
        '\u{660}'..='\u{669}' => shifted(0x660, b'0'),
        '\u{6f0}'..='\u{6f9}' => shifted(0x6f0, b'0'),
        '\u{966}'..='\u{96f}' => shifted(0x966, b'0'),
        other => other,
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
    fn req_10_7_keyboards_of_other_scripts_and_invisible_characters_are_forgiven() {
        let format = UserCodeFormat::default();
        let code = format.read("WDJB-MJHT").unwrap();
        for typed in [
            "\u{ff37}\u{ff24}\u{ff2a}\u{ff22}\u{ff0d}\u{ff2d}\u{ff2a}\u{ff28}\u{ff34}",
            "\u{ff57}\u{ff44}\u{ff4a}\u{ff42}\u{30fc}\u{ff4d}\u{ff4a}\u{ff48}\u{ff54}",
            "\u{ff57}\u{ff44}\u{ff4a}\u{ff42}\u{3000}\u{ff4d}\u{ff4a}\u{ff48}\u{ff54}",
            "\u{feff}WDJB\u{200b}MJHT\u{200d}",
            "\u{202a}WDJB\u{2011}MJHT\u{202c}",
            "WDJB\u{2212}MJHT",
            "WD\u{ad}JB\u{ff0e}MJ\u{2060}HT\u{fe0f}",
            "\u{200e}wdjb\u{ff3f}mjht\r\n",
        ] {
            assert_eq!(format.read(typed), Some(code.clone()), "{typed:?}");
        }
        let numbers = UserCodeFormat::new("NUMERIC", 11).unwrap();
        for typed in [
            "\u{ff10}\u{ff11}\u{ff19}\u{ff14}\u{ff15} \u{ff10}\u{ff17}\u{ff13}\u{ff10}\u{ff11}\u{ff11}",
            "\u{660}\u{661}\u{669}\u{664}\u{665}\u{660}\u{667}\u{663}\u{660}\u{661}\u{661}",
            "\u{6f0}\u{6f1}\u{6f9}\u{6f4}\u{6f5}\u{6f0}\u{6f7}\u{6f3}\u{6f0}\u{6f1}\u{6f1}",
            "\u{966}\u{967}\u{96f}\u{96a}\u{96b}\u{966}\u{96d}\u{969}\u{966}\u{967}\u{967}",
        ] {
            assert_eq!(numbers.read(typed), numbers.read("01945073011"), "{typed:?}");
        }
        // Letters that only look alike are others, and what a full-width character stands for still counts.
        for wrong in ["\u{412}DJB-MJHT", "WDJB\u{ff0f}MJHT", "WDJB-MJH\u{ff34}\u{ff34}", "\u{ff21}DJB-MJHT"] {
            assert_eq!(format.read(wrong), None, "{wrong:?}");
        }
        let padded = |spaces: usize| format!("{}WDJBMJHT", " ".repeat(spaces));
        assert!(format.read(&padded(MAX_TYPED - 8)).is_some());
        assert!(format.read(&padded(MAX_TYPED - 7)).is_none());
    }

    #[test]
    fn req_10_7_a_code_is_found_whatever_the_format_of_its_client() {
        let numbers = UserCodeFormat::new("NUMERIC", 11).unwrap();
        let formats = UserCodeFormats::new([&UserCodeFormat::default(), &numbers, &numbers]);
        assert_eq!(formats.0.len(), 2);
        assert_eq!(formats.read("wdjb mjht"), UserCodeFormat::default().read("WDJB-MJHT"));
        assert_eq!(formats.read("019-450 73011"), numbers.read("01945073011"));
        for wrong in ["WDJB-MJH0", "0194-5073", "019450730111", ""] {
            assert_eq!(formats.read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn req_10_21_weak_formats_are_refused() {
        let withstands = |alphabet, length, attempts| {
            UserCodeFormat::new(alphabet, length).unwrap().withstands(attempts, FLOOR_BITS)
        };
        assert_eq!(withstands("ABCD1234", 7, 5), Err(FormatFault::Guessable(32)));
        assert_eq!(withstands("NUMERIC", 9, 5), Err(FormatFault::Guessable(32)));
        assert_eq!(withstands("NUMERIC", 11, 5), Ok(()));
        // 34.6 bits: room for five guesses, not for seven.
        assert_eq!(withstands("BASE20", 8, 5), Ok(()));
        assert_eq!(withstands("BASE20", 8, 7), Err(FormatFault::Guessable(32)));
        assert_eq!(UserCodeFormat::new("ABCD1234", 7).unwrap().withstands(5, 18), Ok(()));
    }

    #[test]
    fn req_10_61_short_codes_and_odd_alphabets_are_refused() {
        assert_eq!(UserCodeFormat::new("AAB", 6), Err(FormatFault::Length));
        assert_eq!(UserCodeFormat::new("BASE20", 6), Err(FormatFault::Length));
        assert!(UserCodeFormat::new("BASE20", 7).is_ok());
        assert_eq!(UserCodeFormat::new("AABCDEFGHIJKLMNOP", 12), Err(FormatFault::Alphabet));
        assert_eq!(UserCodeFormat::new("abcdefghijklmnop", 12), Err(FormatFault::Alphabet));
        assert_eq!(UserCodeFormat::new("ABCD1234", 8), Err(FormatFault::Small));
        assert!(UserCodeFormat::new("ABCD1234", 7).is_ok());
    }
}
