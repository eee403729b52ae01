//! Which addresses we connect to: public ones. Everything else could be somebody's inside
//! (OWASP SSRF prevention; IANA special-purpose address registries, RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Whether we connect to `address`. `allow_loopback` is `danger_allow_loopback`: it opens 127.0.0.0/8
/// and ::1, and nothing else.
pub fn permitted(address: IpAddr, allow_loopback: bool) -> bool {
    if address.is_loopback() {
        return allow_loopback;
    }
    match address {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => public_v6(address),
    }
}

/// Whether the host is this machine, as far as its name tells.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        _ => literal(url).is_some_and(|address| address.is_loopback()),
    }
}

/// The address that the URL names without a name.
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let refused = match address.octets() {
        [0 | 10 | 127, ..] => true,  // this network, private, loopback
        [100, 64..=127, ..] => true, // carrier-grade NAT
        [169, 254, ..] => true,      // link-local, where clouds keep credentials
        [172, 16..=31, ..] => true,  // private
        [192, 0, 0 | 2, _] => true,  // protocol assignments, documentation
        [192, 88, 99, _] => true,    // 6to4 relays
        [192, 168, ..] => true,      // private
        [198, 18 | 19, ..] => true,  // benchmarks
        [198, 51, 100, _] => true,   // documentation
        [203, 0, 113, _] => true,    // documentation
        [224..=255, ..] => true,     // multicast, reserved, broadcast
        _ => false,
    };
    !refused
}

/// Only global unicast (2000::/3), without the parts of it that lead elsewhere. Everything that carries
/// an IPv4 address inside (mapped, NAT64, 6to4, Teredo) is outside of it or named here.
fn public_v6(address: Ipv6Addr) -> bool {
    let refused = match address.segments() {
        [0x2001, 0..=0x1ff, ..] => true, // protocol assignments: Teredo, ORCHID, benchmarks
        [0x2001, 0xdb8, ..] => true,     // documentation
        [0x2002, ..] => true,            // 6to4
        [0x3fff, 0..=0xfff, ..] => true, // documentation
        [first, ..] => first >> 13 != 1,
    };
    !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, allow_loopback: bool) -> bool {
        permitted(address.parse().unwrap(), allow_loopback)
    }

    #[test]
    fn public_addresses_are_permitted() {
        for public in ["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"] {
            assert!(allowed(public, false), "{public}");
        }
    }

    #[test]
    fn everything_that_could_be_an_inside_is_refused() {
        for inside in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allowed(inside, false), "{inside}");
            assert!(!allowed(inside, true), "{inside} even with loopback allowed");
        }
    }

    #[test]
    fn loopback_needs_the_danger_switch() {
        for loopback in ["127.0.0.1", "127.1.2.3", "::1"] {
            assert!(!allowed(loopback, false), "{loopback}");
            assert!(allowed(loopback, true), "{loopback}");
        }
    }
}
