//! `/start/{handle}`: binds this browser to the presentation and leads it to the wallet.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::{Request, Response};

use super::page::Notice;
use super::{HumanDoor, handle_of, is_prefetch, see_other};
use crate::domain::base::id::Handle;
use crate::flow::serve_request::NotServed;
use crate::http::qr;
use crate::http::refusal::not_served;

/// Off to the wallet. A browser that only looks ahead must not become the owner of the request.
pub async fn open(door: Arc<HumanDoor>, request: Request) -> Result<Response, Notice> {
    if is_prefetch(&request) {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into());
    }
    let handle = known(&request)?;
    let browser = door.browser(&request)?;
    match door.vpgate.serve_request(&handle, &browser).await {
        Ok(wallet) => Ok(door.remembered(&browser, see_other(wallet.as_str()))),
        Err(why) => match not_served(why) {
            Some(notice) => Err(notice),
            None => Ok(see_other(&format!("/done/{handle}"))),
        },
    }
}

/// `HEAD` says no more than that such an address could exist, and binds nobody.
pub async fn head(_door: Arc<HumanDoor>, request: Request) -> Result<Response, Notice> {
    known(&request).map(|_| Response::default())
}

/// The address of this request as a QR code. Drawn from the address alone: it tells nobody whether
/// there is such a request.
pub async fn qr_code(door: Arc<HumanDoor>, request: Request) -> Result<Response, Notice> {
    let address = door.public_url.at(&format!("/start/{}", known(&request)?));
    let drawn = qr::svg(&address).ok_or_else(unknown)?;
    Ok(Response::builder()
        .content_type("image/svg+xml")
        .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        .body(drawn))
}

fn known(request: &Request) -> Result<Handle, Notice> {
    handle_of(request).ok_or_else(unknown)
}

fn unknown() -> Notice {
    not_served(NotServed::Unknown).unwrap_or_else(Notice::no_open_request)
}
