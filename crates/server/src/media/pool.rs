//! All media threads of one server.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use mio::Poll;
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};
use zoom_protocol::RoomId;
use zoom_sfu::{Candidate, Certificate, MediaReport, Protocol, SfuConfig, SfuStats};

use super::{
    MediaConfig, MediaCounters, RoomMedia, StartError,
    acceptor::{Acceptor, AcceptorConfig},
    address::Addresses,
    connection::Patience,
    core::Core,
    counters::Counters,
    ports::Ports,
    queue::{Control, Queue},
    seats::Seats,
    socket::UdpPort,
    thread::{MediaThread, ThreadConfig, WAKE},
    workers::Workers,
};

/// Reports on peers that wait to be read: those of four full rooms at one moment.
const REPORTS: usize = 4_096;
/// How long a thread may take to say what it holds.
const STATS: Duration = Duration::from_secs(1);

/// All media threads of one server; cheap to clone. They end with [`MediaPool::stop`], or with the
/// last clone.
#[derive(Clone, Debug)]
pub struct MediaPool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    threads: Vec<Lane>,
    candidates: Vec<SocketAddr>,
    next_room: AtomicU64,
    negotiations: Arc<Semaphore>,
    workers: Arc<Workers>,
    counters: Arc<Counters>,
    seats: Seats,
    reports: Mutex<Option<mpsc::Receiver<Box<MediaReport>>>>,
    running: Mutex<Running>,
}

/// A media thread, as others see it.
#[derive(Debug)]
struct Lane {
    queue: Arc<Queue>,
    config: Arc<SfuConfig>,
    /// Rooms and peers.
    load: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct Running {
    acceptor: Option<Acceptor>,
    threads: Vec<JoinHandle<()>>,
}

impl MediaPool {
    /// Opens the ports and starts the threads.
    ///
    /// # Errors
    /// A port in use and whatever else [`StartError`] names; nothing stays open then.
    pub fn start(config: MediaConfig) -> Result<Self, StartError> {
        let limits = &config.limits;
        let addresses = Addresses::find(&config.advertise, limits.media_addresses as usize)?;
        let addresses = Arc::new(addresses);
        let certificate = Certificate::generate()?;
        let ports = Ports::open(&config)?;
        let seats = Seats::new(limits.ice_tcp_connections, limits.ice_tcp_per_address);
        let counters = Arc::new(Counters::default());
        let (report, reports) = mpsc::channel(REPORTS);

        let mut polls = Vec::new();
        let mut lanes = Vec::new();
        for udp in &ports.udp {
            let candidates = candidates(&addresses, udp, &ports);
            if candidates.is_empty() {
                return Err(StartError::NoAddress);
            }
            let poll = Poll::new().map_err(StartError::Thread)?;
            let most = limits.media_queue as usize;
            let queue = Queue::new(most, poll.registry(), WAKE).map_err(StartError::Thread)?;
            polls.push(poll);
            lanes.push(Lane {
                queue: Arc::new(queue),
                config: Arc::new(SfuConfig {
                    limits: limits.clone(),
                    certificate: certificate.clone(),
                    candidates,
                    max_upload_bps: share(config.max_upload_bps, config.threads),
                }),
                load: Arc::default(),
            });
        }

        let workers = Workers::start(limits.handshakes_waiting as usize);
        let workers = Arc::new(workers.map_err(StartError::Thread)?);
        let told = lanes.iter().flat_map(|lane| &lane.config.candidates);
        let mut told: Vec<SocketAddr> = told.map(|candidate| candidate.address).collect();
        told.dedup();
        let first = lanes.first().map(|lane| Arc::clone(&lane.queue));
        let pool = Self {
            shared: Arc::new(Shared {
                candidates: told,
                next_room: AtomicU64::new(1),
                // One that waits for each that is at work: handshakes find no long queue before them.
                negotiations: Arc::new(Semaphore::new(2 * workers.count())),
                workers: Arc::clone(&workers),
                counters: Arc::clone(&counters),
                seats: seats.clone(),
                reports: Mutex::new(Some(reports)),
                threads: lanes,
                running: Mutex::default(),
            }),
        };
        // From here on an early return drops the pool, which stops what has been started.
        for (index, (poll, udp)) in polls.into_iter().zip(ports.udp).enumerate() {
            let lane = &pool.shared.threads[index];
            let next = &pool.shared.threads[(index + 1) % pool.shared.threads.len()];
            let milliseconds = |ms: u32| Duration::from_millis(ms.into());
            let thread = MediaThread::new(ThreadConfig {
                poll,
                queue: Arc::clone(&lane.queue),
                next: Arc::clone(&next.queue),
                threads: pool.shared.threads.len(),
                ports: udp,
                addresses: Arc::clone(&addresses),
                patience: Patience {
                    proof: milliseconds(limits.ice_tcp_timeout_ms),
                    idle: milliseconds(limits.ice_tcp_idle_ms),
                },
                queue_bytes: limits.ice_tcp_queue_bytes as usize,
                counters: Arc::clone(&counters),
                workers: Arc::clone(&workers),
            })
            .map_err(StartError::Thread)?;
            let load = Arc::clone(&lane.load);
            let config = SfuConfig::clone(&lane.config);
            let core = Core::new(config, load, report.clone(), Instant::now());
            let handle = thread::Builder::new()
                .name(format!("media-{index}"))
                .spawn(move || thread.run(core))
                .map_err(StartError::Thread)?;
            pool.shared.lock().threads.push(handle);
        }
        if let Some(first) = first {
            let acceptor = Acceptor::start(AcceptorConfig {
                listeners: ports.tcp,
                first,
                addresses,
                seats,
                limits: config.limits.clone(),
            })
            .map_err(StartError::Thread)?;
            pool.shared.lock().acceptor = Some(acceptor);
        }
        Ok(pool)
    }

    /// The addresses that clients are told, with the real ports when the system chose them.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.shared.candidates
    }

    /// Opens a room on the least loaded thread. What happens to its peers comes through `events`;
    /// while that is full, events wait and speakers are told by their last state only.
    pub fn open_room(&self, events: mpsc::Sender<zoom_sfu::Event>) -> RoomMedia {
        let room = RoomId(self.shared.next_room.fetch_add(1, Ordering::Relaxed));
        let load = |lane: &&Lane| lane.load.load(Ordering::Relaxed);
        let threads = &self.shared.threads;
        let lane = threads.iter().min_by_key(load).unwrap_or(&threads[0]);
        lane.load.fetch_add(1, Ordering::Relaxed);
        let opened = lane.queue.push(Control::OpenRoom { room, events });
        if opened.is_err() {
            tracing::debug!(
                ?room,
                "a room was opened after the media threads had stopped"
            );
        }
        RoomMedia::new(
            room,
            Arc::clone(&lane.queue),
            Arc::clone(&lane.config),
            Arc::clone(&self.shared.negotiations),
            Arc::clone(&self.shared.workers),
            Arc::clone(&self.shared.counters),
        )
    }

    /// What the threads have done since they started.
    pub fn counters(&self) -> MediaCounters {
        let loads = self.shared.threads.iter();
        let load: usize = loads.map(|lane| lane.load.load(Ordering::Relaxed)).sum();
        let connections = self.shared.seats.taken();
        let counters = &self.shared.counters;
        counters.read(load as u64, connections.into())
    }

    /// What the SFU of each thread holds and has done; `None` for a thread that is too busy to say.
    pub async fn sfu_stats(&self) -> Vec<Option<SfuStats>> {
        let asked = self.shared.threads.iter().map(|lane| {
            let (reply, answer) = oneshot::channel();
            lane.queue
                .push(Control::Stats { reply })
                .ok()
                .map(|()| answer)
        });
        let asked: Vec<_> = asked.collect();
        let mut stats = Vec::new();
        for answer in asked {
            stats.push(match answer {
                Some(answer) => timeout(STATS, answer).await.ok().and_then(Result::ok),
                None => None,
            });
        }
        stats
    }

    /// The reports on every peer, for whoever asks first. Dropping them ends them; while they are
    /// not read, those beyond a few thousand are dropped.
    pub fn reports(&self) -> Option<mpsc::Receiver<Box<MediaReport>>> {
        let mut reports = self.shared.reports.lock();
        reports
            .as_deref_mut()
            .map_or_else(|poisoned| poisoned.get_mut().take(), Option::take)
    }

    /// Tells a room what the SFU would tell it.
    #[cfg(test)]
    pub(crate) fn tell(&self, event: zoom_sfu::Event) {
        let lane = &self.shared.threads[0];
        lane.queue.push(Control::Tell(event)).unwrap();
    }

    /// Ends every peer, closes the ports, and waits for the threads. Blocks for a moment; further
    /// rooms get no media.
    pub fn stop(&self) {
        self.shared.stop();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        let running = std::mem::take(&mut *self.lock());
        if let Some(acceptor) = running.acceptor {
            acceptor.stop();
        }
        for lane in &self.threads {
            if lane.queue.push(Control::Stop).is_err() {
                tracing::debug!("a media thread has stopped already");
            }
        }
        for thread in running.threads {
            if thread.join().is_err() {
                tracing::error!("a media thread had ended by a panic");
            }
        }
        self.workers.stop();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where clients reach a thread: every told address whose family has a socket.
fn candidates(addresses: &Addresses, udp: &[UdpPort], ports: &Ports) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for ip in addresses.told() {
        for port in udp {
            let address = SocketAddr::new(*ip, port.port());
            if port.reaches(address) {
                candidates.push(Candidate {
                    address,
                    protocol: Protocol::Udp,
                });
            }
        }
        let family = |listener: &mio::net::TcpListener| {
            let local = listener.local_addr();
            local.is_ok_and(|local| local.is_ipv4() == ip.is_ipv4())
        };
        if ports.tcp.iter().any(family) {
            candidates.push(Candidate {
                address: SocketAddr::new(*ip, ports.tcp_port),
                protocol: Protocol::Tcp,
            });
        }
    }
    candidates
}

/// What each of so many threads may send: a room belongs to one of them and cannot borrow from the
/// others, but together they stay under the whole.
fn share(max_upload_bps: Option<u64>, threads: usize) -> Option<u64> {
    let threads = u64::try_from(threads).unwrap_or(u64::MAX).max(1);
    max_upload_bps.map(|all| all / threads)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use zoom_client::media::{Draft, MediaOptions};
    use zoom_protocol::{Limits, MediaEndReason, ParticipantId};
    use zoom_sfu::Event;

    use super::*;

    #[test]
    fn the_shares_of_the_threads_stay_under_the_whole() {
        assert_eq!(share(None, 3), None);
        assert_eq!(share(Some(20_000_000), 3), Some(6_666_666));
    }

    #[tokio::test]
    async fn a_fault_ends_the_peers_and_not_the_thread() {
        let pool = MediaPool::start(MediaConfig {
            udp: true,
            port: 0,
            threads: 1,
            advertise: vec![Ipv4Addr::LOCALHOST.into()],
            max_upload_bps: None,
            limits: Limits::default(),
        })
        .unwrap();
        let (sender, mut events) = mpsc::channel(8);
        let room = pool.open_room(sender);
        let participant = ParticipantId(7);
        let local = Ipv4Addr::LOCALHOST.into();
        for faults in 1..=2 {
            let (draft, offer) = Draft::new(MediaOptions::default()).unwrap();
            let answer = room.connect(participant, faults, offer).await.unwrap();
            let peer = draft.start(&answer, participant, local).await.unwrap();
            assert!(peer.wait_for(|report| report.connected).await.connected);
            let connected = events.recv().await;
            assert!(matches!(connected, Some(Event::Connected { .. })));
            assert_eq!(pool.counters().load, 2);
            // The room is told at once, and the thread takes the next offer.
            pool.shared.threads[0].queue.push(Control::Fault).unwrap();
            let ended = events.recv().await;
            let reason = MediaEndReason::Failed;
            assert!(
                matches!(ended, Some(Event::Ended { number, reason: told, .. }) if (number, told) == (faults, reason)),
                "{ended:?}"
            );
            assert_eq!((pool.counters().faults, pool.counters().load), (faults, 1));
        }
        room.close();
        assert!(events.recv().await.is_none(), "the room has ended");
    }
}
