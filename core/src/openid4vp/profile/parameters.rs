//! The parameters of one request, each once, and the two ways to write them (OpenID4VP 1.0 section 5.1).

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

/// Names and values in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(Vec<(&'static str, Value)>);

impl Parameters {
    /// With one more; in the place of one of the same name (REQ-1.15).
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(place) => place.1 = value,
            None => self.0.push((name, value)),
        }
        self
    }

    /// With one more, if there is a value.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// For a Request Object: objects and arrays are themselves (REQ-1.9).
    pub fn to_claims(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// For a URL or a form: objects and arrays are one JSON text each (REQ-1.9).
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        self.0.iter().map(|(name, value)| match value {
            Value::String(text) => (*name, Cow::Borrowed(text.as_str())),
            other => (*name, Cow::Owned(other.to_string())),
        })
    }

    /// As the body of a form.
    pub fn to_form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// At the end of `endpoint`, whose own query stays (RFC 6749 section 3.1) except where it would
    /// send a parameter twice.
    pub fn at(&self, endpoint: &Url) -> Url {
        let ours = |part: &&str| {
            form_urlencoded::parse(part.as_bytes())
                .any(|(name, _)| self.0.iter().any(|(parameter, _)| *parameter == name))
        };
        let kept: Vec<&str> = endpoint
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|part| !part.is_empty() && !ours(part))
            .collect();
        let mut url = endpoint.clone();
        url.set_fragment(None);
        url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
        url.query_pairs_mut().extend_pairs(self.pairs());
        url
    }
}
