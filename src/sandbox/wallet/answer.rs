//! The answer: presentations, and the three shapes in which this kind of wallet is known to send them.

use serde_json::{Value, json};

use super::DemoWallet;
use super::fault::HolderFault;
use super::holder::Binding;
use super::request::Request;
use crate::sandbox::mdoc::transcript::Handover;
use vpgate_core::base::base64url;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::signing::SigningFault;

/// How `vp_token` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerShape {
    /// base64url of the object below: what the vendor's SDK expects.
    #[default]
    Encoded,
    /// The SD-JWT alone, as the vendor's older document says. It holds one presentation: the first.
    Bare,
    /// `{"query id": ["sd-jwt"]}` as OpenID4VP 1.0 section 8.1 says.
    Object,
}

impl AnswerShape {
    /// Every shape with its name in forms and its description.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Encoded, "encoded", "base64url of an object (the vendor's SDK)"),
        (Self::Bare, "bare", "one SD-JWT (the older document)"),
        (Self::Object, "object", "a JSON object (OpenID4VP 1.0)"),
    ];

    /// The shape of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(shape, ..)| shape)
    }

    /// The text of `vp_token` for presentations by query id.
    pub fn vp_token(self, presentations: &[(String, String)]) -> String {
        let object = || -> Value {
            presentations.iter().map(|(id, presentation)| (id.clone(), json!([presentation]))).collect()
        };
        match self {
            Self::Encoded => base64url::encode(object().to_string()),
            Self::Bare => presentations.first().map(|(_, only)| only.clone()).unwrap_or_default(),
            Self::Object => object().to_string(),
        }
    }
}

/// What the signature of an mdoc is made for: this request, or another in the respect that is to be wrong.
fn transcript<R>(request: &Request<R>, fault: Option<HolderFault>) -> Vec<u8> {
    let nonce = match fault {
        Some(HolderFault::WrongNonce) => "a-nonce-of-another-request",
        _ => &request.nonce,
    };
    let key = request.answer_key.as_deref();
    match (fault, &request.handover) {
        (Some(HolderFault::WrongAudience), Handover::Redirect(_)) => {
            request.handover.transcript("somebody-else", nonce, key)
        }
        (Some(HolderFault::WrongAudience), _) => {
            Handover::DcApi("https://somebody-else.example".to_owned()).transcript("", nonce, key)
        }
        _ => request.handover.transcript(&request.client_id, nonce, key),
    }
}

/// `vp_token` for a request that the person agreed to.
pub(super) fn vp_token<R>(
    wallet: &DemoWallet,
    request: &Request<R>,
    shape: AnswerShape,
    fault: Option<HolderFault>,
    now: Timestamp,
) -> Result<String, SigningFault> {
    let mut presentations = Vec::with_capacity(request.asked.len());
    for asked in &request.asked {
        if let Some(mdoc) = asked.doctype.as_ref().and_then(|doctype| wallet.holder.mdoc(doctype)) {
            let transcript = transcript(request, fault);
            let shown = mdoc.present(&asked.paths, &transcript, fault)?;
            presentations.push((asked.id.clone(), base64url::encode(shown)));
            continue;
        }
        // With several credentials allowed, exactly one presentation carries the hash: the first named.
        let mine = || request.transactions.iter().filter(|it| it.credential_ids.first() == Some(&asked.id));
        let transaction_data: Vec<&str> = mine().map(|it| it.encoded.as_str()).collect();
        let binding = Binding {
            audience: &request.client_id,
            nonce: &request.nonce,
            now,
            transaction_data: &transaction_data,
            names_hash: mine().any(|it| it.names_hash),
        };
        presentations.push((asked.id.clone(), wallet.holder.present(&asked.paths, &binding, fault)?));
    }
    Ok(shape.vp_token(&presentations))
}
