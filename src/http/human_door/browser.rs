//! Which browser this is, and whether a form really came from one of our own pages.

use poem::Request;
use poem::http::{HeaderMap, header};

use crate::domain::base::base64url;
use crate::domain::base::secret::{Digest, Secret};
use crate::http::PublicUrl;

/// How long the cookie lives, in seconds: longer than any request does.
const MAX_AGE_SECONDS: u32 = 3600;

/// The name of our cookie. `__Host-` binds it to this host and to https; plain http exists on
/// loopback only, where browsers would refuse such a name.
fn cookie_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-vpgate" } else { "vpgate" }
}

/// The secret this browser was given. `None` when it has none, or one that we never gave.
pub fn browser_of(request: &Request, public_url: &PublicUrl) -> Option<Secret> {
    let name = cookie_name(public_url);
    let headers = request.headers().get_all(header::COOKIE);
    headers
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value)
        .find(|value| base64url::decode(value).is_ok_and(|bytes| bytes.len() == 32))
        .map(Secret::received)
}

/// The `Set-Cookie` header that gives a browser its secret, or lets it live on.
/// `SameSite=Lax` lets it through when the wallet sends the person back.
pub fn set_cookie(browser: &Secret, public_url: &PublicUrl) -> String {
    let secure = if public_url.is_https() { "; Secure" } else { "" };
    format!(
        "{}={}; Path=/; Max-Age={MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax{secure}",
        cookie_name(public_url),
        browser.expose()
    )
}

/// The hidden value of our forms. Only a page shown to this browser can know it.
pub fn form_value(browser: &Secret) -> String {
    form_digest(browser).into()
}

/// Whether a form carries the value that this browser was shown. Compared in constant time.
pub fn form_value_fits(browser: &Secret, shown: Option<&str>) -> bool {
    let shown = shown.and_then(|text| Digest::try_from(text.to_owned()).ok());
    shown.is_some_and(|shown| shown == form_digest(browser))
}

fn form_digest(browser: &Secret) -> Digest {
    Digest::of(format!("form value for {}", browser.expose()).as_bytes())
}

/// Whether the browser itself says that another site sent this. Our `Referrer-Policy` makes browsers
/// send `Origin: null` with our own forms, so that one proves nothing either way; who sends neither
/// header still needs the cookie and the form value, or the `state`.
pub fn from_another_site(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let foreign_fetch = text("sec-fetch-site").is_some_and(|site| site != "same-origin");
    let foreign_origin =
        text("origin").is_some_and(|origin| origin != "null" && origin != public_url.origin());
    foreign_fetch || foreign_origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn https() -> PublicUrl {
        PublicUrl::new(&"https://verify.example.com".parse().unwrap())
    }

    fn http() -> PublicUrl {
        PublicUrl::new(&"http://127.0.0.1:8080".parse().unwrap())
    }

    fn with_cookies(value: &str) -> Request {
        Request::builder().header("cookie", value).finish()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn req_2_3_the_cookie_is_bound_to_host_and_https_and_read_back() {
        let browser = Secret::from_entropy([7; 32]);
        let set = set_cookie(&browser, &https());
        assert!(
            set.starts_with("__Host-vpgate=") && set.ends_with("; HttpOnly; SameSite=Lax; Secure"),
            "{set}"
        );
        assert!(set.contains("; Path=/;") && !set.contains("Domain"), "{set}");
        let pair = set.split(';').next().unwrap();
        let read = browser_of(&with_cookies(&format!("a=b; {pair}; c=d")), &https()).unwrap();
        assert_eq!(read.digest(), browser.digest());
        assert!(!set_cookie(&browser, &http()).contains("Secure"));
    }

    #[test]
    fn req_2_3_other_cookies_and_values_we_never_gave_are_no_browser() {
        let right = Secret::from_entropy([7; 32]);
        for wrong in [
            format!("vpgate={}", right.expose()),
            "__Host-vpgate=short".to_owned(),
            format!("__Host-vpgate={}!", right.expose()),
            "__Host-vpgate".to_owned(),
        ] {
            assert!(browser_of(&with_cookies(&wrong), &https()).is_none(), "{wrong}");
        }
        assert!(browser_of(&Request::default(), &https()).is_none());
    }

    #[test]
    fn req_10_25_the_form_value_fits_one_browser_only() {
        let (ours, other) = (Secret::from_entropy([7; 32]), Secret::from_entropy([8; 32]));
        assert!(form_value_fits(&ours, Some(&form_value(&ours))));
        assert!(!form_value_fits(&ours, Some(&form_value(&other))));
        assert!(!form_value_fits(&ours, Some("")));
        assert!(!form_value_fits(&ours, None));
        assert_ne!(Digest::try_from(form_value(&ours)).unwrap(), ours.digest(), "not what our rows hold");
    }

    #[test]
    fn req_10_25_forms_of_other_sites_are_seen() {
        for ours in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")][..],
            &[("origin", "https://verify.example.com")][..],
        ] {
            assert!(!from_another_site(&headers(ours), &https()), "{ours:?}");
        }
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")][..],
            &[("sec-fetch-site", "none")][..],
            &[("origin", "https://evil.example")][..],
            &[("origin", "http://verify.example.com")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")][..],
        ] {
            assert!(from_another_site(&headers(foreign), &https()), "{foreign:?}");
        }
    }
}
