//! The session in which the person acts (REQ-13.20).

use std::net::IpAddr;

use serde::Serialize;

use super::fields::{Fields, SHORT};
use super::{Details, LabelledLine, TransactionFault};
use crate::appearance::message::Message;

pub(super) const TYPE: &str = "urn:proof:params:vc:transaction-data:session-data";

/// Where the person acts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionData {
    /// An IPv4 or IPv6 literal, as it was given.
    pub ip_address: String,
    /// The device, in the relying party's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

impl SessionData {
    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let ip_address = fields.text("ip_address", SHORT)?;
        if ip_address.parse::<IpAddr>().is_err() {
            return Err(TransactionFault::at(
                fields.pointer("ip_address"),
                "must be an IPv4 or IPv6 address",
            ));
        }
        let device_id = fields.optional_text("device_id", SHORT)?;
        fields.end()?;
        Ok(Self { ip_address, device_id })
    }

    pub(super) fn details(&self) -> Details {
        let mut lines = vec![LabelledLine::new("agree-address", &self.ip_address)];
        lines.extend(LabelledLine::given("agree-device", self.device_id.as_ref()));
        let title = Message::new("agree-session").text("address", &self.ip_address);
        Details { title: title.into(), lines }
    }
}
