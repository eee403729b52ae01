//! What people see: the words of the pages in every language, and whose pages they are. Pure: a catalogue and a logo
//! are bytes that somebody else has read.

pub mod branding;
pub mod claim_name;
pub mod colour;
pub mod languages;
pub mod logo;
pub mod message;

use std::collections::BTreeMap;

use self::branding::Branding;
use self::languages::Languages;

/// How the pages look and speak.
#[derive(Debug, Default)]
pub struct Appearance {
    /// Whose pages they are.
    pub branding: Branding,
    /// The words, in every language that the pages have.
    pub languages: Languages,
    /// What scopes are called in which language: by the name that clients use, then by tag.
    pub scopes: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// What clients are called in which language: by their identifier, then by tag.
    pub clients: BTreeMap<String, BTreeMap<&'static str, String>>,
}
