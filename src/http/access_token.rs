//! How a request shows an access token (RFC 6750 sections 2.1 and 2.2, RFC 9449 section 7.1).

use poem::Request;
use poem::http::{HeaderMap, header};

use super::form::Form;
use crate::flow::tokens::issue::TokenType;
use vpgate_core::base::secret::Secret;

/// The longest access token that is looked at.
const LONGEST: usize = 16 * 1024;

/// Why no access token could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTokenShown {
    /// Nothing came that could be one.
    #[error("no access token was shown")]
    Missing,
    /// It was shown in a way that it may not be.
    #[error("{0}")]
    Malformed(&'static str),
}

/// The one access token of a request, from its `Authorization` header or its form: in the URL it would be
/// kept by logs and histories. A form shows a Bearer token: for a DPoP token RFC 9449 knows the header only.
///
/// # Errors
/// [`NoTokenShown`]
pub fn shown(
    headers: &HeaderMap,
    query: Option<&str>,
    in_form: Option<Secret>,
) -> Result<(TokenType, Secret), NoTokenShown> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    if query.is_ok_and(|query| query.has("access_token")) {
        return Err(NoTokenShown::Malformed("an access token must not be in the URL"));
    }
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), in_form) {
        (None, Some(token)) if token.expose().len() <= LONGEST => return Ok((TokenType::Bearer, token)),
        (None, _) => return Err(NoTokenShown::Missing),
        // RFC 6750 section 2: one way per request.
        (Some(_), Some(_)) => {
            return Err(NoTokenShown::Malformed("an access token is in the header and in the form"));
        }
        (Some(value), None) => value,
    };
    if values.next().is_some() {
        return Err(NoTokenShown::Malformed("there is more than one Authorization header"));
    }
    let read = value.to_str().ok().filter(|text| text.len() <= LONGEST).and_then(|text| text.split_once(' '));
    let (scheme, token) = read.ok_or(NoTokenShown::Missing)?;
    let shown_as = way_of(scheme).ok_or(NoTokenShown::Missing)?;
    Ok((shown_as, Secret::received(token.trim_matches(' '))))
}

/// The `DPoP` headers; what is no text proves nothing.
pub fn proofs(request: &Request) -> Vec<&str> {
    request.headers().get_all("DPoP").iter().map(|value| value.to_str().unwrap_or_default()).collect()
}

/// Whether the `Authorization` header is one that shows an access token.
pub fn is_in_header(headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|text| text.split(' ').next()).and_then(way_of).is_some()
}

fn way_of(scheme: &str) -> Option<TokenType> {
    [TokenType::Bearer, TokenType::Dpop].into_iter().find(|way| scheme.eq_ignore_ascii_case(way.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str], query: Option<&str>) -> Result<(TokenType, String), NoTokenShown> {
        read_with(values, query, None)
    }

    fn read_with(
        values: &[&str],
        query: Option<&str>,
        form: Option<&str>,
    ) -> Result<(TokenType, String), NoTokenShown> {
        let headers = values.iter().map(|value| (header::AUTHORIZATION, value.parse().unwrap())).collect();
        shown(&headers, query, form.map(Secret::received))
            .map(|(way, token)| (way, token.expose().to_owned()))
    }

    #[test]
    fn req_11_54_a_token_comes_in_one_header_and_nowhere_else() {
        assert_eq!(read(&["Bearer abc"], Some("x=1")), Ok((TokenType::Bearer, "abc".to_owned())));
        assert_eq!(read(&["dpop abc"], None), Ok((TokenType::Dpop, "abc".to_owned())));
        assert_eq!(read(&[], None), Err(NoTokenShown::Missing));
        assert_eq!(read(&["Basic abc"], None), Err(NoTokenShown::Missing));
        assert_eq!(read(&["Bearer"], None), Err(NoTokenShown::Missing));
        assert!(matches!(read(&["Bearer abc", "Bearer abc"], None), Err(NoTokenShown::Malformed(_))));
        assert!(matches!(read(&[], Some("access_token=abc")), Err(NoTokenShown::Malformed(_))));
        assert!(matches!(read(&["Bearer abc"], Some("access_token=abc")), Err(NoTokenShown::Malformed(_))));
    }
    #[test]
    fn rfc_6750_2_2_a_form_may_show_a_bearer_token_and_nothing_beside_it() {
        assert_eq!(read_with(&[], None, Some("abc")), Ok((TokenType::Bearer, "abc".to_owned())));
        for header in ["Bearer abc", "DPoP abc", "Basic abc"] {
            assert!(
                matches!(read_with(&[header], None, Some("abc")), Err(NoTokenShown::Malformed(_))),
                "{header}"
            );
        }
        assert!(matches!(
            read_with(&[], Some("access_token=abc"), Some("abc")),
            Err(NoTokenShown::Malformed(_))
        ));
        assert_eq!(read_with(&[], None, Some(&"x".repeat(LONGEST + 1))), Err(NoTokenShown::Missing));
    }
}
