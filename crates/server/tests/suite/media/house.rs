//! A whole server with people in it who see and hear: the project's own client over real sockets.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes is not what these tests are about"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tempfile::TempDir;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};
use zoom_client::{
    Client, ConnectOptions, Events,
    media::{Draft, MediaOptions, Peer, Report, StreamReport, Way},
};
use zoom_protocol::{
    Event, Join, Joined, MediaEndReason, Participant, ParticipantId, ResumeRequest, SlotId,
    Sources, Tile, TileSource,
};
use zoom_server::{MediaSettings, Server, ServerConfig, media::MediaPool};

use crate::waiting::soon;

/// Microphone and camera.
pub(crate) const ON: Sources = Sources {
    microphone: true,
    camera: true,
    screen: false,
    screen_audio: false,
};

/// A running server.
pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) media: MediaPool,
    /// Where the operator's figures are, if anywhere.
    pub(crate) figures: Option<SocketAddr>,
    config: ServerConfig,
    data: Arc<TempDir>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl House {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let data = Arc::new(TempDir::new().unwrap());
        let mut config = ServerConfig::new(data.path());
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.media = MediaSettings {
            port: 0,
            advertise: vec![Ipv4Addr::LOCALHOST.into()],
            ..MediaSettings::default()
        };
        // Every guest comes from one address here.
        config.limits.joins_burst = 100_000;
        change(&mut config);
        Self::open(config, data).await
    }

    async fn open(mut config: ServerConfig, data: Arc<TempDir>) -> Self {
        let server = Server::open(config.clone()).await.unwrap();
        let address = server.local_addr();
        config.listen = address;
        let media = server.media().clone();
        let figures = server.metrics_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            // A test that fails drops the sender, which is a stop as well.
            drop(stopped.await);
        }));
        Self {
            address,
            media,
            figures,
            config,
            data,
            stop,
            serving,
        }
    }

    /// Stops, and starts again at the same address with the same data.
    pub(crate) async fn restart(self) -> Self {
        let (config, data) = (self.config.clone(), Arc::clone(&self.data));
        self.stop().await;
        Self::open(config, data).await
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Where media goes.
    pub(crate) fn media_address(&self) -> SocketAddr {
        self.media.addresses()[0]
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        soon("the end of the server", self.serving).await.unwrap();
    }

    /// Somebody in the room `r`, with microphone and camera on, who looks at everybody.
    pub(crate) async fn guest(&self, name: &str) -> Guest {
        self.guest_with(name, ON, MediaOptions::default()).await
    }

    pub(crate) async fn tcp_guest(&self, name: &str) -> Guest {
        let options = MediaOptions {
            way: Way::Tcp,
            ..MediaOptions::default()
        };
        self.guest_with(name, ON, options).await
    }

    pub(crate) async fn guest_with(&self, name: &str, on: Sources, options: MediaOptions) -> Guest {
        self.guest_in("r", name, on, options).await
    }

    pub(crate) async fn guest_in(
        &self,
        room: &str,
        name: &str,
        on: Sources,
        options: MediaOptions,
    ) -> Guest {
        let url = self.url();
        let entering = Guest::enter(&url, room, name, on, options);
        soon("a guest to enter", entering).await
    }
}

/// What a guest knows of the room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    pub(crate) others: BTreeMap<ParticipantId, Participant>,
    pub(crate) slots: BTreeMap<SlotId, Option<ParticipantId>>,
    /// The slots whose picture the way does not carry.
    pub(crate) paused: BTreeSet<SlotId>,
    pub(crate) speakers: Vec<ParticipantId>,
    pub(crate) media_ended: Vec<MediaEndReason>,
    /// Whom the guest does not look at.
    pub(crate) hidden: BTreeSet<ParticipantId>,
}

/// Somebody in the room.
pub(crate) struct Guest {
    pub(crate) id: ParticipantId,
    pub(crate) client: Client,
    pub(crate) peer: Peer,
    pub(crate) joined: Joined,
    pub(crate) room: watch::Receiver<Room>,
    room_in: watch::Sender<Room>,
    following: JoinHandle<()>,
    url: String,
}

impl Guest {
    async fn enter(url: &str, room: &str, name: &str, on: Sources, options: MediaOptions) -> Self {
        let (client, events) = Client::connect(url).await.unwrap();
        let (draft, offer) = Draft::new(options).unwrap();
        let join = Join {
            identity: None,
            room: room.parse().unwrap(),
            name: name.parse().unwrap(),
            sources: on,
            media: Some(offer),
        };
        let joined = client.join(join).await.unwrap();
        let answer = joined.media.clone().unwrap();
        let peer = draft.start(&answer, joined.you, client.local_ip()).await;
        let peer = peer.unwrap();
        peer.send(on);
        let mut room = Room::default();
        room.learn(&joined);
        let (room_in, room) = watch::channel(room);
        let following = follow(client.clone(), events, room_in.clone());
        Self {
            id: joined.you,
            client,
            peer,
            joined,
            room,
            room_in,
            following,
            url: url.to_owned(),
        }
    }

    /// Says what is on, and sends it.
    pub(crate) async fn publish(&self, sources: Sources) {
        self.peer.send(sources);
        self.client.publish(sources).await.unwrap();
    }

    /// Stops or begins to look at somebody.
    pub(crate) fn look(&self, at: ParticipantId, look: bool) {
        self.room_in.send_modify(|room| {
            if look {
                room.hidden.remove(&at);
            } else {
                room.hidden.insert(at);
            }
        });
    }

    /// Waits until the room is so.
    pub(crate) async fn room_is(&self, what: &str, mut so: impl FnMut(&Room) -> bool) -> Room {
        let mut room = self.room.clone();
        let found = soon(what, room.wait_for(|room| so(room))).await;
        found.unwrap().clone()
    }

    /// Waits until the media are so.
    pub(crate) async fn media_is(&self, what: &str, so: impl FnMut(&Report) -> bool) -> Report {
        let report = soon(what, self.peer.wait_for(so)).await;
        assert!(!report.ended, "the peer ended while waiting for {what}");
        report
    }

    /// Waits until so many more frames of sound and of pictures of somebody have come.
    pub(crate) async fn sees_and_hears(&self, whom: ParticipantId, more: u64) {
        let before = self.peer.report();
        let heard = before.frames_heard_of(whom) + more;
        let seen = before.frames_seen_of(whom) + more;
        let what = format!("{} to see and hear {whom}", self.id);
        self.media_is(&what, |report| {
            report.frames_heard_of(whom) >= heard && report.frames_seen_of(whom) >= seen
        })
        .await;
    }

    /// Makes another peer in the place of the one there is, and publishes `on`.
    pub(crate) async fn replace_peer(&mut self, on: Sources) {
        let (draft, offer) = Draft::new(MediaOptions::default()).unwrap();
        let answer = self.client.media(offer, true).await.unwrap();
        let local = self.client.local_ip();
        self.peer = draft.start(&answer, self.id, local).await.unwrap();
        self.peer.send(on);
    }

    /// Leaves for good.
    pub(crate) async fn leave(self) {
        soon("a leave", self.client.leave()).await.unwrap();
        self.following.abort();
    }

    /// Breaks the socket and comes back on another one; the peer goes on.
    pub(crate) async fn resume(&mut self) {
        let options = self.resume_options();
        let back = Client::connect_with(&self.url, options);
        let (client, events) = soon("a resume", back).await.unwrap();
        let resumed = client.welcome().resumed.clone().unwrap();
        assert_eq!(resumed.you, self.id);
        self.room_in.send_modify(|room| {
            room.others.clear();
            room.learn(&resumed);
        });
        self.following.abort();
        self.following = follow(client.clone(), events, self.room_in.clone());
        self.client = client;
        self.joined = resumed;
    }

    pub(crate) fn resume_options(&self) -> ConnectOptions {
        ConnectOptions {
            resume: Some(ResumeRequest {
                token: self.joined.resume_token.clone(),
                after: 0,
            }),
            ..ConnectOptions::default()
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Room {
    fn learn(&mut self, joined: &Joined) {
        for participant in &joined.participants {
            if participant.person.participant != joined.you {
                let id = participant.person.participant;
                self.others.insert(id, participant.clone());
            }
        }
        for slot in &joined.slots {
            self.slots.insert(slot.slot, slot.participant);
        }
        self.paused = joined.paused.iter().copied().collect();
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::ParticipantJoined { participant }
            | Event::ParticipantChanged { participant } => {
                let id = participant.person.participant;
                self.others.insert(id, participant);
            }
            Event::ParticipantLeft { participant, .. } => {
                self.others.remove(&participant);
            }
            Event::Picture { slot, paused: true } => {
                self.paused.insert(slot);
            }
            Event::Picture { slot, .. } => {
                self.paused.remove(&slot);
            }
            Event::Slots { slots } => {
                for slot in &slots {
                    self.paused.remove(&slot.slot);
                }
                let slots = slots.into_iter().map(|s| (s.slot, s.participant));
                self.slots.extend(slots);
            }
            Event::Speakers { participants } => self.speakers = participants,
            Event::MediaEnded { reason } => self.media_ended.push(reason),
            _ => {}
        }
    }

    /// Everybody who is looked at, and every screen.
    fn view(&self, you: ParticipantId) -> Vec<Tile> {
        let mut tiles = Vec::new();
        for (id, participant) in &self.others {
            if *id == you || self.hidden.contains(id) {
                continue;
            }
            let tile = |source, width, height| Tile {
                participant: *id,
                source,
                width,
                height,
            };
            if participant.sources.screen {
                tiles.push(tile(TileSource::Screen, 1280, 720));
            }
            tiles.push(tile(TileSource::Camera, 640, 360));
        }
        tiles
    }
}

/// Keeps a guest's knowledge, and tells the server what the guest looks at.
fn follow(client: Client, mut events: Events, room: watch::Sender<Room>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut changed = room.subscribe();
        let mut told: Option<Vec<Tile>> = None;
        loop {
            let view = room.borrow().view(ParticipantId(0));
            if told.as_ref() != Some(&view) {
                if client.view(view.clone()).await.is_err() {
                    return;
                }
                told = Some(view);
            }
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => room.send_modify(|room| room.apply(event)),
                    None => return,
                },
                _ = changed.changed() => {}
            }
        }
    })
}

/// Waits until everybody has got so many more frames of sound and pictures of everybody else.
pub(crate) async fn all_see_and_hear_each_other(guests: &[Guest], more: u64) {
    let pairs = guests.iter().flat_map(|guest| {
        let others = guests.iter().filter(|other| other.id != guest.id);
        others.map(|other| guest.sees_and_hears(other.id, more))
    });
    futures_util::future::join_all(pairs).await;
}

/// A stream in which nothing was lost, doubled or torn.
pub(crate) fn assert_whole(whose: ParticipantId, slot: SlotId, stream: &StreamReport) {
    let figures = (stream.missing, stream.duplicates, stream.breaks);
    assert_eq!(figures, (0, 0, 0), "{whose} in {slot}: {stream:?}");
}

/// Nothing at all was lost on the way to this guest.
pub(crate) fn assert_nothing_lost(guest: &Guest) {
    let report = guest.peer.report();
    for (slot, stream) in report.heard().chain(report.seen()) {
        assert_whole(guest.id, slot, stream);
    }
    assert_eq!(report.unsent, 0);
}
