//! Number matching (RFC 10027 section 6.1.16): the device shows a number, and the person picks it
//! among three. Who was only sent a link does not know it.

use serde::{Deserialize, Serialize};

/// Three different numbers of two digits, drawn once with the grant: decoys that changed when the page
/// is loaded again would give the right one away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchingNumbers {
    choices: [u8; CHOICES],
    right: usize,
}

/// How many there are to choose from.
const CHOICES: usize = 3;
const LEAST: u8 = 10;
const SPAN: u8 = 90;

impl MatchingNumbers {
    /// Draws them without bias. `None` when too many bytes had to be skipped (then draw again with
    /// fresh entropy; rarer than once in a billion).
    pub fn draw(entropy: &[u8; 64]) -> Option<Self> {
        let (for_right, for_choices) = entropy.split_at(16);
        // 252 = 4 x 63 and 180 = 2 x 90 are the last multiples that a byte can hold.
        let right = for_right.iter().find(|byte| **byte < 252).map(|byte| usize::from(byte % 3))?;
        let mut choices: Vec<u8> = Vec::with_capacity(CHOICES);
        for byte in for_choices.iter().filter(|byte| **byte < 2 * SPAN) {
            let number = LEAST + byte % SPAN;
            if choices.len() < CHOICES && !choices.contains(&number) {
                choices.push(number);
            }
        }
        Some(Self { choices: choices.try_into().ok()?, right })
    }

    /// What the device shows.
    pub fn shown(&self) -> u8 {
        self.choices.get(self.right).copied().unwrap_or_default()
    }

    /// What the person chooses from.
    pub fn choices(&self) -> [u8; CHOICES] {
        self.choices
    }

    /// Whether `picked` is what the device shows.
    pub fn matches(&self, picked: &str) -> bool {
        picked.parse() == Ok(self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_15_14_three_different_numbers_and_one_is_right() {
        let mut entropy = [0; 64];
        for (index, byte) in entropy.iter_mut().enumerate() {
            *byte = u8::try_from(index).unwrap() * 3 + 1;
        }
        let numbers = MatchingNumbers::draw(&entropy).unwrap();
        let [a, b, c] = numbers.choices();
        assert!(a != b && b != c && a != c, "{numbers:?}");
        assert!(numbers.choices().iter().all(|number| (10..100).contains(number)));
        assert!(numbers.choices().contains(&numbers.shown()));
        assert!(numbers.matches(&numbers.shown().to_string()));
        for wrong in numbers.choices().iter().filter(|number| **number != numbers.shown()) {
            assert!(!numbers.matches(&wrong.to_string()));
        }
        for wrong in ["", "x", "0", "100", "4294967296"] {
            assert!(!numbers.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn req_15_14_no_number_is_likelier_than_another() {
        assert_eq!(MatchingNumbers::draw(&[255; 64]), None);
        assert_eq!(MatchingNumbers::draw(&[0; 64]), None, "one number is not three");
    }
}
