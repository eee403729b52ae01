//! JSON as a payload, some of whose members are sent as the text that they were given in: numbers that the
//! person agreed to are not written anew.

use poem::{IntoResponse, Response};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// An object. In the document it is what `T` says.
#[derive(Debug)]
pub struct ExactJson<T> {
    value: T,
    exact: Option<(&'static str, Box<RawValue>)>,
}

impl<T> ExactJson<T> {
    /// `value`, whose member `name` is an array of these JSON texts, where there are any.
    pub fn new(value: T, name: &'static str, texts: Option<&[String]>) -> Self {
        let array = texts.map(|texts| RawValue::from_string(format!("[{}]", texts.join(","))));
        Self { value, exact: array.and_then(Result::ok).map(|array| (name, array)) }
    }
}

struct Body<'b> {
    members: &'b Map<String, Value>,
    exact: Option<&'b (&'static str, Box<RawValue>)>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.members.len()))?;
        for (name, value) in self.members {
            match self.exact {
                Some((exact, text)) if exact == name => object.serialize_entry(name, text)?,
                _ => object.serialize_entry(name, value)?,
            }
        }
        object.end()
    }
}

impl<T: Type> Payload for ExactJson<T> {
    const CONTENT_TYPE: &'static str = Json::<T>::CONTENT_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ToJSON> ExactJson<T> {
    /// The text of the object.
    pub fn into_text(self) -> String {
        let value = self.value.to_json().unwrap_or_default();
        let body = value.as_object().map(|members| Body { members, exact: self.exact.as_ref() });
        // Texts and values that were read before can be written.
        let text = body.and_then(|body| serde_json::to_string(&body).ok());
        text.unwrap_or_else(|| value.to_string())
    }
}

impl<T: ToJSON> IntoResponse for ExactJson<T> {
    fn into_response(self) -> Response {
        Response::builder().content_type(Json::<T>::CONTENT_TYPE).body(self.into_text())
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::Object;

    use super::*;

    #[derive(Debug, Object)]
    struct WrittenJson {
        before: u8,
        given: Option<Vec<Value>>,
    }

    async fn body(texts: Option<&[String]>) -> String {
        let value = WrittenJson { before: 1, given: texts.map(|_| vec![serde_json::json!({"a": 12.1})]) };
        let response = ExactJson::new(value, "given", texts).into_response();
        assert_eq!(response.content_type(), Some("application/json; charset=utf-8"));
        response.into_body().into_string().await.unwrap()
    }

    #[tokio::test]
    async fn texts_stand_in_it_as_they_were_given() {
        let texts = [r#"{"a":12.10}"#.to_owned()];
        assert_eq!(body(Some(&texts)).await, r#"{"before":1,"given":[{"a":12.10}]}"#);
        assert!(body(None).await.starts_with(r#"{"before":1"#));
    }
}
