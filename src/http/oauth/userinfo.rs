//! The shapes of OpenID Connect Core section 5.3.

use poem::{Request, RequestBody};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::resource_error::ResourceRefusal;
use crate::flow::tokens::userinfo::Person;
use crate::http::documented::Documented;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, MAX_FORM_BYTES};
use crate::http::payload::ReadBody;
use vpgate_core::base::secret::Secret;

/// How a question about the person is answered.
#[derive(Debug, ApiResponse)]
pub enum UserinfoAnswer {
    /// Who the person is.
    #[oai(status = 200)]
    Told(Json<Documented<Userinfo>>),
}

/// Who the person is. What `[clients.claims] userinfo` says stands beside `sub`.
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
pub struct TokenInForm(pub Option<Secret>);

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
