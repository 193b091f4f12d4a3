//! The running peer.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcError,
    change::{SdpAnswer, SdpPendingOffer},
    net::Receive,
    rtp::{RtpPacket, Ssrc},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep_until},
};
use zoom_protocol::{MediaAnswer, MediaOffer, ParticipantId, Sources};

use super::{
    draft::{Draft, Line, Lines, SlotCounts},
    net::Net,
    report::Report,
    sending::{Sending, TICK},
    stamp::Stamp,
};

/// What can go wrong with a peer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// An offer without m-lines, or a change that changes nothing.
    #[error("there is nothing to offer")]
    NothingToOffer,
    /// The answer cannot be read or does not fit the offer.
    #[error("the answer does not fit: {0}")]
    Answer(String),
    /// There is no way to the server.
    #[error("no way to the server: {0}")]
    Network(#[from] io::Error),
    /// The peer has ended.
    #[error("the peer has ended")]
    Ended,
}

impl From<RtcError> for MediaError {
    fn from(error: RtcError) -> Self {
        Self::Answer(error.to_string())
    }
}

/// What a peer may change by another offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Other ICE credentials, as after a change of network.
    IceRestart,
    /// At least as many slots.
    Slots(SlotCounts),
}

/// A running peer. It ends when it is dropped.
#[derive(Debug)]
pub struct Peer {
    orders: mpsc::UnboundedSender<Order>,
    report: watch::Receiver<Report>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
enum Order {
    Send(Sources),
    Read(bool),
    Offer(Change, oneshot::Sender<Result<MediaOffer, MediaError>>),
    Answer(MediaAnswer, oneshot::Sender<Result<(), MediaError>>),
}

impl Peer {
    pub(super) async fn start(
        draft: Draft,
        answer: &MediaAnswer,
        participant: ParticipantId,
        local: IpAddr,
    ) -> Result<Self, MediaError> {
        let Draft {
            mut rtc,
            pending,
            lines,
            options,
        } = draft;
        let net = Net::open(options.way, local, &candidates(&answer.answer)).await?;
        let candidate = net.candidate().map_err(io::Error::other)?;
        rtc.add_local_candidate(candidate);
        let sdp = read_answer(answer)?;
        rtc.sdp_api().accept_answer(pending, sdp)?;
        let sending = Sending::new(&rtc, &lines, options, participant);
        let (orders, waiting) = mpsc::unbounded_channel();
        let (publish, report) = watch::channel(Report::default());
        let run = Run {
            rtc,
            net,
            lines,
            sending,
            pending: None,
            line_of: HashMap::new(),
            report: Report::default(),
            publish,
            reads: true,
        };
        let task = tokio::spawn(run.until_end(waiting));
        Ok(Self {
            orders,
            report,
            task,
        })
    }

    /// Which sources are sent from here on, whatever the room was told.
    pub fn send(&self, sources: Sources) {
        self.order(Order::Send(sources));
    }

    /// What was counted, as of the last twentieth of a second.
    pub fn report(&self) -> Report {
        self.report.borrow().clone()
    }

    /// Waits until the report is so, or the peer has ended; gives the report either way.
    pub async fn wait_for(&self, mut so: impl FnMut(&Report) -> bool) -> Report {
        let mut report = self.report.clone();
        let found = report.wait_for(|report| report.ended || so(report)).await;
        match found {
            Ok(report) => report.clone(),
            Err(_) => self.report(),
        }
    }

    /// Makes the next offer; its answer goes to [`Peer::accept`].
    ///
    /// # Errors
    /// A change that changes nothing, or a peer that has ended.
    pub async fn offer(&self, change: Change) -> Result<MediaOffer, MediaError> {
        let (reply, offer) = oneshot::channel();
        self.order(Order::Offer(change, reply));
        offer.await.map_err(|_| MediaError::Ended)?
    }

    /// Takes the answer to the last offer.
    ///
    /// # Errors
    /// An answer that does not fit, or a peer that has ended.
    pub async fn accept(&self, answer: MediaAnswer) -> Result<(), MediaError> {
        let (reply, done) = oneshot::channel();
        self.order(Order::Answer(answer, reply));
        done.await.map_err(|_| MediaError::Ended)?
    }

    /// Reads nothing that comes from here on, or reads again, as a machine does that is too slow.
    pub fn read(&self, read: bool) {
        self.order(Order::Read(read));
    }

    /// Falls silent without a word, as a machine does that loses its network.
    pub fn vanish(&self) {
        self.task.abort();
    }

    fn order(&self, order: Order) {
        // A peer that has ended says so in its report.
        if self.orders.send(order).is_err() {
            tracing::debug!("an order came after the peer had ended");
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn read_answer(answer: &MediaAnswer) -> Result<SdpAnswer, MediaError> {
    SdpAnswer::from_sdp_string(&answer.answer)
        .map_err(|error| MediaError::Answer(error.to_string()))
}

/// The server's candidates, each once.
fn candidates(sdp: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    for line in sdp.lines() {
        let text = line.strip_prefix("a=").unwrap_or_default();
        if let Ok(candidate) = Candidate::from_sdp_string(text)
            && !found.contains(&candidate)
        {
            found.push(candidate);
        }
    }
    found
}

/// The peer's task.
struct Run {
    rtc: Rtc,
    net: Net,
    lines: Lines,
    sending: Sending,
    pending: Option<SdpPendingOffer>,
    line_of: HashMap<Ssrc, Line>,
    report: Report,
    publish: watch::Sender<Report>,
    reads: bool,
}

impl Run {
    async fn until_end(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut tick = interval(TICK);
        // The sources count ticks as time, so that late ones are made up for.
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        if let Err(reason) = self.turns(&mut tick, &mut orders).await {
            tracing::debug!(%reason, "a peer has ended");
        }
        self.report.ended = true;
        self.publish();
    }

    async fn turns(
        &mut self,
        tick: &mut tokio::time::Interval,
        orders: &mut mpsc::UnboundedReceiver<Order>,
    ) -> Result<(), MediaError> {
        loop {
            let timeout = self.drain()?;
            tokio::select! {
                received = self.net.receive(), if self.reads => {
                    let received = received?;
                    let contents = Receive::new(
                        received.protocol,
                        received.source,
                        received.destination,
                        received.payload,
                    );
                    // What is no datagram of WebRTC is nobody's.
                    if let Ok(contents) = contents {
                        self.rtc.handle_input(Input::Receive(Instant::now(), contents))?;
                    }
                }
                _ = tick.tick() => {
                    self.net.flush()?;
                    let now = Instant::now();
                    self.rtc.handle_input(Input::Timeout(now))?;
                    self.drain()?;
                    if self.report.connected {
                        self.sending.write(&mut self.rtc, now);
                        self.rtc.handle_input(Input::Timeout(now))?;
                    }
                    self.publish();
                }
                () = sleep_until(timeout.into()) => {
                    self.rtc.handle_input(Input::Timeout(Instant::now()))?;
                }
                order = orders.recv() => match order {
                    Some(order) => self.handle(order),
                    None => return Ok(()),
                },
            }
        }
    }

    /// Takes everything that the `Rtc` has to say.
    fn drain(&mut self) -> Result<Instant, MediaError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    // A deadline in the past means at once, and at once again is a busy loop.
                    let soonest = Instant::now() + Duration::from_micros(100);
                    return Ok(at.max(soonest));
                }
                Output::Transmit(transmit) => {
                    if !self.net.send(transmit.destination, &transmit.contents) {
                        self.report.unsent += 1;
                    }
                }
                Output::Event(event) => self.event(event)?,
            }
        }
    }

    fn event(&mut self, event: Event) -> Result<(), MediaError> {
        if let Event::RtpPacket(packet) = event {
            self.count(&packet);
        } else if let Event::KeyframeRequest(request) = event {
            self.sending.want_key(request.mid, request.rid);
        } else if matches!(event, Event::Connected) {
            self.report.connected = true;
        } else if matches!(
            event,
            Event::Closed | Event::IceConnectionStateChange(IceConnectionState::Disconnected)
        ) {
            return Err(MediaError::Ended);
        }
        Ok(())
    }

    fn count(&mut self, packet: &RtpPacket) {
        let ssrc = packet.header.ssrc;
        let Some(line) = self.line(ssrc) else { return };
        let (slot, video) = match line {
            Line::ReceivesAudio(slot) => (slot, false),
            Line::ReceivesVideo(slot) => (slot, true),
            Line::Sends(_) => return,
        };
        let slot = self.report.slots.entry(slot).or_default();
        if video {
            let stamp = Stamp::read_vp8(&packet.payload);
            slot.video.count(packet, stamp, 90_000);
        } else {
            let stamp = Stamp::read_opus(&packet.payload);
            slot.audio.count(packet, stamp, 48_000);
        }
    }

    fn line(&mut self, ssrc: Ssrc) -> Option<Line> {
        if let Some(line) = self.line_of.get(&ssrc) {
            return Some(*line);
        }
        let mid = self.rtc.direct_api().stream_rx(&ssrc)?.mid();
        let line = self.lines.by_mid.get(&mid).copied()?;
        self.line_of.insert(ssrc, line);
        Some(line)
    }

    fn handle(&mut self, order: Order) {
        let told = match order {
            Order::Send(sources) => {
                self.sending.set(sources);
                true
            }
            Order::Read(read) => {
                self.reads = read;
                true
            }
            Order::Offer(change, reply) => reply.send(self.offer(change)).is_ok(),
            Order::Answer(answer, reply) => reply.send(self.accept(&answer)).is_ok(),
        };
        if !told {
            tracing::debug!("nobody waits for an order any more");
        }
    }

    fn offer(&mut self, change: Change) -> Result<MediaOffer, MediaError> {
        let mut api = self.rtc.sdp_api();
        match change {
            Change::IceRestart => {
                api.ice_restart(true);
            }
            Change::Slots(counts) => self.lines.add_slots(&mut api, counts),
        }
        let (sdp, pending) = api.apply().ok_or(MediaError::NothingToOffer)?;
        self.pending = Some(pending);
        Ok(self.lines.offer(sdp.to_sdp_string()))
    }

    fn accept(&mut self, answer: &MediaAnswer) -> Result<(), MediaError> {
        let pending = self.pending.take().ok_or(MediaError::NothingToOffer)?;
        let sdp = read_answer(answer)?;
        self.rtc.sdp_api().accept_answer(pending, sdp)?;
        Ok(())
    }

    fn publish(&mut self) {
        self.report.sent.clone_from(&self.sending.sent);
        self.publish.send_replace(self.report.clone());
    }
}
