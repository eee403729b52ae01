//! The device in the holder's signature (RFC 10027 section 6.1.17, REQ-15.15): which device gets which rights, for the
//! person to agree to in the wallet. Only this service writes such objects, beside a device grant, and only for wallets
//! that are known to show them.

use serde::Serialize;
use serde_json::{Value, json};

use super::fields::{Fields, SHORT};
use super::{Details, LabelledLine, TransactionData, TransactionFault};
use crate::appearance::message::Message;
use crate::base::exact::ExactNumbers;
use crate::base::visible::hides;
use crate::openid4vp::dcql::{CredentialQuery, Query};

/// The `type` of these objects.
pub const DEVICE_AUTHORIZATION: &str = "urn:vpgate:device_authorization:1";
/// The JSON Schema of these objects, for whoever writes a wallet.
pub const DEVICE_AUTHORIZATION_SCHEMA: &str = include_str!("device_authorization.schema.json");

/// Longest `device_label` and `user_code`, in characters.
const LINE: usize = 64;
/// Longest name of a scope, in characters.
const SCOPE: usize = 256;
/// Most scopes of one device.
const MOST_RIGHTS: usize = 32;

/// A device that asks, as the person is to see it.
#[derive(Clone, Debug)]
pub struct DeviceInSignature<'a> {
    /// The OAuth client that the device runs.
    pub client_id: &'a str,
    /// What people call it.
    pub client_name: &'a str,
    /// What the device calls itself.
    pub device_label: Option<&'a str>,
    /// The code that it shows.
    pub user_code: &'a str,
    /// What it gets at most, at least one.
    pub rights: Vec<RightInSignature<'a>>,
}

/// One right.
#[derive(Clone, Debug, Serialize)]
pub struct RightInSignature<'a> {
    /// The OAuth scope.
    pub name: &'a str,
    /// What people read instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl DeviceInSignature<'_> {
    /// The object that any credential of `query` with a holder authorises; `None` where there is no such credential,
    /// so that nothing could carry the agreement. Where it would be longer than a request may be, scopes go without
    /// their descriptions.
    ///
    /// # Errors
    /// [`TransactionFault`] when the client's name is empty or the scopes are too many.
    pub fn transaction(&self, query: &Query) -> Result<Option<TransactionData>, TransactionFault> {
        let carries =
            |asked: &&CredentialQuery| asked.holder_binding && asked.meta.format.carries_agreements();
        let bound = query.credentials().iter().filter(carries);
        let ids: Vec<&str> = bound.map(|asked| asked.id.as_str()).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let described = self.rights.iter().map(|right| {
            let description = right.description.as_deref().map(|text| shown(text, SHORT));
            RightInSignature { name: right.name, description: description.filter(|text| !text.is_empty()) }
        });
        let bare = self.rights.iter().map(|right| RightInSignature { name: right.name, description: None });
        written(&self.object(&ids, &described.collect::<Vec<_>>()))
            .or_else(|_| written(&self.object(&ids, &bare.collect::<Vec<_>>())))
            .map(Some)
    }

    fn object(&self, ids: &[&str], scopes: &[RightInSignature<'_>]) -> Value {
        let mut payload =
            json!({ "client_id": self.client_id, "client_name": shown(self.client_name, SHORT) });
        if let Some(label) = self.device_label {
            payload["device_label"] = shown(label, LINE).into();
        }
        payload["user_code"] = self.user_code.into();
        payload["scopes"] = json!(scopes);
        json!({ "type": DEVICE_AUTHORIZATION, "credential_ids": ids, "payload": payload })
    }
}

fn written(object: &Value) -> Result<TransactionData, TransactionFault> {
    check(object)?;
    super::read(object)?.written(object, &ExactNumbers::of(&object.to_string()))
}

/// A configured text as it may be signed: without what hides something, and cut where it is too long.
fn shown(text: &str, longest: usize) -> String {
    text.chars().filter(|character| !hides(*character)).take(longest).collect()
}

/// Whether `object` is one of this type.
///
/// # Errors
/// [`TransactionFault`] for the first thing that is wrong.
pub(super) fn check(object: &Value) -> Result<(), TransactionFault> {
    let mut payload = Fields::of_payload(object)?;
    payload.text("client_id", SHORT)?;
    payload.text("client_name", SHORT)?;
    payload.optional_text("device_label", LINE)?;
    payload.text("user_code", LINE)?;
    for (scope, pointer) in payload.list("scopes", MOST_RIGHTS)? {
        let mut scope = Fields::of(scope, pointer)?;
        scope.text("name", SCOPE)?;
        scope.optional_text("description", SHORT)?;
        scope.end()?;
    }
    payload.end()
}

/// In words; `object` was found good.
pub(super) fn details(object: &Value) -> Details {
    let payload = &object["payload"];
    let text = |name: &str| payload[name].as_str();
    let line = |label: &'static str, name: &str| text(name).map(|text| LabelledLine::new(label, text));
    let rights = payload["scopes"].as_array().into_iter().flatten().filter_map(|scope| {
        let said = scope["description"].as_str().or(scope["name"].as_str())?;
        Some(LabelledLine::new("rights-title", said))
    });
    let mut lines: Vec<_> =
        [line("agree-device-label", "device_label"), line("agree-device-code", "user_code")]
            .into_iter()
            .flatten()
            .collect();
    lines.extend(rights);
    let name = text("client_name").unwrap_or_default();
    Details { title: Message::new("agree-device-access").text("name", name).into(), lines }
}

#[cfg(test)]
mod tests;
