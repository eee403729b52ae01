//! Parameters of a query or a form: bounded, and each at most once.

use poem::http::StatusCode;
use poem::{Body, Request};
use url::form_urlencoded;

/// The longest query or form read, in bytes.
const MOST_BYTES: usize = 64 * 1024;

/// Parameters as they were sent.
pub(super) struct FormParameters(Vec<(String, String)>);

impl FormParameters {
    /// From `application/x-www-form-urlencoded` bytes.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// From the query of a request; a longer one is refused.
    pub(super) fn of_query(request: &Request) -> Result<Self, StatusCode> {
        let query = request.uri().query().unwrap_or_default();
        if query.len() > MOST_BYTES {
            return Err(StatusCode::URI_TOO_LONG);
        }
        Ok(Self::parse(query.as_bytes()))
    }

    /// From the body of a form.
    pub(super) async fn of_form(request: &Request, body: Body) -> Result<Self, StatusCode> {
        let media_type = request.content_type().and_then(|text| text.split(';').next()).unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let bytes = body.into_bytes_limit(MOST_BYTES).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        Ok(Self::parse(&bytes))
    }

    /// The value of the only parameter of this name. An empty value counts as absent (RFC 6749 section 3.1).
    ///
    /// # Errors
    /// [`Repeated`] when there is more than one.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, Repeated> {
        let mut values = self.0.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Repeated(name)),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }
}

/// A parameter came more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeated(pub(super) &'static str);
