//! The operator's picture and those of clients, for our pages alone.

use poem::http::{StatusCode, header};
use poem::{Request, Response};

use super::page::Notice;
use super::{Pages, notices};
use vpgate_core::appearance::logo::Logo;

/// The picture of who has none: a wallet.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="10" fill="#1d4ed8"/><path d="M12 16h24v18H12zM12 16l18-5v5M36 22h-7v6h7" fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round"/></svg>"##;

/// A picture by its name, which changes with it.
pub async fn picture(pages: Pages, request: Request) -> Result<Response, Notice> {
    let name = request.raw_path_param("name").unwrap_or_default();
    let logo = pages.look.appearance().branding.picture(name).ok_or(notices::NO_SUCH_PAGE)?;
    Ok(sent(logo.media_type, logo.bytes.clone(), "public, max-age=31536000, immutable"))
}

/// What browsers show beside the title of a page.
pub async fn icon(pages: Pages, _request: Request) -> Result<Response, Notice> {
    let own = pages.look.appearance().branding.logo.as_deref();
    let (media_type, bytes) = match own {
        Some(Logo { media_type, bytes, .. }) => (*media_type, bytes.clone()),
        None => ("image/svg+xml", ICON.into()),
    };
    Ok(sent(media_type, bytes, "public, max-age=3600"))
}

/// Opened by itself it is a page of our origin: nothing in it may run or be fetched.
fn sent(media_type: &str, bytes: Vec<u8>, kept: &str) -> Response {
    Response::builder()
        .status(StatusCode::OK)
        .content_type(media_type)
        .header(header::CACHE_CONTROL, kept)
        .header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
        )
        .body(bytes)
}
