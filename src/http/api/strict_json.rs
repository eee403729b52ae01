//! JSON as a payload of the REST API: bounded, without duplicate or unknown members.

use std::marker::PhantomData;

use poem::{Request, RequestBody};
use poem_openapi::types::Type;
use serde_json::{Map, Value};

use super::error::{Problem, pointer};
use crate::flow::presentation::accept;
use crate::http::middleware::body::{self, BodyFault, MAX_JSON_BYTES};
use crate::http::middleware::rate_limits::RateLimits;
use crate::http::payload::ReadBody;
use vpgate_core::base::exact;
use vpgate_core::base::json::{self, Bounds};

const MEDIA_TYPE: &str = "application/json";
/// Of a body that was read within its length.
const BOUNDS: Bounds = Bounds { bytes: usize::MAX, depth: 16, members: 2000 };
/// How many members a body may have in which presentations come in JSON serialisation, with a string for each
/// Disclosure.
const MEMBERS_OF_A_TOKEN: usize = 20_000;

/// A body of the REST API: the document describes it by the fields of the type, and [`JsonRequest::read`] reads the
/// members of these names.
pub trait JsonRequest: Type {
    /// What it asks for.
    type Read;

    /// Whether it may be as long as a wallet's answer.
    const HOLDS_A_TOKEN: bool = false;

    /// Takes the members out. Those that are left are refused afterwards.
    ///
    /// # Errors
    /// A [`Problem`] that points at the member at fault.
    fn read(members: &mut JsonBody) -> Result<Self::Read, Problem>;
}

/// A JSON object that says what `S` says. Reading it is left to whoever has authenticated the caller first:
/// nothing is parsed before [`Self::read`].
#[derive(Debug)]
pub struct StrictJson<S> {
    received: Result<Vec<u8>, Problem>,
    described_by: PhantomData<fn() -> S>,
}

impl<S: JsonRequest> StrictJson<S> {
    /// What it asks for.
    ///
    /// # Errors
    /// A [`Problem`] of the body as a whole, or of a member.
    pub fn read(self) -> Result<S::Read, Problem> {
        let most = if S::HOLDS_A_TOKEN { MEMBERS_OF_A_TOKEN } else { BOUNDS.members };
        let mut members = parse(&self.received?, most)?;
        let read = S::read(&mut members)?;
        members.nothing_else()?;
        Ok(read)
    }
}

/// The members of an object, taken out one by one. `null` counts as left out.
#[derive(Debug)]
pub struct JsonBody {
    members: Map<String, Value>,
    /// The whole text.
    text: Vec<u8>,
}

impl JsonBody {
    /// A member that must be text.
    ///
    /// # Errors
    /// A [`Problem`] that points at it; the same below.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::invalid_request(&pointer(name), "must be a string")),
        }
    }

    /// A member that must be true or false.
    ///
    /// # Errors
    /// Where it is no boolean.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(Problem::invalid_request(&pointer(name), "must be true or false")),
        }
    }

    /// A member that must be an object.
    ///
    /// # Errors
    /// Where it is no object.
    pub fn object(&mut self, name: &str) -> Result<Option<Value>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(object @ Value::Object(_)) => Ok(Some(object)),
            Some(_) => Err(Problem::invalid_request(&pointer(name), "must be an object")),
        }
    }

    /// A member that must be text, or an object, which is written as JSON.
    ///
    /// # Errors
    /// Where it is neither text nor an object.
    pub fn text_or_object(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(object @ Value::Object(_)) => Ok(Some(object.to_string())),
            Some(_) => Err(Problem::invalid_request(&pointer(name), "must be a string or an object")),
        }
    }

    /// A member that must be an array; empty when left out.
    ///
    /// # Errors
    /// Where it is no array.
    pub fn array(&mut self, name: &str) -> Result<Vec<Value>, Problem> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(elements)) => Ok(elements),
            Some(_) => Err(Problem::invalid_request(&pointer(name), "must be an array")),
        }
    }

    /// A member that must be an array, each element as the text that it is written in; empty when left out.
    ///
    /// # Errors
    /// Where it is no array of texts.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        if self.array(name)?.is_empty() {
            return Ok(Vec::new());
        }
        Ok(exact::elements(&self.text, name))
    }

    /// Nothing may be left over: a misspelt member would otherwise silently not count.
    ///
    /// # Errors
    /// Where a member is left.
    fn nothing_else(self) -> Result<(), Problem> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(Problem::invalid_request(&pointer(name), "there is no such member")),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        #[cfg(test)]
        testing::note(name);
        self.members.swap_remove(name).filter(|value| !value.is_null())
    }
}

async fn received(request: &Request, body: &mut RequestBody, longest: usize) -> Result<Vec<u8>, Problem> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(Problem::media_type());
    }
    body::take_bounded(body, longest, RateLimits::sender(request)).await.map_err(|fault| match fault {
        BodyFault::TooLarge(_) => Problem::too_large(fault.to_string()),
        BodyFault::Unreadable => Problem::invalid_json(fault.to_string()),
    })
}

fn parse(bytes: &[u8], members: usize) -> Result<JsonBody, Problem> {
    let bounds = Bounds { members, ..BOUNDS };
    let members =
        json::parse_object(bytes, &bounds).map_err(|fault| Problem::invalid_json(fault.to_string()))?;
    // An amount that would be rounded while it is read is not the amount that was agreed to.
    if !json::numbers_survive(bytes) {
        return Err(Problem::invalid_json("a number has more than the 15 digits that are kept exactly"));
    }
    Ok(JsonBody { members, text: bytes.to_vec() })
}

impl<S: JsonRequest> ReadBody for StrictJson<S> {
    type Described = S;
    type Refusal = Problem;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, Problem> {
        let longest =
            request.data().filter(|_| S::HOLDS_A_TOKEN).map_or(MAX_JSON_BYTES, accept::longest_answer);
        Ok(Self { received: received(request, body, longest).await, described_by: PhantomData })
    }
}

#[cfg(test)]
pub mod testing {
    //! Whether a body is read as the document describes it.

    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use poem_openapi::registry::Registry;

    use super::*;

    thread_local! {
        static TAKEN: RefCell<BTreeSet<String>> = RefCell::default();
    }

    pub fn note(name: &str) {
        TAKEN.with_borrow_mut(|taken| taken.insert(name.to_owned()));
    }

    /// Reads `sample`, which is good, and compares the members that were asked for with those in the document.
    pub fn assert_documented<S: JsonRequest>(sample: &Value) {
        TAKEN.take();
        let received = Ok(sample.to_string().into_bytes());
        let read = StrictJson::<S> { received, described_by: PhantomData }.read();
        assert!(read.is_ok(), "{}: {:?}", S::name(), read.err());
        let mut registry = Registry::new();
        S::register(&mut registry);
        let schema = &registry.schemas[S::schema_ref().unwrap_reference()];
        let documented = schema.properties.iter().map(|(name, _)| (*name).to_owned());
        assert_eq!(documented.collect::<BTreeSet<_>>(), TAKEN.take(), "{}", S::name());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> JsonBody {
        match value {
            Value::Object(members) => {
                JsonBody { text: Value::from(members.clone()).to_string().into(), members }
            }
            other => panic!("{other}"),
        }
    }

    fn at(problem: Problem) -> String {
        match problem {
            Problem::BadRequest(details) => details.0.pointer.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn members_are_read_by_type_and_null_is_absent() {
        let mut all = members(json!({ "a": "x", "b": {}, "c": [1], "d": null }));
        assert_eq!(all.text("a").unwrap().as_deref(), Some("x"));
        assert_eq!(all.object("b").unwrap(), Some(json!({})));
        assert_eq!(all.array("c").unwrap(), [json!(1)]);
        assert_eq!(all.text("d").unwrap(), None);
        assert_eq!(all.array("e").unwrap(), Vec::<Value>::new());
        all.nothing_else().unwrap();
        let mut either = members(json!({ "a": "x", "b": { "c": ["d"] } }));
        assert_eq!(either.text_or_object("a").unwrap().as_deref(), Some("x"));
        assert_eq!(either.text_or_object("b").unwrap().as_deref(), Some(r#"{"c":["d"]}"#));
        assert_eq!(either.text_or_object("c").unwrap(), None);
    }

    #[test]
    fn elements_are_had_as_they_were_written() {
        let text = r#"{"a": [ {"b": 12.10}, [1.0] , "x" ], "c": 1, "\u0061a": []}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let members = value.as_object().unwrap().clone();
        let mut all = JsonBody { members, text: text.into() };
        assert_eq!(all.texts("a").unwrap(), [r#"{"b": 12.10}"#, "[1.0]", "\"x\""]);
        assert_eq!(all.texts("aa").unwrap(), Vec::<String>::new());
        assert_eq!(all.texts("none").unwrap(), Vec::<String>::new());
        assert_eq!(at(all.texts("c").unwrap_err()), "/c");
    }

    #[test]
    fn a_member_of_the_wrong_type_or_an_unknown_one_is_named() {
        let wrong = || members(json!({ "a/b~": 1 }));
        assert_eq!(at(wrong().text("a/b~").unwrap_err()), "/a~1b~0");
        assert_eq!(at(wrong().object("a/b~").unwrap_err()), "/a~1b~0");
        assert_eq!(at(wrong().text_or_object("a/b~").unwrap_err()), "/a~1b~0");
        assert_eq!(at(wrong().array("a/b~").unwrap_err()), "/a~1b~0");
        assert_eq!(at(wrong().nothing_else().unwrap_err()), "/a~1b~0");
        let long = members(json!({ "x".repeat(500): 1 }));
        assert_eq!(at(long.nothing_else().unwrap_err()).len(), 1 + 64);
    }
}
