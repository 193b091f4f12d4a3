//! On a full disk an upload is refused, keeps what arrived, and goes on when there is space again. A
//! real one: a small tmpfs in a user and mount namespace of its own, which needs no root.

use std::{env, fs, process::Command, sync::Arc};

use tempfile::TempDir;

use super::support::{Person, bytes, code, info, kept, offset, patch, path_of};
use crate::{files::support::ask, socket::support::TestServer};

const DISK: &str = "ZOOM_SERVER_TEST_DISK";
const LARGE: usize = 12 << 20;

#[tokio::test]
async fn an_upload_on_a_full_disk_is_refused_and_goes_on_later() {
    let Ok(disk) = env::var(DISK) else {
        return in_a_namespace(
            "files::full_disk::an_upload_on_a_full_disk_is_refused_and_goes_on_later",
        );
    };
    let data = Arc::new(TempDir::new_in(&disk).unwrap());
    let server = TestServer::on(data, |_| {}).await;
    let mut kim = Person::enter(&server, "a").await;
    // Somebody else's file takes most of the disk.
    let ballast = format!("{disk}/ballast");
    fs::write(&ballast, vec![1; 12 << 20]).unwrap();
    let content = bytes(LARGE);
    let place = kim.place("large.bin", LARGE as u64).await;
    let answer = patch(server.address, &place.path, 0, &content).await;
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (507, "storage_full")
    );
    let there: usize = offset(server.address, &place.path).await.parse().unwrap();
    assert!(there > 0 && there < LARGE, "{there}");
    let again = patch(server.address, &place.path, there as u64, &content[there..]).await;
    assert_eq!(again.status, 507);
    let there: usize = offset(server.address, &place.path).await.parse().unwrap();

    fs::remove_file(&ballast).unwrap();
    let rest = patch(server.address, &place.path, there as u64, &content[there..]).await;
    let file = info(&rest);
    kim.post(&[&place]).await;
    let read = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert!(read.body == content);

    // A picture for whose other forms there is no space is not lost.
    let picture = super::pictures::png(1_200, 1_200);
    let place = kim.place("a.png", picture.len() as u64).await;
    let (most, last) = picture.split_at(picture.len() - 1);
    patch(server.address, &place.path, 0, most).await;
    let mut ballast_file = fs::File::create(&ballast).unwrap();
    while std::io::Write::write_all(&mut ballast_file, &[1; 4096]).is_ok() {}
    drop(ballast_file);
    let answer = patch(server.address, &place.path, most.len() as u64, last).await;
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (507, "storage_full")
    );
    fs::remove_file(&ballast).unwrap();
    let at = offset(server.address, &place.path).await.parse().unwrap();
    let file = info(&patch(server.address, &place.path, at, &picture[at as usize..]).await);
    assert!(file.picture.is_some());
    let left = kept(server.folder(), "uploads");
    assert!(left.iter().all(|name| name.ends_with(".note")), "{left:?}");
}

/// The process in the namespace is the test again, told by a variable where the disk is.
fn in_a_namespace(test: &str) {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("mount -t tmpfs -o size=24m tmpfs \"${DISK}\" && exec \"$@\"");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .args(["sh", "-c", &script, "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(DISK, dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}
