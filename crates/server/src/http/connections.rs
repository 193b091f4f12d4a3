//! How many connections there are, in all and from each address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use zoom_protocol::Limits;

use crate::site::site_of;

/// The connections that are open.
#[derive(Debug)]
pub(crate) struct Connections {
    most: u32,
    most_per_address: u32,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: u32,
    by_address: HashMap<IpAddr, u32>,
}

/// One counted connection; it counts until this is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    of: Arc<Connections>,
    address: IpAddr,
}

impl Connections {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            most: limits.connections,
            most_per_address: limits.connections_per_address,
            open: Mutex::default(),
        }
    }

    /// Counts a connection from `address`, unless there are too many.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Counted> {
        let address = site_of(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let here = open.by_address.get(&address).copied().unwrap_or(0);
        if open.all >= self.most || here >= self.most_per_address {
            return None;
        }
        open.all += 1;
        open.by_address.insert(address, here + 1);
        Some(Counted {
            of: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.of.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(here) = open.by_address.get_mut(&self.address) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(all: u32, per_address: u32) -> Arc<Connections> {
        let mut limits = Limits::default();
        limits.connections = all;
        limits.connections_per_address = per_address;
        Arc::new(Connections::new(&limits))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_cannot_take_what_belongs_to_others() {
        let connections = connections(10, 2);
        let held: Vec<_> = (0..2)
            .map(|_| connections.admit(ip("203.0.113.1")).unwrap())
            .collect();
        assert!(connections.admit(ip("203.0.113.1")).is_none());
        assert!(connections.admit(ip("::ffff:203.0.113.1")).is_none());
        assert!(connections.admit(ip("203.0.113.2")).is_some());
        drop(held);
        assert!(connections.admit(ip("203.0.113.1")).is_some());
        assert!(connections.open.lock().unwrap().by_address.is_empty());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_count_as_one() {
        let connections = connections(10, 1);
        let held = connections.admit(ip("2001:db8::1"));
        assert!(held.is_some() && connections.admit(ip("2001:db8::2")).is_none());
        assert!(connections.admit(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn there_is_an_end_to_all_of_them_together() {
        let connections = connections(1, 5);
        let _held = connections.admit(ip("203.0.113.1"));
        assert!(connections.admit(ip("203.0.113.2")).is_none());
    }
}
