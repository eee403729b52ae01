//! What a legal client, wallet, credential and scope is, whoever wrote it down: a file, an administrator's call,
//! a row of a database.
//!
//! ```text
//! Registrations -> Names -> public_url -> device -> wallets -> credentials -> scopes -> tokens -> clients -> Registry
//! ```
//! Each part is looked at once, against the parts left of it, and whatever is wrong with those. What a part may refer
//! to is known by `Names` beforehand, so that a name is not called unknown because its own entry has
//! a fault.

mod address;
mod askable;
mod audit;
mod authorization;
mod branding;
mod claims_path;
mod client;
mod client_claims;
mod credential;
mod device;
mod fault;
mod high_assurance;
pub mod lifetime;
mod names;
mod presentation;
mod public_url;
mod receipts;
mod retention;
mod rule;
mod scope;
pub mod secret_hash;
mod session;
mod subject;
mod token_claim;
mod tokens;
mod transaction_type;
mod trust;
mod type_metadata;
mod verification;
mod wallet;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;
use zeroize::Zeroizing;

pub use self::audit::AuditRegistration;
pub use self::authorization::{AssertionRegistration, CodeRegistration};
pub use self::branding::BrandingRegistration;
pub use self::client::{ClientRegistration, WebhookRegistration};
pub use self::credential::CredentialRegistration;
pub use self::device::DeviceRegistration;
pub use self::fault::Fault;
pub use self::presentation::PresentationRegistration;
pub use self::receipts::ReceiptRegistration;
pub use self::retention::RetentionRegistration;
pub use self::rule::RuleRegistration;
pub use self::scope::ScopeRegistration;
pub use self::session::SessionRegistration;
pub use self::token_claim::{ProofspaceRegistration, TokenClaimRegistration};
pub use self::tokens::{StringOrList, TokenRegistration};
pub use self::transaction_type::TransactionTypeRegistration;
pub use self::trust::{TrustRegistration, TrustRegistrations};
pub use self::verification::VerificationRegistration;
pub use self::wallet::{
    DcApiRegistration, SigningRegistration, VerifierInfoRegistration, WalletRegistration,
};

use self::address::Addresses;
use self::askable::Askable;
use self::client::Surroundings;
use self::fault::{FaultList, Pointer};
use self::names::Names;
use self::token_claim::Proofspace;
use self::wallet::Around;
use crate::base::ip_network::IpNetwork;
use crate::base::secret::{Digest, Secret};
use crate::credential::settings::VerificationSettings;
use crate::jose::jws::SignatureMemo;
use crate::jose::x5c::ChainMemo;
use crate::openid4vp::request_key::RequestKey;
use crate::openid4vp::transaction_data::TransactionTypes;
use crate::policy::Policy;
use crate::trust::TrustPolicy;

/// Everything that is registered, as it was written, believed by nobody. Every key may be missing, so that what is
/// missing is said together with everything else that is wrong.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each is named after the registration that it holds")]
pub struct Registrations {
    /// Where the world sees this server.
    pub public_url: Option<String>,
    /// Addresses may be plain http and loopback.
    pub allow_loopback: bool,
    /// Networks that are not public, and are open to our requests.
    pub open_networks: Vec<IpNetwork>,
    pub wallets: Vec<WalletRegistration>,
    pub credentials: Vec<CredentialRegistration>,
    pub transaction_data: Vec<TransactionTypeRegistration>,
    pub scopes: Vec<ScopeRegistration>,
    pub clients: Vec<ClientRegistration>,
    pub proofspace: ProofspaceRegistration,
    pub device: DeviceRegistration,
    pub authorization_code: CodeRegistration,
    pub client_assertions: AssertionRegistration,
    pub presentation: PresentationRegistration,
    pub verification: VerificationRegistration,
    pub tokens: TokenRegistration,
    pub sessions: SessionRegistration,
    pub receipts: ReceiptRegistration,
    /// The version of the rules that decide, for receipts: a hash of how they are written.
    pub rules_version: Option<Digest>,
    pub retention: RetentionRegistration,
    pub branding: BrandingRegistration,
    pub audit: AuditRegistration,
}

/// Reads what a registration names and does not hold. An error says why not, for the operator.
pub trait Sources {
    /// Where a named file is.
    fn path(&self, name: &str) -> PathBuf;
    /// At most `limit` bytes of a file.
    fn file(&self, name: &str, limit: usize) -> Result<Vec<u8>, String>;
    /// The same of a file that nobody else can read.
    fn private_file(&self, name: &str, limit: usize) -> Result<Zeroizing<Vec<u8>>, String>;
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Result<Zeroizing<String>, String>;
    /// A memory for one set of roots; `None` where every chain is to be validated anew.
    fn chain_memo(&self) -> Option<Arc<dyn ChainMemo>> {
        None
    }
    /// A memory for one set of keys; `None` where every signature is to be verified anew.
    fn signature_memo(&self) -> Option<Arc<dyn SignatureMemo>> {
        None
    }
}

/// Everything that is registered, checked; secrets are apart from the rest.
#[derive(Debug)]
pub struct Registry {
    /// Where the world sees this server; always with a slash at the end. Without it, the issuer identifier.
    pub public_url: Url,
    /// What every use case goes by.
    pub policy: Policy,
    /// The keys that sign requests, by the name of the wallet.
    pub request_keys: HashMap<String, RequestKey>,
    /// Our secrets at wallets to which requests are pushed, by the name of the wallet.
    pub wallet_secrets: HashMap<String, Secret>,
    /// The least strength of a user code, in bits.
    pub user_code_floor: u32,
    /// What is legal, and will not earn what it looks like.
    pub notes: Vec<String>,
}

/// What an offline verdict goes by.
#[derive(Debug)]
pub struct Trust {
    /// Whom we believe.
    pub issuers: TrustPolicy,
    /// What can be agreed to.
    pub transaction_types: TransactionTypes,
    /// How presentations are judged.
    pub verification: VerificationSettings,
}

/// Checks everything that is registered.
///
/// # Errors
/// All faults at once.
pub fn register(given: &Registrations, sources: &dyn Sources) -> Result<Registry, Vec<Fault>> {
    let faults = FaultList::default();
    let registered = everything(given, sources, &faults.root());
    faults.conclude(registered)
}

/// Checks whom to believe and how to judge, and nothing else.
///
/// # Errors
/// All faults of that part at once.
pub fn register_trust(given: &Registrations, sources: &dyn Sources) -> Result<Trust, Vec<Fault>> {
    let faults = FaultList::default();
    let root = faults.root();
    if given.credentials.is_empty() {
        root.add("credentials", "is missing: without one [[credentials]] nobody is believed");
    }
    let addresses = Addresses { allow_loopback: given.allow_loopback };
    let trust = Trust {
        verification: verification::check(&given.verification, &root.key("verification")).unwrap_or_default(),
        issuers: credential::check(&given.credentials, addresses, sources, &root.key("credentials")),
        transaction_types: transaction_type::check(
            &given.transaction_data,
            sources,
            &root.key("transaction_data"),
        ),
    };
    faults.conclude(Some(trust))
}

fn everything(given: &Registrations, sources: &dyn Sources, root: &Pointer<'_>) -> Option<Registry> {
    let addresses = Addresses { allow_loopback: given.allow_loopback };
    let public_url = public_url::check(given.public_url.as_deref(), addresses, root);
    let issuer = public_url.as_ref().map(public_url::issuer);
    let device = device::check(&given.device, addresses, &root.key("device"));
    let code = authorization::code(&given.authorization_code, &root.key("authorization_code"));
    let assertions = &root.key("client_assertions");
    let assertions = authorization::assertions(&given.client_assertions, issuer.as_deref(), assertions);
    let presentation = presentation::check(&given.presentation, &root.key("presentation"));
    let verification = verification::check(&given.verification, &root.key("verification"));

    missing_sections(given, root);
    let receipts = receipts::check(&given.receipts, given.rules_version, &root.key("receipts"));
    let names = Names::of(given);
    let around = Around { addresses, public_url: public_url.as_ref(), names: &names, sources };
    let wallets = wallet::check(&given.wallets, around, &root.key("wallets"));
    let askable = Askable::of(&given.credentials, &root.key("credentials"));
    let trust = credential::check(&given.credentials, addresses, sources, &root.key("credentials"));
    let types = transaction_type::check(&given.transaction_data, sources, &root.key("transaction_data"));
    let scopes = scope::check(&given.scopes, &askable, &trust, &root.key("scopes"));
    let proofspace = Proofspace::check(&given.proofspace, &names, issuer.as_deref(), &root.key("proofspace"));
    let own = |it: &'_ ClientRegistration| client::tokens_of(it, &given.tokens);
    let of_clients: Vec<_> = given.clients.iter().map(|it| (it.client_id.as_deref(), own(it))).collect();
    let tokens = tokens::check(&given.tokens, &of_clients, issuer.as_deref(), root);
    let surroundings = Surroundings {
        names: &names,
        askable: &askable,
        policy: &scopes,
        proofspace: &proofspace,
        device: &device,
        retention: retention::check(&given.retention, &root.key("retention")),
        addresses,
        open_networks: &given.open_networks,
        sources,
    };
    let clients = client::check(&given.clients, &surroundings, &root.key("clients"));
    Some(Registry {
        public_url: public_url?,
        request_keys: wallets.request_keys,
        wallet_secrets: wallets.client_secrets,
        user_code_floor: device.floor_bits,
        notes: [high_assurance::notes(&clients, &scopes, &names), wallets.notes].concat(),
        policy: Policy {
            device: device.policy(&clients),
            clients,
            scopes,
            trust,
            transaction_types: types,
            wallets: wallets.routes,
            code: code?,
            assertions: assertions?,
            presentation: presentation?,
            verification: verification?,
            tokens: tokens?,
            sessions: session::check(&given.sessions, &root.key("sessions")),
            receipts: receipts?,
            appearance: branding::check(given, addresses, sources, root),
            audit: audit::check(&given.audit, &root.key("audit")),
        },
    })
}

fn missing_sections(given: &Registrations, root: &Pointer<'_>) {
    for (section, is_empty) in [
        ("wallets", given.wallets.is_empty()),
        ("credentials", given.credentials.is_empty()),
        ("scopes", given.scopes.is_empty()),
        ("clients", given.clients.is_empty()),
    ] {
        if is_empty {
            root.add(section, format!("is missing: without one [[{section}]] nobody can do anything here"));
        }
    }
}
