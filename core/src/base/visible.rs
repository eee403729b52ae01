//! Text that people read: what it holds must show.

/// Characters that make a person read something else than what is there: controls (a line break is
/// harmless) and the bidirectional overrides and isolates of Unicode.
pub fn hides(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
