//! Every entry that was acknowledged is there after `kill -9`.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use zoom_protocol::PageAt;
use zoom_store::Outcome;

use crate::common::{open, page, post};

const FOLDER: &str = "ZOOM_STORE_TEST_FOLDER";
const ROOMS: u64 = 3;

/// Posts in some rooms at once and prints each acknowledgement, until it is killed.
fn append_for_ever(dir: &Path) {
    let store = open(dir);
    let run = std::process::id();
    for n in 0.. {
        for room in 0..ROOMS {
            let client_id = format!("{run}-{n}");
            let acknowledge = move |outcome| match outcome {
                Outcome::Posted { entry, repeat } => {
                    assert!(!repeat, "{entry:?}");
                    let number = entry.number;
                    let mut out = std::io::stdout().lock();
                    // The parent has let go of the pipe: it has seen enough.
                    drop(writeln!(out, "kept room-{room} {number} {run}-{n}"));
                }
                // More waits than may.
                Outcome::Refused(_) => {}
                outcome => panic!("{outcome:?}"),
            };
            store.write(
                post(&format!("room-{room}"), 1, &client_id, n),
                Box::new(acknowledge),
            );
        }
    }
}

/// The other process is this test again, told by a variable which folder to fill.
#[test]
fn every_acknowledged_entry_survives_kill_nine() {
    if let Ok(dir) = env::var(FOLDER) {
        append_for_ever(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged: BTreeMap<String, BTreeMap<u64, String>> = BTreeMap::new();
    for round in 1..=4 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "kill::every_acknowledged_entry_survives_kill_nine",
            ])
            .arg("--nocapture")
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut count = 0;
        let mut note = |line: &str| {
            let Some((_, kept)) = line.split_once("kept ") else {
                return false;
            };
            let [room, number, client_id] = kept.split(' ').collect::<Vec<_>>()[..] else {
                return false;
            };
            let entries = acknowledged.entry(room.into()).or_default();
            let before = entries.insert(number.parse().unwrap(), client_id.into());
            assert_eq!(before, None, "a number twice");
            true
        };
        while count < 300 * round {
            count += u32::from(note(&lines.next().unwrap().unwrap()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was still in the pipe was acknowledged too; its last line may be cut off.
        let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.pop();
        for line in rest {
            note(&line);
        }
        let store = open(dir.path());
        for (room, kept) in &acknowledged {
            let page = page(&store, room, PageAt::After(0), u32::MAX);
            let there: BTreeMap<u64, String> = page
                .entries
                .iter()
                .map(|entry| (entry.number, entry.client_id.to_string()))
                .collect();
            for (number, client_id) in kept {
                assert_eq!(there.get(number), Some(client_id), "{room} {number}");
            }
            let numbers: Vec<u64> = there.keys().copied().collect();
            assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
        }
    }
}
