//! `vpgate sandbox`: the service and the demo parties, and where to look at them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use url::Url;
use vpgate::app::Running;
use vpgate::app::sandbox::{self, RunningSandbox, SandboxOptions};
use vpgate_core::base::secret::Secret;

use super::service::{NoSource, tell, until_told_to_stop};

/// RFC 7636 appendix B: a verifier that everybody knows, and its challenge.
const PKCE: (&str, &str) =
    ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");

/// How the sandbox is reached, and who may join.
#[derive(Args)]
pub struct SandboxArguments {
    /// Where to listen; a loopback address, or with --public-url also 0.0.0.0. Port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keeps the database and the keys in this folder; without it nothing is kept.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where browsers and phones reach it: the https address of a tunnel, or of a proxy in front of it.
    #[arg(long)]
    public_url: Option<Url>,
    /// Where applications of your own have people sent back to, besides every address on this machine.
    #[arg(long, value_name = "URI", num_args = 1..)]
    redirect_uri: Vec<String>,
    /// The origins of pages of your own that run the widget or sign people in.
    #[arg(long, num_args = 1..)]
    origin: Vec<String>,
}

/// The whole story on this machine.
pub fn run(arguments: SandboxArguments) -> anyhow::Result<()> {
    let SandboxArguments { listen, data, public_url, redirect_uri, origin } = arguments;
    let options = SandboxOptions { listen, data, public_url, redirect_uris: redirect_uri, origins: origin };
    let start = async move {
        let secret = std::env::var("VPGATE_SANDBOX_SHOP_SECRET").ok().map(Secret::received);
        let sandbox = sandbox::serve(options, secret).await?;
        tell(&greeting(&sandbox), &sandbox.running.address());
        Ok(sandbox.running)
    };
    until_told_to_stop(start, NoSource, Running::stop)
}

fn greeting(sandbox: &RunningSandbox) -> String {
    let address = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    let (base, here) = (address(&sandbox.base_url), address(&sandbox.here));
    let (verifier, challenge) = PKCE;
    let (scope, secret) = (sandbox::SCOPE, sandbox.shop_secret.expose());
    let (tv, shop, app, spa) = (sandbox::TV, sandbox::SHOP, sandbox::APP, sandbox::SPA);
    format!(
        r#"This is a SANDBOX: its issuer, its wallet and its people are made up, and its keys count nowhere else.

  television   {base}/sandbox/tv
  web page     {base}/sandbox/page
  shop         {base}/sandbox/shop
  everything   {base}/sandbox/

  Clients for your own: `{tv}` and `{spa}` have no secret, `{shop}` and `{app}` have this one: {secret}
  They may return to any address on this machine. To copy:

curl      curl {base}/.well-known/openid-configuration
device    curl {base}/device_authorization -d client_id={tv} -d scope={scope}
code      {base}/authorize?response_type=code&client_id={spa}&scope=openid+{scope}&redirect_uri=http://localhost:3000/callback&code_challenge={challenge}&code_challenge_method=S256
          curl {base}/token -d grant_type=authorization_code -d client_id={spa} -d redirect_uri=http://localhost:3000/callback -d code_verifier={verifier} -d code=CODE
REST      curl -u {shop}:{secret} {base}/v1/presentations -H 'Content-Type: application/json' -d '{{"scope":"{scope}","redirect_uri":"http://localhost:3000/return"}}'

listening on {here}
Open this address in a browser:
{base}/sandbox/"#
    )
}
