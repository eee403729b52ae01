//! Reading a JSON object member by member: what nobody asked for is refused at the end.

use serde_json::{Map, Value};
use url::Url;

use super::{ENVELOPE, TransactionFault};
use crate::base::exact::ExactNumbers;
use crate::base::money::{Amount, Currency};
use crate::base::time::Moment;
use crate::base::visible::hides;

/// Longest name, label or identifier, in characters.
pub(super) const SHORT: usize = 200;
/// Longest free text, in characters.
pub(super) const LONG: usize = 1000;
/// Longest web address, in characters.
const WEBSITE: usize = 2048;

/// An object being read, and where it is.
pub(super) struct Fields<'v> {
    pointer: String,
    members: &'v Map<String, Value>,
    read: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    pub(super) fn of(value: &'v Value, pointer: impl Into<String>) -> Result<Self, TransactionFault> {
        let pointer = pointer.into();
        match value.as_object() {
            Some(members) => Ok(Self { pointer, members, read: Vec::new() }),
            None => Err(TransactionFault::at(pointer, "must be an object")),
        }
    }

    /// The `payload` of an object that has no other members beside those of every type.
    pub(super) fn of_payload(object: &'v Value) -> Result<Self, TransactionFault> {
        const PAYLOAD: &str = "/payload";
        let mut members = object.as_object().into_iter().flat_map(Map::keys);
        if let Some(other) = members.find(|name| *name != "payload" && !ENVELOPE.contains(&name.as_str())) {
            return Err(TransactionFault::at(format!("/{other}"), "is not a member of this type"));
        }
        let payload = object.get("payload").ok_or_else(|| TransactionFault::at(PAYLOAD, "is required"))?;
        Self::of(payload, PAYLOAD)
    }

    /// A required string of 1 to `longest` characters.
    pub(super) fn text(&mut self, name: &'static str, longest: usize) -> Result<String, TransactionFault> {
        checked_text(self.required(name)?, &self.pointer(name), longest)
    }

    /// Reads a text that may be absent.
    pub(super) fn optional_text(
        &mut self,
        name: &'static str,
        longest: usize,
    ) -> Result<Option<String>, TransactionFault> {
        let pointer = self.pointer(name);
        self.optional(name).map(|value| checked_text(value, &pointer, longest)).transpose()
    }

    /// An http or https address, where present; kept as it was written.
    pub(super) fn optional_website(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, TransactionFault> {
        let text = self.optional_text(name, WEBSITE)?;
        match text.as_deref().map(is_website) {
            Some(false) => Err(TransactionFault::at(self.pointer(name), "must be an http or https URL")),
            Some(true) | None => Ok(text),
        }
    }

    pub(super) fn amount(&mut self, name: &'static str) -> Result<Amount, TransactionFault> {
        let value = self.required(name)?;
        Amount::from_json(value).map_err(|fault| TransactionFault::at(self.pointer(name), fault.to_string()))
    }

    pub(super) fn currency(&mut self, name: &'static str) -> Result<Currency, TransactionFault> {
        let code = self.required(name)?.as_str().and_then(Currency::parse);
        code.ok_or_else(|| {
            TransactionFault::at(self.pointer(name), "must be three upper-case letters (ISO 4217)")
        })
    }

    /// A JSON integer from 1 to 4294967295; `1.0` is none.
    pub(super) fn quantity(&mut self, name: &'static str) -> Result<u32, TransactionFault> {
        let whole = self.required(name)?.as_u64().and_then(|whole| u32::try_from(whole).ok());
        whole.filter(|whole| *whole >= 1).ok_or_else(|| {
            TransactionFault::at(self.pointer(name), "must be an integer from 1 to 4294967295")
        })
    }

    /// A JSON number that is an amount of `currency` in major units: plain digits, perhaps below zero, with no more
    /// decimal places than the currency is counted in. It is judged as it was written.
    pub(super) fn sum(
        &mut self,
        name: &'static str,
        currency: &Currency,
        numbers: &ExactNumbers,
    ) -> Result<(), TransactionFault> {
        self.required(name)?;
        self.optional_sum(name, currency, numbers)
    }

    /// The same of an amount that may be absent.
    pub(super) fn optional_sum(
        &mut self,
        name: &'static str,
        currency: &Currency,
        numbers: &ExactNumbers,
    ) -> Result<(), TransactionFault> {
        if self.optional(name).is_none() {
            return Ok(());
        }
        let pointer = self.pointer(name);
        let Some(written) = numbers.at(&pointer) else {
            return Err(TransactionFault::at(pointer, "must be a JSON number"));
        };
        let most = currency.decimal_places();
        let places = written.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if written.contains(['e', 'E']) {
            return Err(TransactionFault::at(pointer, "must be written without an exponent"));
        }
        if u32::try_from(places).map_or(true, |places| places > most) {
            return Err(TransactionFault::at(
                pointer,
                format!("must have at most {most} decimal places: {currency} has no more"),
            ));
        }
        Ok(())
    }

    /// A JSON number that may be absent.
    pub(super) fn optional_number(&mut self, name: &'static str) -> Result<(), TransactionFault> {
        match self.optional(name) {
            Some(value) if !value.is_number() => {
                Err(TransactionFault::at(self.pointer(name), "must be a JSON number"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a flag is there and true.
    pub(super) fn optional_flag(&mut self, name: &'static str) -> Result<bool, TransactionFault> {
        match self.optional(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(TransactionFault::at(self.pointer(name), "must be true or false")),
        }
    }

    /// Whether a date is there, `2026-11-29` or with a time behind it (RFC 3339).
    pub(super) fn optional_date(&mut self, name: &'static str) -> Result<bool, TransactionFault> {
        let Some(text) = self.optional_text(name, SHORT)? else { return Ok(false) };
        let is_date = Moment::parse(&text).is_some();
        if is_date {
            Ok(true)
        } else {
            Err(TransactionFault::at(self.pointer(name), "must be a date like 2026-11-29"))
        }
    }

    /// A whole number from 1 on that may be absent.
    pub(super) fn optional_quantity(&mut self, name: &'static str) -> Result<(), TransactionFault> {
        if self.members.contains_key(name) {
            self.quantity(name).map(drop)
        } else {
            self.optional_number(name)
        }
    }

    /// An object that may be absent.
    pub(super) fn optional_object(&mut self, name: &'static str) -> Result<Option<Self>, TransactionFault> {
        let pointer = self.pointer(name);
        self.optional(name).map(|value| Self::of(value, pointer)).transpose()
    }

    pub(super) fn object(&mut self, name: &'static str) -> Result<Self, TransactionFault> {
        Self::of(self.required(name)?, self.pointer(name))
    }

    /// A required array of 1 to `most` elements, each with its pointer.
    pub(super) fn list(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Vec<(&'v Value, String)>, TransactionFault> {
        let value = self.required(name)?;
        self.elements(name, value, most)
    }

    /// Reads a list that may be absent: empty then.
    pub(super) fn optional_list(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Vec<(&'v Value, String)>, TransactionFault> {
        match self.optional(name) {
            Some(value) => self.elements(name, value, most),
            None => Ok(Vec::new()),
        }
    }

    fn elements(
        &self,
        name: &str,
        value: &'v Value,
        most: usize,
    ) -> Result<Vec<(&'v Value, String)>, TransactionFault> {
        let at = self.pointer(name);
        match value.as_array() {
            Some(items) if !items.is_empty() && items.len() <= most => {
                Ok(items.iter().enumerate().map(|(index, item)| (item, format!("{at}/{index}"))).collect())
            }
            _ => Err(TransactionFault::at(at, format!("must be an array of 1 to {most} elements"))),
        }
    }

    /// Nothing else may be there.
    pub(super) fn end(self) -> Result<(), TransactionFault> {
        match self.members.keys().find(|name| !self.read.contains(&name.as_str())) {
            Some(name) => Err(TransactionFault::at(self.pointer(name), "is not a member of this type")),
            None => Ok(()),
        }
    }

    /// RFC 6901 section 3.
    pub(super) fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }

    fn required(&mut self, name: &'static str) -> Result<&'v Value, TransactionFault> {
        self.optional(name).ok_or_else(|| TransactionFault::at(self.pointer(name), "is required"))
    }

    fn optional(&mut self, name: &'static str) -> Option<&'v Value> {
        self.read.push(name);
        self.members.get(name)
    }
}

/// A string of 1 to `longest` characters that shows what it is.
pub(super) fn checked_text(value: &Value, pointer: &str, longest: usize) -> Result<String, TransactionFault> {
    let text = value.as_str().ok_or_else(|| TransactionFault::at(pointer, "must be a string"))?;
    if text.trim().is_empty() {
        return Err(TransactionFault::at(pointer, "must not be empty"));
    }
    if text.chars().count() > longest {
        return Err(TransactionFault::at(pointer, format!("must be at most {longest} characters long")));
    }
    if text.chars().any(hides) {
        return Err(TransactionFault::at(pointer, "must not contain control or text direction characters"));
    }
    Ok(text.to_owned())
}

/// Without a user name or password: those make one site look like another.
fn is_website(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}
