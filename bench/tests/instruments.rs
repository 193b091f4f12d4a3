//! The instruments work: a small load on a real server, and the floor, without a look at the time.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test says what went wrong by its panic"
)]

use std::{path::Path, time::Duration};

use zoom_bench::{
    floor::{self, Sending, Traffic},
    load::{LoadReport, Plan},
    scenario::{Options, Report, Scenario, measure},
    server::Server,
};

fn plan(scenario: Scenario, receivers: u64) -> Plan {
    let options = Options {
        seconds: 1,
        receivers: Some(receivers),
        video_kbps: Some(200),
        ..Options::default()
    };
    Plan {
        warm_up: 1,
        ..scenario.plan(&options)
    }
}

/// Starts the counting server, puts the load on it, and ends it.
fn load(plan: &Plan) -> LoadReport {
    let server = Server::start(Path::new(env!("CARGO_BIN_EXE_zoom-counted")), &[]).unwrap();
    let counter = server.counter().expect("a counting server has a counter");
    let report = measure(&server, plan, &[format!("--count-from={counter}")]).unwrap();
    server.stop().unwrap();
    report
}

#[test]
fn a_small_lecture_is_counted_from_end_to_end_and_has_a_floor() {
    let plan = plan(Scenario::Lecture, 3);
    let load = load(&plan);
    assert_eq!((load.people, load.receivers), (4, 3));
    // Picture and sound for each viewer.
    assert_eq!(load.streams, 6, "{load:?}");
    assert!(load.packets > 0 && load.video_packets > 0, "{load:?}");
    assert_eq!(load.decrypt_failures, 0, "{load:?}");
    assert!(
        load.used.server.total_us > 0 && load.delay_us.p50 > 0,
        "{load:?}"
    );
    assert!(
        load.srtp_profile.starts_with("AEAD"),
        "{}",
        load.srtp_profile
    );
    let all = load.allocations_per_packet.expect("they are counted");
    let media = load.media_thread_allocations_per_packet;
    assert!(all > 0.0 && media.is_some_and(|count| count <= all));

    let traffic = Traffic::of(&plan, &load);
    assert_eq!(traffic.receivers, 4);
    let mut report = Report::of(Scenario::Lecture, load);
    report.with_floor(floor::floor(&traffic, Duration::from_millis(300)).unwrap());
    assert_eq!(report.floor.tried.len(), Sending::ALL.len());
    assert!(report.floor.tried.iter().all(|tried| tried.packets > 0));
    assert!(report.ratio_to_floor > 0.0);
}

#[test]
fn newcomers_of_a_storm_connect_while_a_meeting_runs() {
    let plan = Plan {
        publishers: 2,
        more: 3,
        storm_seconds: 1,
        ..plan(Scenario::Storm, 3)
    };
    let report = load(&plan);
    let storm = report.storm.expect("a storm is told");
    assert_eq!((storm.joins, storm.connected), (3, 3));
    assert_eq!(storm.offers, ["chromium", "firefox"]);
    assert_eq!(report.people, 2);
}

#[test]
fn people_of_two_rooms_receive_their_own_publisher_alone() {
    let plan = Plan {
        rooms: 2,
        ..plan(Scenario::Lecture, 4)
    };
    let load = load(&plan);
    assert_eq!((load.people, load.receivers), (6, 4));
    assert_eq!(load.streams, 8, "{load:?}");
    assert!(!load.used.media_threads_us.is_empty(), "{load:?}");
    assert_eq!(Traffic::of(&plan, &load).publishers, 2);
}

#[test]
fn a_ramp_ends_and_says_why() {
    let plan = Plan {
        receivers: 2,
        step: 2,
        more: 3,
        ..plan(Scenario::Ramp, 3)
    };
    let load = load(&plan);
    assert!(load.ramp_end.is_some(), "{load:?}");
    assert_eq!(load.ramp.len(), 1, "{load:?}");
}
