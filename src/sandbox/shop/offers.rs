//! What the shop offers: one thing to agree to for each type of transaction data.

use serde_json::{Value, json};

use crate::sandbox::transaction_text::{PAYMENT_ITEMIZED, PAYMENT_MANDATE, SESSION_DATA, WIRE_INSTRUCTIONS};
use crate::sandbox::wallet::BASIC_QUERY_ID;

/// Something to agree to.
pub(super) struct ShopOffer {
    /// The name of the offer in the form.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) button: &'static str,
    kind: &'static str,
    payload: fn() -> Value,
}

impl ShopOffer {
    pub(super) const ALL: [Self; 4] = [
        Self {
            name: "order",
            title: "Two lamps and a cable",
            about: "Pay 104.85 USD for three things, itemised.",
            button: "Buy",
            kind: PAYMENT_ITEMIZED,
            payload: order,
        },
        Self {
            name: "wire",
            title: "Deposit on a house",
            about: "Wire 12,500.00 USD to a notary's account.",
            button: "Send the wire",
            kind: WIRE_INSTRUCTIONS,
            payload: wire,
        },
        Self {
            name: "mandate",
            title: "Electricity bill",
            about: "Let the electricity company collect 49.90 USD from your card.",
            button: "Set up the payment",
            kind: PAYMENT_MANDATE,
            payload: mandate,
        },
        Self {
            name: "session",
            title: "Your account",
            about: "Log in with your wallet, for this session on this device only.",
            button: "Log in",
            kind: SESSION_DATA,
            payload: session,
        },
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|offer| offer.name == name)
    }

    /// The transaction data object; amounts are JSON numbers.
    pub(super) fn transaction_data(&self) -> Value {
        json!({ "type": self.kind, "credential_ids": [BASIC_QUERY_ID], "payload": (self.payload)() })
    }
}

fn order() -> Value {
    json!({
        "title": "Order 2041",
        "description": "Delivered on Thursday",
        "currency": "USD",
        "items": [
            { "quantity": 2, "unit_cost": 45.95, "label": "Desk lamp" },
            { "quantity": 1, "unit_cost": 12.95, "label": "Cable, 3 m" },
        ],
    })
}

fn wire() -> Value {
    json!({
        "recipient": {
            "individual_name": "Nora Notary",
            "institution_name": "First Example Bank",
            "routing_number": "021000021",
            "account_number": "5550123456",
        },
        "source": {
            "individual_name": "Alice Example",
            "institution_name": "Second Example Bank",
            "account_number": "5559876543",
            "routing_number": "026009593",
        },
        "amount": 12500,
        "currency": "USD",
        "memo": "Deposit, 12 Example Street",
    })
}

fn mandate() -> Value {
    json!({
        "payment_instrument": { "type": "card", "id": "card-4242", "description": "Visa ending 4242" },
        "payee": { "id": "northwind-7", "name": "Northwind Energy", "website": "https://northwind.example" },
        "prompt_summary": "Your electricity bill for March",
        "amount": 49.9,
        "currency": "USD",
    })
}

fn session() -> Value {
    json!({ "ip_address": "203.0.113.7", "device_id": "browser-7" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::transaction_text::TransactionText;

    #[test]
    fn every_offer_promises_what_the_wallet_will_say() {
        for offer in ShopOffer::ALL {
            let agreement = TransactionText::of(offer.kind, &(offer.payload)()).unwrap();
            if let Some(amount) = agreement.headline.split(' ').find(|word| word.contains('.')) {
                assert!(offer.about.contains(amount), "{}: {}", offer.name, agreement.headline);
            }
        }
    }
}
