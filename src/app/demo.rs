//! `vpgate demo`: the sandbox's issuer and wallet, alone, as parties of a service with a `vpgate.toml` of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use poem::{EndpointExt as _, Route};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::background::start;
use super::listener::BoundedListener;
use super::places::Places;
use super::sandbox::{NoSandbox, draw};
use super::{FAREWELL, NotStarted, bind, connections};
use crate::fetch::client::sandbox_client;
use crate::flow::ports::Clock as _;
use crate::sandbox::{MOUNT, Sandbox, SandboxSettings, WELL_KNOWN, Whereabouts};
use crate::system::clock::SystemClock;
use crate::system::entropy::SystemEntropy;
use vpgate_core::base::public_address::is_loopback;
use vpgate_core::base::secret::Secret;

/// The service's client identifier at the demo wallet.
const WALLET_CLIENT: &str = "vpgate-demo";

/// Why there is no demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDemo {
    /// Whoever comes is Alice, and what the service fetches from here is plain http.
    #[error("the demo listens on loopback addresses only, such as 127.0.0.1:8081")]
    Listen,
    /// Its wallet sends answers there.
    #[error("--service is the public_url of your vpgate.toml: https://, or http:// on this machine")]
    Service,
}

/// The issuer and the wallet, listening.
pub struct RunningDemo {
    address: SocketAddr,
    stop: watch::Sender<()>,
    server: JoinHandle<()>,
}

impl RunningDemo {
    /// Where they listen, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Finishes what is under way.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(fault) = self.server.await {
            tracing::error!(%fault, "the server's task failed");
        }
    }
}

/// Starts them, for the service at `service`.
///
/// # Errors
/// [`NotStarted`]
pub async fn serve(listen: SocketAddr, service: Url) -> Result<RunningDemo, NotStarted> {
    if !listen.ip().is_loopback() {
        return Err(NoDemo::Listen.into());
    }
    if service.scheme() != "https" && !(service.scheme() == "http" && is_loopback(&service)) {
        return Err(NoDemo::Service.into());
    }
    let (listener, address) = bind(listen).await?;
    let parties = parties(address, service)?;
    let endpoint = Route::new()
        .nest(MOUNT, parties.issuer_and_wallet())
        .nest(WELL_KNOWN, parties.well_known())
        .map_to_response()
        .boxed();
    let (stop, stopped) = watch::channel(());
    let listener = BoundedListener::new(listener, address, Places::operations());
    let server = start(connections::serve(listener, endpoint, stopped, FAREWELL));
    Ok(RunningDemo { address, stop, server })
}

fn parties(address: SocketAddr, service: Url) -> Result<Sandbox, NoSandbox> {
    let here = Url::parse(&base(address))?;
    let settings = SandboxSettings {
        base_url: here.clone(),
        // There is no shop, no television and no page.
        shop_client_id: String::new(),
        shop_secret: Secret::received(""),
        tv_client_id: String::new(),
        page_client_id: String::new(),
        wallet_client_id: WALLET_CLIENT.to_owned(),
        verifier_roots: None,
        scope: String::new(),
        now: Arc::new(|| SystemClock.now()),
        rng: Arc::new(|bytes| draw(&SystemEntropy, bytes)),
        http: sandbox_client()?,
    };
    let whereabouts = Whereabouts { issuer: here, service: service.clone(), service_from_here: service };
    Ok(Sandbox::apart(settings, &whereabouts)?)
}

/// What the `vpgate.toml` of the service needs: a wallet, a credential and a scope.
pub fn entries(address: SocketAddr) -> String {
    include_str!("demo.toml").replace("${demo}", &base(address)).replace("${client_id}", WALLET_CLIENT)
}

fn base(address: SocketAddr) -> String {
    format!("http://{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_for_one_machine_and_for_a_service_that_can_be_reached() {
        for (listen, service, expected) in [
            ("0.0.0.0:0", "http://127.0.0.1:8080", NoDemo::Listen),
            ("127.0.0.1:0", "http://verify.example", NoDemo::Service),
            ("127.0.0.1:0", "openid4vp://x", NoDemo::Service),
        ] {
            let refused = serve(listen.parse().unwrap(), service.parse().unwrap()).await.err().unwrap();
            assert!(matches!(refused, NotStarted::Demo(why) if why == expected), "{refused:?}");
        }
    }
}
