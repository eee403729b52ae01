//! `[fetch]`: how far our own requests reach.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use url::Url;

use super::fault::Faults;
use super::file::Folder;
use super::raw::RawFetch;
use vpgate_core::base::ip_network::IpNetwork;
use vpgate_core::registration::Sources as _;

/// The longest file of authorities, in bytes.
const LONGEST_AUTHORITIES: usize = 1 << 20;
/// Where clouds hand credentials to whoever asks from inside.
const CLOUD_CREDENTIALS: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// Checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingRequests {
    /// Certificates (PEM) of authorities beside those of the system.
    pub authorities: Option<Vec<u8>>,
    /// Networks that are not public, and are open to our requests.
    pub networks: Arc<[IpNetwork]>,
    /// The proxy that leads outside.
    pub proxy: Option<Url>,
}

/// Checks `[fetch]`. Relative paths begin at `folder`.
pub(super) fn check(given: &RawFetch, folder: &Folder<'_>, faults: &mut Faults) -> OutgoingRequests {
    let read = |name: &String| faults.keep("fetch.ca_file", folder.file(name, LONGEST_AUTHORITIES));
    let authorities = given.ca_file.as_ref().and_then(read);
    let opened = |(place, text): (usize, &String)| {
        faults.keep(&format!("fetch.allow_networks[{place}]"), network(text))
    };
    let networks = given.allow_networks.iter().enumerate().filter_map(opened).collect();
    let proxy = given.proxy.as_deref().and_then(|text| faults.keep("fetch.proxy", proxy(text)));
    OutgoingRequests { authorities, networks, proxy }
}

fn network(text: &str) -> Result<IpNetwork, String> {
    let network: IpNetwork = text.parse().map_err(|fault| format!("{fault}"))?;
    if network.is_everything() {
        return Err("must not hold every address: an issuer could lead us anywhere inside".to_owned());
    }
    if network.contains(CLOUD_CREDENTIALS) {
        return Err(format!("must not hold {CLOUD_CREDENTIALS}, where clouds hand out credentials"));
    }
    if network.address().is_loopback() {
        return Err("is this machine: only danger_allow_loopback = true permits that".to_owned());
    }
    Ok(network)
}

fn proxy(text: &str) -> Result<Url, &'static str> {
    let must = "must be the address of an HTTP proxy, for example \"http://proxy.internal:3128\"";
    let url = Url::parse(text).map_err(|_| must)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or a password: a proxy that asks for them is not supported");
    }
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_proxy = matches!(url.scheme(), "http" | "https") && url.has_host() && bare;
    if is_proxy { Ok(url) } else { Err(must) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn faults(given: &RawFetch) -> String {
        let mut faults = Faults::default();
        check(given, &Folder::new(Path::new("/nowhere")), &mut faults);
        faults.to_string()
    }

    #[test]
    fn what_is_opened_is_named_exactly() {
        let networks =
            ["10.20.0.0/16", "0.0.0.0/0", "169.254.0.0/16", "127.0.0.0/8", "::1", "10.1.2.3/8", "intranet"];
        let given = RawFetch {
            allow_networks: networks.map(str::to_owned).into(),
            ca_file: Some("gone.pem".to_owned()),
            proxy: Some("socks5://proxy".to_owned()),
        };
        let found = faults(&given);
        for line in [
            "fetch.ca_file: cannot read /nowhere/gone.pem",
            "fetch.allow_networks[1]: must not hold every address",
            "fetch.allow_networks[2]: must not hold 169.254.169.254",
            "fetch.allow_networks[3]: is this machine",
            "fetch.allow_networks[4]: is this machine",
            "fetch.allow_networks[5]: has bits beyond its prefix",
            "fetch.allow_networks[6]: must be an IP address or a network",
            "fetch.proxy: must be the address of an HTTP proxy",
        ] {
            assert!(found.lines().any(|found| found.starts_with(line)), "{line}\nis not in\n{found}");
        }
        assert_eq!(found.lines().count(), 8, "{found}");
    }

    #[test]
    fn a_proxy_is_an_address_without_secrets() {
        for (proxy, good) in [
            ("http://proxy.internal:3128", true),
            ("https://proxy.internal/", true),
            ("http://10.0.0.1:3128", true),
            ("http://user:secret@proxy.internal:3128", false),
            ("http://proxy.internal/path", false),
            ("proxy.internal:3128", false),
        ] {
            let given = RawFetch { proxy: Some(proxy.to_owned()), ..RawFetch::default() };
            assert_eq!(faults(&given).is_empty(), good, "{proxy}");
        }
    }
}
