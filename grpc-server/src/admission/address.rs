//! The client's address behind proxies that are trusted to name it: `X-Forwarded-For` and `Forwarded` (RFC 7239), read
//! from the right, since everything to the left of an untrusted address is that client's own invention.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::settings::Server;

/// Where a request comes from.
pub(super) fn client(server: &Server, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !server.trusts(peer) {
        return peer;
    }
    let mut nearest = peer;
    for named in named(headers).iter().rev() {
        let Some(address) = address_in(named) else { break };
        nearest = address;
        if !server.trusts(address) {
            break;
        }
    }
    nearest
}

/// All hops that the headers name, the nearest last. `Forwarded` wins where both are present.
fn named(headers: &HeaderMap) -> Vec<&str> {
    let forwarded = values(headers, "forwarded")
        .filter_map(|hop| {
            hop.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
            })
        })
        .collect::<Vec<_>>();
    if forwarded.is_empty() { values(headers, "x-forwarded-for").collect() } else { forwarded }
}

fn values<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// An address with or without a port, IPv6 with or without brackets. Obfuscated names are none.
fn address_in(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address =
        bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with| with.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn seen(peer: &str, lines: &[(&'static str, &'static str)]) -> IpAddr {
        let trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        let server = Server { trusted_proxies, ..Server::default() };
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, http::HeaderValue::from_static(value));
        }
        client(&server, ip(peer), &headers)
    }

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let forged = [("x-forwarded-for", "1.1.1.1")];
        assert_eq!(seen("203.0.113.9", &forged), ip("203.0.113.9"), "no proxy of ours");
        assert_eq!(seen("10.0.0.1", &forged), ip("1.1.1.1"));
        assert_eq!(seen("10.0.0.1", &[]), ip("10.0.0.1"));
        // The client wrote the first; our proxies wrote the others.
        let chain = [("x-forwarded-for", "1.1.1.1, 203.0.113.9"), ("x-forwarded-for", "10.0.0.2")];
        assert_eq!(seen("10.0.0.1", &chain), ip("203.0.113.9"));
        assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", "1.1.1.1, junk")]), ip("10.0.0.1"));
    }

    #[test]
    fn both_headers_and_every_form_of_an_address_are_read() {
        let forwarded = [("forwarded", "for=192.0.2.1;proto=https, For=\"[2001:db8::7]:4711\"")];
        assert_eq!(seen("10.0.0.1", &forwarded), ip("2001:db8::7"));
        assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", "192.0.2.1:80")]), ip("192.0.2.1"));
        assert_eq!(seen("10.0.0.1", &[("forwarded", "for=_hidden")]), ip("10.0.0.1"));
    }
}
