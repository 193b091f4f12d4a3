//! What counts as one address wherever something is limited for each.

use std::net::IpAddr;

/// An IPv4 address, or the /64 that one IPv6 line has to choose from (RFC 6177).
pub(crate) fn site_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
