//! Which browser this is, and whether a form really came from one of our own pages.

use poem::Request;
use poem::http::{HeaderMap, header};

use crate::flow::session::answer::SessionCookie;
use crate::http::PublicUrl;
use crate::http::middleware::cookies;
use vpgate_core::base::secret::{Digest, Secret};

/// How long the cookie lives, in seconds: longer than any request does.
const MAX_AGE_SECONDS: u32 = 3600;

/// Cookies of one name that are looked at: a parent domain may have set some.
const MOST_ALIKE: usize = 3;
/// Sessions of one browser that are looked at when it is signed out.
const MOST_SESSIONS: usize = 64;

/// The name of our cookie. `__Host-` binds it to this host and to https; plain http exists on
/// loopback only, where browsers would refuse such a name. `__Host-` wants `Path=/`, so services below other
/// paths of the same host see and set cookies beside ours: the name says which one it belongs to.
fn cookie_name(public_url: &PublicUrl) -> String {
    let name = if public_url.is_https() { "__Host-vpgate" } else { "vpgate" };
    match &**public_url.path() {
        "" => name.to_owned(),
        path => {
            let digest = String::from(Digest::of(path.as_bytes()));
            format!("{name}-{digest:.11}")
        }
    }
}

/// Every value that this browser sends under the name of our cookie. There can be several: another
/// application of a parent domain, or an old one, may have set the same name.
pub fn shown_by(request: &Request, public_url: &PublicUrl) -> impl Iterator<Item = Secret> {
    let name = cookie_name(public_url);
    let headers = request.headers().get_all(header::COOKIE).iter();
    headers.flat_map(move |header| cookies::values(header.as_bytes(), &name)).map(Secret::received)
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

/// What begins the name of the cookie of a session: each client has its own, named by a digest of its identifier, so
/// that signing in to one changes nothing for another.
fn session_prefix(public_url: &PublicUrl) -> String {
    format!("{}-session-", cookie_name(public_url))
}

fn session_name(public_url: &PublicUrl, client_id: &str) -> String {
    let digest = String::from(Digest::of(client_id.as_bytes()));
    format!("{}{digest:.11}", session_prefix(public_url))
}

/// The secrets of the sessions of this client that the browser sends, few if there are many.
pub fn sessions_with(request: &Request, public_url: &PublicUrl, client_id: &str) -> Vec<Secret> {
    let name = session_name(public_url, client_id);
    let all = named(request, &session_prefix(public_url));
    all.filter(|(cookie, _)| *cookie == name).map(|(_, secret)| secret).take(MOST_ALIKE).collect()
}

/// The cookies of all sessions of the browser, by name, few if there are many.
pub fn sessions(request: &Request, public_url: &PublicUrl) -> Vec<(String, Secret)> {
    named(request, &session_prefix(public_url)).take(MOST_SESSIONS).collect()
}

fn named<'r>(request: &'r Request, prefix: &str) -> impl Iterator<Item = (String, Secret)> + use<'r> {
    let headers = request.headers().get_all(header::COOKIE).iter();
    let prefix = prefix.to_owned();
    let found = headers.flat_map(move |header| cookies::beginning_with(header.as_bytes(), &prefix));
    found.map(|(name, value)| (name.to_owned(), Secret::received(value)))
}

/// The `Set-Cookie` header of a session.
pub fn set_session(given: &SessionCookie, public_url: &PublicUrl) -> String {
    let (name, secret) = (session_name(public_url, &given.client_id), given.secret.expose());
    session_cookie(&name, secret, given.lifetime.as_secs(), given.in_frames, public_url)
}

/// The `Set-Cookie` header that takes the cookie `name` of a session away.
pub fn forget_session(name: &str, public_url: &PublicUrl) -> String {
    session_cookie(name, "", 0, false, public_url)
}

/// Frames of other sites are answered over https only, because browsers want `Secure` for that.
fn session_cookie(name: &str, value: &str, seconds: u64, in_frames: bool, public_url: &PublicUrl) -> String {
    let same_site = match (public_url.is_https(), in_frames) {
        (true, true) => "None; Secure",
        (true, false) => "Lax; Secure",
        (false, _) => "Lax",
    };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}")
}

/// The name of the cookie with the language that an address asked for.
pub fn language_name(public_url: &PublicUrl) -> String {
    format!("{}-language", cookie_name(public_url))
}

/// The `Set-Cookie` header that lets the pages that follow speak the same language.
pub fn set_language(tag: &str, public_url: &PublicUrl) -> String {
    session_cookie(&language_name(public_url), tag, u64::from(MAX_AGE_SECONDS), false, public_url)
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

    /// What is seen of this header, whose bytes need not be text.
    fn shown(public_url: &PublicUrl, value: impl AsRef<[u8]>) -> Vec<String> {
        let value = poem::http::HeaderValue::from_bytes(value.as_ref()).unwrap();
        let mut request = Request::default();
        request.headers_mut().insert(header::COOKIE, value);
        shown_by(&request, public_url).map(|secret| secret.expose().to_owned()).collect()
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
        let read = shown(&https(), format!("a=b; {pair}; c=d"));
        assert_eq!(read, [browser.expose()]);
        assert!(!set_cookie(&browser, &http()).contains("Secure"));
    }

    #[test]
    fn req_2_3_services_below_two_paths_of_one_host_have_cookies_of_their_own() {
        let at = |url: &str| PublicUrl::new(&url.parse().unwrap());
        let browser = Secret::from_entropy([7; 32]);
        let places = [
            at("https://example.com/"),
            at("https://example.com/verify/"),
            at("https://example.com/verify-2/"),
            at("https://example.com/verify/2/"),
        ];
        for (index, place) in places.iter().enumerate() {
            let set = set_cookie(&browser, place);
            assert!(set.starts_with("__Host-vpgate") && set.contains("; Path=/;"), "{set}");
            let pair = set.split(';').next().unwrap();
            assert!(pair.split_once('=').unwrap().0.len() < 32, "{pair}");
            for (other, other_place) in places.iter().enumerate() {
                assert_eq!(shown(other_place, pair).len(), usize::from(index == other), "{pair}");
            }
        }
        let same = at("https://example.com/verify");
        assert_eq!(set_cookie(&browser, &same), set_cookie(&browser, &places[1]));
    }

    #[test]
    fn req_2_3_cookies_of_other_names_are_not_ours() {
        let right = Secret::from_entropy([7; 32]);
        for wrong in [
            format!("vpgate={}", right.expose()),
            format!("X__Host-vpgate={}", right.expose()),
            format!("__Host-vpgate2={}", right.expose()),
            format!("a=__Host-vpgate={}", right.expose()),
            "__Host-vpgate".to_owned(),
        ] {
            assert!(shown(&https(), wrong.clone()).is_empty(), "{wrong}");
        }
        assert!(shown(&http(), format!("__Host-vpgate={}", right.expose())).is_empty());
        assert!(shown_by(&Request::default(), &https()).next().is_none());
    }

    #[test]
    fn a_foreign_cookie_with_any_bytes_in_it_does_not_hide_ours() {
        let ours = b"vpgate=secret".as_slice();
        for foreign in [
            "shop=b\u{e4}r".as_bytes(),
            b"x=\xff\xfe\x80",
            b"\xc3=\x28",
            b"j={\"a\":\"b\"}",
            b"q=\"a=b\"",
            b"=",
            b"",
            b"%ZZ=%",
            b"a=b=c",
            b"vpgate=\xff",
            b"vpgat\xe9=1",
        ] {
            for pair in [[foreign, b"; ", ours].concat(), [ours, b";", foreign].concat()] {
                assert_eq!(shown(&http(), pair), ["secret"], "{foreign:?}");
            }
        }
    }

    #[test]
    fn every_cookie_of_our_name_is_looked_at() {
        assert_eq!(shown(&http(), "vpgate=planted; a=b;vpgate=ours"), ["planted", "ours"]);
        let two =
            Request::builder().header("cookie", "vpgate=planted").header("cookie", "vpgate=ours").finish();
        let values: Vec<_> = shown_by(&two, &http()).map(|it| it.expose().to_owned()).collect();
        assert_eq!(values, ["planted", "ours"]);
    }

    #[test]
    fn each_client_has_a_session_cookie_of_its_own() {
        let given = |client_id: &str, byte: u8, in_frames| SessionCookie {
            client_id: client_id.to_owned(),
            secret: Secret::from_entropy([byte; 32]),
            lifetime: std::time::Duration::from_secs(60),
            in_frames,
        };
        let pair = |set: &str| set.split(';').next().unwrap().to_owned();
        let (web, bank) =
            (set_session(&given("web", 1, false), &https()), set_session(&given("bank", 2, true), &https()));
        assert!(
            web.starts_with("__Host-vpgate-session-")
                && web.ends_with("; Max-Age=60; HttpOnly; SameSite=Lax; Secure"),
            "{web}"
        );
        assert!(bank.ends_with("; SameSite=None; Secure"), "{bank}");
        let on_loopback = set_session(&given("web", 1, true), &http());
        assert!(
            on_loopback.starts_with("vpgate-session-") && on_loopback.ends_with("; SameSite=Lax"),
            "{on_loopback}"
        );
        let mut request = Request::default();
        let both = format!("a=b; {}; __Host-vpgate=x; {}", pair(&web), pair(&bank));
        request.headers_mut().insert(header::COOKIE, both.parse().unwrap());
        let of = |client| {
            sessions_with(&request, &https(), client).iter().map(|it| it.digest()).collect::<Vec<_>>()
        };
        assert_eq!(of("web"), [Secret::from_entropy([1; 32]).digest()]);
        assert_eq!(of("bank"), [Secret::from_entropy([2; 32]).digest()]);
        assert!(of("other").is_empty());
        let all = sessions(&request, &https());
        assert_eq!(all.len(), 2);
        assert!(sessions(&request, &http()).is_empty());
        let forgotten = forget_session(&all[0].0, &https());
        assert!(web.starts_with(&all[0].0) && forgotten.contains("=; Path=/; Max-Age=0;"), "{forgotten}");
        assert!(
            shown_by(&request, &https()).all(|shown| shown.expose() == "x"),
            "it is not the browser's cookie"
        );
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
