//! Opening the data folder: made where it is missing, held by one, refused in one clear line.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use rusqlite::Connection;
use zoom_protocol::Limits;
use zoom_store::{Store, StoreError};

use crate::common::{number, numbers, open, post};

fn refusal(dir: &Path) -> StoreError {
    match Store::open(dir, &Limits::default()) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

#[test]
fn a_missing_folder_is_made_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("deep").join("data");
    drop(open(&data));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        assert_eq!(mode(&data.join("zoom.db")), 0o600);
    }
}

#[test]
fn a_second_copy_on_the_same_folder_is_refused_until_the_first_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let error = refusal(dir.path());
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(dir.path().to_str().unwrap()));
    store.close();
    drop(open(dir.path()));
}

/// The other process is this test again, told by a variable which folder to hold.
#[test]
fn a_second_process_on_the_same_folder_is_refused() {
    const FOLDER: &str = "ZOOM_STORE_TEST_FOLDER";
    if let Ok(dir) = env::var(FOLDER) {
        let _store = open(Path::new(&dir));
        println!("\nheld");
        std::io::stdout().flush().unwrap();
        // Until the parent lets go of the pipe.
        std::io::stdin().read_line(&mut String::new()).unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "open::a_second_process_on_the_same_folder_is_refused",
        ])
        .arg("--nocapture")
        .env(FOLDER, dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    assert!(lines.any(|line| line == "held"));
    let error = refusal(dir.path());
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    drop(child.stdin.take());
    lines.for_each(drop);
    child.wait().unwrap();
    drop(open(dir.path()));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    for path in [file.clone(), file.join("data")] {
        let error = refusal(&path);
        assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
    // A folder where the lock belongs: no rights of a user can write through it.
    let blocked = dir.path().join("blocked");
    fs::create_dir_all(blocked.join("lock")).unwrap();
    let error = refusal(&blocked);
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
}

#[test]
fn the_database_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("a", 1, "x", 0));
    store.close();
    let path = dir.path().join("zoom.db");
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let error = refusal(dir.path());
    assert!(
        matches!(error, StoreError::Newer { found: 9, .. }),
        "{error}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("zoom.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("CREATE TABLE recipes (name)")
        .unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let error = refusal(dir.path());
    assert!(error.to_string().contains("another program"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_start_that_ended_before_the_first_write_is_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("zoom.db"), []).unwrap();
    let store = open(dir.path());
    number(&store, post("a", 1, "x", 0));
    assert_eq!(numbers(&store, "a"), [1]);
}
