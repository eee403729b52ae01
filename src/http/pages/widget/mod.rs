//! `/vpgate.js`: the script by which a page runs the device grant for its visitor, and its types. Made of
//! `qr.js`, `texts.js` and `vpgate.js` in this folder; the browser test holds what is served to them.

use std::sync::LazyLock;

use poem::http::{StatusCode, header};
use poem::{Request, Response};

use super::Pages;
use super::page::Notice;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;

const SCRIPT: &str = include_str!("vpgate.min.js");
const TYPES: &str = include_str!("vpgate.d.ts");
/// An hour, and a day more while a newer one is asked for: a page must not wait for us each time.
const CACHE: &str = "public, max-age=3600, stale-while-revalidate=86400";

static SCRIPT_TAG: LazyLock<String> = LazyLock::new(|| entity_tag(SCRIPT));
static TYPES_TAG: LazyLock<String> = LazyLock::new(|| entity_tag(TYPES));

/// The script. The same for everybody, and any page may load it: also by `import` or with an `integrity`
/// attribute, for which browsers want to be told so.
pub async fn script(_pages: Pages, request: Request) -> Result<Response, Notice> {
    Ok(document(&request, SCRIPT, &SCRIPT_TAG, "text/javascript; charset=utf-8"))
}

/// The types of the widget, to be copied into a project.
pub async fn types(_pages: Pages, request: Request) -> Result<Response, Notice> {
    Ok(document(&request, TYPES, &TYPES_TAG, "text/plain; charset=utf-8"))
}

fn document(request: &Request, text: &'static str, tag: &str, media_type: &str) -> Response {
    let answer = Response::builder()
        .header(header::ETAG, tag)
        .header(header::CACHE_CONTROL, CACHE)
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header("cross-origin-resource-policy", "cross-origin");
    if is_known(request, tag) {
        return answer.status(StatusCode::NOT_MODIFIED).finish();
    }
    answer.content_type(media_type).body(text)
}

/// Whether the sender has it already (RFC 9110 section 13.1.2, weak comparison).
fn is_known(request: &Request, tag: &str) -> bool {
    let values = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    tags.any(|known| matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag)
}

fn entity_tag(text: &str) -> String {
    format!("\"{}\"", base64url::encode(Digest::of(text.as_bytes()).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small_and_leans_on_nothing() {
        // Half of it are the words in twelve languages.
        assert!(SCRIPT.len() < 18_000, "{} bytes", SCRIPT.len());
        for foreign in
            ["require(", "import ", "import(", "eval(", "innerHTML", "localStorage", "document.cookie"]
        {
            assert!(!SCRIPT.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn known_tags_are_found_in_lists() {
        let known =
            |value: &str| is_known(&Request::builder().header("if-none-match", value).finish(), "\"a\"");
        for same in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(known(same), "{same}");
        }
        for other in ["\"b\"", "a", "", "\"ab\""] {
            assert!(!known(other), "{other}");
        }
        assert!(!is_known(&Request::default(), "\"a\""));
    }
}
