//! Splitting the compact form (RFC 9901 section 4) within bounds, believing nothing.
use crate::domain::base::report::{Findings, Rejection};

/// Bounds on one presentation, checked before any work is done (REQ-4.23).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes: usize,
    pub disclosures: usize,
    pub disclosure_bytes: usize,
    pub depth: usize,
    pub members: usize,
}
impl Default for Limits {
    fn default() -> Self {
        todo!()
    }
}

/// A presentation that was split and bounded. Nothing in it is believed.
#[derive(Debug)]
pub struct Presented {}
impl Presented {
    pub fn parse(text: &str, limits: &Limits, findings: &mut Findings) -> Result<Self, Rejection> {
        todo!()
    }
    /// What the unverified token says about its issuer: good for looking up whether we believe it, for nothing else.
    pub fn issuer_hint(&self) -> IssuerHint<'_> {
        todo!()
    }
}
/// Unverified statements used to choose a key.
#[derive(Clone, Copy, Debug)]
pub struct IssuerHint<'a> {
    pub iss: Option<&'a str>,
    pub vct: Option<&'a str>,
    pub kid: Option<&'a str>,
    pub has_x5c: bool,
}
