//! Messages are found by parts of words.

use std::fs;

use tempfile::tempdir;
use zoom_protocol::{AuthorId, Has, MessageText, Search};
use zoom_store::{Change, Store};

use crate::common::{change_of, clean, file, open, person, saying, write};

/// A room with these messages, all of person 1.
fn room_saying(store: &Store, texts: &[&str]) {
    for (place, text) in texts.iter().enumerate() {
        say(store, 1, place as u64, text);
    }
}

fn say(store: &Store, participant: u64, place: u64, text: &str) {
    let change = Change::Post {
        sender: person(participant),
        client_id: format!("m{place}").parse().unwrap(),
        message: saying(text),
        thread: None,
        to: None,
    };
    write(store, change_of("a", 1_000 * (place + 1), change));
}

/// What person 1 finds, the newest first.
fn found(store: &Store, text: &str) -> Vec<u64> {
    found_by(store, 1, &searching(text))
}

fn found_by(store: &Store, author: u64, search: &Search) -> Vec<u64> {
    let found = store.search("a", search, 30, AuthorId(author)).unwrap();
    found.entries.iter().map(|entry| entry.number).collect()
}

fn searching(text: &str) -> Search {
    Search {
        text: text.into(),
        ..Search::default()
    }
}

#[test]
fn a_korean_word_is_found_with_its_particles_and_in_compounds() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(
        &store,
        &[
            "내일 회의를 합시다",
            "회의록은 어디 있나요?",
            "주간회의에서 말했어요",
            "회사 의자",
        ],
    );
    assert_eq!(found(&store, "회의"), [3, 2, 1]);
    assert_eq!(found(&store, "회의록"), [2]);
    assert_eq!(found(&store, "회의 내일"), [1]);
    assert_eq!(found(&store, "의자"), [4]);
}

#[test]
fn a_korean_verb_is_found_in_the_forms_that_keep_its_syllables() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["내일 만나요", "만나서 반가워요", "어제 만났어요"]);
    assert_eq!(found(&store, "만나"), [2, 1], "만났 has another syllable");
    assert_eq!(found(&store, "만"), [3, 2, 1]);
}

#[test]
fn parts_of_english_words_are_found_in_any_case() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(
        &store,
        &["The Meeting was moved", "We met", "zoom에서 만나요"],
    );
    assert_eq!(found(&store, "eeti"), [1]);
    assert_eq!(found(&store, "ME"), [2, 1]);
    assert_eq!(found(&store, "meeting moved"), [1]);
    assert_eq!(found(&store, "zoom에"), [3]);
    assert_eq!(found(&store, "met the"), Vec::<u64>::new());
}

#[test]
fn width_and_composition_make_no_difference() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(
        &store,
        &["회의 ＡＢＣ", "\u{1112}\u{116c}\u{110b}\u{1174} abc"],
    );
    assert_eq!(found(&store, "회의 abc"), [2, 1]);
    assert_eq!(found(&store, "\u{1112}\u{116c}\u{110b}\u{1174}"), [2, 1]);
}

#[test]
fn what_means_something_to_the_index_is_plain_text() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["say \"hello\" AND go", "text : a*b ^ NEAR(c, 2)"]);
    assert_eq!(found(&store, "\"hello\" AND"), [1]);
    assert_eq!(found(&store, "NEAR(c"), [2]);
    for text in [
        "\"",
        "' OR 1=1 --",
        "*",
        "text:",
        "((",
        "-",
        "{",
        "NOT",
        "^",
    ] {
        found(&store, text);
    }
}

#[test]
fn a_search_for_nothing_that_is_indexed_finds_nothing() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["hello"]);
    assert_eq!(found(&store, "👍"), Vec::<u64>::new());
    assert_eq!(found(&store, ""), [1], "no text at all is no condition");
}

#[test]
fn a_private_message_is_found_by_the_two_alone() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let change = Change::Post {
        sender: person(1),
        client_id: "m".parse().unwrap(),
        message: saying("비밀 이야기"),
        thread: None,
        to: Some(person(2)),
    };
    write(&store, change_of("a", 1, change));
    assert_eq!(found_by(&store, 1, &searching("비밀")), [1]);
    assert_eq!(found_by(&store, 2, &searching("비밀")), [1]);
    assert_eq!(found_by(&store, 3, &searching("비밀")), Vec::<u64>::new());
    assert_eq!(found_by(&store, 3, &searching("")), Vec::<u64>::new());
}

#[test]
fn another_room_is_not_searched() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["hello"]);
    let nobody = store.search("b", &searching("hello"), 30, AuthorId(1));
    assert_eq!(nobody.unwrap().entries, []);
}

#[test]
fn an_edited_message_is_found_by_what_it_says_now() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["before"]);
    let change = Change::Edit {
        number: 1,
        author: AuthorId(1),
        text: Some("after".parse::<MessageText>().unwrap()),
        mentions: Vec::new(),
    };
    write(&store, change_of("a", 2_000, change));
    assert_eq!(found(&store, "before"), Vec::<u64>::new());
    assert_eq!(found(&store, "after"), [1]);
}

#[test]
fn a_deleted_message_leaves_no_term_in_the_files() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["stays", "xylophon 실로폰", "stays too"]);
    let change = Change::Delete {
        number: 2,
        author: AuthorId(1),
    };
    write(&store, change_of("a", 9_000, change));
    assert_eq!(found(&store, "xyl"), Vec::<u64>::new());
    assert!(clean(&store));
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        for term in ["xyl", "ylo", "로폰"] {
            let term = term.as_bytes();
            let is_there = bytes.windows(term.len()).any(|window| window == term);
            assert!(!is_there, "{} has a term", path.display());
        }
    }
}

#[test]
fn what_is_expired_is_not_found() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["old hello", "new hello"]);
    let change = Change::Expire { before_ms: 1_500 };
    write(&store, change_of("a", 9_000, change));
    assert_eq!(found(&store, "hello"), [2]);
}

#[test]
fn filters_say_who_when_and_what() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["one", "see https://example.org", "three"]);
    let mut message = saying("here");
    message.files = vec![file(7, "회의록 3.pdf")];
    let mut sender = person(2);
    sender.name = "Maria".parse().unwrap();
    let change = Change::Post {
        sender,
        client_id: "f".parse().unwrap(),
        message,
        thread: None,
        to: None,
    };
    write(&store, change_of("a", 9_000, change));
    let search = |search: Search| found_by(&store, 1, &search);
    let of = |sender: &str| Search {
        sender: Some(sender.into()),
        ..Search::default()
    };
    assert_eq!(search(of("mar")), [4]);
    assert_eq!(search(of("김")), [3, 2, 1]);
    assert_eq!(
        search(Search {
            has: Some(Has::Link),
            ..Search::default()
        }),
        [2]
    );
    assert_eq!(
        search(Search {
            has: Some(Has::File),
            ..searching("회의록")
        }),
        [4],
        "the name of a file counts"
    );
    assert_eq!(
        search(Search {
            from_ms: Some(2_000),
            until_ms: Some(3_000),
            ..Search::default()
        }),
        [2]
    );
    assert_eq!(
        search(Search {
            before: Some(3),
            ..Search::default()
        }),
        [2, 1]
    );
}

#[test]
fn hits_come_in_pages() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    room_saying(&store, &["go 1", "go 2", "go 3"]);
    let first = store.search("a", &searching("go"), 2, AuthorId(1)).unwrap();
    assert!(first.more);
    assert_eq!(first.entries.len(), 2);
    let rest = Search {
        before: first.entries.last().map(|entry| entry.number),
        ..searching("go")
    };
    let rest = store.search("a", &rest, 2, AuthorId(1)).unwrap();
    assert!(!rest.more);
    assert_eq!(rest.entries.len(), 1);
}
