//! Clients that all tests of a program share: each one loads the certificates of the machine, which takes longer than most
//! tests do.

use std::sync::LazyLock;

use vpgate::fetch::client::FetchClient;

/// Reaches loopback.
pub fn network() -> FetchClient {
    static NETWORK: LazyLock<FetchClient> = LazyLock::new(|| FetchClient::new(true).unwrap());
    NETWORK.clone()
}

/// Sends nothing: the pages of television and shop, which are what it is for, are not driven.
#[expect(clippy::disallowed_methods, reason = "no part of the service, and silent")]
pub fn silent_client() -> reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
    CLIENT.clone()
}
