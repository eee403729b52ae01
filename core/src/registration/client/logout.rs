//! How a client takes part in the end of sessions.

use super::super::address::{Addresses, post_logout_redirect_uri};
use super::super::fault::Pointer;
use super::ClientRegistration;
use crate::oauth::entitlement::OPENID;
use crate::oauth::logout::{BackChannel, ClientLogout};

/// Checks where browsers may be sent then, and where the client is told.
pub(super) fn check(client: &ClientRegistration, addresses: Addresses, at: &Pointer<'_>) -> ClientLogout {
    let uris = at.key("post_logout_redirect_uris");
    let redirect_uris = uris
        .each(&client.post_logout_redirect_uris)
        .filter_map(|(at, uri)| at.keep(post_logout_redirect_uri(uri)))
        .collect();
    let uri = client.backchannel_logout_uri.as_deref();
    let uri = uri.and_then(|uri| at.key("backchannel_logout_uri").keep(addresses.web(uri)));
    // Who has no ID token knows nobody by the `sub` of a logout token.
    if uri.is_some() && !client.scopes.iter().any(|scope| scope == OPENID) {
        at.add("backchannel_logout_uri", "is for clients with `openid` among their scopes");
    }
    let session_required = client.backchannel_logout_session_required;
    if session_required && client.backchannel_logout_uri.is_none() {
        at.add("backchannel_logout_session_required", "belongs to backchannel_logout_uri, which is missing");
    }
    ClientLogout { redirect_uris, back_channel: uri.map(|uri| BackChannel { uri, session_required }) }
}
