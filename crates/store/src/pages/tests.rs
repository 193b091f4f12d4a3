//! Reads go by indexes, and cost as much in a long room as in a short one.

use rusqlite::{Connection, StatementStatus};

use super::*;
use crate::schema::MIGRATIONS;

const VIEWER: AuthorId = AuthorId(7);
const LIMIT: u32 = 50;

/// Room 1 with 100 messages and room 2 with 50 times as many. Before the last messages of the second
/// there are as many in a thread, and as many that others said to one another.
fn rooms() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for migration in MIGRATIONS {
        connection.execute_batch(migration).unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO rooms (id, key, name, last_number) VALUES (1, 'short', 'short', 100),
                 (2, 'long', 'long', 15000)",
        )
        .unwrap();
    let fill = |room: i64, from: i64, to: i64, thread: Option<i64>, to_author: Option<i64>| {
        connection
            .execute(
                "WITH RECURSIVE n (n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM n WHERE n < ?3)
                 INSERT INTO entries (room, number, changed, time_ms, kind, participant, author,
                     name, ordinal, client_id, text, thread, to_participant, to_author, to_name,
                     to_ordinal)
                 SELECT ?1, n, n, n, 0, 5, 5, 'Kim', 1, n, 'text', ?4, ?5, ?5, 'Lee', 1 FROM n",
                params![room, from, to, thread, to_author],
            )
            .unwrap();
    };
    fill(1, 1, 100, None, None);
    fill(2, 1, 4_990, None, None);
    fill(2, 4_991, 9_990, Some(1), None);
    fill(2, 9_991, 14_990, None, Some(6));
    fill(2, 14_991, 15_000, None, None);
    connection
}

fn plan(connection: &Connection, query: &str) -> String {
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
        .unwrap();
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>(3).unwrap());
    }
    lines.join("\n")
}

const WAYS: [Way; 2] = [Way::Before(0), Way::After(0)];

#[test]
fn a_page_of_the_timeline_is_read_from_the_indexes_of_what_may_be_on_it() {
    let connection = rooms();
    for way in WAYS {
        let plan = plan(&connection, &query(way, None));
        for index in ["entries_public", "entries_from", "entries_to"] {
            let found = format!("SEARCH entries USING INDEX {index} (room=?");
            assert!(plan.contains(&found), "{plan}");
        }
        assert!(!plan.contains("SCAN entries"), "{plan}");
        let rows = "SEARCH entries USING PRIMARY KEY (room=? AND number=?)";
        assert!(plan.contains(rows), "{plan}");
    }
}

#[test]
fn a_page_of_a_thread_is_read_from_the_index_of_threads_in_its_order() {
    let connection = rooms();
    for way in WAYS {
        let plan = plan(&connection, &query(way, Some(1)));
        let index = "SEARCH entries USING COVERING INDEX entries_threads \
                     (room=? AND thread=? AND number";
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("SCAN entries"), "{plan}");
    }
}

#[test]
fn changes_are_read_by_their_numbers() {
    let connection = rooms();
    let new = plan(&connection, &NEW_SINCE.replace("{}", COLUMNS));
    let key = "SEARCH entries USING PRIMARY KEY (room=? AND number>?)";
    assert_eq!(new, key);
    let changed = plan(&connection, &CHANGED_SINCE.replace("{}", COLUMNS));
    let index = "SEARCH entries USING INDEX entries_changed (room=? AND changed>?)";
    assert!(changed.starts_with(index), "{changed}");
    assert!(!changed.contains("TEMP B-TREE"), "{changed}");
}

/// How many steps of its machine SQLite takes for a page.
fn steps(connection: &Connection, room: i64, way: Way, thread: Option<u64>) -> i32 {
    let pages = Pages {
        connection,
        room,
        scope: Scope {
            thread,
            viewer: Some(VIEWER),
            limit: LIMIT,
            mark_people: 20,
        },
    };
    let mut statement = connection.prepare(&query(way, thread)).unwrap();
    pages.bind(&mut statement, way, LIMIT).unwrap();
    let mut count = 0;
    let mut rows = statement.raw_query();
    while rows.next().unwrap().is_some() {
        count += 1;
    }
    drop(rows);
    assert_eq!(count, LIMIT);
    statement.get_status(StatementStatus::VmStep)
}

#[test]
fn a_page_costs_as_much_in_a_long_room_as_in_a_short_one() {
    let connection = rooms();
    let short = steps(&connection, 1, Way::Before(i64::MAX), None);
    for way in [
        Way::Before(i64::MAX),
        // What is in a thread, and what others say to one another, is just before it.
        Way::Before(14_995),
        Way::Before(2_500),
        Way::After(0),
        Way::After(2_500),
        // And just behind it.
        Way::After(4_945),
    ] {
        let long = steps(&connection, 2, way, None);
        assert!(long <= short + short / 10, "{way:?}: {long}, not {short}");
    }
    let thread = steps(&connection, 2, Way::Before(i64::MAX), Some(1));
    assert!(thread <= short, "{thread}, not {short}");
}

#[test]
fn the_first_message_of_a_day_is_found_by_halving() {
    let connection = rooms();
    for since in [0, 1, 2, 4_990, 4_991, 9_999, 15_000] {
        let found = first_since(&connection, 2, since).unwrap();
        assert_eq!(found, Some(since.max(1)));
    }
    assert_eq!(first_since(&connection, 2, 15_001).unwrap(), None);
    assert_eq!(first_since(&connection, 3, 0).unwrap(), None);
}

#[test]
fn numbers_that_are_missing_do_not_hide_what_is_around_them() {
    let connection = rooms();
    connection
        .execute("DELETE FROM entries WHERE room = 2 AND number % 7 <> 0", [])
        .unwrap();
    for since in 1..200 {
        let found = first_since(&connection, 2, since).unwrap();
        assert_eq!(found, Some((since + 6) / 7 * 7));
    }
}
