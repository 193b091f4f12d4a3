//! Who is connected: how many sockets there are, in all and from each address, and their lines.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;
use zoom_protocol::{Limits, close_code};
use zoom_rooms::{Bucket, SocketId};

use super::{handshake::Occupancy, line::Line};
use crate::site::site_of;

/// All sockets of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    table: Mutex<Table>,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Table {
    closed: bool,
    last_socket: u64,
    lines: HashMap<SocketId, Line>,
    addresses: HashMap<IpAddr, Address>,
    /// How many addresses there may be before those that no longer matter are looked for.
    sweep_at: usize,
}

#[derive(Debug)]
struct Address {
    sockets: u32,
    joins: Bucket,
    looks: Bucket,
}

/// The place of one socket, free again when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    shared: Arc<Shared>,
    address: IpAddr,
    /// The socket's number in this process.
    pub(crate) socket: SocketId,
    /// The line to the socket.
    pub(crate) line: Line,
}

impl Seats {
    /// No sockets yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self(Arc::new(Shared {
            limits,
            table: Mutex::default(),
            emptied: Notify::new(),
        }))
    }

    /// Takes a place from `address` if `decide` says so; counting and deciding are one step.
    pub(crate) fn take<A, E>(
        &self,
        address: IpAddr,
        now: Instant,
        decide: impl FnOnce(Occupancy) -> Result<A, E>,
    ) -> Result<(Seat, A), E> {
        let address = site_of(address);
        let limits = &self.0.limits;
        let mut table = self.0.lock();
        let occupancy = Occupancy {
            total: u32::try_from(table.lines.len()).unwrap_or(u32::MAX),
            from_address: table.addresses.get(&address).map_or(0, |a| a.sockets),
            closed: table.closed,
        };
        let accepted = decide(occupancy)?;
        table.sweep(now);
        let of_address = table.addresses.entry(address).or_insert_with(|| Address {
            sockets: 0,
            joins: Bucket::new(
                limits.joins_burst,
                limits.joins_per_second,
                Duration::from_secs(1),
            ),
            looks: Bucket::new(
                limits.looks_burst,
                limits.looks_per_second,
                Duration::from_secs(1),
            ),
        });
        of_address.sockets += 1;
        table.last_socket += 1;
        let socket = SocketId(table.last_socket);
        let line = Line::new(limits.socket_queue);
        table.lines.insert(socket, line.clone());
        let seat = Seat {
            shared: Arc::clone(&self.0),
            address,
            socket,
            line,
        };
        Ok((seat, accepted))
    }

    /// How many sockets there are.
    pub(crate) fn taken(&self) -> usize {
        self.0.lock().lines.len()
    }

    /// Takes nobody from here on, closes every line, and returns when all sockets are gone.
    pub(crate) async fn close(&self) {
        let lines: Vec<Line> = {
            let mut table = self.0.lock();
            table.closed = true;
            table.lines.values().cloned().collect()
        };
        for line in lines {
            line.close(close_code::GOING_AWAY);
        }
        loop {
            let emptied = self.0.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if self.taken() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Seat {
    /// Whether this address may join a room once more just then.
    pub(crate) fn may_join(&self, now: Instant) -> bool {
        let mut table = self.shared.lock();
        let address = table.addresses.get_mut(&self.address);
        address.is_none_or(|address| address.joins.take(now))
    }

    /// Whether this address may look into a room once more just then.
    pub(crate) fn may_look(&self, now: Instant) -> bool {
        let mut table = self.shared.lock();
        let address = table.addresses.get_mut(&self.address);
        address.is_none_or(|address| address.looks.take(now))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.line.hang_up();
        let mut table = self.shared.lock();
        table.lines.remove(&self.socket);
        if let Some(address) = table.addresses.get_mut(&self.address) {
            address.sockets = address.sockets.saturating_sub(1);
        }
        if table.lines.is_empty() {
            self.shared.emptied.notify_waiters();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Table> {
        // The counts are whole between any two statements, so a panic elsewhere spoils nothing.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Forgets addresses without sockets whose joins and looks have been paid off. It looks only when there
    /// are twice as many as the last time, so that it costs next to nothing per socket.
    fn sweep(&mut self, now: Instant) {
        if self.addresses.len() < self.sweep_at.max(64) {
            return;
        }
        self.addresses.retain(|_, address| {
            let is_paid_off = address.joins.is_full(now) && address.looks.is_full(now);
            address.sockets > 0 || !is_paid_off
        });
        self.sweep_at = self.addresses.len() * 2;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn take(seats: &Seats, address: &str) -> (Seat, Occupancy) {
        let address = address.parse().unwrap();
        seats
            .take(address, Instant::now(), Ok::<_, Infallible>)
            .unwrap()
    }

    #[test]
    fn seats_are_counted_by_address_and_given_back() {
        let seats = Seats::new(Limits::default());
        let (first, before) = take(&seats, "192.0.2.1");
        assert_eq!((before.total, before.from_address), (0, 0));
        let (_other, before) = take(&seats, "192.0.2.2");
        assert_eq!((before.total, before.from_address), (1, 0));
        let (_mapped, before) = take(&seats, "::ffff:192.0.2.1");
        assert_eq!((before.total, before.from_address), (2, 1));
        drop(first);
        let (_again, before) = take(&seats, "192.0.2.1");
        assert_eq!((before.total, before.from_address), (2, 1));
    }

    #[test]
    fn neighbours_in_one_64_are_one_address() {
        let seats = Seats::new(Limits::default());
        let _first = take(&seats, "2001:db8::1");
        assert_eq!(take(&seats, "2001:db8::2").1.from_address, 1);
        assert_eq!(take(&seats, "2001:db8:0:1::2").1.from_address, 0);
    }

    #[test]
    fn addresses_that_no_longer_matter_are_forgotten() {
        let seats = Seats::new(Limits::default());
        for last in 0..10_000_u32 {
            let address = std::net::Ipv6Addr::from(u128::from(last) << 64).to_string();
            drop(take(&seats, &address));
        }
        assert!(seats.0.lock().addresses.len() <= 128);
        assert_eq!(seats.taken(), 0);
    }

    #[test]
    fn joins_of_one_address_are_counted_over_all_its_sockets() {
        let limits = Limits::default();
        let burst = limits.joins_burst;
        let seats = Seats::new(limits);
        let now = Instant::now();
        let (first, _) = take(&seats, "192.0.2.1");
        let (second, _) = take(&seats, "192.0.2.1");
        let (stranger, _) = take(&seats, "192.0.2.2");
        assert!((0..burst).all(|_| first.may_join(now)));
        assert!(!second.may_join(now));
        assert!(stranger.may_join(now));
    }
}
