//! Colours, and whether people can tell them apart (WCAG 2.2, relative luminance and contrast ratio).

use std::fmt;

/// The least contrast of text to what is behind it (WCAG 2.2, success criterion 1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;

/// A colour of the sRGB space, without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// #ffffff
    pub const WHITE: Self = Self([0xff; 3]);

    /// From its parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// `#1d4ed8`, or `#15d` for `#1155dd`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| match digits.len() {
            3 => u8::from_str_radix(digits.get(at..=at)?, 16).ok().map(|half| half * 0x11),
            6 => u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok(),
            _ => None,
        };
        Some(Self([part(0)?, part(1)?, part(2)?]))
    }

    /// From 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// So many sixteenths of the way to white.
    #[must_use]
    pub fn lighter(self, sixteenths: u8) -> Self {
        let step = |part: u8| {
            part.saturating_add(
                u8::try_from((255 - u16::from(part)) * u16::from(sixteenths) / 16).unwrap_or(255),
            )
        };
        Self(self.0.map(step))
    }

    /// Whichever of these two can be read better on it.
    #[must_use]
    pub fn clearer(self, one: Self, two: Self) -> Self {
        if self.contrast(one) >= self.contrast(two) { one } else { two }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_style_sheets_write_them() {
        for (text, expected) in [
            ("#1d4ed8", Some("#1d4ed8")),
            ("#FFF", Some("#ffffff")),
            ("#15d", Some("#1155dd")),
            ("1d4ed8", None),
            ("#1d4ed", None),
            ("#ggg", None),
            ("#1d4ed8ff", None),
            ("red", None),
            ("", None),
            ("#é12", None),
        ] {
            assert_eq!(Colour::parse(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let black = Colour::new(0, 0, 0);
        assert!((Colour::WHITE.contrast(black) - 21.0).abs() < 1e-9);
        assert!((black.contrast(black) - 1.0).abs() < 1e-9);
        // The example that every checker knows: #767676 is the lightest grey that passes on white.
        assert!(Colour::parse("#767676").unwrap().contrast(Colour::WHITE) >= LEAST_CONTRAST);
        assert!(Colour::parse("#777777").unwrap().contrast(Colour::WHITE) < LEAST_CONTRAST);
    }

    #[test]
    fn every_colour_can_be_lightened_and_written_on() {
        for colour in ["#000", "#777", "#a00", "#1d4ed8"].map(|it| Colour::parse(it).unwrap()) {
            assert_eq!(colour.lighter(16), Colour::WHITE);
            assert_eq!(colour.lighter(0), colour);
            assert!(colour.contrast(colour.clearer(Colour::WHITE, Colour::new(0, 0, 0))) >= LEAST_CONTRAST);
        }
    }
}
