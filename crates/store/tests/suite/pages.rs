//! Pages of a timeline: by number, in order, and whether there are older entries.

use zoom_protocol::{Page, PageAt};
use zoom_store::Store;

use crate::common::{newest, number, open, page, post};

fn room_of(count: u64) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 1..=count {
        number(&store, post("a", 1, &n.to_string(), n));
    }
    number(&store, post("b", 1, "of-another-room", 0));
    (dir, store)
}

fn shape(page: &Page) -> (Vec<u64>, bool) {
    let numbers = page.entries.iter().map(|entry| entry.number).collect();
    (numbers, page.more_before)
}

#[test]
fn the_newest_page_is_in_ascending_order() {
    let (_dir, store) = room_of(10);
    let read = newest(&store, "a", 3);
    assert_eq!(shape(&read), (vec![8, 9, 10], true));
    let read = newest(&store, "a", 10);
    assert_eq!(shape(&read), ((1..=10).collect(), false));
}

#[test]
fn pages_before_lead_back_to_the_first_entry() {
    let (_dir, store) = room_of(10);
    let read = page(&store, "a", PageAt::Before(8), 4);
    assert_eq!(shape(&read), (vec![4, 5, 6, 7], true));
    let read = page(&store, "a", PageAt::Before(4), 4);
    assert_eq!(shape(&read), (vec![1, 2, 3], false));
    for before in [0, 1] {
        let read = page(&store, "a", PageAt::Before(before), 4);
        assert_eq!(shape(&read), (vec![], false));
    }
    let read = page(&store, "a", PageAt::Before(u64::MAX), 2);
    assert_eq!(shape(&read), (vec![9, 10], true));
}

#[test]
fn pages_after_lead_on_to_the_last_entry() {
    let (_dir, store) = room_of(10);
    let read = page(&store, "a", PageAt::After(7), 50);
    assert_eq!(shape(&read), (vec![8, 9, 10], true));
    let read = page(&store, "a", PageAt::After(0), 2);
    assert_eq!(shape(&read), (vec![1, 2], false));
    for after in [10, 11, u64::MAX] {
        let read = page(&store, "a", PageAt::After(after), 2);
        assert_eq!(shape(&read), (vec![], true));
    }
}

#[test]
fn a_room_that_nobody_wrote_in_has_an_empty_page() {
    let (_dir, store) = room_of(1);
    let empty = (vec![], false);
    assert_eq!(shape(&newest(&store, "c", 5)), empty);
    assert_eq!(shape(&page(&store, "c", PageAt::After(0), 5)), empty);
}

#[test]
fn more_readers_than_connections_take_turns() {
    let (_dir, store) = room_of(10);
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    assert_eq!(newest(&store, "a", 10).entries.len(), 10);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
