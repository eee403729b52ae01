//! Pages of other origins (Fetch standard, section 3.2), and the script that they load.

use poem::http::{Method, StatusCode};
use vpgate_core::oauth::client::Clients;

use crate::endpoints::stage::{Answer, DEVICE_CODE, SHOP, Stage};
#[cfg(feature = "sandbox")]
use crate::scenarios::logs::Lines;

const METADATA: &str = "/.well-known/oauth-authorization-server";
const PAGE: &str = "https://app.example";
/// A page of another client.
const OTHER: &str = "https://other.example";

/// `tv` runs in pages of [`PAGE`], a client `other` in pages of [`OTHER`].
fn stage() -> Stage {
    Stage::with(|policy| {
        let mut clients: Vec<_> = policy.clients.iter().cloned().collect();
        let mut other = clients[0].clone();
        other.id = "other".to_owned();
        other.origins = vec![OTHER.to_owned()];
        clients[0].origins = vec![PAGE.to_owned()];
        clients.push(other);
        policy.clients = Clients::new(clients);
    })
}

fn allowed(answer: &Answer) -> Option<&str> {
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_page_of_the_client_reads_codes_errors_and_metadata() {
    let stage = stage();
    let given = stage.form("/device_authorization", &[("origin", PAGE)], "client_id=tv").await;
    assert_eq!((given.status, allowed(&given)), (StatusCode::OK, Some(PAGE)));
    assert_eq!(given.header("vary"), Some("origin"));
    let code = given.json()["device_code"].as_str().unwrap().to_owned();
    let form = format!("grant_type={DEVICE_CODE}&client_id=tv&device_code={code}");
    let pending = stage.form("/token", &[("origin", PAGE)], &form).await;
    assert_eq!(pending.oauth_error().1, "authorization_pending");
    assert_eq!(allowed(&pending), Some(PAGE));
    assert_eq!(
        pending.header("access-control-expose-headers"),
        Some("retry-after, www-authenticate, dpop-nonce")
    );
    // Why it does not work, before anybody is authenticated.
    for form in ["client_id=nobody", "client_id=tv&x=%zz", ""] {
        let refused = stage.form("/device_authorization", &[("origin", PAGE)], form).await;
        assert!(refused.status.is_client_error());
        assert_eq!(allowed(&refused), Some(PAGE), "{form}");
    }
}

/// A browser's console says CORS and nothing more; who runs the service finds the reason in the log.
#[cfg(feature = "sandbox")]
#[tokio::test]
async fn an_origin_that_nobody_listed_is_told_in_the_log() {
    let (lines, _guards) = Lines::collect(tracing::Level::INFO);
    let stage = stage();
    let told = |origin: &str| lines.text().contains(&format!("\"origin\":\"{origin}\""));
    for (origin, site, expected) in [
        ("https://unlisted.example", "cross-site", true),
        ("https://unlisted.app.example", "same-site", true),
        ("https://our-own.example", "same-origin", false),
        (PAGE, "cross-site", false),
    ] {
        let headers = [("origin", origin), ("sec-fetch-site", site)];
        stage.form("/device_authorization", &headers, "client_id=tv").await;
        assert_eq!(told(origin), expected, "{origin}: {}", lines.text());
    }
}

#[tokio::test]
async fn other_origins_and_other_clients_read_nothing() {
    let stage = stage();
    for origin in [
        "https://app.example.evil",
        "https://app.example/",
        "https://app.example:443",
        "http://app.example",
        "HTTPS://APP.EXAMPLE",
        "https://sub.app.example",
        "null",
        "*",
        "",
        // Known, but not the client's.
        OTHER,
    ] {
        let answer = stage.form("/device_authorization", &[("origin", origin)], "client_id=tv").await;
        assert_eq!((answer.status, allowed(&answer)), (StatusCode::OK, None), "{origin}");
        assert_eq!(answer.header("vary"), Some("origin"), "{origin}");
    }
    let two = [("origin", PAGE), ("origin", OTHER)];
    assert_eq!(allowed(&stage.form("/device_authorization", &two, "client_id=tv").await), None);
    let with_secret =
        stage.form("/device_authorization", &[("origin", PAGE)], "client_id=post&client_secret=s3cret").await;
    assert_eq!((with_secret.status, allowed(&with_secret)), (StatusCode::OK, None));
    assert_eq!(allowed(&stage.form("/device_authorization", &[], "client_id=tv").await), None);
}

#[tokio::test]
async fn a_preflight_permits_one_method_to_known_origins() {
    let stage = stage();
    let ask = async |path: &str, origin: &str, method: &str| {
        let headers = [("origin", origin), ("access-control-request-method", method)];
        stage.ask(Method::OPTIONS, path, &headers, "").await
    };
    for (path, method) in [
        ("/token", "POST"),
        ("/device_authorization", "POST"),
        ("/par", "POST"),
        ("/revoke", "POST"),
        ("/userinfo", "GET, POST"),
    ] {
        let (allowed_methods, method) = (method, &method[..method.find(',').unwrap_or(method.len())]);
        let answer = ask(path, PAGE, method).await;
        assert_eq!((answer.status, allowed(&answer)), (StatusCode::NO_CONTENT, Some(PAGE)), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), Some(allowed_methods));
        let headers = answer.header("access-control-allow-headers");
        assert_eq!(headers, Some("authorization, content-type, dpop, prefer"));
        assert_eq!(answer.header("access-control-max-age"), Some("300"));
        assert_eq!(answer.header("vary"), Some("origin"));
        assert!(answer.body.is_empty());
        for (origin, method) in [("https://evil.example", method), (PAGE, "DELETE"), ("null", method)] {
            let refused = ask(path, origin, method).await;
            assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED, "{path} {origin} {method}");
            assert_eq!(refused.header("access-control-allow-methods"), None);
        }
    }
    let not_one = stage.ask(Method::OPTIONS, "/token", &[("origin", PAGE)], "").await;
    assert_eq!(not_one.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn metadata_and_keys_are_for_every_page() {
    let stage = stage();
    for path in [METADATA, "/.well-known/openid-configuration", "/jwks.json"] {
        for origin in [PAGE, "https://evil.example", "null"] {
            assert_eq!(allowed(&stage.get(path, &[("origin", origin)]).await), Some("*"), "{path}");
            let headers = [("origin", origin), ("access-control-request-method", "GET")];
            let preflight = stage.ask(Method::OPTIONS, path, &headers, "").await;
            assert_eq!(
                (preflight.status, allowed(&preflight)),
                (StatusCode::NO_CONTENT, Some("*")),
                "{path}"
            );
            let headers = [("origin", origin), ("access-control-request-method", "POST")];
            let refused = stage.ask(Method::OPTIONS, path, &headers, "").await;
            assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
    }
}

/// What a page does after it signed somebody in: it asks who that is, and gives the token back.
#[tokio::test]
async fn a_page_of_the_client_reads_who_the_person_is_and_gives_tokens_back() {
    let stage = stage();
    let bearer = [("origin", PAGE), ("authorization", "Bearer unknown")];
    let told = stage.get("/userinfo", &bearer).await;
    assert_eq!((told.status, allowed(&told)), (StatusCode::UNAUTHORIZED, Some(PAGE)));
    for (path, form) in
        [("/userinfo", "access_token=unknown"), ("/revoke", "client_id=tv&token=x"), ("/par", "client_id=tv")]
    {
        let answer = stage.form(path, &[("origin", PAGE)], form).await;
        assert_eq!(allowed(&answer), Some(PAGE), "{path}");
        let answer = stage.form(path, &[("origin", "https://evil.example")], form).await;
        assert_eq!(allowed(&answer), None, "{path}");
    }
}

#[tokio::test]
async fn no_other_endpoint_knows_of_origins() {
    let stage = stage();
    for path in ["/", "/device", "/authorize", "/introspect", "/healthz"] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let headers = [("origin", PAGE), ("access-control-request-method", "POST")];
            let answer = stage.ask(method.clone(), path, &headers, "").await;
            assert_eq!(allowed(&answer), None, "{method} {path}");
            assert_eq!(answer.header("access-control-allow-methods"), None, "{method} {path}");
        }
    }
    let rest = stage.get("/v1/presentations/q6urq6urq6urq6urq6urqw", &[SHOP, ("origin", PAGE)]).await;
    assert_eq!(allowed(&rest), None);
}

#[tokio::test]
async fn the_widget_is_served_to_any_page_and_kept_for_a_while() {
    let stage = stage();
    for (path, media_type, within) in [
        ("/vpgate.js", "text/javascript; charset=utf-8", "VpGate"),
        ("/vpgate.d.ts", "text/plain; charset=utf-8", "declare namespace VpGate"),
    ] {
        let answer = stage.get(path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), Some(media_type));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=3600, stale-while-revalidate=86400")
        );
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(allowed(&answer), Some("*"));
        assert!(answer.body.contains(within) && answer.body.len() < 18_000, "{path}: {}", answer.body.len());

        let tag = answer.header("etag").unwrap();
        let again = stage.get(path, &[("if-none-match", tag)]).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!((again.header("etag"), again.header("content-type")), (Some(tag), None));
        assert_eq!(stage.get(path, &[("if-none-match", "\"older\"")]).await.status, StatusCode::OK);
        assert_eq!(stage.ask(Method::POST, path, &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
