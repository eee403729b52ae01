//! `vpgate demo`: the issuer and the wallet of the sandbox, and what a service needs to know of them.

use std::net::SocketAddr;

use clap::Args;
use url::Url;
use vpgate::app::demo::{self, RunningDemo};

use super::service::{NoSource, tell, until_told_to_stop};

/// Whose parties they are.
#[derive(Args)]
pub struct DemoArguments {
    /// The `public_url` of the service: https, or http on this machine.
    #[arg(long)]
    service: Url,
    /// Where to listen; a loopback address. Port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
}

/// Until told to stop.
pub fn run(arguments: DemoArguments) -> anyhow::Result<()> {
    let DemoArguments { service, listen } = arguments;
    let start = async move {
        let demo = demo::serve(listen, service).await?;
        let address = demo.address();
        let text = format!(
            "# Put this into the vpgate.toml of the service, and start that again.\n{}\n\
             # The issuer and the wallet, which are made up like everybody in them.\nlistening on http://{address}\n\
             Open this address in a browser:\nhttp://{address}/sandbox/",
            demo::entries(address)
        );
        tell(&text, &address);
        Ok(demo)
    };
    until_told_to_stop(start, NoSource, RunningDemo::stop)
}
