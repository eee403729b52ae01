//! Whether a device and the person who approves it are on the same network (RFC 10027 section
//! 6.1.1). A signal, no proof: compared coarsely, and kept as a keyed digest only while nobody has
//! decided.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::base::secret::{Digest, DigestKey};

/// A coarse network: the /24 of an IPv4 address, the /48 of an IPv6 address. Its digest is keyed, so
/// that who reads the row cannot try all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// IPv4.
    V4(Digest),
    /// IPv6.
    V6(Digest),
}

/// How near a device seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proximity {
    /// Both are on one network.
    Same,
    /// They are on different networks of one kind.
    Different,
    /// One of the addresses is not known, or they are of different kinds.
    Unknown,
}

/// What follows from it, by client (`proximity`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProximityPolicy {
    /// Nothing; not even compared.
    Ignore,
    /// The page says so.
    #[default]
    Show,
    /// The person must be on the device's network.
    Require,
}

impl Network {
    /// The network of `address`.
    pub fn of(address: IpAddr, key: &DigestKey) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self::V4(key.digest(format!("network {a}.{b}.{c}").as_bytes()))
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                Self::V6(key.digest(format!("network {a:x}:{b:x}:{c:x}").as_bytes()))
            }
        }
    }
}

impl Proximity {
    /// Of a device and a person.
    pub fn between(device: Option<Network>, person: Option<Network>) -> Self {
        match (device, person) {
            (Some(Network::V4(device)), Some(Network::V4(person)))
            | (Some(Network::V6(device)), Some(Network::V6(person))) => {
                if device == person {
                    Self::Same
                } else {
                    Self::Different
                }
            }
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proximity(device: &str, person: &str) -> Proximity {
        let key = DigestKey::new(&[1; 32]);
        let network = |text: &str| text.parse().ok().map(|address| Network::of(address, &key));
        Proximity::between(network(device), network(person))
    }

    #[test]
    fn req_15_4_networks_are_compared_coarsely_and_within_one_kind() {
        for (device, person, expected) in [
            ("192.0.2.7", "192.0.2.7", Proximity::Same),
            ("192.0.2.7", "192.0.2.250", Proximity::Same),
            ("192.0.2.7", "::ffff:192.0.2.9", Proximity::Same),
            ("192.0.2.7", "192.0.3.7", Proximity::Different),
            ("2001:db8:1:2::1", "2001:db8:1:9::5", Proximity::Same),
            ("2001:db8:1:2::1", "2001:db8:2:2::1", Proximity::Different),
            ("192.0.2.7", "2001:db8:1:2::1", Proximity::Unknown),
            ("192.0.2.7", "nobody", Proximity::Unknown),
            ("nobody", "nobody", Proximity::Unknown),
        ] {
            assert_eq!(proximity(device, person), expected, "{device} {person}");
        }
    }
}
