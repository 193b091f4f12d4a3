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
        let is_hidden = thread.is_some() || to_author.is_some();
        let public_before = is_hidden.then(|| newest_public(&connection, room).unwrap());
        connection
            .execute(
                "WITH RECURSIVE n (n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM n WHERE n < ?3)
                 INSERT INTO entries (room, number, changed, time_ms, kind, participant, author,
                     name, ordinal, client_id, text, thread, to_participant, to_author, to_name,
                     to_ordinal, public_before)
                 SELECT ?1, n, n, n, 0, 5, 5, 'Kim', 1, n, 'text', ?4, ?5, ?5, 'Lee', 1, ?6 FROM n",
                params![room, from, to, thread, to_author, public_before],
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
fn what_everybody_may_read_is_read_in_the_order_of_the_rows() {
    let connection = rooms();
    for (query, side) in [
        (public::BEFORE, "number<?"),
        (public::AFTER, "number>?"),
        (public::FROM, "number>?"),
    ] {
        let rows = format!("SEARCH entries USING PRIMARY KEY (room=? AND {side})");
        assert_eq!(plan(&connection, query), rows);
    }
}

#[test]
fn what_two_say_to_one_another_is_read_from_the_indexes_of_it() {
    let connection = rooms();
    for way in WAYS {
        let plan = plan(&connection, &private(way));
        for index in ["entries_from", "entries_to"] {
            let found = format!("SEARCH entries USING INDEX {index} (room=?");
            let covering = found.replace("USING INDEX", "USING COVERING INDEX");
            assert!(plan.contains(&found) || plan.contains(&covering), "{plan}");
        }
        assert!(!plan.contains("SCAN entries"), "{plan}");
    }
}

#[test]
fn a_page_of_a_thread_is_read_from_the_index_of_threads_in_its_order() {
    let connection = rooms();
    for way in WAYS {
        let plan = plan(&connection, &in_thread(way));
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

/// How many steps of its machine SQLite takes to find what is on a page.
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
    let queries = [
        public::BEFORE.to_owned(),
        public::AFTER.to_owned(),
        public::FROM.to_owned(),
        private(way),
        in_thread(way),
    ];
    let taken = || -> i32 {
        let of = |query: &String| {
            let statement = connection.prepare_cached(query).unwrap();
            statement.reset_status(StatementStatus::VmStep)
        };
        queries.iter().map(of).sum()
    };
    taken();
    assert_eq!(pages.numbers(way, LIMIT).unwrap().len(), LIMIT as usize);
    taken()
}

#[test]
fn a_page_costs_as_much_in_a_long_room_as_in_a_short_one() {
    /// What it may cost to find the end of thousands of hidden entries, in steps.
    const PAST_HIDDEN: i32 = 400;
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
        let most = short + short / 10 + PAST_HIDDEN;
        assert!(long <= most, "{way:?}: {long}, not {short}");
    }
    let thread = steps(&connection, 2, Way::Before(i64::MAX), Some(1));
    assert!(thread <= short, "{thread}, not {short}");
}

#[test]
fn what_is_hidden_is_left_out_wherever_a_page_begins() {
    let connection = rooms();
    let all: Vec<i64> = (1..=4_990).chain(14_991..=15_000).collect();
    for from in [
        0, 1, 4_980, 4_990, 4_991, 9_990, 14_989, 14_990, 14_991, 15_000,
    ] {
        let after: Vec<i64> = all.iter().copied().filter(|n| *n > from).take(60).collect();
        assert_eq!(public(&connection, 2, Way::After(from), 60).unwrap(), after);
        let before = all.iter().rev().copied().filter(|n| *n < from);
        let before: Vec<i64> = before.take(60).collect();
        assert_eq!(
            public(&connection, 2, Way::Before(from), 60).unwrap(),
            before
        );
    }
}

#[test]
fn what_was_hidden_in_an_earlier_format_is_left_out() {
    let connection = Connection::open_in_memory().unwrap();
    let (earlier, later) = MIGRATIONS.split_at(3);
    for migration in earlier {
        connection.execute_batch(migration).unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO rooms (id, key, name, last_number) VALUES (1, 'a', 'a', 9);
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9)
             INSERT INTO entries (room, number, changed, time_ms, kind, participant, author, name,
                 ordinal, client_id, text, thread)
             SELECT 1, n, n, n, 0, 5, 5, 'Kim', 1, n, 'text',
                 CASE WHEN n IN (1, 4, 5, 6, 9) THEN 3 END FROM n",
        )
        .unwrap();
    for migration in later {
        connection.execute_batch(migration).unwrap();
    }
    let ways = [
        (Way::After(0), [2, 3, 7, 8]),
        (Way::Before(10), [8, 7, 3, 2]),
    ];
    for (way, numbers) in ways {
        assert_eq!(public(&connection, 1, way, 60).unwrap(), numbers);
    }
    assert_eq!(newest_public(&connection, 1).unwrap(), 8);
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
