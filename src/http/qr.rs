//! QR codes as SVG, black on white with the quiet zone that scanners need, in light and dark alike.

use fast_qr::convert::Builder as _;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::{ECL, QRBuilder};

/// The picture of `text`. `None` when it is too long for a code (about 2,300 bytes).
pub fn svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    Some(SvgBuilder::default().margin(4).to_str(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_a_url_and_refuses_what_no_code_holds() {
        let drawn = svg("https://verify.example.com/start/q6urq6urq6urq6urq6urqw").unwrap();
        assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(!drawn.contains("<script"));
        assert_eq!(svg(&"x".repeat(3000)), None);
    }
}
