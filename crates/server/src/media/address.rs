//! Which addresses clients are told, and which of the machine's own stands behind each.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::StartError;

/// The addresses of this server as clients see them and as the system sees them.
///
/// They differ where somebody named others (`--advertise`): behind a 1:1 NAT a datagram comes to
/// the machine's private address, and is treated as one to the public address that clients know.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    told: Vec<IpAddr>,
    own: Vec<IpAddr>,
}

impl Addresses {
    /// Reads the machine's addresses; `advertise` replaces them as far as clients are told, at
    /// most `most` of them.
    pub(super) fn find(advertise: &[IpAddr], most: usize) -> Result<Self, StartError> {
        let own = own_addresses().map_err(StartError::Addresses)?;
        let mut told = match advertise {
            [] => own.clone(),
            named => named.to_vec(),
        };
        told.dedup();
        told.truncate(most);
        if told.is_empty() {
            return Err(StartError::NoAddress);
        }
        Ok(Self { told, own })
    }

    /// What clients are told.
    pub(super) fn told(&self) -> &[IpAddr] {
        &self.told
    }

    /// The address by which clients know what came to the machine's address `local`.
    pub(super) fn told_for(&self, local: IpAddr) -> IpAddr {
        let local = local.to_canonical();
        if self.told.contains(&local) {
            return local;
        }
        let same_family = |told: &&IpAddr| told.is_ipv4() == local.is_ipv4();
        let stand_in = self.told.iter().find(same_family);
        stand_in.copied().unwrap_or(local)
    }

    /// The machine's own address behind one that clients know; `None` lets the system choose.
    pub(super) fn own_for(&self, told: IpAddr) -> Option<IpAddr> {
        self.own.contains(&told).then_some(told)
    }
}

/// Every address of the machine but the link-local ones, which mean nothing without an interface;
/// loopback last, because it is good for clients on this machine alone.
fn own_addresses() -> io::Result<Vec<IpAddr>> {
    let mut own: Vec<IpAddr> = if_addrs::get_if_addrs()?
        .into_iter()
        .filter(|interface| interface.is_oper_up())
        .map(|interface| interface.ip())
        .filter(|ip| !is_link_local(*ip))
        .collect();
    // Where IPv4 and IPv6 both work, IPv4 is the one that more networks let through.
    own.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6(), *ip));
    own.dedup();
    Ok(own)
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip == Ipv4Addr::UNSPECIFIED,
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip == Ipv6Addr::UNSPECIFIED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn all_own_addresses_are_told_and_loopback_is_the_last() {
        let addresses = Addresses::find(&[], 32).unwrap();
        let told = addresses.told();
        let loopback = told.iter().position(IpAddr::is_loopback).unwrap();
        assert!(told[loopback..].iter().all(IpAddr::is_loopback));
        assert_eq!(addresses.told_for(told[0]), told[0]);
        assert_eq!(addresses.own_for(told[0]), Some(told[0]));
    }

    #[test]
    fn a_named_address_stands_for_the_own_ones_of_its_family() {
        let addresses = Addresses::find(&[ip("203.0.113.7")], 32).unwrap();
        assert_eq!(addresses.told(), [ip("203.0.113.7")]);
        assert_eq!(addresses.told_for(ip("127.0.0.1")), ip("203.0.113.7"));
        assert_eq!(
            addresses.told_for(ip("::ffff:127.0.0.1")),
            ip("203.0.113.7")
        );
        assert_eq!(addresses.told_for(ip("::1")), ip("::1"));
        assert_eq!(addresses.own_for(ip("203.0.113.7")), None);
    }
}
