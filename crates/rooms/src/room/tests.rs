//! A room gives back what it took: ten thousand joins and leaves leave nothing behind.

use zoom_protocol::{MediaAnswer, MediaEndReason, MediaOffer, Slot, SlotKind, Tile, TileSource};

use super::*;
use crate::{JoinInput, WriteOutcome};

/// Somebody comes with a peer, does a bit of everything, and goes, by leaving or by being lost.
fn one_stay(room: &mut Room, n: u64, now: &mut Now) {
    let (socket, participant) = (SocketId(n), ParticipantId(n));
    let slot = |kind, index| Slot {
        slot: SlotId { kind, index },
        audio: "a".into(),
        video: None,
    };
    let slots = vec![slot(SlotKind::Person, 0), slot(SlotKind::Voice, 0)];
    room.handle(
        *now,
        Input::Join(JoinInput {
            socket,
            id: RequestId(1),
            participant,
            author: zoom_protocol::AuthorId(n % 11),
            name: format!("Person {}", n % 7).parse().unwrap(),
            sources: zoom_protocol::Sources {
                screen: true,
                screen_audio: true,
                ..Default::default()
            },
            media: Some(Box::new(MediaOffer {
                offer: String::new(),
                sources: Default::default(),
                slots,
            })),
        }),
    );
    settle(room, *now);
    let tile = Tile {
        participant: ParticipantId(n.saturating_sub(1)),
        source: TileSource::Camera,
        width: 9,
        height: 9,
    };
    let requests = [
        MemberRequest::Typing(zoom_protocol::Typing { typing: true }),
        MemberRequest::View(zoom_protocol::View { tiles: vec![tile] }),
        MemberRequest::Post(zoom_protocol::Post::text(
            "a".parse().unwrap(),
            "hi".parse().unwrap(),
        )),
        MemberRequest::History(zoom_protocol::History::before(9)),
        MemberRequest::Search(Box::default()),
        MemberRequest::Upload(zoom_protocol::Upload {
            name: "a".parse().unwrap(),
            bytes: 9,
        }),
        MemberRequest::Typing(zoom_protocol::Typing { typing: true }),
    ];
    for request in requests {
        let id = RequestId(2);
        let input = Input::Request {
            socket,
            id,
            request,
        };
        room.handle(*now, input);
        settle(room, *now);
    }
    let ranked = vec![participant];
    room.handle(*now, Input::Speakers { ranked });
    if n.is_multiple_of(3) {
        let reason = MediaEndReason::Lost;
        let made_by = room.members[&participant].peer.unwrap();
        room.handle(
            *now,
            Input::MediaEnded {
                participant,
                made_by,
                reason,
            },
        );
    }
    if n.is_multiple_of(2) {
        room.handle(*now, Input::Disconnected { socket });
        now.mono += Duration::from_secs(31);
        room.handle_timeout(*now);
    } else {
        let (id, request) = (RequestId(3), MemberRequest::Leave);
        room.handle(
            *now,
            Input::Request {
                socket,
                id,
                request,
            },
        );
    }
    settle(room, *now);
}

/// Carries out what the room asks for.
fn settle(room: &mut Room, now: Now) {
    while let Some(output) = room.poll_output() {
        if let Output::Write(write) = &output {
            let (write, outcome) = (write.write, WriteOutcome::Unchanged);
            room.handle(now, Input::Written { write, outcome });
        } else if let Output::Search(search) = &output {
            let (read, result) = (search.read, Ok(Default::default()));
            room.handle(now, Input::Found { read, result });
        } else if let Output::Reserve(reserve) = &output {
            let reservation = reserve.reservation;
            let result = Err(Refusal::NotHere.into());
            room.handle(
                now,
                Input::Reserved {
                    reservation,
                    result,
                },
            );
        } else if let Output::Read(read) = &output {
            let (read, result) = (read.read, Ok(Default::default()));
            room.handle(now, Input::Page { read, result });
        } else if let Output::Negotiate(negotiate) = &output {
            let negotiation = negotiate.negotiation;
            let result = Ok(MediaAnswer {
                answer: String::new(),
            });
            room.handle(
                now,
                Input::Negotiated {
                    negotiation,
                    result,
                },
            );
        }
    }
}

#[test]
fn ten_thousand_joins_and_leaves_leave_nothing_behind() {
    let mut room = Room::new("a".parse().unwrap(), Limits::default());
    let mut now = Now {
        mono: Instant::now(),
        unix_ms: 0,
    };
    for n in 1..=10_000 {
        one_stay(&mut room, n, &mut now);
        assert!(room.is_empty(), "after {n}");
    }
    assert_eq!(room.members.len(), 0);
    assert_eq!(room.entered.len(), 0);
    assert_eq!(room.sockets.len(), 0);
    assert_eq!(room.entering.len(), 0);
    assert_eq!(room.ordinals.len(), 0);
    assert_eq!(room.writes.len(), 0);
    assert_eq!(room.reads.len(), 0);
    assert_eq!(room.reservations.len(), 0);
    assert_eq!(room.recent.len(), 0);
    assert_eq!(room.ahead.len(), 0);
    assert_eq!(room.negotiations.len(), 0);
    assert_eq!(room.timers.len(), 0);
    assert_eq!(room.speakers, []);
    assert_eq!(room.sounding, []);
    assert!(room.speakers.capacity() <= 8 && room.sounding.capacity() <= 8);
    assert!(room.outputs.capacity() <= KEPT_OUTPUTS);
    assert!(room.everybody.is_none_or(|all| all.is_empty()));
}

#[test]
fn a_crowd_that_has_gone_gives_its_outputs_back() {
    let mut room = Room::new("a".parse().unwrap(), Limits::default());
    let now = Now {
        mono: Instant::now(),
        unix_ms: 0,
    };
    for _ in 0..10_000 {
        let (socket, id) = (SocketId(1), RequestId(1));
        let request = MemberRequest::Leave;
        room.handle(
            now,
            Input::Request {
                socket,
                id,
                request,
            },
        );
    }
    assert!(room.outputs.len() >= 10_000);
    settle(&mut room, now);
    assert!(room.outputs.capacity() <= KEPT_OUTPUTS);
}
