//! Answers that the wallet posts (OpenID4VP 1.0 sections 8.2 and 8.3).

use serde_json::{Map, Value, json};

use crate::sandbox::service::ServiceClient;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::jose::jwe::{ContentEncryption, RecipientKey};

/// What we wrote ourselves.
const BOUNDS: Bounds = Bounds { bytes: 256 * 1024, depth: 8, members: 100 };

/// Where an answer is posted, and how.
#[derive(Debug)]
pub(super) struct PostTo {
    /// A path of the service.
    pub(super) path: String,
    pub(super) state: Option<String>,
    /// The key of the request, with `direct_post.jwt`.
    pub(super) key: Option<(RecipientKey, ContentEncryption)>,
}

/// The verifier did not take the answer, or none could be made.
#[derive(Debug)]
pub(super) struct NotDelivered;

impl PostTo {
    /// Posts presentations, as the JSON text of `vp_token`; where the verifier sends the browser, if it does.
    pub(super) async fn share(
        &self,
        service: &ServiceClient,
        vp_token: &str,
    ) -> Result<Option<String>, NotDelivered> {
        match &self.key {
            None => self.post(service, &[("vp_token", vp_token)], self.state.as_deref()).await,
            Some(key) => {
                let response = encrypted(key, vp_token, self.state.as_deref()).ok_or(NotDelivered)?;
                self.post(service, &[("response", &response)], None).await
            }
        }
    }

    /// Posts an error (section 8.5). It says nothing about the person, and is not encrypted.
    pub(super) async fn refuse(
        &self,
        service: &ServiceClient,
        error: &str,
        description: &str,
    ) -> Result<Option<String>, NotDelivered> {
        let fields = [("error", error), ("error_description", description)];
        self.post(service, &fields, self.state.as_deref()).await
    }

    async fn post(
        &self,
        service: &ServiceClient,
        fields: &[(&str, &str)],
        state: Option<&str>,
    ) -> Result<Option<String>, NotDelivered> {
        let fields: Vec<_> = fields.iter().copied().chain(state.map(|state| ("state", state))).collect();
        let answer = service.post_form(&self.path, &fields).await.map_err(|_| NotDelivered)?;
        if answer.status != 200 {
            return Err(NotDelivered);
        }
        Ok(answer.text("redirect_uri").map(str::to_owned))
    }
}

/// A JWE of what is shown.
pub(super) fn encrypted(
    (key, enc): &(RecipientKey, ContentEncryption),
    vp_token: &str,
    state: Option<&str>,
) -> Option<String> {
    let mut payload = json!({ "vp_token": json::parse(vp_token.as_bytes(), &BOUNDS).ok()? });
    if let Some(state) = state {
        payload["state"] = Value::from(state);
    }
    key.encrypt(payload.to_string().as_bytes(), *enc, &Map::new()).ok()
}
