//! Tokens and grants, held against the configuration of today.

use crate::flow::Vpgate;
use crate::flow::tokens::introspect::ActiveToken;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::{Admission, CurrentConfiguration};
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::issuance::Family;

impl Vpgate {
    /// What the tokens of `family` may still allow; `None` when its client, what it earned, or the issuer of a
    /// credential behind it is no longer configured.
    pub(in crate::flow) fn still_granted(&self, family: &Family) -> Option<Scopes> {
        let client = self.policy.clients.named(&family.terms().client_id)?;
        family.admission().still_granted(&family.terms().scopes, &self.today(client))
    }

    /// The family as the configuration has it today.
    pub(in crate::flow) fn as_of_today(&self, family: Family) -> Option<Family> {
        let scopes = self.still_granted(&family)?;
        let client = self.policy.clients.named(&family.terms().client_id)?;
        Some(family.as_of_today(&scopes, |name| says(client, name)))
    }

    /// The token as the configuration has it today; `None` when it allows nothing any more.
    pub(in crate::flow) fn token_of_today(&self, token: ActiveToken) -> Option<ActiveToken> {
        let ActiveToken { mut access, family } = token;
        let family = self.as_of_today(family)?;
        access.scopes = access.scopes.only(&family.terms().scopes);
        (!access.scopes.is_empty()).then_some(ActiveToken { access, family })
    }

    /// What was earned before the tokens are issued; `None` when nothing of it is left.
    pub(in crate::flow) fn earned_of_today(
        &self,
        client: &Client,
        admission: &Admission,
    ) -> Option<Admission> {
        let scopes = admission.still_granted(admission.scopes(), &self.today(client))?;
        Some(admission.clone().saying(scopes, |name| says(client, name)))
    }

    fn today<'a>(&'a self, client: &'a Client) -> CurrentConfiguration<'a> {
        CurrentConfiguration {
            policy: &self.policy.scopes,
            trust: &self.policy.trust,
            scopes: &client.scopes,
        }
    }
}

fn says(client: &Client, name: &str) -> bool {
    client.token_claims.iter().any(|claim| claim.name == name)
}
