//! Registered clients and how they prove who they are (RFC 6749 section 2).

use url::Url;

use super::device_settings::DeviceSettings;
use crate::domain::admission::scopes::Scopes;
use crate::domain::base::secret::{Digest, Secret};

/// A registered client (`[[clients]]`).
#[derive(Clone, Debug)]
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// What people are shown.
    pub name: String,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// The grants it may use.
    pub grants: Vec<Grant>,
    /// The scopes it may ask for.
    pub scopes: Scopes,
    /// Where browsers may be sent back to; compared as exact strings.
    pub redirect_uris: Vec<Url>,
    /// The wallet that its people are sent to, by configured name.
    pub wallet: String,
    /// Its device grant.
    pub device: DeviceSettings,
    /// The clients for whose devices its own pages may speak (`/v1/device/...`).
    pub device_pages_for: Vec<String>,
}

/// How a client authenticates (RFC 6749 section 2.3). Exactly the registered way is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// A public client: named by `client_id`, proven by nothing.
    None,
    /// HTTP Basic.
    ClientSecretBasic(Digest),
    /// In the form.
    ClientSecretPost(Digest),
}

/// A grant a client may be registered for. Being registered for one does not make the server offer it:
/// the metadata says what is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// RFC 8628.
    DeviceCode,
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
}

/// What a request says about who sends it, read from the header and the form by the door.
#[derive(Debug)]
pub enum Credentials {
    /// Only a `client_id`.
    Claimed(String),
    /// HTTP Basic.
    Basic(String, Secret),
    /// `client_id` and `client_secret` in the form.
    Post(String, Secret),
}

/// The client is unknown, used another method than the registered one, or its secret is wrong.
/// Which of these is not told to anybody (REQ-11.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("client authentication failed")]
pub struct NotAuthenticated;

/// A client that is who it says it is, or a public one that was named. Only [`Clients::authenticate`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatedClient<'a>(&'a Client);

/// Every registered client.
#[derive(Clone, Debug, Default)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// From checked configuration.
    pub fn new(clients: Vec<Client>) -> Self {
        Self(clients)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.iter()
    }

    /// By identifier, for naming a client to a person. Proves nothing.
    pub fn named(&self, id: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.id == id)
    }

    /// Proves who is asking.
    ///
    /// # Errors
    /// [`NotAuthenticated`]
    pub fn authenticate(&self, shown: &Credentials) -> Result<AuthenticatedClient<'_>, NotAuthenticated> {
        let id = match shown {
            Credentials::Claimed(id) | Credentials::Basic(id, _) | Credentials::Post(id, _) => id,
        };
        let client = self.named(id).ok_or(NotAuthenticated)?;
        let proven = match (&client.authentication, shown) {
            (Authentication::None, Credentials::Claimed(_)) => true,
            (Authentication::ClientSecretBasic(digest), Credentials::Basic(_, secret))
            | (Authentication::ClientSecretPost(digest), Credentials::Post(_, secret)) => {
                secret.digest() == *digest
            }
            _ => false,
        };
        proven.then_some(AuthenticatedClient(client)).ok_or(NotAuthenticated)
    }
}

impl<'a> AuthenticatedClient<'a> {
    /// Who it is.
    pub fn client(self) -> &'a Client {
        self.0
    }

    /// Whether it proved who it is with a secret, as the REST door demands.
    pub fn is_confidential(self) -> bool {
        self.0.authentication != Authentication::None
    }

    /// Whether it is registered for `grant`.
    pub fn may_use(self, grant: Grant) -> bool {
        self.0.grants.contains(&grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, authentication: Authentication) -> Client {
        Client {
            id: id.to_owned(),
            name: id.to_owned(),
            authentication,
            grants: vec![Grant::DeviceCode],
            scopes: Scopes::default(),
            redirect_uris: Vec::new(),
            wallet: "demo".to_owned(),
            device: DeviceSettings::default(),
            device_pages_for: Vec::new(),
        }
    }

    fn clients() -> Clients {
        let digest = Secret::received("s3cret").digest();
        Clients::new(vec![
            client("tv", Authentication::None),
            client("basic", Authentication::ClientSecretBasic(digest)),
            client("post", Authentication::ClientSecretPost(digest)),
        ])
    }

    #[test]
    fn req_11_3_only_the_registered_method_proves_a_client() {
        let clients = clients();
        let secret = || Secret::received("s3cret");
        for good in [
            Credentials::Claimed("tv".into()),
            Credentials::Basic("basic".into(), secret()),
            Credentials::Post("post".into(), secret()),
        ] {
            assert!(clients.authenticate(&good).is_ok(), "{good:?}");
        }
        for bad in [
            Credentials::Claimed("basic".into()),
            Credentials::Claimed("nobody".into()),
            Credentials::Post("basic".into(), secret()),
            Credentials::Basic("post".into(), secret()),
            Credentials::Basic("tv".into(), secret()),
            Credentials::Basic("basic".into(), Secret::received("wrong")),
        ] {
            assert!(clients.authenticate(&bad).is_err(), "{bad:?}");
        }
    }
}
