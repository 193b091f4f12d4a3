//! A thread that runs the peers of many people.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, Waker};
use tokio::sync::oneshot;

use super::{Counts, peer::Peer};
use crate::{batch::Batch, histogram::Histogram};

/// The token of the wake-up.
const WAKE: Token = Token(usize::MAX);
/// Between the beginnings of two publishers, so that they are not in step.
const STAGGER: Duration = Duration::from_millis(11);

/// What a driver is asked.
enum Control {
    Add(Box<Peer>),
    /// Publishers begin.
    Send,
    /// A sample begins.
    Begin(oneshot::Sender<()>),
    /// What the sample has counted so far.
    Read(oneshot::Sender<Sample>),
    Stop,
}

/// What a driver has counted since a sample began, and how its people are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) counts: Counts,
    pub(crate) people: usize,
    pub(crate) connected: usize,
    pub(crate) ended: usize,
    /// People to whom nothing came although somebody publishes.
    pub(crate) without_media: usize,
    /// Pictures that people should see, over all of them.
    pub(crate) pictures: usize,
    /// Streams that packets came in since the beginning.
    pub(crate) streams: usize,
    /// Milliseconds from `join` to the end of DTLS.
    pub(crate) connect_ms: Histogram,
    /// Milliseconds from `join` to the first media packet.
    pub(crate) first_packet_ms: Histogram,
    pub(crate) profile: Option<&'static str>,
    /// The local ports.
    pub(crate) ports: HashSet<u16>,
}

impl Sample {
    pub(crate) fn merge(&mut self, other: Self) {
        self.counts.merge(&other.counts);
        self.people += other.people;
        self.connected += other.connected;
        self.ended += other.ended;
        self.without_media += other.without_media;
        self.pictures += other.pictures;
        self.streams += other.streams;
        self.connect_ms.merge(&other.connect_ms);
        self.first_packet_ms.merge(&other.first_packet_ms);
        self.profile = self.profile.or(other.profile);
        self.ports.extend(other.ports);
    }
}

/// The way to a driver. The thread ends when this is dropped.
pub(crate) struct Driver {
    waiting: Arc<Mutex<VecDeque<Control>>>,
    waker: Waker,
    thread: Option<thread::JoinHandle<()>>,
}

impl Driver {
    pub(crate) fn start(number: u64) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let waiting = Arc::new(Mutex::new(VecDeque::new()));
        let theirs = Arc::clone(&waiting);
        let thread = thread::Builder::new()
            .name(format!("load-{number}"))
            .spawn(move || Run::new(poll, theirs).until_end())?;
        Ok(Self {
            waiting,
            waker,
            thread: Some(thread),
        })
    }

    pub(crate) fn add(&self, peer: Peer) -> io::Result<()> {
        self.ask(Control::Add(Box::new(peer)))
    }

    /// Publishers begin; those who are added later begin at once.
    pub(crate) fn send(&self) -> io::Result<()> {
        self.ask(Control::Send)
    }

    /// Begins a sample.
    pub(crate) async fn begin(&self) -> anyhow::Result<()> {
        let (reply, begun) = oneshot::channel();
        self.ask(Control::Begin(reply))?;
        Ok(begun.await?)
    }

    /// What the sample has counted so far.
    pub(crate) async fn read(&self) -> anyhow::Result<Sample> {
        let (reply, sample) = oneshot::channel();
        self.ask(Control::Read(reply))?;
        Ok(sample.await?)
    }

    fn ask(&self, control: Control) -> io::Result<()> {
        lock(&self.waiting).push_back(control);
        self.waker.wake()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.ask(Control::Stop).is_ok()
            && let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("zoom-load: a thread of the generator has panicked");
        }
    }
}

fn lock<T>(waiting: &Mutex<T>) -> MutexGuard<'_, T> {
    // The queue is whole between any two statements.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread itself.
struct Run {
    poll: Poll,
    waiting: Arc<Mutex<VecDeque<Control>>>,
    peers: Vec<Peer>,
    /// When a peer has to be called; one entry each, maybe earlier than needed.
    timers: BTreeSet<(Instant, usize)>,
    armed: Vec<Option<Instant>>,
    /// Peers that may have more to read.
    busy: Vec<usize>,
    batch: Batch,
    counts: Counts,
    sending: bool,
    begun: usize,
}

impl Run {
    fn new(poll: Poll, waiting: Arc<Mutex<VecDeque<Control>>>) -> Self {
        Self {
            poll,
            waiting,
            peers: Vec::new(),
            timers: BTreeSet::new(),
            armed: Vec::new(),
            busy: Vec::new(),
            batch: Batch::new(),
            counts: Counts::default(),
            sending: false,
            begun: 0,
        }
    }

    fn until_end(mut self) {
        let mut events = Events::with_capacity(1_024);
        loop {
            match self.turn(&mut events) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    eprintln!("zoom-load: the generator cannot wait for input: {error}");
                    return;
                }
            }
        }
    }

    /// One turn; false at the end.
    fn turn(&mut self, events: &mut Events) -> io::Result<bool> {
        let timeout = if self.busy.is_empty() {
            let next = self.timers.first();
            next.map(|(at, _)| at.saturating_duration_since(Instant::now()))
        } else {
            Some(Duration::ZERO)
        };
        if let Err(error) = self.poll.poll(events, timeout)
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error);
        }
        let mut readable = std::mem::take(&mut self.busy);
        readable.extend(events.iter().map(|event| event.token().0));
        readable.sort_unstable();
        readable.dedup();
        if !self.handle_controls()? {
            return Ok(false);
        }
        for index in readable {
            // What is due goes out between two readers, or many readers would hold it up.
            self.handle_timers();
            let Some(peer) = self.peers.get_mut(index) else {
                continue;
            };
            if peer.receive(&mut self.batch, &mut self.counts) {
                self.busy.push(index);
            }
            self.arm(index);
        }
        self.handle_timers();
        Ok(true)
    }

    fn handle_timers(&mut self) {
        let now = Instant::now();
        while let Some((_, index)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.pop_first();
            self.armed[index] = None;
            self.peers[index].handle_timeout(now, &mut self.counts);
            self.arm(index);
        }
    }

    /// Sets a peer's timer. One that is set for an earlier time stays.
    fn arm(&mut self, index: usize) {
        let Some(at) = self.peers[index].wake_at() else {
            return;
        };
        if self.armed[index].is_some_and(|armed| armed <= at) {
            return;
        }
        if let Some(armed) = self.armed[index].replace(at) {
            self.timers.remove(&(armed, index));
        }
        self.timers.insert((at, index));
    }

    fn handle_controls(&mut self) -> io::Result<bool> {
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        for control in waiting {
            match control {
                Control::Add(peer) => self.add(*peer)?,
                Control::Send => {
                    self.sending = true;
                    for index in 0..self.peers.len() {
                        self.begin_sending(index);
                    }
                }
                Control::Begin(reply) => {
                    self.counts = Counts::default();
                    self.peers.iter_mut().for_each(|peer| peer.came = 0);
                    // Who asked may have given up.
                    let _ = reply.send(());
                }
                Control::Read(reply) => {
                    let _ = reply.send(self.sample());
                }
                Control::Stop => return Ok(false),
            }
        }
        Ok(true)
    }

    fn add(&mut self, mut peer: Peer) -> io::Result<()> {
        let index = self.peers.len();
        let registry = self.poll.registry();
        registry.register(&mut peer.socket, Token(index), Interest::READABLE)?;
        self.peers.push(peer);
        self.armed.push(None);
        if self.sending {
            self.begin_sending(index);
        }
        self.arm(index);
        Ok(())
    }

    fn begin_sending(&mut self, index: usize) {
        self.begun += 1;
        self.peers[index].begin(Instant::now() + STAGGER * self.begun as u32);
        self.arm(index);
    }

    fn sample(&self) -> Sample {
        let mut sample = Sample {
            counts: self.counts.clone(),
            people: self.peers.len(),
            ..Sample::default()
        };
        let ms = |from: Instant, to: Instant| to.duration_since(from).as_millis() as u64;
        for peer in &self.peers {
            sample.connected += usize::from(peer.connected_at.is_some());
            sample.ended += usize::from(peer.ended);
            sample.without_media += usize::from(peer.expects && peer.came == 0);
            sample.pictures += peer.pictures;
            sample.streams += peer.streams();
            if let Some(at) = peer.connected_at {
                sample.connect_ms.add(ms(peer.joined_at, at));
            }
            if let Some(at) = peer.first_packet_at {
                sample.first_packet_ms.add(ms(peer.joined_at, at));
            }
            sample.profile = sample.profile.or(peer.profile);
            sample
                .ports
                .extend(peer.socket.local_addr().map(|local| local.port()));
        }
        sample
    }
}
