//! The machine's own addresses, and the links under which a server answers.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// Interfaces of containers and virtual machines: nobody else's browser reaches those.
const VIRTUAL: [&str; 9] = [
    "docker", "br-", "veth", "virbr", "vmnet", "cni", "flannel", "lxc", "podman",
];

/// How long an own address may take to answer.
const ANSWER: Duration = Duration::from_millis(300);

/// The machine's own addresses that others could reach, IPv4 first. Loopback, link-local and
/// virtual ones are left out.
///
/// # Errors
/// When the system does not tell.
pub fn own_addresses() -> io::Result<Vec<IpAddr>> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()?
        .into_iter()
        .filter(|interface| !VIRTUAL.iter().any(|name| interface.name.starts_with(name)))
        .map(|interface| interface.ip())
        .filter(is_reachable)
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

fn is_reachable(address: &IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !link_local && !address.is_loopback() && !address.is_unspecified()
}

/// The addresses under which a server that listens at `listen` can be opened, this machine's own
/// name for itself first. With an unspecified address each candidate is tried, so that only such
/// as answer are told.
pub(crate) fn answering(listen: SocketAddr) -> Vec<SocketAddr> {
    if !listen.ip().is_unspecified() {
        return vec![listen];
    }
    let mut candidates = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    match own_addresses() {
        Ok(own) => candidates.extend(own),
        Err(error) => tracing::warn!(%error, "the machine's addresses cannot be read"),
    }
    if listen.is_ipv6() {
        candidates.push(IpAddr::V6(Ipv6Addr::LOCALHOST));
    } else {
        candidates.retain(IpAddr::is_ipv4);
    }
    candidates
        .into_iter()
        .map(|address| SocketAddr::new(address, listen.port()))
        .filter(|address| TcpStream::connect_timeout(address, ANSWER).is_ok())
        .collect()
}

/// The link of an address: `https://[::1]:8080/`.
pub(crate) fn link(address: SocketAddr, encrypted: bool) -> String {
    let (scheme, usual) = if encrypted {
        ("https", 443)
    } else {
        ("http", 80)
    };
    if address.port() != usual {
        return format!("{scheme}://{address}/");
    }
    match address.ip() {
        IpAddr::V4(v4) => format!("{scheme}://{v4}/"),
        IpAddr::V6(v6) => format!("{scheme}://[{v6}]/"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_link_has_ipv6_in_brackets_and_no_usual_port() {
        let link = |address: &str, tls| super::link(address.parse().unwrap(), tls);
        assert_eq!(link("127.0.0.1:8080", false), "http://127.0.0.1:8080/");
        assert_eq!(
            link("[2001:db8::1]:8080", true),
            "https://[2001:db8::1]:8080/"
        );
        assert_eq!(link("[2001:db8::1]:443", true), "https://[2001:db8::1]/");
        assert_eq!(link("192.0.2.1:80", false), "http://192.0.2.1/");
    }

    #[test]
    fn only_addresses_that_answer_are_told() {
        let loopback = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert_eq!(answering(loopback), [loopback]);
        let all = TcpListener::bind("0.0.0.0:0").unwrap();
        let found = answering(all.local_addr().unwrap());
        assert_eq!(found[0].ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        assert!(
            found
                .iter()
                .all(|address| TcpStream::connect(address).is_ok())
        );
    }

    #[test]
    fn others_cannot_reach_link_local_and_loopback_addresses() {
        for near in ["127.0.0.1", "::1", "169.254.1.1", "fe80::1", "0.0.0.0"] {
            assert!(!is_reachable(&near.parse().unwrap()), "{near}");
        }
        assert!(is_reachable(&"192.168.0.2".parse().unwrap()));
        assert!(is_reachable(&"2001:db8::1".parse().unwrap()));
    }
}
