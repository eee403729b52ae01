//! A wallet that posts its answers (`direct_post`, `direct_post.jwt`): an app on somebody's phone.

use serde_json::{Value, json};
use url::Url;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::jwe::{ContentEncryption, RecipientKey};
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::OwnChain;
use vpgate_core::openid4vp::request::VpRequest;

use vpgate_test_support::browser::Page;
use vpgate_test_support::builders::presentation::{PresentationBuilder, Signer, edit};
use vpgate_test_support::harness::{Answer, BASE, CREDENTIAL, Harness, POSTING_WALLET};

/// The wallet, with a credential of its own in it.
pub struct PostingWallet<'w> {
    world: &'w Harness,
    holder: Value,
}

impl<'w> PostingWallet<'w> {
    pub fn new(world: &'w Harness) -> Self {
        Self { world, holder: SigningKey::generate(Algorithm::Es256).unwrap().to_private_jwk() }
    }

    /// A browser on the phone follows the address and opens the wallet with what it finds there.
    pub async fn opened_by(&self, page: &Page) -> VpRequest {
        assert!(page.url.as_str().starts_with(POSTING_WALLET), "{} {}", page.url, page.body);
        self.asked_at(&page.url).await
    }

    pub async fn asked_at(&self, request: &Url) -> VpRequest {
        let state = request.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        self.world.asked(&state).await
    }

    /// The presentation of the credential to `asked`, still open to change.
    pub fn made(&self, asked: &VpRequest) -> PresentationBuilder {
        self.made_for(&asked.verifier_id, asked.nonce.as_str())
    }

    /// The presentation of the credential to `audience`, still open to change.
    pub fn made_for(&self, audience: &str, nonce: &str) -> PresentationBuilder {
        let issuer = Signer::of(SigningKey::from_pem(&self.world.issuer.key).unwrap());
        let mut made =
            PresentationBuilder::new(issuer, Signer::of(SigningKey::from_jwk(&self.holder).unwrap()));
        let chain = OwnChain::from_pem(&self.world.issuer.certificate).unwrap().x5c();
        edit(&mut made.header, |header| drop(header.insert("x5c".to_owned(), chain)));
        made.disclose("family_name", &json!("Muster"));
        let now = self.world.now().unix();
        made.edit_payload(|payload| {
            payload["iss"] = format!("{BASE}/sandbox/issuer").into();
            payload["vct"] = "https://credentials.notarize.com/ProofCredentialV1".into();
            payload["iat"] = (now - 1000).into();
            payload["exp"] = (now + 100_000).into();
        });
        edit(&mut made.kb, |kb| {
            kb["iat"] = now.into();
            kb["aud"] = audience.into();
            kb["nonce"] = nonce.into();
        });
        made
    }

    /// The presentation of the credential to `asked`.
    pub fn presentation(&self, asked: &VpRequest) -> String {
        self.made(asked).present()
    }

    pub fn vp_token(&self, asked: &VpRequest) -> String {
        json!({ CREDENTIAL: [self.presentation(asked)] }).to_string()
    }

    /// Answers as asked.
    pub async fn share(&self, asked: &VpRequest) -> Answer {
        self.answer(asked, &self.presentation(asked)).await
    }

    /// Answers with this presentation, in the mode that was asked for.
    pub async fn answer(&self, asked: &VpRequest, presentation: &str) -> Answer {
        self.answer_with(asked, &json!({ CREDENTIAL: [presentation] })).await
    }

    /// Answers with this `vp_token`, in the mode that was asked for.
    pub async fn answer_with(&self, asked: &VpRequest, vp_token: &Value) -> Answer {
        match &asked.answer_key {
            None => {
                let vp_token = vp_token.to_string();
                self.post(asked, &[("vp_token", &vp_token), ("state", asked.state.as_str())]).await
            }
            Some(_) => {
                let jwe = self.encrypted(asked, &json!({"vp_token": vp_token, "state": asked.state}));
                self.post(asked, &[("response", &jwe)]).await
            }
        }
    }

    /// The person or the wallet says no, with this code.
    pub async fn refuse(&self, asked: &VpRequest, error: &str) -> Answer {
        let described = "<script>alert(1)</script>\u{7}";
        let form = [("error", error), ("error_description", described), ("state", asked.state.as_str())];
        self.post(asked, &form).await
    }

    pub fn encrypted(&self, asked: &VpRequest, payload: &Value) -> String {
        self.encrypted_to(asked.answer_key.as_ref().unwrap(), payload)
    }

    pub fn encrypted_to(&self, jwk: &Value, payload: &Value) -> String {
        let key = RecipientKey::from_jwk(jwk).unwrap();
        let (payload, header) = (payload.to_string(), serde_json::Map::new());
        key.encrypt(payload.as_bytes(), ContentEncryption::A256Gcm, &header).unwrap()
    }

    /// Posts this to the address in the request.
    pub async fn post(&self, asked: &VpRequest, form: &[(&str, &str)]) -> Answer {
        self.world.post_form(&self.world.response_path(asked), form).await
    }
}

/// Where the wallet was told to send the browser.
pub fn redirect_uri(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.json()["redirect_uri"].as_str().unwrap().to_owned()
}
