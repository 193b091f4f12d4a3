//! How many ICE-TCP connections there may be, in all and from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::site::site_of;

/// The places for ICE-TCP connections; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    total: u32,
    per_address: u32,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: u32,
    by_address: HashMap<IpAddr, u32>,
}

/// One place, free again when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    shared: Arc<Shared>,
    address: IpAddr,
}

impl Seats {
    /// `total` places, of which one address may have `per_address`.
    pub(super) fn new(total: u32, per_address: u32) -> Self {
        Self {
            shared: Arc::new(Shared {
                total,
                per_address,
                taken: Mutex::default(),
            }),
        }
    }

    /// Takes a place, if there is one.
    pub(super) fn take(&self, address: IpAddr) -> Option<Seat> {
        let address = site_of(address);
        let mut taken = self.shared.lock();
        if taken.total >= self.shared.total {
            return None;
        }
        let of_address = taken.by_address.entry(address).or_default();
        if *of_address >= self.shared.per_address {
            return None;
        }
        *of_address += 1;
        taken.total += 1;
        Some(Seat {
            shared: Arc::clone(&self.shared),
            address,
        })
    }

    /// How many places are taken.
    pub(super) fn taken(&self) -> u32 {
        self.shared.lock().total
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        // The counts are whole between any two statements, so a panic elsewhere spoils nothing.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.shared.lock();
        taken.total = taken.total.saturating_sub(1);
        if let Some(count) = taken.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places() {
        let seats = Seats::new(3, 2);
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let other: IpAddr = "192.0.2.2".parse().unwrap();
        let first = seats.take(one).unwrap();
        let _second = seats.take(one).unwrap();
        assert!(seats.take(one).is_none());
        let _third = seats.take(other).unwrap();
        assert!(seats.take(other).is_none(), "all three are taken");
        drop(first);
        assert!(seats.take(one).is_some());
    }

    #[test]
    fn neighbours_in_one_64_share_their_places() {
        let seats = Seats::new(3, 1);
        let seat = seats.take("2001:db8::1".parse().unwrap());
        assert!(seat.is_some());
        assert!(seats.take("2001:db8::2".parse().unwrap()).is_none());
        drop(seat);
        assert_eq!(seats.taken(), 0);
    }
}
