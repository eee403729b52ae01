//! Headers that browsers and proxies write.

use std::net::IpAddr;

use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::forwarded::{Doubt, ForwardedHeader, ForwardingHeaders, Located, TrustedProxies};

use vpgate::http::cookies as headers;

use super::Seeds;

/// Where requests come from that no proxy of ours has seen.
const STRANGER: &str = "192.0.2.1";
const PROXY: &str = "10.0.0.1";
/// Whom the proxy saw.
const CLIENT: &str = "198.51.100.7";

/// Forwarding headers, one a line: `x...` for `X-Forwarded-For`, `f...` for `Forwarded`; other lines are no
/// text. No word of a stranger is believed, and none changes what a trusted proxy says after it.
pub fn forwarded(data: &[u8]) {
    let mut sent = ForwardingHeaders::default();
    for line in data.split(|byte| *byte == b'\n') {
        match str::from_utf8(line).ok().and_then(|line| line.split_at_checked(1)) {
            Some(("x", value)) => sent.x_forwarded_for.push(Some(value)),
            Some(("f", value)) => sent.forwarded.push(Some(value)),
            _ if line.first().is_some_and(|first| first % 2 == 0) => sent.x_forwarded_for.push(None),
            _ => sent.forwarded.push(None),
        }
    }
    let (stranger, proxy, client): (IpAddr, IpAddr, IpAddr) =
        (STRANGER.parse().unwrap(), PROXY.parse().unwrap(), CLIENT.parse().unwrap());
    for header in [ForwardedHeader::Either, ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
        let trusted = ["10.0.0.0/30", "2001:db8:ff::/48"];
        let proxies =
            TrustedProxies { networks: trusted.iter().map(|it| it.parse().unwrap()).collect(), header };
        let direct = proxies.locate(stranger, &sent, true);
        assert_eq!(
            (direct.address, direct.doubt),
            (ClientAddress::nearest(stranger), Some(Doubt::NotListed))
        );

        let behind = proxies.locate(proxy, &sent, true);
        assert_eq!(proxies.locate(proxy, &sent, false), behind, "a proxy is no client");
        assert!(behind.doubt.is_none() || behind.address.certain().is_none());
        assert!(behind.address.counted().is_some());
        let seen = Located { address: ClientAddress::known(client), doubt: None };
        for line in [CLIENT, "198.51.100.7:4711", "\"198.51.100.7:1\" , 10.0.0.2"] {
            let mut sent = ForwardingHeaders { forwarded: Vec::new(), ..sent.clone() };
            sent.x_forwarded_for.push(Some(line));
            let expected = if header == ForwardedHeader::Forwarded { nobody(proxy) } else { seen };
            assert_eq!(proxies.locate(proxy, &sent, true), expected);
        }
        for line in ["for=198.51.100.7", "proto=https;for=\"198.51.100.7:_p\", for=10.0.0.2;by=x"] {
            let mut sent = ForwardingHeaders { x_forwarded_for: Vec::new(), ..sent.clone() };
            sent.forwarded.push(Some(line));
            let expected = if header == ForwardedHeader::XForwardedFor { nobody(proxy) } else { seen };
            assert_eq!(proxies.locate(proxy, &sent, true), expected);
        }
        appended(&proxies, &sent, proxy, seen);
    }
}

/// Nobody is named.
fn nobody(proxy: IpAddr) -> Located {
    Located { address: ClientAddress::nearest(proxy), doubt: None }
}

/// A proxy that goes on in the line that it was sent: the client that it names counts, or, where the line is
/// broken, nobody beyond the proxy.
fn appended(proxies: &TrustedProxies, sent: &ForwardingHeaders<'_>, proxy: IpAddr, seen: Located) {
    let whole = |values: &[Option<&str>], own: &str| {
        let line: Vec<&str> = values.iter().copied().flatten().chain([own]).collect();
        line.join(", ")
    };
    if proxies.header == ForwardedHeader::XForwardedFor {
        let line = whole(&sent.x_forwarded_for, CLIENT);
        let sent = ForwardingHeaders { x_forwarded_for: vec![Some(&line)], ..Default::default() };
        assert_eq!(proxies.locate(proxy, &sent, true), seen);
    }
    if proxies.header == ForwardedHeader::Forwarded {
        for own in
            ["for=198.51.100.7", "for=\"198.51.100.7\";proto=https", "proto=https;for=\"198.51.100.7:80\""]
        {
            let line = whole(&sent.forwarded, own);
            let sent = ForwardingHeaders { forwarded: vec![Some(&line)], ..Default::default() };
            let located = proxies.locate(proxy, &sent, true);
            let broken = Located { address: ClientAddress::nearest(proxy), doubt: Some(Doubt::Unreadable) };
            assert!(located == seen || located == broken, "{line}: {located:?}");
        }
    }
}

/// `Cookie` headers, one a line. Our cookie is found whatever stands beside it, and what is found was sent.
pub fn cookies(data: &[u8]) {
    const NAME: &str = "vpgate";
    let values = |header: &[u8]| -> Vec<String> {
        headers::values(header, NAME).into_iter().map(str::to_owned).collect()
    };
    for header in data.split(|byte| *byte == b'\n') {
        let found = values(header);
        assert!(found.len() <= header.split(|byte| *byte == b';').count());
        for value in &found {
            let pair = format!("{NAME}={value}");
            assert!(header.windows(pair.len()).any(|part| part == pair.as_bytes()));
            assert!(!value.contains(';') && value.trim_ascii_end() == value);
        }
        let ours = ["ours".to_owned()];
        assert_eq!(values(&[b"vpgate=ours; ", header].concat()), [&ours, &found[..]].concat());
        assert_eq!(values(&[header, b";vpgate=ours"].concat()), [&found[..], &ours].concat());
        // The name is compared whole and exactly.
        let others = [b"x".to_vec(), header.to_ascii_uppercase()].concat();
        assert_eq!(values(&others), Vec::<String>::new());
    }
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    seeds.add("forwarded", "both", "x203.0.113.9, 10.0.0.2\nffor=203.0.113.9, for=\"10.0.0.2:_p\"");
    seeds.add("forwarded", "kinds", "x[2001:db8::1]:443\nx2001:db8:ff::1%eth0, unknown\nf for=\"[2001:db8::1]:_x\";by=_y;host=\"a,b;for=c\"");
    seeds.add("forwarded", "broken", "ffor=\"1.1.1.1\nffor=1.1.1.1;x=\"\nffor=\"a\\\"b\"\nf=\nx,,\n\x7f\n\n");
    seeds.add("cookies", "ours", "vpgate=abc; a=b; vpgate=\"d\"; __Host-vpgate=e;vpgate = f");
    seeds.add("cookies", "bytes", b"x=\xff\xfe; vpgate=\xc3\x28;\xe9=1;;=; vpgate\nvpgate=".to_vec());
}
