//! Searches and places for files, which others carry out.

use zoom_protocol::{Answer, ErrorCode, FileName, Found, Limits, Search, Upload, UploadPlace};
use zoom_rooms::{Input, MemberRequest, Output, ReadFailed, Reserve, Searching, SocketId};

use crate::common::*;

fn search(world: &mut World, socket: SocketId, text: &str) -> Vec<Output> {
    let search = Search {
        text: text.into(),
        ..Search::default()
    };
    world.request(socket, MemberRequest::Search(Box::new(search)))
}

fn searches(outputs: &[Output]) -> Vec<Searching> {
    let of = |output: &Output| match output {
        Output::Search(search) => Some((**search).clone()),
        _ => None,
    };
    outputs.iter().filter_map(of).collect()
}

#[test]
fn a_search_is_for_who_asks_and_its_hits_are_the_answer() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let asked = searches(&search(&mut world, s(1), "점심")).remove(0);
    assert_eq!((asked.viewer, asked.search.text.as_str()), (a(1), "점심"));
    let found = Found {
        entries: entries(2),
        more: true,
    };
    let outputs = world.feed(Input::Found {
        read: asked.read,
        result: Ok(found.clone()),
    });
    assert_eq!(answer(&outputs, s(1)), Answer::Found(found));
}

#[test]
fn a_search_that_fails_or_is_too_long_or_too_soon_is_refused() {
    let mut limits = Limits::default();
    limits.search_chars = 3;
    limits.searches_burst = 2;
    limits.searches_per_second = 1;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    let asked = searches(&search(&mut world, s(1), "점심?")).remove(0);
    let outputs = world.feed(Input::Found {
        read: asked.read,
        result: Err(ReadFailed),
    });
    assert_eq!(error(&outputs, s(1)), ErrorCode::StorageFailed);
    let outputs = search(&mut world, s(1), "long");
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadField);
    let outputs = search(&mut world, s(1), "a");
    assert_eq!(error(&outputs, s(1)), ErrorCode::TooFast);
}

#[test]
fn searches_and_pages_of_one_person_are_bounded_together() {
    let mut limits = Limits::default();
    limits.participant_reads = 1;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    let asked = searches(&search(&mut world, s(1), "a")).remove(0);
    let outputs = search(&mut world, s(1), "ab");
    assert_eq!(error(&outputs, s(1)), ErrorCode::Busy);
    world.feed(Input::Found {
        read: asked.read,
        result: Ok(Found::default()),
    });
    assert_eq!(searches(&search(&mut world, s(1), "ab")).len(), 1);
}

#[test]
fn a_place_for_a_file_is_asked_for_as_its_author_and_answered() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let upload = Upload {
        name: "사진.png".parse::<FileName>().unwrap(),
        bytes: 9,
    };
    let ask = |world: &mut World| -> Reserve {
        let outputs = world.request(s(1), MemberRequest::Upload(upload.clone()));
        match &outputs[..] {
            [Output::Reserve(reserve)] => (**reserve).clone(),
            other => panic!("{other:?}"),
        }
    };
    let reserve = ask(&mut world);
    assert_eq!(reserve.author, a(1));
    let place = UploadPlace {
        upload: "u".parse().unwrap(),
        path: "/api/uploads/u".into(),
    };
    let outputs = world.feed(Input::Reserved {
        reservation: reserve.reservation,
        result: Ok(place.clone()),
    });
    assert_eq!(answer(&outputs, s(1)), Answer::Upload(place));

    let reserve = ask(&mut world);
    world.request(s(1), MemberRequest::Leave);
    assert!(!world.room.is_empty(), "a place is being reserved");
    let outputs = world.feed(Input::Reserved {
        reservation: reserve.reservation,
        result: Err(zoom_protocol::ErrorAnswer {
            code: ErrorCode::TooMany,
            message: String::new(),
        }),
    });
    assert_eq!(outputs, [Output::Empty]);
}
