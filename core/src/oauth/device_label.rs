//! What a device calls itself, so that a person with several of them knows which one asks.

use serde::{Deserialize, Serialize};

use crate::base::visible::hides;

/// The longest label, in characters: it stands in one line of a page.
pub const MAX_LABEL: usize = 64;

/// `device_label` of a device authorization: a stranger's text, of one line, which shows all that it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceLabel(String);

/// The label cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("device_label must be 1 to {MAX_LABEL} characters of one line of text, without control characters")]
pub struct LabelFault;

impl DeviceLabel {
    /// Reads a label; spaces around it are dropped.
    ///
    /// # Errors
    /// [`LabelFault`]
    pub fn read(text: &str) -> Result<Self, LabelFault> {
        let text = text.trim();
        let fits = (1..=MAX_LABEL).contains(&text.chars().count());
        let shows = !text.chars().any(|character| character == '\n' || hides(character));
        (fits && shows).then(|| Self(text.to_owned())).ok_or(LabelFault)
    }

    /// As the device wrote it. Plain text: escape it for the page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_15_13_a_label_is_one_line_that_shows_all_that_it_holds() {
        assert_eq!(DeviceLabel::read(" Anna’s bedroom ").unwrap().as_str(), "Anna’s bedroom");
        assert!(DeviceLabel::read(&"ö".repeat(MAX_LABEL)).is_ok());
        for wrong in ["", "  ", "a\nb", "a\u{0}b", "\u{202e}VT", &"a".repeat(MAX_LABEL + 1)] {
            assert_eq!(DeviceLabel::read(wrong), Err(LabelFault), "{wrong:?}");
        }
    }
}
