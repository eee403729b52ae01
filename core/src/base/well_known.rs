//! Where an issuer publishes something about itself (RFC 8414 section 3.1; SD-JWT VC section 4.1).

use url::Url;

/// The address of the document `name` of `issuer`: the well-known path stands between host and path, and a
/// terminating `/` of the path is cut first.
pub fn location(issuer: &Url, name: &str) -> Url {
    let path = issuer.path();
    let mut location = issuer.clone();
    location.set_path(&format!("/.well-known/{name}{}", path.strip_suffix('/').unwrap_or(path)));
    location.set_query(None);
    location.set_fragment(None);
    location
}
