//! Offers after the join: a late first one, a replacement, the next one of the same peer.

use zoom_protocol::{Answer, ErrorCode, Event, Limits, MediaEndReason, SlotAssignment, SlotKind};
use zoom_rooms::{Input, MediaCommand, MemberRequest, NegotiationId, Output, SocketId};

use crate::common::*;

const BACK: SocketId = SocketId(77);

/// Somebody joins with a peer; returns what made it.
fn join_with_peer(world: &mut World, id: u64) -> NegotiationId {
    negotiations(&world.join_with_peer(id))[0].negotiation
}

fn ended(id: u64, made_by: NegotiationId, reason: MediaEndReason) -> Input {
    Input::MediaEnded {
        participant: p(id),
        made_by,
        reason,
    }
}

fn occupied(slots: &[SlotAssignment]) -> Vec<(SlotKind, u8, u64)> {
    slots
        .iter()
        .filter_map(|s| Some((s.slot.kind, s.slot.index, s.participant?.0)))
        .collect()
}

fn slots_event(outputs: &[Output], to: SocketId) -> Vec<(SlotKind, u8, u64)> {
    let mut slots = Vec::new();
    for event in events(outputs, to) {
        if let Event::Slots { slots: changed } = event {
            slots.extend(occupied(&changed));
        }
    }
    slots
}

#[test]
fn a_late_first_offer_makes_a_peer_with_everybody_in_place() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join(2, "Lee");
    assert_eq!(commands(&world.view(s(2), &[1])), []);
    let outputs = world.media(s(2), true, offer(2, 1, 0));
    assert_eq!(answer(&outputs, s(2)), Answer::Media(media_answer()));
    assert_eq!(slots_event(&outputs, s(2)), [(SlotKind::Person, 0, 1)]);
}

#[test]
fn the_next_offer_of_no_peer_is_refused() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let outputs = world.media(s(1), false, offer(2, 1, 0));
    assert_eq!(error(&outputs, s(1)), ErrorCode::NoPeer);
    assert_eq!(negotiations(&outputs), []);
}

#[test]
fn more_slots_take_in_who_had_none() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.join(3, "Lee");
    world.media(s(3), true, offer(1, 0, 0));
    assert_eq!(
        slots_event(&world.view(s(3), &[1, 2]), s(3)),
        [(SlotKind::Person, 0, 1)]
    );
    let outputs = world.media(s(3), false, offer(3, 0, 0));
    assert!(!negotiations(&outputs)[0].replace);
    let moved = [(SlotKind::Person, 1, 2)];
    assert_eq!(
        slots_event(&outputs, s(3)),
        moved,
        "the first stays where they are"
    );
}

#[test]
fn one_offer_is_under_way_at_a_time() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.hold_offers = true;
    let first = negotiations(&world.media(s(1), false, offer(9, 3, 1))).remove(0);
    let outputs = world.media(s(1), false, offer(9, 3, 1));
    assert_eq!(error(&outputs, s(1)), ErrorCode::OfferPending);
    let outputs = world.feed(agreed(&first));
    assert_eq!(answer(&outputs, s(1)), Answer::Media(media_answer()));
    assert_eq!(
        negotiations(&world.media(s(1), false, offer(9, 3, 1))).len(),
        1
    );
}

#[test]
fn offers_are_slowed_down_to_the_rate() {
    let mut limits = Limits::default();
    limits.offers_burst = 2;
    limits.offers_per_minute = 6;
    let mut world = World::new(limits);
    world.join_with_peer(1);
    let fast_enough = |world: &mut World| {
        !matches!(
            answer(&world.media(s(1), true, offer(1, 0, 0)), s(1)),
            Answer::Error(error) if error.code == ErrorCode::TooFast
        )
    };
    // The one of the join counts.
    assert!(fast_enough(&mut world));
    assert!(!fast_enough(&mut world));
    world.pass(10_000);
    assert!(fast_enough(&mut world));
}

#[test]
fn a_refused_offer_is_answered_and_the_end_of_its_peer_is_told() {
    let mut world = World::new(Limits::default());
    let made_by = join_with_peer(&mut world, 1);
    world.hold_offers = true;
    let reoffer = negotiations(&world.media(s(1), false, offer(9, 3, 1))).remove(0);
    let outputs = world.feed(refused(&reoffer));
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadOffer);
    let ended = ended(1, made_by, MediaEndReason::Failed);
    let told = Event::MediaEnded {
        reason: MediaEndReason::Failed,
    };
    assert_eq!(events(&world.feed(ended.clone()), s(1)), [told]);
    assert_eq!(world.feed(ended), [], "it ended once");
    let outputs = world.media(s(1), false, offer(9, 3, 1));
    assert_eq!(error(&outputs, s(1)), ErrorCode::NoPeer);
}

#[test]
fn a_replacement_finds_everybody_in_the_slots_where_they_were() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    let made_by = join_with_peer(&mut world, 3);
    world.view(s(3), &[1, 2]);
    world.view(s(3), &[2]);
    world.feed(ended(3, made_by, MediaEndReason::Lost));
    let outputs = world.media(s(3), true, offer(9, 3, 1));
    assert_eq!(slots_event(&outputs, s(3)), [(SlotKind::Person, 1, 2)]);
    assert_eq!(commands(&outputs), [], "the media thread has kept them");
}

#[test]
fn a_replacement_with_fewer_slots_gives_up_those_it_lacks() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.join_with_peer(3);
    world.view(s(3), &[1, 2]);
    let outputs = world.media(s(3), true, offer(1, 0, 0));
    let [
        MediaCommand::Assign {
            slot, publisher, ..
        },
    ] = commands(&outputs)[..]
    else {
        panic!("{outputs:#?}");
    };
    assert_eq!((slot.index, publisher), (1, None));
    assert_eq!(slots_event(&outputs, s(3)), [(SlotKind::Person, 0, 1)]);
}

#[test]
fn who_replaces_their_peer_is_not_told_of_the_end_of_the_old_one() {
    let mut world = World::new(Limits::default());
    let made_by = join_with_peer(&mut world, 1);
    world.hold_offers = true;
    let negotiate = negotiations(&world.media(s(1), true, offer(9, 3, 1))).remove(0);
    let outputs = world.feed(ended(1, made_by, MediaEndReason::Lost));
    assert_eq!(outputs, []);
    world.feed(agreed(&negotiate));
    world.hold_offers = false;
    let outputs = world.media(s(1), false, offer(9, 3, 1));
    assert_eq!(answer(&outputs, s(1)), Answer::Media(media_answer()));
}

#[test]
fn the_end_of_a_peer_that_was_replaced_does_not_end_the_new_one() {
    let mut world = World::new(Limits::default());
    let made_by = join_with_peer(&mut world, 1);
    world.media(s(1), true, offer(9, 3, 1));
    let outputs = world.feed(ended(1, made_by, MediaEndReason::Lost));
    assert_eq!(outputs, []);
    let outputs = world.media(s(1), false, offer(9, 3, 1));
    assert_eq!(answer(&outputs, s(1)), Answer::Media(media_answer()));
}

#[test]
fn a_peer_that_ended_before_its_answer_was_here_is_told_to_have_ended() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_offers = true;
    let late = negotiations(&world.media(s(1), true, offer(9, 3, 1))).remove(0);
    let failed = MediaEndReason::Failed;
    assert_eq!(world.feed(ended(1, late.negotiation, failed)), []);
    let outputs = world.feed(agreed(&late));
    assert_eq!(answer(&outputs, s(1)), Answer::Media(media_answer()));
    let told = Event::MediaEnded { reason: failed };
    assert_eq!(events(&outputs, s(1)), [told]);
}

#[test]
fn a_peer_that_ended_while_its_participant_entered_is_told_to_have_ended() {
    let mut world = World::with_entries(Limits::default(), entries(10));
    world.hold_reads = true;
    let outputs = world.join_with_peer(1);
    let made_by = negotiations(&outputs)[0].negotiation;
    let failed = MediaEndReason::Failed;
    assert_eq!(world.feed(ended(1, made_by, failed)), []);
    let page = world.read(&reads(&outputs)[0]);
    let outputs = world.feed(page);
    assert_eq!(joined(&outputs, s(1)).you, p(1));
    let told = Event::MediaEnded { reason: failed };
    assert_eq!(events(&outputs, s(1)), [told]);
}

#[test]
fn a_peer_whose_answer_did_not_arrive_is_none_that_the_client_could_use() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.hold_offers = true;
    let lost = negotiations(&world.media(s(1), false, offer(9, 3, 1))).remove(0);
    world.disconnect(s(1));
    let room = resumed(&world.resume(1, BACK, 0), BACK).unwrap();
    assert!(!room.peer && room.slots.is_empty());
    // The client makes another one, which waits for the fate of the one before.
    let outputs = world.media(BACK, true, offer(9, 3, 1));
    assert_eq!(outputs, []);
    let outputs = world.feed(agreed(&lost));
    assert_eq!(answers(&outputs, BACK), []);
    let next = negotiations(&outputs).remove(0);
    let outputs = world.feed(agreed(&next));
    assert_eq!(answer(&outputs, BACK), Answer::Media(media_answer()));
    let again = SocketId(78);
    assert!(resumed(&world.resume(1, again, 0), again).unwrap().peer);
}

#[test]
fn a_peer_that_comes_after_its_participant_left_is_removed() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_offers = true;
    let negotiate = negotiations(&world.media(s(1), true, offer(9, 3, 1))).remove(0);
    let outputs = world.request(s(1), MemberRequest::Leave);
    assert!(!outputs.contains(&Output::Empty));
    let removed = MediaCommand::RemovePeer { participant: p(1) };
    let outputs = world.feed(agreed(&negotiate));
    assert_eq!(outputs, [Output::Media(removed), Output::Empty]);
}
