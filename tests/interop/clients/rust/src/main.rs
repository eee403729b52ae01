//! The code flow by `openidconnect` and the device grant by `oauth2`, which it stands on, with their defaults: HTTP
//! Basic, PKCE, ID tokens of RS256.

use std::time::Duration;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreDeviceAuthorizationResponse, CoreProviderMetadata,
};
use openidconnect::url::Url;
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, TokenResponse, TokenUrl,
};

/// Elsewhere: the browser stops there.
const HOME: &str = "http://127.0.0.1:9999/return";
/// Must be encoded on the way, which the library does.
const SECRET: &str = "s3cret:/+ %&=";

type Story = Result<(), String>;

/// Sends what the library asks for.
fn http(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let (parts, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
}

/// Opens the address and answers in the wallet; where the browser is then.
fn person(service: &str, address: &str, answer: &str) -> Result<Url, String> {
    let done = ureq::post(format!("{service}/person")).send_form([("address", address), ("answer", answer)]);
    let done = done.map_err(said)?;
    let location = done.headers().get("location").ok_or("no location")?.to_str().map_err(said)?;
    Url::parse(location).map_err(said)
}

fn said(fault: impl std::fmt::Debug) -> String {
    format!("{fault:?}")
}

/// Fails when something is not refused with this OAuth error.
fn refused<T, E: std::error::Error>(
    code: &str,
    told: Result<T, RequestTokenError<E, impl openidconnect::ErrorResponse + std::fmt::Display>>,
) -> Story {
    match told {
        Err(RequestTokenError::ServerResponse(answer)) if answer.to_string().starts_with(code) => Ok(()),
        Err(fault) => Err(format!("not {code}: {}", fault.to_string())),
        Ok(_) => Err(format!("was not refused with {code}")),
    }
}

fn discovered(service: &str) -> Result<CoreProviderMetadata, String> {
    let issuer = IssuerUrl::new(service.to_owned()).map_err(said)?;
    CoreProviderMetadata::discover(&issuer, &http).map_err(said)
}

/// From the link to the way home.
macro_rules! signed_in {
    ($service:expr, $id:expr, $secret:expr, $answer:expr => $client:ident, $code:ident, $verifier:ident, $nonce:ident) => {
        let metadata = discovered($service)?;
        let secret: Option<&str> = $secret;
        let $client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new($id.to_owned()),
            secret.map(|secret| ClientSecret::new(secret.to_owned())),
        )
        .set_redirect_uri(RedirectUrl::new(HOME.to_owned()).map_err(said)?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (link, state, $nonce) = $client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let $verifier = verifier.into_secret();
        let home = person($service, link.as_str(), $answer)?;
        let carried = |wanted: &str| {
            home.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        if carried("state").as_ref() != Some(state.secret()) {
            return Err(format!("the browser is at {home}"));
        }
        let $code = carried("code").ok_or_else(|| carried("error").unwrap_or_default());
    };
}

macro_rules! exchanged {
    ($client:expr, $code:expr, $verifier:expr) => {
        $client
            .exchange_code(AuthorizationCode::new($code.clone()))
            .map_err(said)?
            .set_pkce_verifier(PkceCodeVerifier::new($verifier.clone()))
            .request(&http)
    };
}

fn a_token(service: &str, id: &str, secret: Option<&str>) -> Story {
    signed_in!(service, id, secret, "Share" => client, code, verifier, nonce);
    let code = code?;
    let token = exchanged!(client, code, verifier).map_err(said)?;
    let id_token = token.id_token().ok_or("no ID token")?;
    let checker = client.id_token_verifier();
    let claims = id_token.claims(&checker, &nonce).map_err(said)?;
    let hash = claims.access_token_hash().ok_or("no at_hash")?;
    let alg = id_token.signing_alg().map_err(said)?;
    let key = id_token.signing_key(&checker).map_err(said)?;
    if *hash != AccessTokenHash::from_token(token.access_token(), alg, key).map_err(said)? {
        return Err("at_hash is of another token".to_owned());
    }
    let subject = Some(claims.subject().clone());
    let who = client.user_info(token.access_token().clone(), subject).map_err(said)?;
    let _who: openidconnect::core::CoreUserInfoClaims = who.request(&http).map_err(said)?;
    let refresh = token.refresh_token().ok_or("no refresh token")?;
    client.exchange_refresh_token(refresh).map_err(said)?.request(&http).map_err(said)?;
    refused("invalid_grant", exchanged!(client, code, verifier))
}

fn refusals(service: &str) -> Story {
    signed_in!(service, "web:openidconnect", Some(SECRET), "Decline" => _client, code, _verifier, _nonce);
    if code != Err("access_denied".to_owned()) {
        return Err(format!("told {code:?}"));
    }
    wrong_secret(service)?;
    signed_in!(service, "web:openidconnect", Some(SECRET), "Share" => client, code, _verifier, _nonce);
    let (_, another) = PkceCodeChallenge::new_random_sha256();
    refused("invalid_grant", exchanged!(client, code?, another.secret()))
}

fn wrong_secret(service: &str) -> Story {
    signed_in!(service, "web:openidconnect", Some("wrong"), "Share" => client, code, verifier, _nonce);
    refused("invalid_client", exchanged!(client, code?, verifier))
}

/// `refusal` is what it ends with, and `patience` how long the library asks at most.
fn a_device(service: &str, answer: Option<&str>, refusal: Option<&str>) -> Story {
    let client = CoreClient::new(
        ClientId::new("page".to_owned()),
        IssuerUrl::new(service.to_owned()).map_err(said)?,
        openidconnect::core::CoreJsonWebKeySet::new(Vec::new()),
    )
    .set_device_authorization_url(
        DeviceAuthorizationUrl::new(format!("{service}/device_authorization")).map_err(said)?,
    )
    .set_token_uri(TokenUrl::new(format!("{service}/token")).map_err(said)?);
    let codes: CoreDeviceAuthorizationResponse =
        client.exchange_device_code().add_scope(Scope::new("profile".to_owned())).request(&http).map_err(said)?;
    if let Some(answer) = answer {
        let complete = codes.verification_uri_complete().ok_or("no complete address")?;
        person(service, complete.secret(), answer)?;
    }
    let patience = Some(Duration::from_secs(60));
    let token = client.exchange_device_access_token(&codes);
    let told = token.request(&http, std::thread::sleep, patience);
    match refusal {
        None => told.map(|_| ()).map_err(said),
        Some(code) => refused(code, told),
    }
}

fn main() {
    let addresses: Vec<String> = std::env::args().skip(1).collect();
    let patient = addresses[0].as_str();
    let stories: [(&str, Box<dyn Fn() -> Story + Send + Sync + '_>); 6] = [
        ("a confidential client", Box::new(|| a_token(patient, "web:openidconnect", Some(SECRET)))),
        ("a public client", Box::new(|| a_token(patient, "page", None))),
        ("declined, a wrong secret, a wrong verifier", Box::new(|| refusals(patient))),
        ("a device", Box::new(|| a_device(patient, Some("Share"), None))),
        ("a device that is denied", Box::new(|| a_device(patient, Some("Decline"), Some("access_denied")))),
        ("a device whose code expires", Box::new(|| a_device(&addresses[1], None, Some("expired_token")))),
    ];
    let failed: usize = std::thread::scope(|scope| {
        let told: Vec<_> = stories.iter().map(|(name, story)| (name, scope.spawn(story))).collect();
        told.into_iter()
            .map(|(name, story)| match story.join().unwrap_or_else(|_| Err("panicked".to_owned())) {
                Ok(()) => {
                    println!("ok      openidconnect, oauth2: {name}");
                    0
                }
                Err(why) => {
                    println!("FAILED  openidconnect, oauth2: {name}\n{why}");
                    1
                }
            })
            .sum()
    });
    std::process::exit(i32::from(failed > 0));
}
