//! Which addresses of the internet protocol a message from here may go to.
//!
//! A receiver's address is written by people, and what a name resolves to is decided by whoever
//! runs its zone. Without a look at the address, a webhook could be pointed at this machine, at
//! the network behind it, or at the metadata service of the cloud. The table follows the IANA
//! registries of special-purpose addresses. Only what is plainly public passes; IPv6 addresses that
//! carry an IPv4 address inside are refused whole, because who unpacks them is not known here. For
//! the same reason a listed name opens of these only the mapped ones, which this machine unpacks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not simply public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Unspecified,
    Loopback,
    Private,
    CarrierNat,
    LinkLocal,
    Metadata,
    UniqueLocal,
    Multicast,
    MappedV4,
    EmbedsV4,
    Reserved,
}

impl Place {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Unspecified => "the unspecified address",
            Self::Loopback => "this machine (loopback)",
            Self::Private => "a private network",
            Self::CarrierNat => "a carrier's shared address space (100.64.0.0/10)",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud's metadata service",
            Self::UniqueLocal => "a unique local address (fc00::/7)",
            Self::Multicast => "a multicast or broadcast address",
            Self::MappedV4 | Self::EmbedsV4 => "an IPv6 address with an IPv4 address inside",
            Self::Reserved => "a reserved address",
        }
    }

    /// True if a name on the allow-list may lead there. The other places need the address itself
    /// on the list, some are closed for good.
    pub(crate) fn opens_by_name(self) -> bool {
        match self {
            Self::Loopback
            | Self::Private
            | Self::CarrierNat
            | Self::UniqueLocal
            | Self::MappedV4 => true,
            Self::Unspecified
            | Self::EmbedsV4
            | Self::LinkLocal
            | Self::Metadata
            | Self::Multicast
            | Self::Reserved => false,
        }
    }

    /// True if the address itself on the allow-list opens it.
    pub(crate) fn opens_by_address(self) -> bool {
        match self {
            Self::Loopback
            | Self::Private
            | Self::CarrierNat
            | Self::UniqueLocal
            | Self::MappedV4
            | Self::EmbedsV4
            | Self::LinkLocal
            | Self::Metadata
            | Self::Reserved => true,
            Self::Unspecified | Self::Multicast => false,
        }
    }
}

/// Where an address is, if it is not public.
pub(crate) fn place(address: IpAddr) -> Option<Place> {
    match address {
        IpAddr::V4(v4) => place_v4(v4),
        IpAddr::V6(v6) => place_v6(v6),
    }
}

fn place_v4(address: Ipv4Addr) -> Option<Place> {
    let place = match address.octets() {
        // 100.100.100.200 is Alibaba's, 168.63.129.16 Azure's, 192.0.0.192 Oracle's.
        [169, 254, 169 | 170, _] | [100, 100, 100, 200] | [168, 63, 129, 16] | [192, 0, 0, 192] => {
            Place::Metadata
        }
        [0, 0, 0, 0] => Place::Unspecified,
        [127, ..] => Place::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Place::Private,
        [100, 64..=127, ..] => Place::CarrierNat,
        [169, 254, ..] => Place::LinkLocal,
        [224..=239, ..] | [255, 255, 255, 255] => Place::Multicast,
        [0, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Place::Reserved,
        _ => return None,
    };
    Some(place)
}

fn place_v6(address: Ipv6Addr) -> Option<Place> {
    let place = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Place::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Loopback,
        [0, 0, 0, 0, 0, 0xffff, ..] => Place::MappedV4,
        // Compatible, translated, NAT64 with the common and the local prefix, Teredo, 6to4.
        [0, 0, 0, 0, 0, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, ..]
        | [0x2001, 0, ..]
        | [0x2002, ..] => Place::EmbedsV4,
        // Amazon's and Google's.
        [0xfd00, 0xec2, ..] | [0xfd20, 0xce, ..] => Place::Metadata,
        [0xfc00..=0xfdff, ..] => Place::UniqueLocal,
        [0xfe80..=0xfebf, ..] => Place::LinkLocal,
        [0xfec0..=0xfeff, ..] => Place::Private,
        [0xff00..=0xffff, ..] => Place::Multicast,
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Place::Reserved,
        // ISATAP carries an IPv4 address in its last half.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Place::EmbedsV4,
        [0x2000..=0x3fff, ..] => return None,
        _ => Place::Reserved,
    };
    Some(place)
}

/// The IPv4 address inside a mapped one, which is judged as well: it is what is asked.
pub(crate) fn mapped_v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => v6.to_ipv4_mapped(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_have_no_place() {
        let check = |text: &str, expect: Option<Place>| {
            assert_eq!(place(text.parse().unwrap()), expect, "{text}");
        };
        for public in
            ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1"]
        {
            check(public, None);
        }
        for public in ["2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"] {
            check(public, None);
        }
        for (text, expect) in [
            ("0.0.0.0", Place::Unspecified),
            ("0.1.2.3", Place::Reserved),
            ("127.0.0.1", Place::Loopback),
            ("127.255.0.9", Place::Loopback),
            ("10.1.2.3", Place::Private),
            ("172.16.0.1", Place::Private),
            ("172.31.255.255", Place::Private),
            ("192.168.1.1", Place::Private),
            ("100.64.0.1", Place::CarrierNat),
            ("100.127.255.255", Place::CarrierNat),
            ("100.100.100.200", Place::Metadata),
            ("169.254.1.1", Place::LinkLocal),
            ("169.254.169.254", Place::Metadata),
            ("169.254.170.2", Place::Metadata),
            ("168.63.129.16", Place::Metadata),
            ("224.0.0.1", Place::Multicast),
            ("255.255.255.255", Place::Multicast),
            ("240.0.0.1", Place::Reserved),
            ("192.0.2.1", Place::Reserved),
            ("198.18.0.1", Place::Reserved),
            ("203.0.113.9", Place::Reserved),
            ("::", Place::Unspecified),
            ("::1", Place::Loopback),
            ("::127.0.0.1", Place::EmbedsV4),
            ("::ffff:127.0.0.1", Place::MappedV4),
            ("::ffff:8.8.8.8", Place::MappedV4),
            ("::ffff:0:127.0.0.1", Place::EmbedsV4),
            ("64:ff9b::7f00:1", Place::EmbedsV4),
            ("64:ff9b:1::a00:1", Place::EmbedsV4),
            ("2002:7f00:1::", Place::EmbedsV4),
            ("2001:0:1::1", Place::EmbedsV4),
            ("2a00::5efe:7f00:1", Place::EmbedsV4),
            ("fc00::1", Place::UniqueLocal),
            ("fd12:3456::1", Place::UniqueLocal),
            ("fd00:ec2::254", Place::Metadata),
            ("fd20:ce::254", Place::Metadata),
            ("fe80::1", Place::LinkLocal),
            ("fe80::5efe:a00:1", Place::LinkLocal),
            ("fd12::5efe:a00:1", Place::UniqueLocal),
            ("fec0::1", Place::Private),
            ("ff02::1", Place::Multicast),
            ("2001:db8::1", Place::Reserved),
            ("2001:20::1", Place::Reserved),
            ("100::1", Place::Reserved),
            ("5f00::1", Place::Reserved),
        ] {
            check(text, Some(expect));
        }
    }
}
