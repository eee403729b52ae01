//! The OpenAPI document of the doors that machines use: generated from the code, committed as
//! `openapi/openapi.yaml`, compared in `tests/openapi.rs`.

use poem_openapi::{LicenseObject, OpenApiService};

use super::client_door::ClientDoor;
use super::relying_party_door::RelyingPartyDoor;
use super::wallet_door::requests::RequestDoor;
use super::wallet_door::responses::ResponseDoor;

/// Who answers machines.
type Doors = (ClientDoor, RequestDoor, ResponseDoor, RelyingPartyDoor);

/// The endpoints behind the document.
pub(super) fn machine_doors() -> OpenApiService<Doors, ()> {
    let doors = (ClientDoor, RequestDoor, ResponseDoor, RelyingPartyDoor);
    OpenApiService::new(doors, "vpgate", env!("CARGO_PKG_VERSION"))
        .description("A verifier that turns a wallet's presentation (OpenID4VP) into an OAuth token.")
        .license(LicenseObject::new("Apache-2.0 OR MIT"))
}

/// The document as YAML; the same for every build of one version.
pub fn openapi_yaml() -> String {
    machine_doors().spec_yaml()
}
