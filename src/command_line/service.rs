//! `vpgate serve` and `vpgate sandbox`: starting, and running until told to stop.

mod signals;

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use vpgate::app::{self, Running, sandbox};
use vpgate_core::base::secret::Secret;

use self::signals::Signals;
use super::{load, say};

/// The service that `config` describes.
pub fn serve(config: &Path) -> anyhow::Result<()> {
    until_told_to_stop(async {
        let running = app::serve(load(config)?).await?;
        if let Some(address) = running.operations_address() {
            tell(&format!("operations endpoints on http://{address}"), &address);
        }
        let address = running.address();
        tell(&format!("listening on http://{address}"), &address);
        Ok(running)
    })
}

/// The whole story on this machine.
pub fn sandbox(listen: SocketAddr, data: Option<PathBuf>) -> anyhow::Result<()> {
    until_told_to_stop(async move {
        let secret = std::env::var("VPGATE_SANDBOX_SHOP_SECRET").ok().map(Secret::received);
        let sandbox = sandbox::serve(listen, data, secret).await?;
        greet(&sandbox);
        Ok(sandbox.running)
    })
}

fn until_told_to_stop(start: impl Future<Output = anyhow::Result<Running>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let mut signals = Signals::new().context("signals cannot be waited for")?;
        let running = start.await?;
        signals.told_to_stop().await;
        tracing::info!("stopping: no new connections; requests under way are finished");
        tokio::select! {
            () = running.stop() => Ok(()),
            () = signals.told_to_stop() => bail!("told twice: stopped without finishing"),
        }
    })
}

/// A service works also where nothing can be printed.
fn tell(text: &str, address: &impl Display) {
    if let Err(fault) = say(text) {
        tracing::warn!(fault = format!("{fault:#}"), %address, "listening; this could not be printed");
    }
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
