//! A thousand people come and go, and the server holds as much as before.

use std::{
    env,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use zoom_client::{
    Client,
    media::{Draft, MediaOptions, SlotCounts, Way},
};
use zoom_protocol::Join;

use super::house::{House, ON};
use crate::waiting::{soon, until};

const CYCLES: u32 = 1_000;
/// So many come and go at the same time.
const AT_ONCE: u32 = 8;
/// Tells the process in which the test is alone that it is.
const ALONE: &str = "ZOOM_TEST_ALONE";

/// This test is two processes: the sockets of other tests must not be among those that it counts, so
/// it starts itself again where it is alone.
#[test]
fn a_thousand_come_and_go_and_leave_nothing_behind() {
    if env::var_os(ALONE).is_some() {
        return come_and_go();
    }
    let alone = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "media::cycles::a_thousand_come_and_go_and_leave_nothing_behind",
            "--nocapture",
        ])
        .env(ALONE, "1")
        .output()
        .unwrap();
    assert!(alone.status.success(), "{alone:?}");
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn come_and_go() {
    let house = House::start().await;
    // What is made at the first use of something does not count.
    cycle(&house.url(), 0, true).await;
    let media = house.media.clone();
    until("the first to be gone", || media.counters().load == 0).await;
    let before = open_sockets();

    let next = Arc::new(AtomicU32::new(1));
    let mut visitors = Vec::new();
    for _ in 0..AT_ONCE {
        let next = Arc::clone(&next);
        let url = house.url();
        visitors.push(tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > CYCLES {
                    return;
                }
                // Every tenth stays until the media are connected.
                cycle(&url, number, number.is_multiple_of(10)).await;
            }
        }));
    }
    for visitor in visitors {
        visitor.await.unwrap();
    }

    until("every peer and room to be gone", || {
        let counters = media.counters();
        counters.load == 0 && counters.connections == 0
    })
    .await;
    assert_eq!(media.counters().offers, u64::from(CYCLES) + 1);
    assert_eq!(media.counters().faults, 0);
    // Sockets alone: the store keeps the reading connections that it opened when they were needed.
    until("every socket to be closed", || open_sockets() <= before).await;
    house.stop().await;
}

/// Comes, with an offer, and leaves.
async fn cycle(url: &str, number: u32, connect: bool) {
    let options = MediaOptions {
        way: if number.is_multiple_of(20) {
            Way::Tcp
        } else {
            Way::Udp
        },
        slots: SlotCounts {
            person: 2,
            voice: 1,
            stage: 1,
        },
        ..MediaOptions::default()
    };
    let (client, _events) = soon("a socket", Client::connect(url)).await.unwrap();
    let (draft, offer) = Draft::new(options).unwrap();
    let join = Join {
        identity: None,
        room: format!("room-{}", number % 5).parse().unwrap(),
        name: format!("Visitor {number}").parse().unwrap(),
        sources: ON,
        media: Some(offer),
    };
    let joined = soon("a join", client.join(join)).await.unwrap();
    if connect {
        let answer = joined.media.unwrap();
        let peer = draft.start(&answer, joined.you, client.local_ip()).await;
        let peer = peer.unwrap();
        peer.send(ON);
        soon("a connection", peer.wait_for(|report| report.connected)).await;
    }
    client.leave().await.unwrap();
}

/// The sockets that this process, in which server and clients are, has open.
fn open_sockets() -> usize {
    let files = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    targets
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}
