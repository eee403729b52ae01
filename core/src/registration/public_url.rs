//! `public_url`: where the world sees this server, and what names it as an issuer.

use url::Url;

use super::address::Addresses;
use super::fault::Pointer;

/// The longest path, in bytes: it is in every address that people scan and copy.
const MAX_PATH: usize = 128;

/// The address that must be given, read by [`read`].
pub(super) fn check(given: Option<&str>, addresses: Addresses, root: &Pointer<'_>) -> Option<Url> {
    let what = "the https address under which the world sees this server";
    let text = root.need("public_url", given, what)?;
    root.key("public_url").keep(read(text, addresses))
}

/// An issuer identifier (RFC 8414 section 2): https, without query and fragment, perhaps with a path. Comes back
/// with a slash at the end, so that what is joined to it is below the path.
fn read(text: &str, addresses: Addresses) -> Result<Url, String> {
    let mut url = addresses.name(text)?;
    // As it is written: a URL that was read has its path in another form.
    let (_, after) = text.split_once("://").ok_or("must begin with https://")?;
    let path = after.find(['/', '\\']).and_then(|start| after.get(start..)).unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.len() > MAX_PATH {
        return Err(format!("must not have a path longer than {MAX_PATH} bytes"));
    }
    if !path.is_empty() {
        let segments = path.strip_prefix('/').ok_or("must not hold a backslash")?;
        segments.split('/').try_for_each(segment)?;
    }
    if url.path().trim_end_matches('/') != path {
        return Err("must be https://, a host, and perhaps a path".to_owned());
    }
    url.set_path(&format!("{path}/"));
    Ok(url)
}

/// What our clients, the wallets and every proxy read in the same way.
fn segment(text: &str) -> Result<(), &'static str> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match text {
        "" => Err("must not have two slashes (`//`) in its path"),
        "." | ".." => Err("must not have `.` or `..` in its path"),
        ".well-known" => Err("must not have `.well-known` in its path: that place belongs to the host"),
        _ if !text.bytes().all(unreserved) => {
            Err("may have only letters, digits and `-`, `.`, `_`, `~` in its path, and no percent-escapes")
        }
        _ => Ok(()),
    }
}

/// The issuer identifier: the same without the slash at the end.
pub(super) fn issuer(public_url: &Url) -> String {
    public_url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Addresses = Addresses { allow_loopback: false };

    #[test]
    fn a_path_is_allowed_and_a_slash_at_its_end_says_nothing() {
        let long = format!("https://example.com/{}", "a".repeat(MAX_PATH - 1));
        for (text, expected) in [
            ("https://verify.example.com", "https://verify.example.com"),
            ("https://verify.example.com/", "https://verify.example.com"),
            ("https://example.com:443/verify", "https://example.com/verify"),
            ("https://example.com:8443/verify/", "https://example.com:8443/verify"),
            ("https://EXAMPLE.com/Id-1/ver_ify~2.0", "https://example.com/Id-1/ver_ify~2.0"),
            ("https://example.com/v1", "https://example.com/v1"),
            (&long, &long),
        ] {
            let url = read(text, STRICT).unwrap();
            assert!(url.as_str().ends_with('/'), "{url}");
            assert_eq!(issuer(&url), expected);
            assert_eq!(url.join("callback").unwrap().as_str(), format!("{expected}/callback"));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let long = format!("https://example.com/{}", "a".repeat(MAX_PATH));
        for wrong in [
            "https://example.com/verify?x=1",
            "https://example.com/verify?",
            "https://example.com/verify#x",
            "https://example.com/verify#",
            "https://example.com//",
            "https://example.com//verify",
            "https://example.com/verify//",
            "https://example.com/a//b",
            "https://example.com/./verify",
            "https://example.com/a/../verify",
            "https://example.com/..",
            "https://example.com/%2e%2e/verify",
            "https://example.com/ver%69fy",
            "https://example.com/a%2Fb",
            "https://example.com/b\u{fc}cher",
            "https://example.com/a b",
            "https://example.com/a\tb",
            "https://example.com\\verify",
            "https://example.com/a\\b",
            "https://example.com/:id",
            "https://example.com/*",
            "https://example.com/{id}",
            "https://example.com/a;b",
            "https://example.com/a,b",
            "https://example.com/.well-known",
            "https://example.com/.well-known/verify",
            "https://example.com/verify/.well-known/x",
            "https:example.com/verify",
            "https:///example.com/verify",
            "https:/example.com/verify",
            "http://example.com/verify",
            &long,
        ] {
            assert!(read(wrong, STRICT).is_err(), "{wrong}");
        }
    }
}
