//! `[http]`: the proxies in front of us, and what they write.

use url::Url;

use super::fault::Faults;
use super::raw::RawHttp;
use vpgate_core::base::forwarded::{ForwardedHeader, TrustedProxies};
use vpgate_core::base::ip_network::IpNetwork;

/// Checks `[http]`.
pub(super) fn check(given: &RawHttp, faults: &mut Faults) -> TrustedProxies {
    let read = |(place, text): (usize, &String)| {
        let network = text.parse::<IpNetwork>().map_err(|fault| fault.to_string());
        let network = network.and_then(|network| match network.is_everything() {
            true => Err("must not hold every address: whoever asks could say to be somebody else".to_owned()),
            false => Ok(network),
        });
        faults.keep(&format!("http.trusted_proxies[{place}]"), network)
    };
    let networks = given.trusted_proxies.iter().enumerate().filter_map(read).collect();
    let header = match given.forwarded_header.as_str() {
        "either" => Ok(ForwardedHeader::Either),
        name if name.eq_ignore_ascii_case("x-forwarded-for") => Ok(ForwardedHeader::XForwardedFor),
        name if name.eq_ignore_ascii_case("forwarded") => Ok(ForwardedHeader::Forwarded),
        _ => Err("must be either, X-Forwarded-For or Forwarded"),
    };
    let header = faults.keep("http.forwarded_header", header).unwrap_or_default();
    TrustedProxies { networks, header }
}

/// We speak plain HTTP, so behind an https address stands a proxy.
pub(super) fn warning(public_url: &Url, proxies: &TrustedProxies) -> Option<String> {
    let blind = public_url.scheme() == "https" && proxies.is_empty();
    blind.then(|| {
        "http.trusted_proxies is empty although public_url is https: behind the proxy that speaks TLS all \
         people have one address, share its limits, and are told nothing about networks"
            .to_owned()
    })
}
