//! A report as a person reads it, on 80 columns: the verdict and its reason, then every check.

use std::ffi::OsStr;
use std::fmt;

use vpgate_core::base::report::{Check, CheckOutcome, Report, Verdict};
use vpgate_core::base::time::Timestamp;

/// Every terminal has as many columns.
const WIDTH: usize = 80;
/// Where the name of the check begins, and the detail below it.
const INDENT: usize = 6;
/// Where the requirement begins: beside the name of the check, or below one that is too long.
const REQUIREMENT: usize = 41;

const GREEN: &str = "32";
const RED: &str = "1;31";
const FAINT: &str = "2";

/// To be written.
pub struct Table<'a> {
    /// What was found.
    pub report: &'a Report,
    /// The time it was judged at.
    pub at: Timestamp,
    /// When the request was made, as far as we were told.
    pub requested_at: Timestamp,
    /// Whether outcomes are coloured too. The words say all of it.
    pub colours: bool,
}

/// Colours are for terminals that have them, unless `NO_COLOR` is set to something (no-color.org).
pub fn wants_colours(terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { verdict, reason, checks } = self.report;
        match verdict {
            Verdict::Verified => writeln!(f, "{}", self.painted(GREEN, "VERIFIED"))?,
            Verdict::Rejected => {
                let verdict = self.painted(RED, "REJECTED");
                writeln!(f, "{verdict}: {}", reason.as_deref().unwrap_or_default())?;
            }
        }
        if let Some(decisive) = self.report.decisive() {
            for line in wrapped(&decisive.detail, WIDTH - INDENT) {
                writeln!(f, "{:INDENT$}{line}", "")?;
            }
        }
        write!(f, "judged at {}, asked at {}", self.at.rfc3339(), self.requested_at.rfc3339())?;
        let mut about = None;
        for check in checks {
            let this = (&check.credential, check.presentation);
            if about != Some(this) {
                about = Some(this);
                match this {
                    (Some(id), Some(number)) => write!(f, "\n\ncredential {id}, presentation {number}")?,
                    (Some(id), None) => write!(f, "\n\ncredential {id}")?,
                    (None, _) => write!(f, "\n\nthe response as a whole")?,
                }
            }
            self.write_check(check, f)?;
        }
        Ok(())
    }
}

impl Table<'_> {
    fn write_check(&self, check: &Check, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, colour) = match check.outcome {
            CheckOutcome::Passed => ("ok", GREEN),
            CheckOutcome::Failed => ("FAIL", RED),
            CheckOutcome::NotApplicable => ("n/a", FAINT),
        };
        // Padded first: what paints takes no room.
        let mark = self.painted(colour, &format!("{mark:INDENT$}"));
        let below = format!("\n{:REQUIREMENT$}", "");
        let gap = match REQUIREMENT.saturating_sub(INDENT + check.check.chars().count()) {
            0 => below.clone(),
            room => " ".repeat(room),
        };
        let requirement = wrapped(&check.requirement, WIDTH - REQUIREMENT).join(&below);
        write!(f, "\n{mark}{}{gap}{requirement}", check.check)?;
        for line in wrapped(&check.detail, WIDTH - INDENT) {
            write!(f, "\n{:INDENT$}{}", "", self.painted(FAINT, &line))?;
        }
        Ok(())
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Lines of at most `width` characters, broken between words, or within one that fits on no line.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut length) = (String::new(), 0);
    for word in text.split_whitespace() {
        if length > 0 && length + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length == width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            line.push(c);
            length += 1;
        }
    }
    if length > 0 {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use vpgate_core::base::report::{Findings, Rule};

    use super::*;

    const SHAPE: Rule = Rule { check: "vp_token_shape", requirement: "OpenID4VP 8.1" };
    const NONCE: Rule = Rule {
        check: "a_check_whose_name_is_as_long_as_can_be",
        requirement: "RFC 9901 7.3(5.f); OpenID4VP B.3.6; and one more that is too long for its column",
    };

    fn report() -> Report {
        let mut findings = Findings::new();
        findings.pass(&SHAPE, "one bare SD-JWT");
        findings.about(Some("id"));
        findings.not_applicable(&SHAPE, "nothing to say");
        let rejection = findings.fail(&NONCE, format!("a sentence of several words and {}", "x".repeat(200)));
        findings.conclude(Err(rejection))
    }

    fn table(colours: bool) -> String {
        let at = Timestamp::from_unix(1_800_000_000);
        Table { report: &report(), at, requested_at: at, colours }.to_string()
    }

    #[test]
    fn the_verdict_comes_first_and_every_line_fits() {
        let plain = table(false);
        assert!(plain.starts_with("REJECTED: a_check_whose_name"), "{plain}");
        assert!(plain.lines().all(|line| line.chars().count() <= WIDTH), "{plain}");
        assert!(plain.contains("\nthe response as a whole\nok    vp_token_shape "), "{plain}");
        assert!(plain.contains("\ncredential id\nn/a   vp_token_shape "), "{plain}");
        assert!(plain.contains("\nFAIL  a_check_whose_name"), "{plain}");
        assert!(!plain.ends_with('\n') && !plain.contains('\x1b'));
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let mut bare = table(true);
        assert!(bare.contains("\x1b[1;31mFAIL"), "{bare}");
        for paint in ["\x1b[0m", "\x1b[1;31m", "\x1b[32m", "\x1b[2m"] {
            bare = bare.replace(paint, "");
        }
        assert_eq!(bare, table(false));
    }

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let set = |text: &'static str| Some(OsStr::new(text));
        assert!(wants_colours(true, None, set("xterm")));
        assert!(wants_colours(true, set(""), None));
        assert!(!wants_colours(true, set("1"), set("xterm")));
        assert!(!wants_colours(true, None, set("dumb")));
        assert!(!wants_colours(false, None, set("xterm")));
    }

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a bcdefghij k", 4), ["a", "bcde", "fghi", "j k"]);
        assert_eq!(wrapped(" ", 4), Vec::<String>::new());
    }
}
