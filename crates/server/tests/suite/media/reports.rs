//! What an operator and a page see of the media: reports on every peer, and pictures paused where the
//! upload is used up.

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::Value;
use tokio::net::TcpStream;

use super::house::{Guest, House};
use crate::http::support::ask;
use crate::waiting::soon;

/// A server with figures that stays under so many bits per second.
async fn house(max_upload_bps: Option<u64>) -> House {
    House::with(|config| {
        config.metrics = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        config.media.max_upload_bps = max_upload_bps;
        config.limits.report_ms = 200;
    })
    .await
}

async fn read(house: &House, path: &str) -> String {
    let address = house.figures.unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let answer = ask(stream, &address.to_string(), "GET", path, &[]).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.text().to_owned()
}

/// Reads `/stats` until the report on a guest is so, and returns it.
async fn report_is(what: &str, house: &House, guest: &Guest, so: impl Fn(&Value) -> bool) -> Value {
    let reading = async {
        loop {
            let stats: Value = serde_json::from_str(&read(house, "/stats").await).unwrap();
            let rooms = stats["rooms"].as_array().unwrap();
            let participants = rooms
                .iter()
                .flat_map(|room| room["participants"].as_array());
            let id = guest.id.to_string();
            let report = participants
                .flatten()
                .find(|report| report["participant"] == id.as_str());
            if let Some(report) = report.filter(|report| so(report)) {
                return report.clone();
            }
        }
    };
    soon(what, reading).await
}

/// One of a list whose field is so.
fn with<'a>(list: &'a Value, field: &str, value: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|entry| entry[field] == value)
}

fn positive(value: &Value) -> bool {
    value.as_f64().is_some_and(|value| value > 0.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_peer_sends_and_is_sent_is_reported() {
    let house = house(None).await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    a.sees_and_hears(b.id, 20).await;
    b.sees_and_hears(a.id, 20).await;
    let report = report_is("a whole report", &house, &a, |report| {
        let camera = with(&report["tracks_in"], "source", "camera");
        let shows_b = with(&report["slots"], "publisher", &b.id.to_string());
        camera.is_some_and(|camera| camera["layers"].as_array().map(Vec::len) == Some(3))
            && shows_b.is_some_and(|slot| slot["layer_sent"].is_string())
            && positive(&report["bitrate_in_bps"])
            && positive(&report["bitrate_out_bps"])
    })
    .await;
    assert!(report["srtp"].as_str().unwrap().starts_with("SRTP_"));
    assert!(report["loss_out"].as_f64().unwrap() < 0.01, "{report}");
    let microphone = with(&report["tracks_in"], "source", "microphone").unwrap();
    assert_eq!(microphone["layers"][0]["layer"], Value::Null);
    assert!(positive(&microphone["layers"][0]["packets"]), "{report}");
    let text = read(&house, "/metrics").await;
    let moved = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().parse::<f64>().unwrap() > 0.0
    };
    for series in [
        "zoom_media_peer_bytes_total{direction=\"in\",thread=\"0\"}",
        "zoom_media_peer_bytes_total{direction=\"out\",thread=\"0\"}",
        "zoom_media_packets_total{direction=\"in\",thread=\"0\"}",
        "zoom_media_packets_total{direction=\"out\",thread=\"0\"}",
        "zoom_media_key_frames_asked_total{thread=\"0\"}",
    ] {
        assert!(moved(series), "{series}\n{text}");
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_that_the_upload_has_no_room_for_are_paused_and_sound_goes_on() {
    // Two voices of 50 packets a second fit; the smallest picture beside them does not.
    let house = house(Some(200_000)).await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    for (guest, other) in [(&a, &b), (&b, &a)] {
        guest
            .room_is("a paused picture", |room| {
                let shows = |slot| room.slots.get(slot) == Some(&Some(other.id));
                room.paused.iter().any(shows)
            })
            .await;
        let heard = guest.peer.report().frames_heard_of(other.id);
        guest
            .media_is("sound", |report| {
                report.frames_heard_of(other.id) > heard + 50
            })
            .await;
    }
    report_is("the reason", &house, &a, |report| {
        let slot = with(&report["slots"], "publisher", &b.id.to_string());
        slot.is_some_and(|slot| slot["reason"] == "upload_limit" && slot["layer_sent"].is_null())
    })
    .await;
    // Nobody looks any more: nothing is held back, and the slot is free for the next one.
    a.look(b.id, false);
    a.room_is("no pause", |room| room.paused.is_empty()).await;
    house.stop().await;
}
