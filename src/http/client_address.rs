//! Whose request this is, as far as rate limits care.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use poem::Request;
use poem::http::HeaderMap;

/// Proxies in front of us, whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

/// The address of the peer; or, when the peer is a proxy we trust, the last address in
/// `X-Forwarded-For` that is not such a proxy. From anyone else that header is a stranger's claim.
/// Good for counting: an IPv4 address, or the /64 of an IPv6 address, because one household owns at
/// least that much. `None` when the connection has none (a Unix socket, a test).
pub fn client_address(request: &Request, trusted_proxies: &TrustedProxies) -> Option<IpAddr> {
    let peer = request.remote_addr().as_socket_addr()?;
    Some(believed(peer.ip(), request.headers(), &trusted_proxies.0))
}

fn believed(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpAddr]) -> IpAddr {
    let mut address = peer.to_canonical();
    let claims = headers.get_all("x-forwarded-for");
    let claims: Vec<&str> =
        claims.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    for claim in claims.into_iter().rev() {
        if !trusted_proxies.contains(&address) {
            break;
        }
        let Ok(next) = claim.trim().parse::<IpAddr>() else { break };
        address = next.to_canonical();
    }
    counted_as(address)
}

/// What stands for `address` where addresses are counted.
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::from(u64::MAX) << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|it| it.parse().unwrap()).collect();
        believed(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_strangers_forwarded_header_is_not_believed() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
    }

    #[test]
    fn behind_trusted_proxies_the_last_untrusted_address_counts() {
        let trusted = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 198.51.100.7", "10.0.0.2"], &trusted), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["nonsense"], &trusted), "10.0.0.1");
    }

    #[test]
    fn ipv6_counts_by_network_and_mapped_ipv4_as_ipv4() {
        assert_eq!(seen("2001:db8:1:2:3:4:5:6", &[], &[]), "2001:db8:1:2::");
        assert_eq!(seen("::ffff:192.0.2.1", &[], &[]), "192.0.2.1");
    }

    #[test]
    fn a_connection_may_have_no_address() {
        assert_eq!(client_address(&Request::default(), &TrustedProxies(Arc::new([]))), None);
    }
}
