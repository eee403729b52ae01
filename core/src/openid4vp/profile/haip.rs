//! OpenID4VC High Assurance Interoperability Profile 1.0, section 5: OpenID4VP 1.0, signed by a
//! certificate, fetched by reference, answered encrypted.

use super::super::client_id::Prefix;
use super::super::request::{RequestMethod, ResponseMode, VpRequest, WalletRoute};
use super::{NotPermitted, Parameters, openid4vp};

/// What differs from OpenID4VP 1.0 is which of its choices are left.
pub(super) fn parameters(asked: &VpRequest, wallet: &WalletRoute) -> Parameters {
    openid4vp::parameters(asked, wallet)
}

/// Sections 5 and 5.1.
pub(super) fn permits(prefix: Prefix, method: RequestMethod, mode: ResponseMode) -> Result<(), NotPermitted> {
    if prefix != Prefix::X509Hash {
        return Err(NotPermitted::client_id("must be of the prefix x509_hash in this profile"));
    }
    if !method.is_by_reference() {
        return Err(NotPermitted::request_method(
            "must be \"by_reference\" or \"by_reference_post\" in this profile",
        ));
    }
    if mode != ResponseMode::DirectPostJwt {
        return Err(NotPermitted::response_mode("must be \"direct_post.jwt\" in this profile"));
    }
    Ok(())
}
