//! Who a client says it is: HTTP Basic, or the form (RFC 6749 section 2.3.1).

use poem::http::{HeaderMap, header};
use poem::web::headers::authorization::{Basic, Credentials as _};

use super::form::{self, Form};
use crate::domain::base::secret::Secret;
use crate::domain::oauth::client::Credentials;

/// The challenge of every 401 (RFC 9110 section 15.5.2 demands one).
pub const CHALLENGE: &str = "Basic realm=\"vpgate\"";

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
    client_id: Option<String>,
    client_secret: Option<String>,
) -> Result<Credentials, CredentialsFault> {
    let query = Form::parse(query.unwrap_or_default().as_bytes()).map_err(|_| CredentialsFault::InUrl)?;
    if query.has("client_secret") {
        return Err(CredentialsFault::InUrl);
    }
    let secret = client_secret.map(Secret::received);
    match (from_header(headers)?, client_id, secret) {
        (Some(_), _, Some(_)) => Err(CredentialsFault::Several),
        (Some((id, _)), Some(other), None) if id != other => Err(CredentialsFault::Several),
        (Some((id, secret)), _, None) => Ok(Credentials::Basic(id, secret)),
        (None, Some(id), Some(secret)) => Ok(Credentials::Post(id, secret)),
        (None, Some(id), None) => Ok(Credentials::Claimed(id)),
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
        client_credentials(&headers(values), query, id.map(owned), secret.map(owned)).map(|read| match read {
            Credentials::Claimed(id) => (id, "claimed".to_owned()),
            Credentials::Basic(id, secret) => (id, format!("basic {}", secret.expose())),
            Credentials::Post(id, secret) => (id, format!("post {}", secret.expose())),
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
}
