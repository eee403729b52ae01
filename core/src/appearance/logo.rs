//! A logo: a small picture of a kind that browsers show in `<img>`, where nothing in it runs or is fetched.

use crate::base::secret::Digest;

/// The largest picture, in bytes: it is on the way to a person's phone.
pub const LARGEST_LOGO: usize = 128 * 1024;

/// A picture that may stand on our pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Its media type.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// Names it in its address: another picture has another one.
    pub name: String,
}

impl Logo {
    /// Looks at a file.
    ///
    /// # Errors
    /// Why it is no logo, for the operator.
    pub fn read(bytes: Vec<u8>) -> Result<Self, &'static str> {
        let media_type = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            drawing => {
                let text =
                    std::str::from_utf8(drawing).map_err(|_| "is neither SVG nor PNG, JPEG or WebP")?;
                drawn_alone(text)?;
                "image/svg+xml"
            }
        };
        let name = String::from(Digest::of(&bytes)).chars().take(22).collect();
        Ok(Self { media_type, bytes, name })
    }
}

/// In an `<img>` no script of a drawing runs and nothing that it names is fetched; a file with such things in it is
/// refused all the same, because its address can be opened by itself.
fn drawn_alone(text: &str) -> Result<(), &'static str> {
    let text = text.to_ascii_lowercase();
    if !text.contains("<svg") {
        return Err("is neither SVG nor PNG, JPEG or WebP");
    }
    let forbidden =
        ["<script", "<foreignobject", "<!entity", "<!doctype", "javascript:", "<iframe", "@import"];
    if forbidden.iter().any(|part| text.contains(part)) {
        return Err("is an SVG with more than a drawing in it: no scripts, entities or foreign objects");
    }
    let handler = |part: &str| {
        let name: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
        name.len() > 2 && name.starts_with("on") && part[name.len()..].starts_with('=')
    };
    let joined: Vec<&str> = text.split('=').map(str::trim_end).collect();
    let joined = joined.join("=");
    if joined.split(|it: char| it.is_whitespace() || "\"'/".contains(it)).any(handler) {
        return Err("is an SVG with an event handler in it (`on...=`)");
    }
    let fetched = |part: &str| !part.trim_start_matches(['"', '\'', ' ']).starts_with(['#', 'd']);
    if text.split("href=").skip(1).any(fetched) || text.split("url(").skip(1).any(fetched) {
        return Err("is an SVG that fetches something from elsewhere (`href`, `url()`)");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_bytes() {
        for (bytes, media_type) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], "image/png"),
            (b"RIFF\0\0\0\0WEBPrest", "image/webp"),
            (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
            (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><path fill='url(#a)' d='M0 0'/></svg>", "image/svg+xml"),
            (b"<svg><use href=\"#a\"/><image href='data:image/png;base64,AA'/></svg>", "image/svg+xml"),
        ] {
            let logo = Logo::read(bytes.to_vec()).unwrap();
            assert_eq!((logo.media_type, logo.name.len()), (media_type, 22));
        }
    }

    #[test]
    fn a_drawing_is_no_program_and_fetches_nothing() {
        for bytes in [
            &b"GIF89a"[..],
            b"\xff\xfe\x00",
            b"<html></html>",
            b"",
            b"<svg><script>alert(1)</script></svg>",
            b"<svg><SCRIPT/></svg>",
            b"<svg onload='x()'/>",
            b"<svg/onload = x()>",
            b"<svg><a href='javascript:x()'/></svg>",
            b"<svg><image href='https://elsewhere.example/x.png'/></svg>",
            b"<svg><image xlink:href=\"//elsewhere.example/x.png\"/></svg>",
            b"<svg><path fill='url(https://elsewhere.example/x)'/></svg>",
            b"<!DOCTYPE svg [<!ENTITY x 'y'>]><svg/>",
            b"<svg><style>@import 'x'</style></svg>",
            b"<svg><foreignObject/></svg>",
        ] {
            assert!(Logo::read(bytes.to_vec()).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
