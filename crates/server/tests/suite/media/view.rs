//! What is hidden, muted or off is not sent, and is there again at once when it is wanted.

use std::time::Duration;

use tokio::time::Instant;
use zoom_client::media::{Report, StreamReport};
use zoom_protocol::{ParticipantId, Sources};

use super::house::{Guest, House, ON, assert_nothing_lost};
use crate::waiting::until;

/// Within which a tile's video has to stop, and to come back.
const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hidden_tiles_video_stops_within_a_second_and_comes_back_within_a_second() {
    let house = House::start().await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    a.sees_and_hears(b.id, 10).await;

    let hidden = Instant::now();
    a.look(b.id, false);
    let last = quiet_since(|| a.peer.report().frames_seen_of(b.id)).await;
    assert!(last - hidden < SECOND, "stopped after {:?}", last - hidden);
    let heard = a.peer.report().frames_heard_of(b.id);
    a.media_is("the sound to go on", |report| {
        report.frames_heard_of(b.id) > heard + 20
    })
    .await;

    let before = a.peer.report().frames_seen_of(b.id);
    let shown = Instant::now();
    a.look(b.id, true);
    a.media_is("the picture again", |report| {
        report.frames_seen_of(b.id) > before
    })
    .await;
    assert!(shown.elapsed() < SECOND, "came after {:?}", shown.elapsed());
    // It came back with a key frame, in which nothing is torn.
    assert_nothing_lost(&a);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_muted_microphone_is_not_forwarded_whatever_is_sent() {
    let house = House::start().await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    a.sees_and_hears(b.id, 10).await;
    let muted = Sources {
        microphone: false,
        ..ON
    };
    // The room is told; the peer goes on sending.
    b.client.publish(muted).await.unwrap();
    quiet_since(|| a.peer.report().frames_heard_of(b.id)).await;
    let sent = b.peer.report().sent[&zoom_protocol::Source::Microphone].packets;
    b.media_is("the microphone to go on", |report| {
        report.sent[&zoom_protocol::Source::Microphone].packets > sent + 10
    })
    .await;
    let heard = a.peer.report().frames_heard_of(b.id);
    b.client.publish(ON).await.unwrap();
    a.media_is("the sound again", |report| {
        report.frames_heard_of(b.id) > heard + 10
    })
    .await;
    assert_nothing_lost(&a);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_was_off_at_join_comes_on_without_another_offer() {
    let house = House::start().await;
    let a = house.guest("A").await;
    let microphone = Sources {
        camera: false,
        ..ON
    };
    let options = zoom_client::media::MediaOptions::default();
    let b = house.guest_with("B", microphone, options).await;
    a.media_is("sound", |report| report.frames_heard_of(b.id) > 10)
        .await;
    assert_eq!(a.peer.report().frames_seen_of(b.id), 0);
    b.publish(ON).await;
    a.sees_and_hears(b.id, 20).await;
    assert_eq!(house.media.counters().offers, 2);
    assert_nothing_lost(&a);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_screen_and_its_sound_come_in_the_stage() {
    let house = House::start().await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    b.publish(Sources {
        screen: true,
        screen_audio: true,
        ..ON
    })
    .await;
    let stage = "stage-0".parse().unwrap();
    let report = a
        .media_is("a screen", |report| {
            let stage = report.slots.get(&stage);
            stage.is_some_and(|stage| stage.video.frames > 10 && stage.audio.frames > 10)
        })
        .await;
    let last = report.slots[&stage].video.last.unwrap();
    assert_eq!(last.source, zoom_protocol::Source::Screen);
    assert_eq!(last.publisher, b.id);
    assert_nothing_lost(&a);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_and_picture_are_mapped_to_one_clock_before_and_after_a_slot_changes_person() {
    let house = House::start().await;
    let a = house
        .guest_with("A", Sources::default(), one_person())
        .await;
    let options = zoom_client::media::MediaOptions {
        video_lag: Duration::from_millis(300),
        ..Default::default()
    };
    let b = house.guest_with("B", ON, options.clone()).await;
    a.sees_and_hears(b.id, 10).await;
    in_step(&a, b.id).await;
    b.leave().await;
    let c = house.guest_with("C", ON, options).await;
    a.sees_and_hears(c.id, 10).await;
    in_step(&a, c.id).await;
    house.stop().await;
}

/// One person slot alone, so that the second person takes the first one's.
fn one_person() -> zoom_client::media::MediaOptions {
    let mut options = zoom_client::media::MediaOptions::default();
    options.slots.person = 1;
    options
}

/// Waits until the sender reports of sound and of picture map to capture times 20 ms apart at most,
/// which is when the publisher's own reports have come, and sees that it stays so.
async fn in_step(guest: &Guest, with: ParticipantId) {
    let slot = "person-0".parse().unwrap();
    let apart = |report: &Report| {
        let slot = &report.slots[&slot];
        let of = |stream: &StreamReport| {
            let last = stream.last.filter(|last| last.publisher == with);
            last.and(stream.report_offset_us)
        };
        Some((of(&slot.audio)? - of(&slot.video)?).abs())
    };
    let in_step = |report: &Report| apart(report).is_some_and(|apart| apart < 20_000);
    guest.media_is("sender reports in step", in_step).await;
    let until = guest.peer.report().frames_heard_of(with) + 100;
    guest
        .media_is("a hundred packets", |report| {
            assert!(in_step(report), "{:?} microseconds", apart(report));
            report.frames_heard_of(with) >= until
        })
        .await;
    let report = guest.peer.report();
    let slot = &report.slots[&slot];
    let empty = slot.audio.empty_sender_reports + slot.video.empty_sender_reports;
    assert_eq!(empty, 0, "{slot:?}");
}

/// Waits until a count has not risen for as long as several frames take, and tells when it rose
/// last.
async fn quiet_since(mut count: impl FnMut() -> u64) -> Instant {
    let mut known = count();
    let mut risen = Instant::now();
    until("quiet", || {
        let is = count();
        if is != known {
            known = is;
            risen = Instant::now();
        }
        risen.elapsed() > Duration::from_millis(500)
    })
    .await;
    risen
}
