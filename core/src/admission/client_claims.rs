//! Where what about a person is said: in the ID token, at `/userinfo` and in the access token, each by itself
//! (`[clients.claims]`).

use super::standard_claims;

/// Where claims are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsPlace {
    /// To the client, with the tokens (OpenID Connect Core section 2).
    IdToken,
    /// To the client, when it asks (section 5.3).
    Userinfo,
    /// To whoever reads the access token, or asks what it means (RFC 9068, RFC 7662).
    AccessToken,
}

/// What one place says beside the registered claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceClaims {
    /// The names of the client's own claims (`token_claims`) that it says.
    pub own: Vec<String>,
    /// What of the granted scopes it says.
    pub of_scopes: ScopeClaims,
}

/// What a place says of the claims that granted scopes list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScopeClaims {
    /// Nothing.
    #[default]
    Nothing,
    /// The standard claims of the standard scopes (OpenID Connect Core section 5.4).
    Standard,
    /// All of them.
    All,
    /// Those of these names.
    Named(Vec<String>),
}

/// Where a client is told which credentials were presented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PresentedCredentials {
    /// Nowhere.
    #[default]
    None,
    /// At `/userinfo`.
    Userinfo,
    /// In ID tokens.
    IdToken,
    /// At both places.
    Both,
}

impl PresentedCredentials {
    /// Every choice, as a registration names it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("none", Self::None),
        ("userinfo", Self::Userinfo),
        ("id_token", Self::IdToken),
        ("both", Self::Both),
    ];

    /// Whether this place has the claim. Access tokens never do: they travel (section 7.5).
    pub fn are_at(self, place: ClaimsPlace) -> bool {
        match place {
            ClaimsPlace::Userinfo => matches!(self, Self::Userinfo | Self::Both),
            ClaimsPlace::IdToken => matches!(self, Self::IdToken | Self::Both),
            ClaimsPlace::AccessToken => false,
        }
    }
}

/// What each place says of a client's people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientClaims {
    /// The ID token.
    pub id_token: PlaceClaims,
    /// `/userinfo`
    pub userinfo: PlaceClaims,
    /// The access token, and introspection.
    pub access_token: PlaceClaims,
    /// Where it is said which credentials were presented.
    pub presented: PresentedCredentials,
}

impl ClientClaims {
    /// What holds for a client whose own claims have these names, where nothing else is said: its own claims in
    /// the access token and at `/userinfo`, the standard claims at `/userinfo`, none in the ID token.
    pub fn standard(own: Vec<String>) -> Self {
        Self {
            id_token: PlaceClaims::default(),
            userinfo: PlaceClaims { own: own.clone(), of_scopes: ScopeClaims::Standard },
            access_token: PlaceClaims { own, of_scopes: ScopeClaims::Nothing },
            presented: PresentedCredentials::None,
        }
    }

    /// What this place says.
    pub fn at(&self, place: ClaimsPlace) -> &PlaceClaims {
        match place {
            ClaimsPlace::IdToken => &self.id_token,
            ClaimsPlace::Userinfo => &self.userinfo,
            ClaimsPlace::AccessToken => &self.access_token,
        }
    }

    /// Whether any place says the claim `name` of `scope`.
    pub(super) fn says_of(&self, scope: &str, name: &str) -> bool {
        let places = [ClaimsPlace::IdToken, ClaimsPlace::Userinfo, ClaimsPlace::AccessToken];
        self.presented != PresentedCredentials::None
            || places.into_iter().any(|place| self.at(place).of_scopes.includes(scope, name))
    }
}

impl ScopeClaims {
    /// Whether the claim `name` of `scope` is among them.
    pub fn includes(&self, scope: &str, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Named(names) => names.iter().any(|known| known == name),
            Self::Standard => standard_claims::of_scope(scope).contains(&name),
        }
    }
}
