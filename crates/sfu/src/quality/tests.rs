//! What reports come to, and how seldom that changes.

use proptest::prelude::*;
use zoom_protocol::{ParticipantId, RoomId, SlotId, SlotKind};

use super::*;
use crate::{LayerReport, SlotReport, TrackReport};

fn quiet() -> MediaReport {
    MediaReport {
        participant: ParticipantId(1),
        room: RoomId(1),
        estimate_bps: Some(5_000_000),
        rtt_ms: Some(20.0),
        loss_out: 0.0,
        bitrate_in_bps: 0,
        bitrate_out_bps: 0,
        srtp: None,
        tracks_in: Vec::new(),
        slots: Vec::new(),
    }
}

fn slot(index: u8, sent: Option<u8>, reason: Option<DowngradeReason>) -> SlotReport {
    SlotReport {
        slot: SlotId {
            kind: SlotKind::Person,
            index,
        },
        publisher: ParticipantId(2),
        layer_wanted: Some(1),
        layer_sent: sent,
        bitrate_bps: 0,
        retransmitted: 0,
        reason,
    }
}

fn track(source: Source, packets: u64, lost: u64, nacked: u64) -> TrackReport {
    TrackReport {
        source,
        layers: vec![LayerReport {
            layer: 2,
            bitrate_bps: 0,
            packets,
            lost,
            jitter_ms: None,
            nacked,
            keys_asked: 0,
        }],
    }
}

fn quality(
    level: QualityLevel,
    reason: QualityReason,
    direction: Option<QualityDirection>,
) -> Quality {
    Quality {
        level,
        reason,
        direction,
    }
}

fn at_once(report: &MediaReport) -> Quality {
    assess(report, Sent::until(report))
}

#[test]
fn nothing_amiss_is_good() {
    assert_eq!(at_once(&quiet()), GOOD);
}

#[test]
fn loss_is_told_with_its_direction() {
    let down = MediaReport {
        loss_out: 0.05,
        ..quiet()
    };
    let expected = |level, direction| quality(level, QualityReason::Loss, Some(direction));
    assert_eq!(
        at_once(&down),
        expected(QualityLevel::Fair, QualityDirection::Down)
    );
    for (track, level) in [
        (track(Source::Microphone, 95, 5, 0), QualityLevel::Fair),
        (track(Source::Camera, 400, 0, 80), QualityLevel::Poor),
    ] {
        let up = MediaReport {
            tracks_in: vec![track],
            ..quiet()
        };
        assert_eq!(at_once(&up), expected(level, QualityDirection::Up));
    }
}

#[test]
fn a_handful_of_packets_says_nothing() {
    let report = MediaReport {
        tracks_in: vec![track(Source::Microphone, 10, 5, 0)],
        ..quiet()
    };
    assert_eq!(at_once(&report), GOOD);
}

#[test]
fn only_what_was_lost_since_the_report_before_counts() {
    let mut meter = Meter::default();
    let report = MediaReport {
        tracks_in: vec![track(Source::Microphone, 80, 20, 0)],
        ..quiet()
    };
    assert_eq!(meter.take(&report), None);
    let later = MediaReport {
        tracks_in: vec![track(Source::Microphone, 180, 20, 0)],
        ..quiet()
    };
    assert_eq!(meter.take(&later), Some(GOOD));
}

#[test]
fn a_long_round_trip_has_no_direction() {
    let report = MediaReport {
        rtt_ms: Some(700.0),
        ..quiet()
    };
    assert_eq!(
        at_once(&report),
        quality(QualityLevel::Poor, QualityReason::Delay, None)
    );
}

#[test]
fn a_narrow_way_is_fair_while_pictures_are_small_and_poor_when_they_pause() {
    let with = |estimate_bps, sent: [Option<u8>; 2]| {
        let capacity = Some(DowngradeReason::Capacity);
        at_once(&MediaReport {
            estimate_bps: Some(estimate_bps),
            slots: vec![slot(0, sent[0], capacity), slot(1, sent[1], capacity)],
            ..quiet()
        })
        .level
    };
    assert_eq!(with(500_000, [Some(0), Some(0)]), QualityLevel::Fair);
    assert_eq!(with(300_000, [Some(0), None]), QualityLevel::Poor);
    assert_eq!(with(100_000, [Some(0), Some(0)]), QualityLevel::Poor);
    // A wide way on which a wall of pictures is a little smaller.
    assert_eq!(with(8_000_000, [Some(0), Some(0)]), QualityLevel::Good);
}

#[test]
fn what_is_not_the_ways_fault_is_not_told_as_such() {
    for reason in [
        DowngradeReason::UploadLimit,
        DowngradeReason::Hidden,
        DowngradeReason::NotPublished,
    ] {
        let report = MediaReport {
            estimate_bps: Some(200_000),
            slots: vec![slot(0, None, Some(reason))],
            ..quiet()
        };
        assert_eq!(at_once(&report), GOOD, "{reason:?}");
    }
}

fn poor() -> Quality {
    quality(
        QualityLevel::Poor,
        QualityReason::Loss,
        Some(QualityDirection::Down),
    )
}

fn fair() -> Quality {
    quality(QualityLevel::Fair, QualityReason::Delay, None)
}

#[test]
fn one_bad_report_is_not_told() {
    let mut meter = Meter::default();
    assert_eq!(meter.steady(GOOD), None);
    assert_eq!(meter.steady(GOOD), Some(GOOD));
    assert_eq!(meter.steady(poor()), None);
    assert_eq!(meter.steady(GOOD), None);
    assert_eq!(meter.steady(poor()), None);
    assert_eq!(meter.steady(poor()), Some(poor()));
}

#[test]
fn what_gets_worse_is_told_as_its_mildest_and_what_gets_better_late() {
    let mut meter = Meter {
        told: Some(GOOD),
        ..Meter::default()
    };
    assert_eq!(meter.steady(fair()), None);
    assert_eq!(meter.steady(poor()), Some(fair()));
    assert_eq!(meter.steady(poor()), None);
    assert_eq!(meter.steady(poor()), Some(poor()));
    for _ in 0..3 {
        assert_eq!(meter.steady(GOOD), None);
    }
    assert_eq!(meter.steady(GOOD), Some(GOOD));
}

proptest! {
    #[test]
    fn it_changes_seldom_and_only_to_something_else(
        levels in prop::collection::vec(0_u8..3, 0..200),
    ) {
        let mut meter = Meter::default();
        let mut told = None;
        let mut since = usize::MAX;
        for level in levels {
            let next = match level {
                0 => GOOD,
                1 => fair(),
                _ => poor(),
            };
            since = since.saturating_add(1);
            if let Some(quality) = meter.steady(next) {
                prop_assert_ne!(Some(quality), told);
                prop_assert!(since >= usize::from(WORSE_REPORTS));
                told = Some(quality);
                since = 0;
            }
        }
    }

    #[test]
    fn what_stays_is_told_in_the_end(before in prop::collection::vec(0_u8..3, 0..50)) {
        let mut meter = Meter::default();
        for level in before {
            meter.steady(if level == 0 { GOOD } else { poor() });
        }
        for _ in 0..BETTER_REPORTS * 2 {
            meter.steady(fair());
        }
        prop_assert_eq!(meter.told, Some(fair()));
    }
}
