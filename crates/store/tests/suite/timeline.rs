//! The timeline against a simple model: whatever is written in whatever order, the outcome is the
//! model's, and every reader reads what the model says, also after a crash.

use std::{fs, path::Path};

use proptest::{prelude::*, test_runner::TestCaseResult};
use zoom_protocol::{AuthorId, CallRecord, Mention, Message, PageAt};
use zoom_store::{Change, Store};

use crate::{
    common::{change_of, file, person, saying, write},
    model::{Model, limits},
};

const REACTIONS: [&str; 4] = ["👍", "🎉", "❤️", "😂"];
const PEOPLE: u64 = 4;

/// What is done. Targets are places among the numbers there have been, and a few beyond.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Post {
        by: u64,
        client_id: u8,
        text: bool,
        files: Vec<u64>,
        thread: Option<u16>,
        to: Option<u64>,
    },
    Edit(u16, u64, u8),
    Delete(u16, u64),
    /// An edit and a deletion that wait together, in either order.
    Race(u16, u64, bool),
    Mark(u16, u64, u8, bool),
    Call(u64, u8),
    CallChanged(u16, u32, bool),
    Expire(u64),
    Crash,
}

pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    let by = 1..=PEOPLE;
    let post = (
        by.clone(),
        0..40_u8,
        prop::bool::weighted(0.9),
        prop::collection::vec(0..6_u64, 0..3),
        prop::option::weighted(0.4, any::<u16>()),
        prop::option::weighted(0.2, by.clone()),
    );
    let post = post.prop_map(|(by, client_id, text, files, thread, to)| Deed::Post {
        by,
        client_id,
        text,
        files: if files.len() == 2 { files } else { Vec::new() },
        thread,
        to,
    });
    prop_oneof![
        12 => post,
        4 => (any::<u16>(), by.clone(), any::<u8>()).prop_map(|(n, by, to)| Deed::Edit(n, by, to)),
        3 => (any::<u16>(), by.clone()).prop_map(|(n, by)| Deed::Delete(n, by)),
        2 => (any::<u16>(), by.clone(), any::<bool>()).prop_map(|(n, by, e)| Deed::Race(n, by, e)),
        8 => (any::<u16>(), by.clone(), 0..4_u8, any::<bool>())
            .prop_map(|(n, by, reaction, on)| Deed::Mark(n, by, reaction, on)),
        1 => (by, 40..44_u8).prop_map(|(by, client_id)| Deed::Call(by, client_id)),
        2 => (any::<u16>(), 1..4_u32, any::<bool>())
            .prop_map(|(n, count, ended)| Deed::CallChanged(n, count, ended)),
        1 => (0..60_u64).prop_map(Deed::Expire),
        1 => Just(Deed::Crash),
    ]
}

/// What a deed writes, in order, each with the number of its client id.
pub(crate) fn changes(deed: &Deed, model: &Model) -> Vec<(Change, u8)> {
    // Mostly numbers that there are.
    let target = |n: u16| u64::from(n) % (model.last + 2);
    let edit = |n: u16, by: u64, to: u8| Change::Edit {
        number: target(n),
        author: AuthorId(by),
        text: (!to.is_multiple_of(5)).then(|| format!("edited {}", to % 3).parse().unwrap()),
        mentions: Vec::new(),
    };
    let delete = |n: u16, by: u64| Change::Delete {
        number: target(n),
        author: AuthorId(by),
    };
    let record = |count: u32, ended: bool| CallRecord {
        people: vec![person(1)],
        count,
        ended_ms: ended.then_some(7),
    };
    let id = |client_id: u8| client_id.to_string().parse().unwrap();
    match deed {
        Deed::Post {
            by,
            client_id,
            text,
            files,
            thread,
            to,
        } => {
            let said = if *text {
                saying(&format!("said {client_id}"))
            } else {
                Message::default()
            };
            let files = files.iter().map(|n| file(*n, &format!("{n}.txt")));
            let post = Change::Post {
                sender: person(*by),
                client_id: id(*client_id),
                message: Message {
                    files: files.collect(),
                    ..said
                },
                thread: thread.map(target),
                to: to.map(person),
            };
            vec![(post, *client_id)]
        }
        Deed::Edit(n, by, to) => vec![(edit(*n, *by, *to), 0)],
        Deed::Delete(n, by) => vec![(delete(*n, *by), 0)],
        Deed::Race(n, by, edit_first) => {
            let mut both = vec![(edit(*n, *by, 1), 0), (delete(*n, *by), 0)];
            if !edit_first {
                both.reverse();
            }
            both
        }
        Deed::Mark(n, by, reaction, on) => {
            let mark = Change::Mark {
                number: target(*n),
                reaction: REACTIONS[usize::from(*reaction)].parse().unwrap(),
                by: Mention {
                    author: AuthorId(*by),
                    name: person(*by).name,
                },
                on: *on,
            };
            vec![(mark, 0)]
        }
        Deed::Call(by, client_id) => {
            let call = Change::CallBegan {
                sender: person(*by),
                client_id: id(*client_id),
                record: record(1, false),
            };
            vec![(call, *client_id)]
        }
        Deed::CallChanged(n, count, ended) => {
            let change = Change::CallChanged {
                number: target(*n),
                record: record(*count, *ended),
            };
            vec![(change, 0)]
        }
        Deed::Expire(ago) => {
            let before_ms = model.now_ms.saturating_sub(*ago);
            vec![(Change::Expire { before_ms }, 0)]
        }
        Deed::Crash => Vec::new(),
    }
}

fn compare(store: &Store, model: &Model) -> TestCaseResult {
    let viewers = (0..=PEOPLE).map(|n| (n > 0).then_some(AuthorId(n)));
    for viewer in viewers {
        for step in 0..=model.last / 3 + 1 {
            let number = step * 3;
            for at in [
                PageAt::Before(number),
                PageAt::After(number),
                PageAt::Around(number),
                PageAt::Since(number),
            ] {
                let read = store.page("a", at, None, 4, viewer).unwrap();
                let page = model.page(at, None, 4, viewer);
                prop_assert_eq!(&read.page, &page, "{:?} {:?}", at, viewer);
                prop_assert_eq!(read.last, model.last);
                let thread = store.page("a", at, Some(number), 2, viewer).unwrap();
                let page = model.page(at, Some(number), 2, viewer);
                prop_assert_eq!(&thread.page, &page, "{:?} {:?}", at, viewer);
            }
            for limit in [2, 50] {
                let read = store.changes_after("a", number, limit, viewer).unwrap();
                let changes = model.changes(number, limit as usize, viewer);
                prop_assert_eq!(read.changes, changes, "after {}", number);
            }
        }
    }
    if let Some(room) = store.room("a").unwrap() {
        prop_assert_eq!(room.last_number, model.last);
        prop_assert_eq!(room.file_bytes, model.file_bytes());
        prop_assert_eq!(
            room.open_call.map(|call| call.entry.number),
            model.open_call
        );
    }
    Ok(())
}

/// A folder as a crash leaves it.
fn crashed(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["zoom.db", "zoom.db-wal"] {
        fs::copy(dir.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_timeline_is_what_was_written(deeds in prop::collection::vec(deed(), 1..60)) {
        let mut dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path(), &limits()).unwrap();
        let mut model = Model::default();
        for (index, deed) in deeds.iter().enumerate() {
            if matches!(deed, Deed::Crash) {
                let copy = crashed(dir.path());
                store = Store::open(copy.path(), &limits()).unwrap();
                dir = copy;
            }
            for (change, client_id) in changes(deed, &model) {
                model.now_ms = index as u64;
                let outcome = write(&store, change_of("a", index as u64, change.clone()));
                let expected = model.write(&change, client_id);
                prop_assert_eq!(outcome, expected, "{:?}", change);
            }
        }
        compare(&store, &model)?;
        store.close();
        drop(store);
        compare(&Store::open(dir.path(), &limits()).unwrap(), &model)?;
    }
}
