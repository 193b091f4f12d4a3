//! A message gets its room's next number, once for each client id, and is answered in order.

use std::sync::{Arc, Barrier, mpsc};

use zoom_protocol::{EntryBody, Limits};
use zoom_store::{Outcome, Refusal, Store};

use crate::common::{newest, number, numbers, open, person, post, posted, saying, write};

#[test]
fn every_room_counts_from_one_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 1..=5 {
        assert_eq!(number(&store, post("a", 1, &format!("m{n}"), 0)), n);
        assert_eq!(number(&store, post("b", 1, &format!("m{n}"), 0)), n);
    }
}

#[test]
fn the_same_client_id_of_the_same_participant_is_a_repeat() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let first = posted(&store, post("a", 1, "x", 1_000));
    assert_eq!(
        (first.0.number, first.0.time_ms, first.1),
        (1, 1_000, false)
    );
    number(&store, post("a", 1, "y", 2_000));
    let again = posted(&store, post("a", 1, "x", 9_000));
    assert_eq!(again, (first.0, true));
    assert_eq!(
        number(&store, post("a", 2, "x", 9_000)),
        3,
        "somebody else's"
    );
    assert_eq!(
        number(&store, post("b", 1, "x", 9_000)),
        1,
        "another room's"
    );
}

#[test]
fn the_time_of_a_room_does_not_go_backwards() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("a", 1, "x", 5_000));
    for unix_ms in [4_000, u64::MAX] {
        let (entry, _) = posted(&store, post("a", 1, &unix_ms.to_string(), unix_ms));
        assert!(entry.time_ms >= 5_000, "{entry:?}");
    }
    let (other, _) = posted(&store, post("b", 1, "x", 4_000));
    assert_eq!(other.time_ms, 4_000);
}

#[test]
fn what_is_kept_comes_back_as_it_was_also_from_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (sent, _) = posted(&store, post("Straße", u64::MAX, "x", 1_000));
    store.close();
    let store = open(dir.path());
    let page = newest(&store, "strasse", 10);
    assert_eq!(page.entries, [sent]);
    let entry = &page.entries[0];
    assert_eq!(entry.sender, person(u64::MAX));
    assert_eq!(entry.client_id.as_str(), "x");
    assert_eq!(entry.body, EntryBody::Message(saying("text of x")));
    assert_eq!((entry.number, entry.changed, entry.time_ms), (1, 1, 1_000));
    assert!(!page.more_before && !page.more_after);
}

#[test]
fn a_room_is_known_from_its_first_entry_by_the_name_written_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert_eq!(store.room("blue-otter").unwrap(), None);
    number(&store, post("Blue-Otter", 1, "x", 0));
    number(&store, post("BLUE-OTTER", 1, "y", 0));
    let room = store.room("blue-otter").unwrap().unwrap();
    assert_eq!(room.name.as_str(), "Blue-Otter");
    assert_eq!(room.last_number, 2);
}

#[test]
fn replies_come_in_the_order_of_the_posts() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (sender, receiver) = mpsc::channel();
    for n in 1..=500_u64 {
        let sender = sender.clone();
        let reply = move |outcome| sender.send((n, outcome)).unwrap();
        store.write(post("a", 1, &n.to_string(), n), Box::new(reply));
    }
    drop(sender);
    let replies: Vec<_> = receiver.iter().collect();
    assert_eq!(replies.len(), 500);
    for (index, (n, outcome)) in replies.into_iter().enumerate() {
        assert_eq!(n, index as u64 + 1);
        let Outcome::Posted { entry, repeat } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!((entry.number, entry.time_ms, repeat), (n, n, false));
    }
}

#[test]
fn many_threads_leave_no_gap_and_no_number_twice() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let store = store.clone();
            std::thread::spawn(move || {
                for n in 0..50 {
                    number(&store, post("a", thread, &n.to_string(), 0));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(numbers(&store, "a"), (1..=400).collect::<Vec<_>>());
}

#[test]
fn more_than_the_queue_holds_is_refused_at_once_and_harms_nothing_that_waits() {
    let dir = tempfile::tempdir().unwrap();
    let mut limits = Limits::default();
    limits.store_queue = 4;
    let store = Store::open(dir.path(), &limits).unwrap();
    let (reached, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let barriers = (Arc::clone(&reached), Arc::clone(&go));
    let hold = move |_| {
        barriers.0.wait();
        barriers.1.wait();
    };
    store.write(post("a", 1, "held", 0), Box::new(hold));
    reached.wait();
    let (sender, receiver) = mpsc::channel();
    for n in 0..6 {
        let sender = sender.clone();
        let reply = move |outcome| sender.send((n, outcome)).unwrap();
        store.write(post("a", 1, &n.to_string(), 0), Box::new(reply));
    }
    for n in [4, 5] {
        let busy = Outcome::Refused(Refusal::Busy);
        assert_eq!(receiver.recv().unwrap(), (n, busy));
    }
    go.wait();
    for n in 0..4 {
        let (reply, outcome) = receiver.recv().unwrap();
        assert_eq!(reply, n);
        assert!(
            matches!(outcome, Outcome::Posted { repeat: false, .. }),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_closed_store_has_written_what_waited_and_refuses_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (sender, receiver) = mpsc::channel();
    for n in 0..100 {
        let sender = sender.clone();
        let reply = move |outcome| sender.send(outcome).unwrap();
        store.write(post("a", 1, &n.to_string(), 0), Box::new(reply));
    }
    store.close();
    drop(sender);
    let kept = receiver
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Posted { repeat: false, .. }))
        .count();
    assert_eq!(kept, 100);
    let refused = write(&store, post("a", 1, "late", 0));
    assert_eq!(refused, Outcome::Refused(Refusal::StorageFailed));
    assert!(store.room("a").is_err());
    assert_eq!(numbers(&open(dir.path()), "a").len(), 100);
}

#[test]
fn a_reply_that_panics_stops_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.write(post("a", 1, "x", 0), Box::new(|_| panic!("on purpose")));
    assert_eq!(number(&store, post("a", 1, "y", 0)), 2);
}

#[test]
fn the_last_clone_may_go_within_a_reply() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (sender, receiver) = mpsc::channel();
    let clone = store.clone();
    let (dropped, was_dropped) = mpsc::channel();
    let reply = move |outcome| {
        was_dropped.recv().unwrap();
        drop(clone);
        sender.send(outcome).unwrap();
    };
    store.write(post("a", 1, "x", 0), Box::new(reply));
    drop(store);
    dropped.send(()).unwrap();
    assert!(matches!(receiver.recv().unwrap(), Outcome::Posted { .. }));
}
