//! Texts and numbers of which the document says what they must be.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;

use vpgate_core::base::client_address::ClientAddress;

/// What shows what it is: no control characters but line breaks, none that turn the direction of a text, and
/// something beside white space.
const SHOWN: &str = r"^[^\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]*\S[^\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]*$";

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($($key:ident: $value:expr),+);)+) => { $(
        $(#[$doc])*
        #[derive(Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub String);

        impl Type for $name {
            const IS_REQUIRED: bool = true;

            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                let schema = MetaSchema { $($key: Some($value.into())),+, ..MetaSchema::new("string") };
                MetaSchemaRef::Inline(Box::new(schema))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value.unwrap_or_default() {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(ParseError::expected_type(other)),
                }
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::from(self.0.as_str()))
            }
        }
    )+ };
}

impl AddressText {
    /// The address, for whoever counts by it. The document lets nothing else in.
    pub fn address(&self) -> ClientAddress {
        self.0.parse().map(ClientAddress::known).unwrap_or_default()
    }
}

texts! {
    /// Scopes, separated by single spaces (RFC 6749 section 3.3).
    ScopeText(pattern: r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$");
    /// An IPv4 or IPv6 address.
    AddressText(format: "ip");
    /// The id of a credential query.
    QueryIdText(pattern: "^[A-Za-z0-9_-]+$", max_length: 64usize);
    /// A name, a label or an identifier that a person reads.
    ShortText(pattern: SHOWN, max_length: 200usize);
    /// A text that a person reads.
    LongText(pattern: SHOWN, max_length: 1000usize);
    /// An ISO 4217 code.
    CurrencyText(pattern: "^[A-Z]{3}$");
    /// An http or https address, without a user name or password.
    WebsiteText(pattern: "^https?://[^/?#@]+([/?#].*)?$", format: "uri", max_length: 2048usize);
}
