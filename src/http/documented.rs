//! JSON whose exact form is kept, and whose shape `S` describes in the OpenAPI document.

use std::borrow::Cow;
use std::marker::PhantomData;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;

/// A value as it is; the document says it is an `S`. Amounts of money pass through unchanged, which
/// a type with a `f64` in it could not promise.
#[derive(Debug)]
pub struct Documented<S> {
    value: Value,
    described_by: PhantomData<fn() -> S>,
}

impl<S> Documented<S> {
    /// Wraps a value.
    pub fn new(value: Value) -> Self {
        Self { value, described_by: PhantomData }
    }

    /// The value.
    pub fn into_value(self) -> Value {
        self.value
    }
}

impl<S: Type + ToJSON> Documented<S> {
    /// `described` with more members, which the document cannot name because configuration does. None of
    /// them replaces a member that is there.
    pub fn with(described: &S, more: impl Iterator<Item = (String, Value)>) -> Self {
        let mut value = described.to_json().unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            for (name, one) in more {
                members.entry(name).or_insert(one);
            }
        }
        Self::new(value)
    }
}

impl<S: Type> Type for Documented<S> {
    const IS_REQUIRED: bool = S::IS_REQUIRED;

    type RawValueType = Value;
    type RawElementValueType = Value;

    fn name() -> Cow<'static, str> {
        S::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        S::schema_ref()
    }

    fn register(registry: &mut Registry) {
        S::register(registry);
    }

    fn as_raw_value(&self) -> Option<&Value> {
        Some(&self.value)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
        Box::new(std::iter::once(&self.value))
    }
}

impl<S: Type> ParseFromJSON for Documented<S> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        value.map(Self::new).ok_or_else(ParseError::expected_input)
    }
}

impl<S: Type> ToJSON for Documented<S> {
    fn to_json(&self) -> Option<Value> {
        Some(self.value.clone())
    }
}

/// In the document: text that is not empty, or an `S`.
#[derive(Debug)]
pub struct TextOr<S>(PhantomData<fn() -> S>);

impl<S: Type> Type for TextOr<S> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("{}OrText", S::name()).into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::name().into_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>(Self::name().into_owned(), |registry| {
            S::register(registry);
            let text = MetaSchema { min_length: Some(1), ..MetaSchema::new("string") };
            let any_of = vec![MetaSchemaRef::Inline(Box::new(text)), S::schema_ref()];
            MetaSchema { any_of, ..MetaSchema::ANY }
        });
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}
