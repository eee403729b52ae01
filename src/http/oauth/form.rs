//! A form as a payload of the OAuth endpoints: read strictly, and shown in the OpenAPI document.

use poem::http::header;
use poem::{Request, RequestBody};
use poem_openapi::types::Type;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};

use super::error::OAuthRefusal;
use crate::http::basic::CredentialsFault;
use crate::http::client_authentication::NotLetIn;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, BodyFault, MAX_FORM_BYTES};
use crate::http::payload::ReadBody;
use vpgate_core::oauth::authorization_request::AuthorizationParameters;

/// The parameters of `T`, which names them all as text. Unknown ones are ignored.
#[derive(Debug)]
pub struct OAuthForm<T>(pub T);

/// All parameters as they came, beside those that `T` names.
#[derive(Debug)]
pub struct WholeForm<T> {
    /// What `T` names.
    pub named: T,
    /// All parameters of the form.
    pub parameters: AuthorizationParameters,
}

async fn pairs(request: &Request, body: &mut RequestBody) -> Result<Vec<(String, String)>, OAuthRefusal> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(OAuthRefusal::invalid(format!("the Content-Type must be {MEDIA_TYPE}")));
    }
    let bytes = body::take_bounded(body, MAX_FORM_BYTES, None).await.map_err(|fault| match fault {
        BodyFault::TooLarge(_) => OAuthRefusal::too_large(fault.to_string()),
        BodyFault::Unreadable => OAuthRefusal::invalid(fault.to_string()),
    })?;
    let parameters = Form::parse(&bytes).map_err(|fault| OAuthRefusal::invalid(fault.to_string()))?;
    Ok(parameters.into_pairs().collect())
}

fn named<T: DeserializeOwned>(request: &Request, pairs: Vec<(String, String)>) -> Result<T, OAuthRefusal> {
    let names_client = |(name, _): &(String, String)| name == "client_id" || name == "client_assertion";
    let is_anonymous =
        !request.headers().contains_key(header::AUTHORIZATION) && !pairs.iter().any(names_client);
    let values = pairs.into_iter().map(|(name, value)| (name, FormValue(value)));
    // All members are text, so the only thing that can be wrong is that one is missing. Whoever says nothing
    // of themselves either hears that first (RFC 7662 section 2.1, RFC 6749 section 5.2).
    T::deserialize(MapDeserializer::new(values)).map_err(|_| {
        if is_anonymous {
            NotLetIn::Credentials(CredentialsFault::Missing).into()
        } else {
            OAuthRefusal::invalid("a required parameter is missing")
        }
    })
}

/// The value of a parameter: text, whether the parameter may be left out or not.
struct FormValue(String);

impl<'de> Deserializer<'de> for FormValue {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_> for FormValue {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<T: DeserializeOwned + Type> ReadBody for OAuthForm<T> {
    type Described = T;
    type Refusal = OAuthRefusal;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, OAuthRefusal> {
        Ok(Self(named(request, pairs(request, body).await?)?))
    }
}

impl<T: DeserializeOwned + Type> ReadBody for WholeForm<T> {
    type Described = T;
    type Refusal = OAuthRefusal;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, OAuthRefusal> {
        let pairs = pairs(request, body).await?;
        let named = named(request, pairs.clone())?;
        Ok(Self { named, parameters: AuthorizationParameters::new(pairs, Vec::new()) })
    }
}
