//! The shapes of OpenID Connect Core section 5.3, and how a token is shown (RFC 6750 section 2.1,
//! RFC 9449 section 7.1).

use poem::http::{HeaderMap, header};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::resource_refusal::ResourceRefusal;
use crate::domain::base::secret::Secret;
use crate::flow::issue_tokens::TokenType;
use crate::flow::userinfo::Person;
use crate::http::documented::Documented;
use crate::http::form::Form;

/// The longest access token that is looked at.
const LONGEST: usize = 16 * 1024;

/// The answer.
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

/// The one access token of a request, from its `Authorization` header: anywhere else it would be kept by
/// logs and histories.
pub fn shown(headers: &HeaderMap, query: Option<&str>) -> Result<(TokenType, Secret), ResourceRefusal> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    if query.is_ok_and(|query| query.has("access_token")) {
        return Err(ResourceRefusal::malformed("an access token must not be in the URL"));
    }
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Err(ResourceRefusal::no_token()) };
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
        use poem::IntoResponse as _;
        let headers = values.iter().map(|value| (header::AUTHORIZATION, value.parse().unwrap())).collect();
        match shown(&headers, query) {
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
}
