//! Networks of IP addresses, as operators write them: `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32` (RFC 4632,
//! RFC 4291 section 2.3).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// All addresses with the same first bits. An IPv4 network written as IPv6 (`::ffff:10.0.0.0/104`) is the
/// IPv4 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IpNetwork {
    address: IpAddr,
    prefix: u8,
}

/// Why a text names no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NetworkFault {
    /// Neither an address nor an address with a prefix.
    #[error("must be an IP address or a network, for example \"192.0.2.1\" or \"10.0.0.0/8\"")]
    Syntax,
    #[error("has a longer prefix than the address has bits: at most /32 for IPv4, /128 for IPv6")]
    Prefix,
    /// `10.0.0.1/8`: was one address meant, or the network?
    #[error(
        "has bits beyond its prefix; the network is {network}, the address alone is written without a prefix"
    )]
    HostBits {
        /// The network that the prefix describes.
        network: IpNetwork,
    },
}

impl IpNetwork {
    /// The network of so many bits that `address` is in; `prefix` is cut to the length of the address.
    pub fn around(address: IpAddr, prefix: u8) -> Self {
        match address {
            IpAddr::V4(address) => {
                let prefix = prefix.min(32);
                let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
                Self { address: IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask)), prefix }
            }
            IpAddr::V6(address) => {
                let prefix = prefix.min(128);
                let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
                Self { address: IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask)), prefix }
            }
        }
    }

    /// Whether `address` is in it; an IPv4 address may be written as IPv6 (`::ffff:192.0.2.1`).
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && Self::around(address, self.prefix) == *self
    }

    /// The first address of the network.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether it holds every address of its kind.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }
}

impl FromStr for IpNetwork {
    type Err = NetworkFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => {
                let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
                let prefix = prefix.parse::<u8>().ok().filter(|_| digits).ok_or(NetworkFault::Syntax)?;
                (address, Some(prefix))
            }
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkFault::Syntax)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        if prefix > bits {
            return Err(NetworkFault::Prefix);
        }
        let (address, prefix) = match address.to_canonical() {
            IpAddr::V4(mapped) if address.is_ipv6() && prefix >= 96 => (IpAddr::V4(mapped), prefix - 96),
            _ => (address, prefix),
        };
        let network = Self::around(address, prefix);
        if network.address == address { Ok(network) } else { Err(NetworkFault::HostBits { network }) }
    }
}

impl fmt::Display for IpNetwork {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<IpNetwork>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_like_it() {
        for (network, inside, outside) in [
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.128/25", "192.0.2.200", "192.0.2.127"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("fd00::/8", "fdab::1", "fc00::1"),
            ("::1", "::1", "::2"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            // One kind of address in two spellings.
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ] {
            assert!(holds(network, inside), "{network} {inside}");
            assert!(!holds(network, outside), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_told_apart() {
        for (text, fault) in [
            ("", NetworkFault::Syntax),
            ("proxy.example", NetworkFault::Syntax),
            ("10.0.0.0/", NetworkFault::Syntax),
            ("10.0.0.0/+8", NetworkFault::Syntax),
            ("10.0.0.0/8/8", NetworkFault::Syntax),
            ("10.0.0.0/300", NetworkFault::Syntax),
            ("10.0.0.0/33", NetworkFault::Prefix),
            ("::/129", NetworkFault::Prefix),
        ] {
            assert_eq!(text.parse::<IpNetwork>(), Err(fault), "{text}");
        }
        let fault = "10.0.0.1/8".parse::<IpNetwork>().unwrap_err();
        assert!(fault.to_string().contains("the network is 10.0.0.0/8"), "{fault}");
    }
}
