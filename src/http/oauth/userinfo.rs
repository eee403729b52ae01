//! The shapes of OpenID Connect Core section 5.3, and how a token is shown (RFC 6750 sections 2.1 and 2.2,
//! RFC 9449 section 7.1).

use poem::http::{HeaderMap, header};
use poem::{Request, RequestBody};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::resource_error::ResourceRefusal;
use crate::flow::tokens::issue::TokenType;
use crate::flow::tokens::userinfo::Person;
use crate::http::documented::Documented;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, MAX_FORM_BYTES};
use crate::http::payload::ReadBody;
use vpgate_core::base::secret::Secret;

/// The longest access token that is looked at.
const LONGEST: usize = 16 * 1024;

/// How a question about the person is answered.
#[derive(Debug, ApiResponse)]
pub enum UserinfoAnswer {
    /// Who the person is.
    #[oai(status = 200)]
    Told(Json<Documented<Userinfo>>),
}

/// Who the person is. The `token_claims` of the client stand beside `sub`, as in its tokens.
#[derive(Debug, Object)]
pub struct Userinfo {
    /// The pairwise subject, as in the ID token.
    pub sub: String,
}

impl From<Person> for UserinfoAnswer {
    fn from(person: Person) -> Self {
        Self::Told(Json(Documented::with(&Userinfo { sub: person.subject }, person.claims.into_iter())))
    }
}

/// The token that a form shows, where one does (RFC 6750 section 2.2).
#[derive(Debug, Default)]
pub struct TokenInForm(Option<Secret>);

/// The body of a POST; it may be left out. For the document only.
#[derive(Debug, Object)]
pub struct UserinfoForm {
    /// Instead of the header, for Bearer tokens.
    access_token: Option<String>,
}

impl ReadBody for TokenInForm {
    type Described = UserinfoForm;
    type Refusal = ResourceRefusal;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;
    const REQUIRED: bool = false;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, ResourceRefusal> {
        // What is no form shows no token: the header may.
        if !body::has_media_type(request, MEDIA_TYPE) {
            return Ok(TokenInForm::default());
        }
        let bytes = body::take_bounded(body, MAX_FORM_BYTES, None).await;
        let bytes = bytes.map_err(|fault| ResourceRefusal::malformed(&fault.to_string()))?;
        let mut form = Form::parse(&bytes).map_err(|fault| ResourceRefusal::malformed(&fault.to_string()))?;
        Ok(TokenInForm(form.take("access_token").map(Secret::received)))
    }
}

/// The one access token of a request, from its `Authorization` header or its form: in the URL it would be
/// kept by logs and histories. A form shows a Bearer token: for a DPoP token RFC 9449 knows the header only.
pub fn shown(
    headers: &HeaderMap,
    query: Option<&str>,
    form: TokenInForm,
) -> Result<(TokenType, Secret), ResourceRefusal> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    if query.is_ok_and(|query| query.has("access_token")) {
        return Err(ResourceRefusal::malformed("an access token must not be in the URL"));
    }
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), form.0) {
        (None, None) => return Err(ResourceRefusal::no_token()),
        (None, Some(token)) if token.expose().len() <= LONGEST => return Ok((TokenType::Bearer, token)),
        (None, Some(_)) => return Err(ResourceRefusal::no_token()),
        // RFC 6750 section 2: one way per request.
        (Some(_), Some(_)) => {
            return Err(ResourceRefusal::malformed("an access token is in the header and in the form"));
        }
        (Some(value), None) => value,
    };
    if values.next().is_some() {
        return Err(ResourceRefusal::malformed("there is more than one Authorization header"));
    }
    let read = value.to_str().ok().filter(|text| text.len() <= LONGEST).and_then(|text| text.split_once(' '));
    let (scheme, token) = read.ok_or_else(ResourceRefusal::no_token)?;
    let shown_as = [TokenType::Bearer, TokenType::Dpop]
        .into_iter()
        .find(|way| scheme.eq_ignore_ascii_case(way.name()))
        .ok_or_else(ResourceRefusal::no_token)?;
    Ok((shown_as, Secret::received(token.trim_matches(' '))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str], query: Option<&str>) -> Result<(TokenType, String), u16> {
        read_with(values, query, None)
    }

    fn read_with(
        values: &[&str],
        query: Option<&str>,
        form: Option<&str>,
    ) -> Result<(TokenType, String), u16> {
        use poem::IntoResponse as _;
        let headers = values.iter().map(|value| (header::AUTHORIZATION, value.parse().unwrap())).collect();
        match shown(&headers, query, TokenInForm(form.map(Secret::received))) {
            Ok((way, token)) => Ok((way, token.expose().to_owned())),
            Err(refusal) => Err(refusal.into_response().status().as_u16()),
        }
    }

    #[test]
    fn req_11_54_a_token_comes_in_one_header_and_nowhere_else() {
        assert_eq!(read(&["Bearer abc"], Some("x=1")), Ok((TokenType::Bearer, "abc".to_owned())));
        assert_eq!(read(&["dpop abc"], None), Ok((TokenType::Dpop, "abc".to_owned())));
        assert_eq!(read(&[], None), Err(401));
        assert_eq!(read(&["Basic abc"], None), Err(401));
        assert_eq!(read(&["Bearer"], None), Err(401));
        assert_eq!(read(&["Bearer abc", "Bearer abc"], None), Err(400));
        assert_eq!(read(&[], Some("access_token=abc")), Err(400));
        assert_eq!(read(&["Bearer abc"], Some("access_token=abc")), Err(400));
    }
    #[test]
    fn rfc_6750_2_2_a_form_may_show_a_bearer_token_and_nothing_beside_it() {
        assert_eq!(read_with(&[], None, Some("abc")), Ok((TokenType::Bearer, "abc".to_owned())));
        for header in ["Bearer abc", "DPoP abc", "Basic abc"] {
            assert_eq!(read_with(&[header], None, Some("abc")), Err(400), "{header}");
        }
        assert_eq!(read_with(&[], Some("access_token=abc"), Some("abc")), Err(400));
        assert_eq!(read_with(&[], None, Some(&"x".repeat(LONGEST + 1))), Err(401));
    }
}
