//! A room with a store and a media thread made of vectors, in virtual time.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test fails by a panic")]

use std::time::{Duration, Instant};

use zoom_protocol::{
    Answer, AuthorId, Delete, Edit, Entry, ErrorAnswer, ErrorCode, Event, Hand, Joined, Limits,
    Mark, Media, MediaAnswer, MediaOffer, Now, ParticipantId, Post, Publish, React, RequestId,
    Slot, SlotId, SlotKind, Sources, Tile, TileSource, Typing, View,
};
use zoom_rooms::{
    Input, JoinInput, MediaCommand, MemberRequest, Negotiate, Output, Read, ReadFailed,
    ResumeInput, Room, SocketId, Write,
};

use crate::disk::Disk;
pub(crate) use crate::disk::entries;

/// The room, what it asked of others, and the time.
pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) disk: Disk,
    /// Leave writes, reads and offers to the test.
    pub(crate) hold_writes: bool,
    pub(crate) hold_reads: bool,
    pub(crate) hold_offers: bool,
    start: Instant,
    ms: u64,
    requests: u32,
}

pub(crate) const OFF: Sources = Sources {
    microphone: false,
    camera: false,
    screen: false,
    screen_audio: false,
};

pub(crate) fn p(id: u64) -> ParticipantId {
    ParticipantId(id)
}

/// The author that participant `id` is unless a test says otherwise.
pub(crate) fn a(id: u64) -> AuthorId {
    AuthorId(10_000 + id)
}

/// A message of the timeline.
pub(crate) fn post(client_id: &str, text: &str) -> Post {
    Post::text(client_id.parse().unwrap(), text.parse().unwrap())
}

/// The socket on which participant `id` joins unless a test says otherwise.
pub(crate) fn s(id: u64) -> SocketId {
    SocketId(1_000 + id)
}

impl World {
    pub(crate) fn new(limits: Limits) -> Self {
        Self::with_entries(limits, Vec::new())
    }

    pub(crate) fn with_entries(limits: Limits, entries: Vec<Entry>) -> Self {
        let name = "blue-otter".parse().unwrap();
        Self {
            room: Room::new(name, limits),
            disk: Disk::with(entries),
            hold_writes: false,
            hold_reads: false,
            hold_offers: false,
            start: Instant::now(),
            ms: 0,
            requests: 0,
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            mono: self.start + Duration::from_millis(self.ms),
            unix_ms: 1_700_000_000_000 + self.ms,
        }
    }

    /// Feeds one input, carries out what is not held, and returns everything that came out.
    pub(crate) fn feed(&mut self, input: Input) -> Vec<Output> {
        self.room.handle(self.now(), input);
        self.drain()
    }

    /// Lets time pass, timeout by timeout.
    pub(crate) fn pass(&mut self, ms: u64) -> Vec<Output> {
        let end = self.ms + ms;
        let mut outputs = Vec::new();
        loop {
            let due = self.room.poll_timeout().map(|at| {
                u64::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap()
            });
            match due.filter(|due| *due <= end) {
                Some(due) => {
                    self.ms = self.ms.max(due);
                    self.room.handle_timeout(self.now());
                    outputs.extend(self.drain());
                }
                None => {
                    self.ms = end;
                    return outputs;
                }
            }
        }
    }

    fn drain(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(output) = self.room.poll_output() {
            let input = match &output {
                Output::Write(write) if !self.hold_writes => Some(self.write(write)),
                Output::Read(read) if !self.hold_reads => Some(self.read(read)),
                Output::Negotiate(offer) if !self.hold_offers => Some(agreed(offer)),
                _ => None,
            };
            outputs.push(output);
            if let Some(input) = input {
                self.room.handle(self.now(), input);
            }
        }
        outputs
    }

    /// Does what the disk does with a write.
    pub(crate) fn write(&mut self, write: &Write) -> Input {
        Input::Written {
            write: write.write,
            outcome: self.disk.write(write),
        }
    }

    /// Does what the disk does with a read.
    pub(crate) fn read(&self, read: &Read) -> Input {
        Input::Page {
            read: read.read,
            result: Ok(self.disk.read(read)),
        }
    }

    pub(crate) fn request(&mut self, socket: SocketId, request: MemberRequest) -> Vec<Output> {
        let id = self.request_id();
        self.feed(Input::Request {
            socket,
            id,
            request,
        })
    }

    fn request_id(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    pub(crate) fn join_input(&mut self, id: u64, name: &str) -> JoinInput {
        JoinInput {
            socket: s(id),
            id: self.request_id(),
            participant: p(id),
            author: a(id),
            name: name.parse().unwrap(),
            sources: OFF,
            media: None,
        }
    }

    /// Joins without a peer.
    pub(crate) fn join(&mut self, id: u64, name: &str) -> Vec<Output> {
        let input = self.join_input(id, name);
        self.feed(Input::Join(input))
    }

    /// Joins with a peer of the usual slots, microphone and camera on.
    pub(crate) fn join_with_peer(&mut self, id: u64) -> Vec<Output> {
        let mut input = self.join_input(id, &format!("Person {id}"));
        input.media = Some(Box::new(offer(9, 3, 1)));
        input.sources.microphone = true;
        input.sources.camera = true;
        self.feed(Input::Join(input))
    }

    pub(crate) fn resume_input(&mut self, id: u64, socket: SocketId, after: u64) -> ResumeInput {
        ResumeInput {
            socket,
            id: self.request_id(),
            participant: p(id),
            author: a(id),
            name: format!("Person {id}").parse().unwrap(),
            ordinal: 1,
            recreate: false,
            after,
        }
    }

    pub(crate) fn resume(&mut self, id: u64, socket: SocketId, after: u64) -> Vec<Output> {
        let input = self.resume_input(id, socket, after);
        self.feed(Input::Resume(input))
    }

    pub(crate) fn disconnect(&mut self, socket: SocketId) -> Vec<Output> {
        self.feed(Input::Disconnected { socket })
    }

    pub(crate) fn post(&mut self, socket: SocketId, client_id: &str, text: &str) -> Vec<Output> {
        self.request(socket, MemberRequest::Post(post(client_id, text)))
    }

    /// Posts what is not just a text.
    pub(crate) fn post_with(
        &mut self,
        socket: SocketId,
        client_id: &str,
        change: impl FnOnce(&mut Post),
    ) -> Vec<Output> {
        let mut post = post(client_id, "hi");
        change(&mut post);
        self.request(socket, MemberRequest::Post(post))
    }

    pub(crate) fn edit(&mut self, socket: SocketId, number: u64, text: &str) -> Vec<Output> {
        let edit = Edit {
            number,
            text: Some(text.parse().unwrap()),
            mentions: Vec::new(),
        };
        self.request(socket, MemberRequest::Edit(edit))
    }

    pub(crate) fn delete(&mut self, socket: SocketId, number: u64) -> Vec<Output> {
        self.request(socket, MemberRequest::Delete(Delete { number }))
    }

    pub(crate) fn mark(&mut self, socket: SocketId, number: u64, emoji: &str) -> Vec<Output> {
        let mark = Mark {
            number,
            reaction: emoji.parse().unwrap(),
            on: true,
        };
        self.request(socket, MemberRequest::Mark(mark))
    }

    pub(crate) fn typing(&mut self, socket: SocketId, typing: bool) -> Vec<Output> {
        self.request(socket, MemberRequest::Typing(Typing { typing }))
    }

    pub(crate) fn hand(&mut self, socket: SocketId, raised: bool) -> Vec<Output> {
        self.request(socket, MemberRequest::Hand(Hand { raised }))
    }

    pub(crate) fn react(&mut self, socket: SocketId, reaction: &str) -> Vec<Output> {
        let reaction = reaction.parse().unwrap();
        self.request(socket, MemberRequest::React(React { reaction }))
    }

    pub(crate) fn publish(&mut self, socket: SocketId, sources: Sources) -> Vec<Output> {
        self.request(socket, MemberRequest::Publish(Publish { sources }))
    }

    /// Shows the cameras of these participants at 320 by 180, the most important first.
    pub(crate) fn view(&mut self, socket: SocketId, shown: &[u64]) -> Vec<Output> {
        let tiles = shown.iter().map(|id| camera(*id, 320, 180)).collect();
        self.view_tiles(socket, tiles)
    }

    pub(crate) fn view_tiles(&mut self, socket: SocketId, tiles: Vec<Tile>) -> Vec<Output> {
        self.request(socket, MemberRequest::View(View { tiles }))
    }

    pub(crate) fn media(
        &mut self,
        socket: SocketId,
        replace: bool,
        media: MediaOffer,
    ) -> Vec<Output> {
        let media = Box::new(Media { replace, media });
        self.request(socket, MemberRequest::Media(media))
    }

    pub(crate) fn speakers(&mut self, ranked: &[u64]) -> Vec<Output> {
        let ranked = ranked.iter().map(|id| p(*id)).collect();
        self.feed(Input::Speakers { ranked })
    }
}

pub(crate) fn camera(id: u64, width: u16, height: u16) -> Tile {
    Tile {
        participant: p(id),
        source: TileSource::Camera,
        width,
        height,
    }
}

pub(crate) fn screen(id: u64, width: u16, height: u16) -> Tile {
    Tile {
        source: TileSource::Screen,
        ..camera(id, width, height)
    }
}

pub(crate) fn offer(person: u8, voice: u8, stage: u8) -> MediaOffer {
    let kinds = [
        (SlotKind::Person, person),
        (SlotKind::Voice, voice),
        (SlotKind::Stage, stage),
    ];
    let slots = kinds
        .iter()
        .flat_map(|(kind, count)| (0..*count).map(|index| SlotId { kind: *kind, index }))
        .map(|slot| Slot {
            slot,
            audio: format!("{slot}-audio"),
            video: slot.kind.has_video().then(|| format!("{slot}-video")),
        })
        .collect();
    MediaOffer {
        offer: "v=0".into(),
        sources: Default::default(),
        slots,
    }
}

/// The offer is answered.
pub(crate) fn agreed(negotiate: &Negotiate) -> Input {
    Input::Negotiated {
        negotiation: negotiate.negotiation,
        result: Ok(media_answer()),
    }
}

/// The offer is refused.
pub(crate) fn refused(negotiate: &Negotiate) -> Input {
    Input::Negotiated {
        negotiation: negotiate.negotiation,
        result: Err(ErrorAnswer {
            code: ErrorCode::BadOffer,
            message: "line 7".into(),
        }),
    }
}

pub(crate) fn media_answer() -> MediaAnswer {
    MediaAnswer {
        answer: "v=0 answer".into(),
    }
}

pub(crate) fn read_failed(read: &Read) -> Input {
    Input::Page {
        read: read.read,
        result: Err(ReadFailed),
    }
}

/// The answers to one socket, in order.
pub(crate) fn answers(outputs: &[Output], to: SocketId) -> Vec<Answer> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Answer { socket, answer, .. } if *socket == to => Some(answer.clone()),
            _ => None,
        })
        .collect()
}

/// The one answer to one socket.
pub(crate) fn answer(outputs: &[Output], to: SocketId) -> Answer {
    let mut answers = answers(outputs, to);
    assert_eq!(answers.len(), 1, "{outputs:#?}");
    answers.remove(0)
}

/// The code of the one answer, which is an error.
pub(crate) fn error(outputs: &[Output], to: SocketId) -> ErrorCode {
    match answer(outputs, to) {
        Answer::Error(error) => error.code,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn joined(outputs: &[Output], to: SocketId) -> Joined {
    match answer(outputs, to) {
        Answer::Joined(joined) => *joined,
        other => panic!("{other:?}"),
    }
}

/// What came of a resume.
pub(crate) fn resumed(outputs: &[Output], to: SocketId) -> Result<Joined, ErrorCode> {
    let mut results = outputs.iter().filter_map(|output| match output {
        Output::Resumed { socket, result, .. } if *socket == to => Some(result.clone()),
        _ => None,
    });
    let result = results.next().expect("no answer to the resume");
    assert_eq!(results.next(), None);
    result.map(|joined| *joined).map_err(|error| error.code)
}

/// The events to one socket, in order.
pub(crate) fn events(outputs: &[Output], to: SocketId) -> Vec<Event> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Event {
                to: audience,
                event,
            } => {
                let told = audience.sockets().filter(|socket| *socket == to).count();
                assert!(told <= 1, "told twice: {output:?}");
                (told == 1).then(|| event.clone())
            }
            _ => None,
        })
        .collect()
}

pub(crate) fn commands(outputs: &[Output]) -> Vec<MediaCommand> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Media(command) => Some(*command),
            _ => None,
        })
        .collect()
}

pub(crate) fn closes(outputs: &[Output]) -> Vec<(SocketId, u16)> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Close { socket, code } => Some((*socket, *code)),
            _ => None,
        })
        .collect()
}

pub(crate) fn negotiations(outputs: &[Output]) -> Vec<Negotiate> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Negotiate(negotiate) => Some(negotiate.clone()),
            _ => None,
        })
        .collect()
}

pub(crate) fn reads(outputs: &[Output]) -> Vec<Read> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Read(read) => Some(*read),
            _ => None,
        })
        .collect()
}

pub(crate) fn writes(outputs: &[Output]) -> Vec<Write> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Write(write) => Some((**write).clone()),
            _ => None,
        })
        .collect()
}

pub(crate) fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}

/// The numbers of the entries that one socket is told of.
pub(crate) fn told(outputs: &[Output], to: SocketId) -> Vec<u64> {
    events(outputs, to)
        .iter()
        .filter_map(|event| match event {
            Event::Entry { entry } => Some(entry.number),
            _ => None,
        })
        .collect()
}
