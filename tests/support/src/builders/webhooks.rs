//! The usual configuration, with places where the shop is told of events.

use std::path::Path;

use crate::builders::configuration::configuration;
use crate::webhook_receiver::{private_file, secret};

/// The shop is told at these addresses, each with a name and more lines. Messages are signed with `secret(1)`, which is
/// kept in `folder`.
pub fn shop_told_at(folder: &Path, endpoints: &[(&str, &str, &str)]) -> String {
    let file = private_file(folder, "secret", &secret(1));
    let tables = endpoints.iter().map(|(url, name, more)| {
        format!(
            "\n[[clients.webhooks]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_file = \"{}\"\n{more}\n",
            file.display()
        )
    });
    let text = configuration("");
    let (before, shop) = text.split_once("client_id = \"shop\"").unwrap();
    let (lines, after) = shop.split_once("[[clients]]").unwrap();
    format!("{before}client_id = \"shop\"{lines}{}\n[[clients]]{after}", tables.collect::<String>())
}
