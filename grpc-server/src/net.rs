//! Addresses: networks in CIDR notation, which addresses are internal, and how much of an address names one party.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Bits of an IPv6 address that a provider gives to one customer: the rest is the customer's to choose.
const PARTY_BITS_V6: u32 = 64;

/// A network (`10.0.0.0/8`), or one address (`10.0.0.7`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// True if the address lies in it; an IPv4 address in the form of an IPv6 one is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.bits) == Some(self.first)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no = || format!("{text:?} is neither an address nor a network such as 10.0.0.0/8");
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(|_| no())?.to_canonical();
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(widest), str::parse::<u8>).map_err(|_| no())?;
        let first = masked(address, bits).ok_or_else(no)?;
        if first != address {
            return Err(format!("{text:?} has bits set behind its prefix"));
        }
        Ok(Self { first, bits })
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

/// The first `bits` bits of an address, the rest zero; none if it has fewer.
fn masked(address: IpAddr, bits: u8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(bits.into())?).unwrap_or(0);
            Some(Ipv4Addr::from_bits(address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(bits.into())?).unwrap_or(0);
            Some(Ipv6Addr::from_bits(address.to_bits() & mask).into())
        }
    }
}

/// What one party is counted under: an IPv4 address, or the /64 of an IPv6 address.
pub(crate) fn party(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << (128 - PARTY_BITS_V6);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// True for addresses that are no host of the public internet: loopback, link-local, private, shared, reserved,
/// multicast.
pub(crate) fn is_internal(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_internal_v4(address),
        IpAddr::V6(address) => is_internal_v6(address),
    }
}

fn is_internal_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let protocols = (first, second, third) == (192, 0, 0);
    let benchmarks = first == 198 && (18..20).contains(&second);
    first == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || shared
        || protocols
        || benchmarks
        || first >= 224
}

fn is_internal_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Forms that carry an IPv4 address reach that one: NAT64 (64:ff9b::/96) and 6to4 (2002::/16).
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_internal_v4(Ipv4Addr::from_bits((u32::from(segments[6]) << 16) | u32::from(segments[7])));
    }
    if segments[0] == 0x2002 {
        return is_internal_v4(Ipv4Addr::from_bits((u32::from(segments[1]) << 16) | u32::from(segments[2])));
    }
    // Only 2000::/3 is given out; Teredo (2001::/32) and documentation (2001:db8::/32) lie within.
    segments[0] & 0xe000 != 0x2000 || segments[0] == 0x2001 && matches!(segments[1], 0 | 0xdb8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn networks_contain_what_their_prefix_says() {
        let network: Network = "10.0.0.0/8".parse().expect("a network");
        assert!(network.contains(ip("10.255.0.1")) && network.contains(ip("::ffff:10.0.0.1")));
        assert!(!network.contains(ip("11.0.0.1")) && !network.contains(ip("::1")));
        let all: Network = "::/0".parse().expect("a network");
        assert!(all.contains(ip("2001:4860::1")) && !all.contains(ip("1.1.1.1")));
        let one: Network = "::1".parse().expect("an address");
        assert!(one.contains(ip("::1")) && !one.contains(ip("::2")));
        for bad in ["10.0.0.1/8", "10.0.0.0/33", "::/129", "host", "10.0.0.0/", ""] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        assert_eq!(network.to_string().parse::<Network>(), Ok(network));
    }

    #[test]
    fn one_party_is_an_ipv4_address_or_64_bits() {
        assert_eq!(party(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
        assert_eq!(party(ip("2001:db8:1:2::")), party(ip("2001:db8:1:2:ffff::1")));
        assert_eq!(party(ip("::ffff:1.2.3.4")), ip("1.2.3.4"));
    }

    #[test]
    fn internal_addresses_are_known_in_every_form() {
        for internal in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2001:0:1::1",
            "192.0.0.192",
            "198.18.0.1",
        ] {
            assert!(is_internal(ip(internal)), "{internal}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(!is_internal(ip(public)), "{public}");
        }
    }
}
