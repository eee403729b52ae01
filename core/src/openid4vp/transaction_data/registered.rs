//! Types of transaction data that the operator registers, each with a JSON Schema (REQ-1.84, REQ-13.24).
//!
//! The schema describes the whole object as it is sent, `type` and `credential_ids` included. Those two
//! and `transaction_data_hashes_alg` are checked here too, whatever the schema says about them. The four types of
//! strong customer authentication ([`ScaType`]) are known without being registered; what an operator registers under
//! their names wins. So is the type with which devices stand in the holder's signature, which nobody registers.

use std::fmt;
use std::sync::Arc;

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};

use super::device;
use super::fields::{LONG, checked_text};
use super::{
    Details, ENVELOPE, LabelledLine, Payload, ScaEvidence, ScaType, TransactionData, TransactionFault,
};
use crate::appearance::message::Said;
use crate::base::exact::ExactNumbers;
use crate::base::time::Timestamp;

/// Longest `type`, in bytes.
pub(super) const MAX_TYPE: usize = 256;
/// Longest name of a member, in bytes: people read it.
const MAX_NAME: usize = 100;

/// The types that this server sends: the four of the Proof document, and those registered with it.
#[derive(Clone, Default)]
pub struct TransactionTypes(Vec<Registered>);

#[derive(Clone)]
struct Registered {
    kind: String,
    title: Said,
    rules: TypeRules,
    evidence: Option<ScaEvidence>,
}

/// What objects of a type must look like.
#[derive(Clone)]
enum TypeRules {
    Schema(Arc<Validator>),
    Sca(ScaType),
    Device,
}

/// Why a type cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeFault {
    /// Empty, too long, or with characters that hide something.
    #[error("must be 1 to {MAX_TYPE} bytes of text, for example \"urn:example:loan:v1\"")]
    Type,
    /// It is one of the four, that of devices, or registered before.
    #[error("is a type that is known already")]
    Known,
    /// What people read is empty or hides something.
    #[error("must be 1 to {MAX_NAME} bytes of text: what people read when they are asked")]
    Title,
    /// The schema is no JSON Schema, or refers to something outside of itself.
    #[error("is not a JSON Schema that can be used: {0}")]
    Schema(String),
}

/// An object of a registered type, without the members of the envelope.
#[derive(Clone, PartialEq)]
pub struct RegisteredPayload {
    kind: String,
    members: Map<String, Value>,
}

impl TransactionTypes {
    /// With one more type. `title` is what people read; `schema` a JSON Schema (draft 2020-12 unless its
    /// `$schema` says otherwise) that refers to nothing outside of itself.
    ///
    /// # Errors
    /// [`TypeFault`]
    pub fn with(mut self, kind: &str, title: &str, schema: &Value) -> Result<Self, TypeFault> {
        let text = |text: &str, longest| checked_text(&Value::from(text), "", longest);
        text(kind, MAX_TYPE).map_err(|_| TypeFault::Type)?;
        if self.is_taken(kind) {
            return Err(TypeFault::Known);
        }
        text(title, MAX_NAME).map_err(|_| TypeFault::Title)?;
        // Linear in the text: no pattern of a schema may take a request hostage.
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        let schema = options.build(schema).map_err(|fault| TypeFault::Schema(fault.masked().to_string()))?;
        self.0.push(Registered {
            kind: kind.to_owned(),
            title: title.into(),
            rules: TypeRules::Schema(Arc::new(schema)),
            evidence: ScaType::named(kind).map(|_| ScaEvidence::Required),
        });
        Ok(self)
    }

    /// With one more type that looks like one of the four of strong customer authentication, or is one of them.
    ///
    /// # Errors
    /// [`TypeFault`]
    pub fn with_sca(mut self, kind: &str, title: Option<&str>, like: ScaType) -> Result<Self, TypeFault> {
        let text = |text: &str, longest| checked_text(&Value::from(text), "", longest);
        text(kind, MAX_TYPE).map_err(|_| TypeFault::Type)?;
        if self.is_taken(kind) {
            return Err(TypeFault::Known);
        }
        if let Some(title) = title {
            text(title, MAX_NAME).map_err(|_| TypeFault::Title)?;
        }
        self.0.push(Registered {
            kind: kind.to_owned(),
            title: title.map_or_else(|| like.title(), Said::from),
            rules: TypeRules::Sca(like),
            evidence: Some(ScaEvidence::Required),
        });
        Ok(self)
    }

    /// The type that was registered last demands this of signatures.
    #[must_use]
    pub fn demanding(mut self, evidence: ScaEvidence) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.evidence = Some(evidence);
        }
        self
    }

    /// What is demanded of the holder's signature over objects of this type; `None` where that is nothing more than
    /// of every transaction.
    pub fn evidence(&self, kind: &str) -> Option<ScaEvidence> {
        match self.registered(kind) {
            Some(known) => known.evidence,
            None => ScaType::named(kind).map(|_| ScaEvidence::Required),
        }
    }

    /// Whether what `data` speaks of can be asked for at `now`.
    ///
    /// # Errors
    /// [`TransactionFault`]
    pub fn check_time(&self, data: &TransactionData, now: Timestamp) -> Result<(), TransactionFault> {
        match self.named(data.kind()) {
            Some((_, TypeRules::Sca(like))) => like.check_time(data.object(), now),
            _ => Ok(()),
        }
    }

    /// Validates an object against its type and writes down the string that will be sent.
    ///
    /// # Errors
    /// [`TransactionFault`] for the first thing that is wrong.
    pub fn from_json(&self, object: &Value) -> Result<TransactionData, TransactionFault> {
        self.from_text(&object.to_string())
    }

    /// Reads an object from its text, whose numbers are sent as they stand there: `12.10` stays `12.10`.
    ///
    /// # Errors
    /// The first fault, as [`Self::from_json`] finds it.
    pub fn from_text(&self, text: &str) -> Result<TransactionData, TransactionFault> {
        let object = serde_json::from_str(text).map_err(|_| TransactionFault::at("", "is not JSON"))?;
        let (parts, numbers) = (super::read(&object)?, ExactNumbers::of(text));
        if parts.payload.kind() == device::DEVICE_AUTHORIZATION {
            let why = "is written by this service alone, for a device that asks";
            return Err(TransactionFault::at("/type", why));
        }
        self.permit(&parts.payload, &object, &numbers)?;
        parts.written(&object, &numbers)
    }

    /// From what a caller has sent a wallet by itself: the text of the exact string, in quotation marks, or of
    /// the object from which [`Self::from_text`] writes it.
    ///
    /// # Errors
    /// [`TransactionFault`] for the first thing that is wrong.
    pub fn as_sent(&self, sent: &str) -> Result<TransactionData, TransactionFault> {
        let Ok(encoded) = serde_json::from_str::<String>(sent) else { return self.from_text(sent) };
        let data = TransactionData::try_from(encoded)?;
        self.permit(data.payload(), data.object(), &ExactNumbers::of(&data.text()))?;
        Ok(data)
    }

    /// What is being agreed to, in words.
    pub fn details(&self, data: &TransactionData) -> Details {
        match data.payload() {
            Payload::SessionData(session) => session.details(),
            Payload::PaymentItemized(payment) => payment.details(),
            Payload::WireInstructions(wire) => wire.details(),
            Payload::PaymentMandate(mandate) => mandate.details(),
            Payload::Registered(payload) => match self.named(&payload.kind) {
                Some((title, TypeRules::Sca(like))) => {
                    like.details(title, data.object(), &ExactNumbers::of(&data.text()))
                }
                Some((_, TypeRules::Device)) => device::details(data.object()),
                Some((title, TypeRules::Schema(_))) => Details { title, lines: payload.lines() },
                None => Details { title: (&payload.kind).into(), lines: payload.lines() },
            },
        }
    }

    /// A payload that is not one of the four must be registered, and the object must fit the schema.
    fn permit(
        &self,
        payload: &Payload,
        object: &Value,
        numbers: &ExactNumbers,
    ) -> Result<(), TransactionFault> {
        let Payload::Registered(payload) = payload else { return Ok(()) };
        let unknown = || TransactionFault::at("/type", "is not a supported transaction data type");
        let (_, rules) = self.named(&payload.kind).ok_or_else(unknown)?;
        let schema = match rules {
            TypeRules::Sca(like) => return like.check(object, numbers),
            TypeRules::Device => return device::check(object),
            TypeRules::Schema(schema) => schema,
        };
        match schema.iter_errors(object).next() {
            // Masked: a fault names no value.
            Some(fault) => {
                Err(TransactionFault::at(fault.instance_path().as_str(), fault.masked().to_string()))
            }
            None => Ok(()),
        }
    }

    /// Title and rules of a type.
    fn named(&self, kind: &str) -> Option<(Said, TypeRules)> {
        if kind == device::DEVICE_AUTHORIZATION {
            return Some((kind.into(), TypeRules::Device));
        }
        let built_in = || ScaType::named(kind).map(|like| (like.title(), TypeRules::Sca(like)));
        let known = self.registered(kind).map(|known| (known.title.clone(), known.rules.clone()));
        known.or_else(built_in)
    }

    /// Whether nothing can be registered under this name any more.
    fn is_taken(&self, kind: &str) -> bool {
        let is_built_in = kind == device::DEVICE_AUTHORIZATION || Payload::reader(kind).is_some();
        is_built_in || self.registered(kind).is_some()
    }

    fn registered(&self, kind: &str) -> Option<&Registered> {
        self.0.iter().find(|known| known.kind == kind)
    }
}

impl RegisteredPayload {
    /// What stands beside the envelope. Every text in it must show what it is.
    pub(super) fn read(kind: String, object: &Value) -> Result<Self, TransactionFault> {
        let members = object.as_object().cloned().unwrap_or_default();
        let members: Map<_, _> =
            members.into_iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str())).collect();
        let payload = Self { kind, members };
        let mut fault = None;
        payload.leaves(&mut |path, leaf| {
            let name = path.last().copied().unwrap_or_default();
            let pointer = || format!("/{}", path.join("/"));
            let wrong = checked_text(&Value::from(name), &pointer(), MAX_NAME).err().or_else(|| {
                let text = leaf.as_str().filter(|text| !text.is_empty())?;
                checked_text(&Value::from(text), &pointer(), LONG).err()
            });
            fault = fault.take().or(wrong);
        });
        fault.map_or(Ok(payload), Err)
    }

    /// The `type` of the object.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    fn lines(&self) -> Vec<LabelledLine> {
        let mut lines = Vec::new();
        self.leaves(&mut |path, leaf| {
            let path = path.strip_prefix(&["payload"]).unwrap_or(path);
            lines.push(LabelledLine { label: path.join(" / ").into(), text: words(leaf) });
        });
        lines
    }

    /// Every member and element that holds no others, with the names that lead to it.
    fn leaves<'a>(&'a self, visit: &mut dyn FnMut(&[&str], &'a Value)) {
        for (name, value) in &self.members {
            leaves(value, &mut vec![name], visit);
        }
    }
}

fn leaves<'a>(value: &'a Value, path: &mut Vec<&str>, visit: &mut dyn FnMut(&[&str], &'a Value)) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let mut deeper = path.clone();
                deeper.push(name);
                leaves(value, &mut deeper, visit);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (number, value) in (1..).zip(items) {
                let number: i32 = number;
                let number = number.to_string();
                let mut deeper = path.clone();
                deeper.push(&number);
                leaves(value, &mut deeper, visit);
            }
        }
        _ => visit(path, value),
    }
}

fn words(leaf: &Value) -> Said {
    match leaf {
        Value::String(text) => text.into(),
        Value::Bool(true) => Said::message("agree-yes"),
        Value::Bool(false) => Said::message("agree-no"),
        Value::Number(number) => number.to_string().into(),
        Value::Null | Value::Array(_) | Value::Object(_) => Said::message("agree-none"),
    }
}

impl fmt::Debug for RegisteredPayload {
    /// The type only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RegisteredPayload").field(&self.kind).finish()
    }
}

impl fmt::Debug for TransactionTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|known| &known.kind)).finish()
    }
}

#[cfg(test)]
mod tests;
