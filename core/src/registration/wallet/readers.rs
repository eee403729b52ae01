//! Who is asked by `org-iso-mdoc` learns who asks from the signature of a reader, and from nothing else (ISO/IEC 18013-5
//! section 9.1.4, Annex B.1).

use std::collections::HashMap;

use crate::openid4vp::request::WalletRoute;
use crate::openid4vp::request_key::RequestKey;

/// Notes about wallets that may show us as unknown.
pub(super) fn notes(routes: &[WalletRoute], keys: &HashMap<String, RequestKey>) -> Vec<String> {
    let asked = routes.iter().filter(|route| route.dc_api.is_some_and(|api| api.org_iso_mdoc));
    let why = |route: &WalletRoute| match keys.get(&route.name).and_then(RequestKey::is_for_readers) {
        Some(true) => None,
        Some(false) => Some("the certificate of its signing key does not say that it is for readers"),
        None => Some("its signing key has no certificate, so nobody signs there"),
    };
    let note = |route: &WalletRoute| {
        why(route).map(|why| {
            format!(
                "the wallet {} is asked by org-iso-mdoc, and {why} (extended key usage 1.0.18013.5.1.6): wallets may \
                 show whoever asks as unknown",
                route.name
            )
        })
    };
    asked.filter_map(note).collect()
}
