//! Who a client says it is: HTTP Basic, or the form (RFC 6749 section 2.3.1, RFC 7523 section 2.2).

use poem::http::{HeaderMap, header};
use poem::web::headers::authorization::{Basic, Credentials as _};
use poem_openapi::Object;
use serde::Deserialize;

use super::form::{self, Form};
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::client::ClientCredentials;
use vpgate_core::oauth::client_assertion::JWT_BEARER;

/// The challenge of every 401 (RFC 9110 section 15.5.2 demands one).
pub const CHALLENGE: &str = "Basic realm=\"vpgate\"";

/// How a form names and proves its client.
#[derive(Debug, Default, Object, Deserialize)]
pub struct ClientParameters {
    /// Required unless the client authenticates with HTTP Basic or an assertion.
    pub client_id: Option<String>,
    /// For clients registered with `client_secret_post`.
    pub client_secret: Option<String>,
    /// For clients registered with `private_key_jwt`: a signed JWT (RFC 7523 section 3).
    pub client_assertion: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, beside a `client_assertion`.
    pub client_assertion_type: Option<String>,
}

/// Why no credentials could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsFault {
    /// Neither a header nor a `client_id`.
    #[error("no client_id and no client authentication")]
    Missing,
    /// Not Basic, not base64, no colon, or not form-encoded inside.
    #[error("the Authorization header is not valid HTTP Basic with a form-encoded id and secret")]
    Malformed,
    /// Header and form at once, or two headers: one method per request (RFC 6749 section 2.3).
    #[error("more than one way of client authentication, or two different client ids")]
    Several,
    #[error("client_assertion and client_assertion_type belong together")]
    HalfAssertion,
    /// An assertion of another kind.
    #[error("the only client_assertion_type here is {JWT_BEARER}")]
    AssertionType,
    /// A secret in the request target, where logs and histories keep it.
    #[error("client credentials must not be in the URL")]
    InUrl,
}

/// Reads the `Authorization` header. `Ok(None)` when there is none. Id and secret were form-encoded
/// before they were joined, so that either may contain a colon.
///
/// # Errors
/// [`CredentialsFault::Malformed`], [`CredentialsFault::Several`]
pub fn from_header(headers: &HeaderMap) -> Result<Option<(String, Secret)>, CredentialsFault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(CredentialsFault::Several);
    }
    let is_basic = value.as_bytes().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic "));
    if !is_basic {
        return Err(CredentialsFault::Malformed);
    }
    let basic = Basic::decode(value).ok_or(CredentialsFault::Malformed)?;
    let decode = |part: &str| form::decode(part.as_bytes()).map_err(|_| CredentialsFault::Malformed);
    Ok(Some((decode(basic.username())?, Secret::received(decode(basic.password())?))))
}

/// Reads the one way in which a request names its client.
///
/// # Errors
/// [`CredentialsFault`]
pub fn client_credentials(
    headers: &HeaderMap,
    query: Option<&str>,
    form: ClientParameters,
) -> Result<ClientCredentials, CredentialsFault> {
    let query = Form::parse(query.unwrap_or_default().as_bytes()).map_err(|_| CredentialsFault::InUrl)?;
    if query.has("client_secret") || query.has("client_assertion") {
        return Err(CredentialsFault::InUrl);
    }
    let basic = from_header(headers)?;
    let secret = form.client_secret.map(Secret::received);
    let assertion = match (form.client_assertion, form.client_assertion_type) {
        (None, None) => None,
        (Some(assertion), Some(kind)) if kind == JWT_BEARER => Some(Secret::received(assertion)),
        (Some(_), Some(_)) => return Err(CredentialsFault::AssertionType),
        _ => return Err(CredentialsFault::HalfAssertion),
    };
    if let Some(assertion) = assertion {
        return match (basic, secret) {
            (None, None) => Ok(ClientCredentials::Assertion(form.client_id, assertion)),
            _ => Err(CredentialsFault::Several),
        };
    }
    match (basic, form.client_id, secret) {
        (Some(_), _, Some(_)) => Err(CredentialsFault::Several),
        (Some((id, _)), Some(other), None) if id != other => Err(CredentialsFault::Several),
        (Some((id, secret)), _, None) => Ok(ClientCredentials::Basic(id, secret)),
        (None, Some(id), Some(secret)) => Ok(ClientCredentials::Post(id, secret)),
        (None, Some(id), None) => Ok(ClientCredentials::Claimed(id)),
        (None, None, _) => Err(CredentialsFault::Missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (header::AUTHORIZATION, value.parse().unwrap())).collect()
    }

    fn read(
        values: &[&str],
        query: Option<&str>,
        id: Option<&str>,
        secret: Option<&str>,
    ) -> Result<(String, String), CredentialsFault> {
        let owned = |text: &str| text.to_owned();
        let form = ClientParameters {
            client_id: id.map(owned),
            client_secret: secret.map(owned),
            ..ClientParameters::default()
        };
        client_credentials(&headers(values), query, form).map(|read| match read {
            ClientCredentials::Claimed(id) => (id, "claimed".to_owned()),
            ClientCredentials::Basic(id, secret) => (id, format!("basic {}", secret.expose())),
            ClientCredentials::Post(id, secret) => (id, format!("post {}", secret.expose())),
            ClientCredentials::Api(..) | ClientCredentials::Assertion(..) => panic!("there was none"),
        })
    }

    fn is(id: &str, how: &str) -> Result<(String, String), CredentialsFault> {
        Ok((id.to_owned(), how.to_owned()))
    }

    // shop:s3cret, did%3Aex%3A1:a%2Bb+c, did:ex:1:x, shop (no colon), shop:%zz
    const SHOP: &str = "Basic c2hvcDpzM2NyZXQ=";
    const DID: &str = "Basic ZGlkJTNBZXglM0ExOmElMkJiK2M=";
    const RAW_DID: &str = "Basic ZGlkOmV4OjE6eA==";

    #[test]
    fn req_11_1_id_and_secret_are_form_decoded_after_base64() {
        assert_eq!(read(&[SHOP], None, None, None), is("shop", "basic s3cret"));
        assert_eq!(read(&[DID], None, None, None), is("did:ex:1", "basic a+b c"));
        assert_eq!(read(&[RAW_DID], None, None, None), is("did", "basic ex:1:x"));
        assert_eq!(read(&["basic c2hvcDpzM2NyZXQ="], None, None, None), is("shop", "basic s3cret"));
    }

    #[test]
    fn req_11_1_anything_else_in_the_header_is_malformed() {
        for wrong in
            ["Basic", "Basic c2hvcA==", "Basic !!!", "Basic c2hvcDolenp6", "Bearer abc", "c2hvcDpzM2NyZXQ="]
        {
            assert_eq!(read(&[wrong], None, None, None), Err(CredentialsFault::Malformed), "{wrong}");
        }
    }

    #[test]
    fn req_11_3_one_method_per_request() {
        assert_eq!(read(&[SHOP], None, Some("shop"), None), is("shop", "basic s3cret"));
        for (values, id, secret) in [
            (&[SHOP][..], Some("shop"), Some("s3cret")),
            (&[SHOP][..], None, Some("s3cret")),
            (&[SHOP][..], Some("other"), None),
            (&[SHOP, SHOP][..], None, None),
        ] {
            assert_eq!(read(values, None, id, secret), Err(CredentialsFault::Several));
        }
    }

    #[test]
    fn req_11_2_the_form_names_or_proves_and_the_url_never_does() {
        assert_eq!(read(&[], None, Some("tv"), None), is("tv", "claimed"));
        assert_eq!(read(&[], Some("x=1"), Some("shop"), Some("s")), is("shop", "post s"));
        assert_eq!(read(&[], None, None, Some("s")), Err(CredentialsFault::Missing));
        assert_eq!(read(&[], None, None, None), Err(CredentialsFault::Missing));
        assert_eq!(read(&[], Some("client_secret=s"), Some("shop"), None), Err(CredentialsFault::InUrl));
    }
    #[test]
    fn req_11_3_req_11_4_an_assertion_stands_alone_and_names_its_kind() {
        let form = |id: Option<&str>, secret: Option<&str>, assertion: Option<&str>, kind: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            ClientParameters {
                client_id: owned(id),
                client_secret: owned(secret),
                client_assertion: owned(assertion),
                client_assertion_type: owned(kind),
            }
        };
        let read = |values: &[&str], query: Option<&str>, form| {
            client_credentials(&headers(values), query, form).map(|read| match read {
                ClientCredentials::Assertion(id, assertion) => (id, assertion.expose().to_owned()),
                other => panic!("{other:?}"),
            })
        };
        let (jwt, kind) = (Some("a.b.c"), Some(JWT_BEARER));
        for id in [None, Some("web")] {
            let expected = (id.map(str::to_owned), "a.b.c".to_owned());
            assert_eq!(read(&[], None, form(id, None, jwt, kind)), Ok(expected));
        }
        let saml = Some("urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
        for (values, query, form, fault) in [
            (&[][..], None, form(None, None, jwt, None), CredentialsFault::HalfAssertion),
            (&[], None, form(Some("web"), None, None, kind), CredentialsFault::HalfAssertion),
            (&[], None, form(None, None, jwt, saml), CredentialsFault::AssertionType),
            (&[], None, form(Some("web"), Some("s"), jwt, kind), CredentialsFault::Several),
            (&[SHOP], None, form(None, None, jwt, kind), CredentialsFault::Several),
            (&[], Some("client_assertion=a.b.c"), form(None, None, jwt, kind), CredentialsFault::InUrl),
        ] {
            assert_eq!(read(values, query, form), Err(fault));
        }
    }
}
