//! Whose request this is, as far as limits and the comparison of networks care.

use std::net::IpAddr;

use super::ip_network::IpNetwork;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientAddress {
    counted: Option<IpAddr>,
    known: bool,
}

impl ClientAddress {
    /// The address of the client itself.
    pub fn known(address: IpAddr) -> Self {
        Self { counted: Some(counted_as(address)), known: true }
    }

    /// The nearest that can be told: perhaps a proxy, behind which many people are.
    pub fn nearest(address: IpAddr) -> Self {
        Self { counted: Some(counted_as(address)), known: false }
    }

    /// What stands for it where requests are counted: an IPv4 address, or the first address of the /64 of an
    /// IPv6 address, because one household owns at least that much. `None` when the connection has none (a
    /// Unix socket, a test).
    pub fn counted(self) -> Option<IpAddr> {
        self.counted
    }

    /// The address where it is surely the client's own and no proxy's, so that something can be said about it.
    pub fn certain(self) -> Option<IpAddr> {
        self.counted.filter(|_| self.known)
    }

    /// The networks around it, narrowest first, with how many times as much of what is counted they may do
    /// as a single address: a household or a company owns a /56 or a /48 of IPv6 addresses, and many
    /// households share a /24 of IPv4 addresses.
    pub fn networks(self) -> impl Iterator<Item = (IpNetwork, u32)> {
        let around = |prefixes: &'static [(u8, u32)], address| {
            prefixes.iter().map(move |(prefix, times)| (IpNetwork::around(address, *prefix), *times))
        };
        self.counted.into_iter().flat_map(move |address| match address {
            IpAddr::V4(_) => around(&[(24, 10)], address),
            IpAddr::V6(_) => around(&[(56, 4), (48, 10)], address),
        })
    }
}

fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        address @ IpAddr::V4(_) => address,
        address @ IpAddr::V6(_) => IpNetwork::around(address, 64).address(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_counts_by_network_and_mapped_ipv4_as_ipv4() {
        let counted = |text: &str| ClientAddress::known(text.parse().unwrap()).counted().unwrap().to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn the_networks_around_an_address_grow_and_so_does_what_they_may_do() {
        let around = |text: &str| {
            let address = ClientAddress::known(text.parse().unwrap());
            address.networks().map(|(network, times)| (network.to_string(), times)).collect::<Vec<_>>()
        };
        assert_eq!(around("192.0.2.7"), [("192.0.2.0/24".to_owned(), 10)]);
        let expected = [("2001:db8:1:200::/56".to_owned(), 4), ("2001:db8:1::/48".to_owned(), 10)];
        assert_eq!(around("2001:db8:1:2ff::1"), expected);
        assert_eq!(ClientAddress::default().networks().count(), 0);
    }

    #[test]
    fn a_proxys_address_is_counted_and_never_certain() {
        let proxy = ClientAddress::nearest("10.0.0.1".parse().unwrap());
        assert_eq!((proxy.counted().is_some(), proxy.certain()), (true, None));
    }
}
