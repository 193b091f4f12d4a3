//! Coming in: one answer with everything, everybody else is told, and what may not be is refused.

use zoom_protocol::{Answer, ErrorCode, Event, LeaveReason, Limits, close_code};
use zoom_rooms::{Input, MediaCommand, MemberRequest, Output};

use crate::common::*;

#[test]
fn a_newcomer_gets_the_room_and_the_others_get_the_newcomer() {
    let mut world = World::new(Limits::default());
    let first = joined(&world.join(1, "Kim"), s(1));
    assert_eq!(first.you, p(1));
    assert_eq!(first.participants.len(), 1);
    assert!(!first.peer && first.media.is_none() && first.slots.is_empty());

    let outputs = world.join(2, "Lee");
    let second = joined(&outputs, s(2));
    let names: Vec<_> = second
        .participants
        .iter()
        .map(|p| p.person.name.as_str())
        .collect();
    assert_eq!(names, ["Kim", "Lee"]);
    let newcomer = second.participants[1].clone();
    assert_eq!(events(&outputs, s(2)), [], "not told of themselves");
    let told = Event::ParticipantJoined {
        participant: newcomer,
    };
    assert_eq!(events(&outputs, s(1)), [told]);
}

#[test]
fn people_are_listed_in_the_order_of_entering() {
    let mut world = World::new(Limits::default());
    for id in [5, 3, 9, 1] {
        world.join(id, "Kim");
    }
    let all = joined(&world.join(4, "Kim"), s(4)).participants;
    let ids: Vec<_> = all.iter().map(|p| p.person.participant.0).collect();
    assert_eq!(ids, [5, 3, 9, 1, 4]);
}

#[test]
fn a_join_with_an_offer_is_one_answer_with_the_peer_in_it() {
    let mut world = World::new(Limits::default());
    world.hold_offers = true;
    let outputs = world.join_with_peer(1);
    assert_eq!(answers(&outputs, s(1)), []);
    let negotiate = negotiations(&outputs).remove(0);
    assert!(negotiate.replace);
    assert_eq!(negotiate.participant, p(1));
    assert_eq!(world.room.len(), 0, "not in before the answer");

    let me = joined(&world.feed(agreed(&negotiate)), s(1));
    assert!(me.peer);
    assert_eq!(me.media, Some(media_answer()));
    assert_eq!(me.slots.len(), 13);
    assert!(me.slots.iter().all(|slot| slot.participant.is_none()));
}

#[test]
fn nobody_learns_of_somebody_whose_offer_is_refused() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_offers = true;
    let negotiate = negotiations(&world.join_with_peer(2)).remove(0);
    let outputs = world.feed(refused(&negotiate));
    assert_eq!(error(&outputs, s(2)), ErrorCode::BadOffer);
    assert_eq!(events(&outputs, s(1)), []);
    world.hold_offers = false;
    let mut again = world.join_input(2, "Lee");
    again.participant = p(3);
    let outputs = world.feed(Input::Join(again));
    assert_eq!(joined(&outputs, s(2)).participants.len(), 2);
}

#[test]
fn a_peer_that_came_too_late_for_its_participant_is_removed() {
    let mut world = World::new(Limits::default());
    world.hold_offers = true;
    let negotiate = negotiations(&world.join_with_peer(1)).remove(0);
    let outputs = world.disconnect(s(1));
    assert!(
        !outputs.contains(&Output::Empty),
        "an offer is still being answered"
    );
    let outputs = world.feed(agreed(&negotiate));
    let removed = MediaCommand::RemovePeer { participant: p(1) };
    assert_eq!(commands(&outputs), [removed]);
    assert_eq!(answers(&outputs, s(1)), []);
    assert!(outputs.contains(&Output::Empty));
}

#[test]
fn a_peer_whose_participant_goes_before_the_page_is_read_is_removed() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.hold_reads = true;
    let outputs = world.join_with_peer(1);
    assert_eq!(answers(&outputs, s(1)), [], "the page is being read");
    let read = reads(&outputs).remove(0);
    let removed = MediaCommand::RemovePeer { participant: p(1) };
    assert_eq!(commands(&world.disconnect(s(1))), [removed]);
    let page = world.read(&read);
    assert_eq!(world.feed(page), [Output::Empty]);
}

#[test]
fn a_timeline_that_cannot_be_read_refuses_the_join() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.hold_reads = true;
    let read = reads(&world.join_with_peer(1)).remove(0);
    let outputs = world.feed(read_failed(&read));
    assert_eq!(error(&outputs, s(1)), ErrorCode::StorageFailed);
    let removed = MediaCommand::RemovePeer { participant: p(1) };
    assert_eq!(commands(&outputs), [removed]);
    assert!(world.room.is_empty());
}

#[test]
fn a_full_room_refuses_and_counts_those_who_are_about_to_enter() {
    let mut limits = Limits::default();
    limits.room_participants = 2;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    world.hold_offers = true;
    let negotiate = negotiations(&world.join_with_peer(2)).remove(0);
    assert_eq!(error(&world.join(3, "Lee"), s(3)), ErrorCode::RoomFull);
    world.feed(refused(&negotiate));
    joined(&world.join(3, "Lee"), s(3));
    // Somebody whose line is broken may come back, so their place is kept.
    world.disconnect(s(3));
    assert_eq!(error(&world.join(4, "Park"), s(4)), ErrorCode::RoomFull);
    world.pass(30_000);
    joined(&world.join(4, "Park"), s(4));
}

#[test]
fn a_socket_enters_once() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let mut again = world.join_input(2, "Kim");
    again.socket = s(1);
    let outputs = world.feed(Input::Join(again));
    assert_eq!(error(&outputs, s(1)), ErrorCode::JoinedAlready);
    assert_eq!(world.room.len(), 1);
}

#[test]
fn what_comes_from_a_socket_that_is_not_in_is_refused() {
    let mut world = World::new(Limits::default());
    assert_eq!(error(&world.typing(s(7), true), s(7)), ErrorCode::JoinFirst);
    let outputs = world.request(s(7), MemberRequest::Leave);
    assert_eq!(error(&outputs, s(7)), ErrorCode::JoinFirst);
    assert_eq!(closes(&outputs), []);
}

#[test]
fn more_slots_than_allowed_are_refused() {
    let mut limits = Limits::default();
    limits.person_slots = 2;
    let mut world = World::new(limits);
    let mut input = world.join_input(1, "Kim");
    input.media = Some(Box::new(offer(3, 0, 0)));
    let outputs = world.feed(Input::Join(input));
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadOffer);
    assert_eq!(negotiations(&outputs), []);
}

#[test]
fn who_leaves_is_answered_and_closed_and_the_others_are_told() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join_with_peer(2);
    let outputs = world.request(s(2), MemberRequest::Leave);
    assert_eq!(answer(&outputs, s(2)), Answer::Done);
    assert_eq!(closes(&outputs), [(s(2), close_code::NORMAL)]);
    assert_eq!(events(&outputs, s(2)), []);
    let left = Event::ParticipantLeft {
        participant: p(2),
        reason: LeaveReason::Left,
    };
    assert_eq!(events(&outputs, s(1)), [left]);
    let removed = MediaCommand::RemovePeer { participant: p(2) };
    assert_eq!(commands(&outputs).last(), Some(&removed));
    let outputs = world.disconnect(s(2));
    assert_eq!(outputs, [], "the room has forgotten the socket");
    let outputs = world.request(s(1), MemberRequest::Leave);
    assert_eq!(outputs.last(), Some(&Output::Empty));
}

#[test]
fn who_looks_in_sees_the_first_people_and_how_many_there_are() {
    let mut limits = Limits::default();
    limits.look_people = 2;
    let mut world = World::new(limits);
    assert_eq!(world.room.look(), zoom_protocol::Looked::default());
    for (id, name) in [(9, "Kim"), (1, "Kim"), (5, "Lee")] {
        world.join(id, name);
    }
    let looked = world.room.look();
    let people: Vec<_> = looked.people.iter().map(|it| it.ordinal).collect();
    assert_eq!((people, looked.count, looked.call), (vec![1, 2], 3, false));
    world.disconnect(s(9));
    world.join_with_peer(7);
    let looked = world.room.look();
    assert_eq!(looked.people[0].participant, p(9), "they may come back");
    assert_eq!((looked.count, looked.call), (4, true));
}
