//! What proxies say about the client behind them: `X-Forwarded-For`, and `Forwarded` (RFC 7239).
//!
//! Each proxy appends the address it was asked from, so the last entry is the nearest hop, and everything
//! before the first entry of a proxy that is trusted may have been written by a stranger.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use super::client_address::ClientAddress;
use super::ip_network::IpNetwork;

/// Hops that are looked at, from the nearest.
const MOST_HOPS: usize = 32;

/// Which header the proxies write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// The one that is there. When both are and name different clients, a stranger may have written one of
    /// them: neither is believed.
    #[default]
    Either,
    /// `X-Forwarded-For` alone.
    XForwardedFor,
    /// Only `Forwarded` counts.
    Forwarded,
}

/// The proxies in front of us (`[http]`), whose word about the client's address counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    /// Where they are.
    pub networks: Arc<[IpNetwork]>,
    /// What they write.
    pub header: ForwardedHeader,
}

/// The values of the headers of one request; what is no text is left out by the caller as `None`.
#[derive(Clone, Debug, Default)]
pub struct ForwardingHeaders<'a> {
    /// Every `X-Forwarded-For`, in order.
    pub x_forwarded_for: Vec<Option<&'a str>>,
    /// Every `Forwarded`, in order.
    pub forwarded: Vec<Option<&'a str>>,
}

/// What was made of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where it comes from.
    pub address: ClientAddress,
    /// What an operator should know.
    pub doubt: Option<Doubt>,
}

/// Why the address may be a proxy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Doubt {
    /// The header came from a peer that is not listed.
    #[error("it comes from an address that is not in http.trusted_proxies, so it is not believed")]
    NotListed,
    /// A trusted proxy wrote what names no address.
    #[error("it names no IP address where it should name the client")]
    Unreadable,
    #[error("X-Forwarded-For and Forwarded name different clients; http.forwarded_header says which counts")]
    Contradiction,
}

/// One entry; `None` when it names no address (`unknown`, an obfuscated identifier, junk).
type Hop = Option<IpAddr>;

impl TrustedProxies {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Whether `address` is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Where a request of `peer` comes from: the last address in the header that is no trusted proxy's.
    /// `direct` says whether a client may talk to us without a proxy at all.
    pub fn locate(&self, peer: IpAddr, headers: &ForwardingHeaders<'_>, direct: bool) -> Located {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            let forwarded = !headers.x_forwarded_for.is_empty() || !headers.forwarded.is_empty();
            let known = direct && !forwarded;
            return Located {
                address: if known { ClientAddress::known(peer) } else { ClientAddress::nearest(peer) },
                doubt: forwarded.then_some(Doubt::NotListed),
            };
        }
        let x_forwarded_for = || self.walk(peer, &x_forwarded_for(&headers.x_forwarded_for));
        let forwarded = || self.walk(peer, &forwarded(&headers.forwarded));
        match self.header {
            ForwardedHeader::XForwardedFor => x_forwarded_for(),
            ForwardedHeader::Forwarded => forwarded(),
            ForwardedHeader::Either if headers.forwarded.is_empty() => x_forwarded_for(),
            ForwardedHeader::Either if headers.x_forwarded_for.is_empty() => forwarded(),
            ForwardedHeader::Either => {
                let (one, other) = (x_forwarded_for(), forwarded());
                if one == other {
                    return one;
                }
                Located { address: ClientAddress::nearest(peer), doubt: Some(Doubt::Contradiction) }
            }
        }
    }

    /// From the nearest hop on, for as long as a trusted proxy speaks.
    fn walk(&self, peer: IpAddr, hops: &[Hop]) -> Located {
        let mut address = peer;
        let mut told = false;
        for hop in hops.iter().rev() {
            if !self.contains(address) {
                break;
            }
            let Some(next) = hop else {
                return Located { address: ClientAddress::nearest(address), doubt: Some(Doubt::Unreadable) };
            };
            address = next.to_canonical();
            told = true;
        }
        // Without a word about anybody else the proxy itself asked, to see whether we are well.
        let address = if told { ClientAddress::known(address) } else { ClientAddress::nearest(address) };
        Located { address, doubt: None }
    }
}

/// The entries of `X-Forwarded-For`: addresses, with or without a port or brackets.
fn x_forwarded_for(values: &[Option<&str>]) -> Vec<Hop> {
    let mut hops = Vec::new();
    for value in values {
        match value {
            Some(value) => hops.extend(value.split(',').map(str::trim).filter(|it| !it.is_empty()).map(node)),
            None => hops.push(None),
        }
    }
    nearest(hops)
}

/// The `for` of each element of `Forwarded`, one that does not say it included. A line that breaks the
/// grammar is one hop that cannot be read: where its elements begin and end is anybody's guess.
fn forwarded(values: &[Option<&str>]) -> Vec<Hop> {
    let mut hops = Vec::new();
    for value in values {
        match value.and_then(elements) {
            Some(elements) => hops.extend(elements),
            None => hops.push(None),
        }
    }
    nearest(hops)
}

fn nearest(mut hops: Vec<Hop>) -> Vec<Hop> {
    hops.split_off(hops.len().saturating_sub(MOST_HOPS))
}

/// The elements of one line (RFC 7239 section 4). `None` when it breaks the grammar.
fn elements(line: &str) -> Option<Vec<Hop>> {
    let mut hops = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let mut from = None;
        let mut pairs = 0;
        loop {
            rest = rest.trim_start();
            if rest.is_empty() || rest.starts_with(',') {
                break;
            }
            if let Some(after) = rest.strip_prefix(';') {
                rest = after;
                continue;
            }
            let (name, after) = rest.split_once('=')?;
            if name.is_empty() || !name.bytes().all(is_token) {
                return None;
            }
            let (value, after) = value(after)?;
            if name.eq_ignore_ascii_case("for") && from.replace(value).is_some() {
                return None;
            }
            pairs += 1;
            rest = after.trim_start();
            if !(rest.is_empty() || rest.starts_with([';', ','])) {
                return None;
            }
        }
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        if pairs > 0 {
            hops.push(from.and_then(|from| node(&from)));
        }
    }
    Some(hops)
}

/// A token or a quoted string, and what follows it (RFC 9110 section 5.6.4). Colons and brackets belong in
/// quotes; proxies that leave these out are understood.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        let good = !value.is_empty() && value.bytes().all(|b| is_token(b) || matches!(b, b':' | b'[' | b']'));
        return good.then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[place + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// `192.0.2.1`, `192.0.2.1:5001`, `[2001:db8::1]`, `[2001:db8::1]:443`, `2001:db8::1`; a zone
/// (`fe80::1%eth0`) says nothing about whose address it is. The port, which may be obfuscated
/// (RFC 7239 section 6.2), changes with every connection and is left out.
fn node(text: &str) -> Hop {
    let text = text.trim().trim_matches('"');
    if let Some(inner) = text.strip_prefix('[') {
        let (address, port) = inner.split_once(']')?;
        let port = port.strip_prefix(':').or(port.is_empty().then_some(""))?;
        return is_port(port).then(|| v6(address)).flatten();
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    match text.rsplit_once(':') {
        Some((address, port)) if !address.contains(':') => {
            is_port(port).then(|| address.parse().ok().map(IpAddr::V4)).flatten()
        }
        _ => v6(text).or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip())),
    }
}

fn v6(text: &str) -> Hop {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn is_port(text: &str) -> bool {
    text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(networks: &[&str], header: ForwardedHeader) -> TrustedProxies {
        TrustedProxies { networks: networks.iter().map(|it| it.parse().unwrap()).collect(), header }
    }

    fn located(peer: &str, x_forwarded_for: &[&str], forwarded: &[&str], trusted: &[&str]) -> Located {
        let headers = ForwardingHeaders {
            x_forwarded_for: x_forwarded_for.iter().map(|it| Some(*it)).collect(),
            forwarded: forwarded.iter().map(|it| Some(*it)).collect(),
        };
        proxies(trusted, ForwardedHeader::Either).locate(peer.parse().unwrap(), &headers, true)
    }

    fn known(address: &str) -> Located {
        Located { address: ClientAddress::known(address.parse().unwrap()), doubt: None }
    }

    fn nearest(address: &str, doubt: Doubt) -> Located {
        Located { address: ClientAddress::nearest(address.parse().unwrap()), doubt: Some(doubt) }
    }

    const PROXY: &str = "10.0.0.1";
    const TRUSTED: &[&str] = &["10.0.0.0/24"];

    #[test]
    fn a_strangers_header_is_not_believed_and_is_noted() {
        assert_eq!(located("192.0.2.1", &[], &[], &[]), known("192.0.2.1"));
        for (x_forwarded_for, forwarded) in
            [(&["198.51.100.7"][..], &[][..]), (&[], &["for=198.51.100.7"]), (&["junk"], &["junk"])]
        {
            let expected = nearest("192.0.2.1", Doubt::NotListed);
            assert_eq!(located("192.0.2.1", x_forwarded_for, forwarded, TRUSTED), expected);
        }
    }

    #[test]
    fn behind_trusted_proxies_the_last_address_that_is_no_proxy_counts() {
        let trusted = &["10.0.0.1", "10.0.0.2"];
        let client = known("198.51.100.7");
        assert_eq!(located(PROXY, &["1.1.1.1, 198.51.100.7"], &[], trusted), client);
        assert_eq!(located(PROXY, &["1.1.1.1, 198.51.100.7", "10.0.0.2"], &[], trusted), client);
        assert_eq!(located(PROXY, &["198.51.100.7 ,, 10.0.0.2,"], &[], trusted), client);
        assert_eq!(located("::ffff:10.0.0.1", &["198.51.100.7"], &[], trusted), client);
        assert_eq!(located(PROXY, &[], &["for=1.1.1.1, for=198.51.100.7;proto=https"], trusted), client);
        assert_eq!(located(PROXY, &[], &["for=198.51.100.7", "for=10.0.0.2"], trusted), client);
        // All of them inside: whoever began is inside too.
        assert_eq!(located(PROXY, &["10.0.0.9"], &[], TRUSTED), known("10.0.0.9"));
    }

    #[test]
    fn one_person_is_one_address_whatever_the_port_and_the_spelling() {
        for spelling in [
            "203.0.113.1",
            "203.0.113.1:5001",
            "203.0.113.1:5002",
            "\"203.0.113.1:5001\"",
            "::ffff:203.0.113.1",
            "[::ffff:203.0.113.1]:80",
        ] {
            assert_eq!(located(PROXY, &[spelling], &[], TRUSTED), known("203.0.113.1"), "{spelling}");
        }
        for spelling in [
            "2001:db8:1:2::5",
            "[2001:db8:1:2::5]",
            "[2001:db8:1:2::5]:443",
            "[2001:DB8:1:2::6]:444",
            "2001:db8:1:2::5%eth0",
        ] {
            assert_eq!(located(PROXY, &[spelling], &[], TRUSTED), known("2001:db8:1:2::"), "{spelling}");
        }
        for spelling in [
            "for=203.0.113.1",
            "For=203.0.113.1",
            "for=\"203.0.113.1:47011\"",
            "for=203.0.113.1:47011",
            "for=\"203.0.113.1:_port\"",
            "proto=https;by=10.0.0.1; for=203.0.113.1 ;host=\"a,b;for=c\"",
            "for=\"203.0.113\\.1\"",
            "for=\"[::ffff:203.0.113.1]:47011\"",
        ] {
            assert_eq!(located(PROXY, &[], &[spelling], TRUSTED), known("203.0.113.1"), "{spelling}");
        }
        assert_eq!(
            located(PROXY, &[], &["for=\"[2001:db8:1:2::5]:4711\""], TRUSTED),
            known("2001:db8:1:2::")
        );
    }

    #[test]
    fn what_cannot_be_read_counts_as_the_proxy_that_wrote_it_and_is_noted() {
        let expected = nearest(PROXY, Doubt::Unreadable);
        for junk in
            ["nonsense", "unknown", "1.2.3", "[2001:db8::1", "[::1]x", "1.2.3.4:5:6", "[1.2.3.4]", ":80"]
        {
            assert_eq!(located(PROXY, &[junk], &[], TRUSTED), expected, "{junk}");
            assert_eq!(located(PROXY, &["203.0.113.1", junk], &[], TRUSTED), expected, "{junk}");
        }
        for junk in [
            "for=unknown",
            "for=_hidden",
            "for=\"_gazonk\"",
            "proto=https",
            "for=203.0.113.1;for=203.0.113.2",
            "for=\"203.0.113.1",
            "for",
            "for=",
            "=203.0.113.1",
            "for=203.0.113.1 for=203.0.113.2",
            "203.0.113.1",
        ] {
            assert_eq!(located(PROXY, &[], &[junk], TRUSTED), expected, "{junk}");
        }
        // What a stranger wrote before the proxy's own line does not spoil it.
        assert_eq!(located(PROXY, &[], &["for=\"", "for=203.0.113.1"], TRUSTED), known("203.0.113.1"));
        assert_eq!(located(PROXY, &["junk, 203.0.113.1"], &[], TRUSTED), known("203.0.113.1"));
    }

    #[test]
    fn of_two_headers_that_disagree_neither_is_believed_unless_the_operator_names_one() {
        let (one, other) = ("203.0.113.1:9", "for=203.0.113.2");
        assert_eq!(located(PROXY, &[one], &[other], TRUSTED), nearest(PROXY, Doubt::Contradiction));
        assert_eq!(located(PROXY, &[one], &["for=203.0.113.1"], TRUSTED), known("203.0.113.1"));
        let headers = ForwardingHeaders { x_forwarded_for: vec![Some(one)], forwarded: vec![Some(other)] };
        for (header, expected) in [
            (ForwardedHeader::XForwardedFor, known("203.0.113.1")),
            (ForwardedHeader::Forwarded, known("203.0.113.2")),
        ] {
            let located = proxies(TRUSTED, header).locate(PROXY.parse().unwrap(), &headers, false);
            assert_eq!(located, expected);
        }
    }

    #[test]
    fn nobody_is_sure_of_an_address_where_a_proxy_must_be_and_none_is_listed() {
        let peer = "10.0.0.1".parse().unwrap();
        let none = TrustedProxies::default();
        let located = |direct| none.locate(peer, &ForwardingHeaders::default(), direct).address;
        assert_eq!(located(true).certain(), Some(peer));
        assert_eq!((located(false).certain(), located(false).counted()), (None, Some(peer)));
        // A listed proxy that speaks of nobody asks for itself.
        let listed = proxies(TRUSTED, ForwardedHeader::Either);
        assert_eq!(listed.locate(peer, &ForwardingHeaders::default(), false).address.certain(), None);
    }

    #[test]
    fn a_header_of_ten_thousand_hops_is_read_from_its_end() {
        let long = "1.1.1.1,".repeat(10_000) + "203.0.113.1";
        assert_eq!(located(PROXY, &[&long], &[], TRUSTED), known("203.0.113.1"));
        let proxies_only = "10.0.0.2,".repeat(10_000);
        assert_eq!(located(PROXY, &[&proxies_only], &[], TRUSTED), known("10.0.0.2"));
    }
}
