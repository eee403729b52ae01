//! The `scope` parameter of a request for tokens (RFC 6749 section 3.3, OpenID Connect Core section 3.1.2.1).

use super::entitlement::OPENID;
use crate::admission::ScopePolicy;
use crate::admission::scopes::{ScopeFault, Scopes};
use crate::base::report::excerpt;

/// What a request for tokens asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopesAsked {
    /// What must be earned; never empty, and without `openid`.
    pub scopes: Scopes,
    /// It asks for an ID token too.
    pub openid: bool,
}

/// Why the scopes of a request are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeRefused {
    /// Not a list of scope names.
    #[error("the scope parameter is malformed: {0}")]
    Malformed(#[from] ScopeFault),
    /// Nobody defined it, or this client may not ask for it.
    #[error("the scope {0} is unknown, or not open to this client")]
    Unknown(
        /// The name of the scope, clipped, in backticks.
        String,
    ),
    /// There is nothing that the person could show.
    #[error("there is no scope to ask for: openid stands beside another one here")]
    Nothing,
    /// It was configured when the request was made.
    #[error("a scope of this request is no longer configured")]
    Gone,
}

impl ScopesAsked {
    /// Reads the parameter; without it, all of the `open` scopes are meant, which the client may ask for.
    ///
    /// A request with `openid` comes from a library that may send more scopes than we know: those are ignored,
    /// and the answer says what was granted. `openid` alone asks for the first other scope of the client, because
    /// nobody can be told apart without showing something. Without `openid`, an unknown scope is refused.
    ///
    /// # Errors
    /// [`ScopeRefused`]
    pub fn read(text: Option<&str>, open: &Scopes, policy: &ScopePolicy) -> Result<Self, ScopeRefused> {
        let asked = match text {
            Some(text) => Scopes::parse(text)?,
            None => open.clone(),
        };
        let openid = asked.contains(OPENID) && open.contains(OPENID);
        if let Some(unknown) = asked.iter().find(|name| !open.contains(name)).filter(|_| !openid) {
            return Err(ScopeRefused::Unknown(excerpt(unknown)));
        }
        let mut scopes = asked.only(open).without(OPENID);
        if let Some(first) = open.iter().find(|name| *name != OPENID).filter(|_| openid && scopes.is_empty())
        {
            scopes = scopes.with(first)?;
        }
        if scopes.is_empty() {
            return Err(ScopeRefused::Nothing);
        }
        policy.query(&scopes).map_err(|_| ScopeRefused::Gone)?;
        Ok(Self { scopes, openid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{AskableCredential, ScopeDefinition};
    use crate::openid4vp::dcql::{ClaimsPath, Meta};

    fn policy() -> ScopePolicy {
        let scope = |name: &str| ScopeDefinition {
            standard_claims: Vec::new(),
            name: name.to_owned(),
            description: None,
            credential: "id".to_owned(),
            claims: vec![ClaimsPath::from_dotted("adult").unwrap()],
            rules: Vec::new(),
            open: true,
        };
        let credential =
            AskableCredential::new("id", Meta::sd_jwt_vc(vec!["https://types.example/id".to_owned()]));
        ScopePolicy::new(vec![credential], vec![scope("adult"), scope("email"), scope("foreign")])
    }

    fn read(text: Option<&str>, open: &str) -> Result<String, ScopeRefused> {
        let asked = ScopesAsked::read(text, &Scopes::parse(open).unwrap(), &policy())?;
        Ok(format!("{}{}", if asked.openid { "openid+" } else { "" }, asked.scopes))
    }

    #[test]
    fn with_openid_what_is_unknown_is_ignored_and_openid_alone_asks_for_the_first_scope() {
        let open = "openid adult email";
        for (text, asked) in [
            ("openid profile email offline_access", "openid+email"),
            ("openid email adult", "openid+email adult"),
            ("openid foreign email", "openid+email"),
            ("openid", "openid+adult"),
            ("openid profile", "openid+adult"),
            ("email", "email"),
        ] {
            assert_eq!(read(Some(text), open).as_deref(), Ok(asked), "{text}");
        }
        assert_eq!(read(None, open).as_deref(), Ok("openid+adult email"));
    }

    #[test]
    fn without_openid_an_unknown_scope_is_refused_by_name() {
        for (text, named) in
            [("adult pidd", "`pidd`"), ("foreign", "`foreign`"), ("openid adult", "`openid`")]
        {
            let refused = read(Some(text), "adult email").unwrap_err();
            assert!(refused.to_string().contains(named), "{text}: {refused}");
        }
        assert_eq!(read(Some("openid"), "openid"), Err(ScopeRefused::Nothing));
        assert_eq!(read(Some(""), "adult"), Err(ScopeRefused::Nothing));
        assert!(matches!(read(Some("a\"b"), "adult"), Err(ScopeRefused::Malformed(_))));
        assert_eq!(read(Some("gone"), "gone"), Err(ScopeRefused::Gone));
    }
}
