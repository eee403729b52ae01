//! `vpgate sandbox`: the service and the demo parties, and where to look at them.

use std::net::SocketAddr;
use std::path::PathBuf;

use vpgate::app::sandbox;
use vpgate_core::base::secret::Secret;

use super::service::{tell, until_told_to_stop};

/// The whole story on this machine.
pub fn run(listen: SocketAddr, data: Option<PathBuf>) -> anyhow::Result<()> {
    until_told_to_stop(None, async move {
        let secret = std::env::var("VPGATE_SANDBOX_SHOP_SECRET").ok().map(Secret::received);
        let sandbox = sandbox::serve(listen, data, secret).await?;
        greet(&sandbox);
        Ok(sandbox.running)
    })
}

fn greet(sandbox: &sandbox::RunningSandbox) {
    let base = sandbox.base_url.as_str().trim_end_matches('/');
    let text = format!(
        "This is a SANDBOX: its issuer, its wallet and its people are made up, and its keys count nowhere else.

  television   {base}/sandbox/tv
  web page     {base}/sandbox/page
  shop         {base}/sandbox/shop
  everything   {base}/sandbox/

  The shop's client: {shop}, secret: {secret}

listening on {base}
Open this address in a browser:
{base}/sandbox/",
        shop = sandbox::SHOP,
        secret = sandbox.shop_secret.expose(),
    );
    tell(&text, &sandbox.running.address());
}
