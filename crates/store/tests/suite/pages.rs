//! Pages of a timeline: by number, in order, and whether there are older entries.

use zoom_protocol::Page;
use zoom_store::Store;

use crate::common::{number, open, request};

fn room_of(count: u64) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 1..=count {
        number(&store, request("a", 1, &n.to_string(), n));
    }
    number(&store, request("b", 1, "of-another-room", 0));
    (dir, store)
}

fn shape(page: &Page) -> (Vec<u64>, bool) {
    let numbers = page.entries.iter().map(|entry| entry.number).collect();
    (numbers, page.more_before)
}

#[test]
fn the_newest_page_is_in_ascending_order() {
    let (_dir, store) = room_of(10);
    let page = store.page_before("a", None, 3).unwrap();
    assert_eq!(shape(&page), (vec![8, 9, 10], true));
    let page = store.page_before("a", None, 10).unwrap();
    assert_eq!(shape(&page), ((1..=10).collect(), false));
}

#[test]
fn pages_before_lead_back_to_the_first_entry() {
    let (_dir, store) = room_of(10);
    let page = store.page_before("a", Some(8), 4).unwrap();
    assert_eq!(shape(&page), (vec![4, 5, 6, 7], true));
    let page = store.page_before("a", Some(4), 4).unwrap();
    assert_eq!(shape(&page), (vec![1, 2, 3], false));
    for before in [0, 1] {
        let page = store.page_before("a", Some(before), 4).unwrap();
        assert_eq!(shape(&page), (vec![], false));
    }
    let page = store.page_before("a", Some(u64::MAX), 2).unwrap();
    assert_eq!(shape(&page), (vec![9, 10], true));
}

#[test]
fn pages_after_lead_on_to_the_last_entry() {
    let (_dir, store) = room_of(10);
    let page = store.page_after("a", 7, 50).unwrap();
    assert_eq!(shape(&page), (vec![8, 9, 10], true));
    let page = store.page_after("a", 0, 2).unwrap();
    assert_eq!(shape(&page), (vec![1, 2], false));
    for after in [10, 11, u64::MAX] {
        let page = store.page_after("a", after, 2).unwrap();
        assert_eq!(shape(&page), (vec![], true));
    }
}

#[test]
fn a_room_that_nobody_wrote_in_has_an_empty_page() {
    let (_dir, store) = room_of(1);
    let empty = (vec![], false);
    assert_eq!(shape(&store.page_before("c", None, 5).unwrap()), empty);
    assert_eq!(shape(&store.page_after("c", 0, 5).unwrap()), empty);
}

#[test]
fn more_readers_than_connections_take_turns() {
    let (_dir, store) = room_of(10);
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    assert_eq!(store.page_before("a", None, 10).unwrap().entries.len(), 10);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
