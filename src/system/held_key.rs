//! A key of ours that signs: its private half is here, or in a security module that a file names.

use std::sync::Arc;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::security_module::{ModuleFault, SecurityModule};
use crate::flow::ports::Unavailable;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::signing::{SigningFault, SigningInput, SigningKey};

/// What a key file may hold.
pub(super) const JWK: Bounds = Bounds { bytes: 16 * 1024, depth: 2, members: 64 };
/// The member of a public JWK that says by which label a security module finds the private half.
const LABEL: &str = "pkcs11_label";

/// A key of ours that signs.
#[derive(Debug)]
pub(super) enum HeldKey {
    /// Its private half is here.
    Here(SigningKey),
    /// It is in a module.
    InModule(ModuleKey),
}

/// A key in a security module.
#[derive(Debug)]
pub(super) struct ModuleKey {
    /// `None` where nobody is to sign.
    pub(super) module: Option<Arc<SecurityModule>>,
    pub(super) label: String,
    kid: String,
    algorithm: Algorithm,
    public: PublicKey,
}

impl HeldKey {
    /// What a file holds: a private JWK, or a public one with the label of its private half.
    pub(super) fn from_file(text: &[u8], module: Option<&Arc<SecurityModule>>) -> Option<Self> {
        let jwk = json::parse(text, &JWK).ok()?;
        match jwk.get(LABEL) {
            None => SigningKey::from_jwk(&jwk).ok().map(Self::Here),
            Some(label) => {
                let public = PublicKey::from_jwk(&jwk).ok()?;
                let label = label.as_str()?.to_owned();
                let (kid, algorithm) = (public.kid()?.to_owned(), public.signs_by()?);
                Some(Self::InModule(ModuleKey { module: module.cloned(), label, kid, algorithm, public }))
            }
        }
    }

    /// A new key in `module`, for the file of that name: what the file is to hold.
    pub(super) fn made_in(
        module: &SecurityModule,
        name: &str,
        algorithm: Algorithm,
    ) -> Result<Zeroizing<Vec<u8>>, ModuleFault> {
        let (label, mut jwk) = module.make(name, algorithm)?;
        let kid = PublicKey::from_jwk(&jwk).map_err(|_| ModuleFault::Odd)?.thumbprint();
        jwk["kid"] = kid.into();
        jwk[LABEL] = label.into();
        Ok(Zeroizing::new(jwk.to_string().into_bytes()))
    }

    pub(super) fn kid(&self) -> &str {
        match self {
            Self::Here(key) => key.kid(),
            Self::InModule(key) => &key.kid,
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Here(key) => key.algorithm(),
            Self::InModule(key) => key.algorithm,
        }
    }

    pub(super) fn public_key(&self) -> &PublicKey {
        match self {
            Self::Here(key) => key.public_key(),
            Self::InModule(key) => &key.public,
        }
    }

    /// A compact JWS.
    pub(super) async fn sign(
        &self,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
    ) -> Result<String, Unavailable> {
        let failed = |why: SigningFault| Unavailable::new("the signing key", why);
        match self {
            Self::Here(key) => key.sign(header, claims).map_err(failed),
            Self::InModule(key) => {
                let input = SigningInput::new(key.algorithm, header, claims).map_err(failed)?;
                let module =
                    key.module.as_ref().ok_or_else(|| Unavailable::new("the signing key", "no module"))?;
                let signature = module.sign(&key.label, key.algorithm, input.text()).await;
                let signature = signature.map_err(|why| Unavailable::new("the security module", why))?;
                input.signed_by(&key.public, &signature).map_err(failed)
            }
        }
    }
}
