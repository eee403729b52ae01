//! Pictures where people look rather than read: one for each state, drawn in the colours of the page. Screen readers
//! pass them over; the heading says the same.

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A device that asks.
    Device,
    /// A web application that asks.
    Application,
    /// The person's wallet.
    Wallet,
    /// Somebody waits.
    Waiting,
    /// It is done.
    Done,
    /// Nothing was shared.
    Declined,
    /// It took too long.
    Expired,
    /// It did not work.
    Trouble,
    /// A credential that does not count.
    Credential,
}

impl Picture {
    /// As SVG: lines in the colour of the text around it, without style and script.
    pub fn svg(self) -> String {
        format!(
            r#"<svg class="picture" viewBox="0 0 48 48" width="48" height="48" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>"#,
            self.lines()
        )
    }

    fn lines(self) -> &'static str {
        match self {
            Self::Device => {
                r#"<rect x="5" y="9" width="38" height="24" rx="3"/><path d="M18 40h12M24 33v7M15 19h6M15 24h10"/><circle cx="32" cy="21" r="3"/>"#
            }
            Self::Application => {
                r#"<rect x="6" y="9" width="36" height="30" rx="3"/><path d="M6 17h36M11 13h.1M16 13h.1M15 26h18M15 32h10"/>"#
            }
            Self::Wallet => {
                r#"<path d="M8 15a4 4 0 0 1 4-4h22v6"/><rect x="8" y="15" width="33" height="24" rx="4"/><path d="M41 23h-8a4 4 0 0 0 0 8h8"/><path d="M33 27h.1"/>"#
            }
            Self::Waiting => r#"<circle cx="24" cy="24" r="17"/><path d="M16 24h.1M24 24h.1M32 24h.1"/>"#,
            Self::Done => r#"<circle cx="24" cy="24" r="17"/><path d="m16 25 5.5 5.5L32 19"/>"#,
            Self::Declined => r#"<circle cx="24" cy="24" r="17"/><path d="M16 24h16"/>"#,
            Self::Expired => r#"<circle cx="24" cy="24" r="17"/><path d="M24 14v10l7 5"/>"#,
            Self::Trouble => r#"<path d="M24 8 42 39H6z"/><path d="M24 20v9M24 34h.1"/>"#,
            Self::Credential => {
                r#"<rect x="6" y="11" width="36" height="26" rx="3"/><circle cx="16" cy="21" r="3.5"/><path d="M11 30a5 5 0 0 1 10 0M27 19h9M27 25h4M30 31l6 6M36 31l-6 6"/>"#
            }
        }
    }
}
