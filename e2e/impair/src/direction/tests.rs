//! A direction does to frames what its conditions say, in virtual time.

use super::*;
use crate::conditions::Burst;

const FRAME_BYTES: usize = 1_250;

/// Sends a frame every `every_ms`, and returns when each arrived, by its number.
fn arrivals(direction: &mut Direction, frames: u32, every_ms: u64) -> Vec<(u32, Duration)> {
    let start = Instant::now();
    let mut arrived = Vec::new();
    let mut take = |direction: &mut Direction, now| {
        while let Some(frame) = direction.poll(now) {
            let number = frame.first_chunk().copied().map(u32::from_be_bytes);
            arrived.push((number.unwrap_or_default(), now - start));
        }
    };
    for number in 0..frames {
        let now = start + Duration::from_millis(every_ms) * number;
        while let Some(due) = direction.next_due().filter(|due| *due < now) {
            take(direction, due);
        }
        let mut frame = [0; FRAME_BYTES];
        frame[..4].copy_from_slice(&number.to_be_bytes());
        direction.push(now, &frame);
        take(direction, now);
    }
    while let Some(due) = direction.next_due() {
        take(direction, due);
    }
    arrived
}

fn direction(conditions: Conditions) -> Direction {
    let mut direction = Direction::new(Random::new(1));
    direction.set(conditions);
    direction
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn a_cable_passes_everything_at_once() {
    let mut cable = direction(Conditions::default());
    let expected: Vec<_> = (0..100).map(|number| (number, ms(number.into()))).collect();
    assert_eq!(arrivals(&mut cable, 100, 1), expected);
}

#[test]
fn jitter_delays_by_up_to_as_much_and_keeps_the_order() {
    let mut far = direction(Conditions {
        delay_ms: 50.0,
        jitter_ms: 30.0,
        ..Conditions::default()
    });
    let arrived = arrivals(&mut far, 1_000, 10);
    let delays = arrived
        .iter()
        .map(|(number, at)| *at - ms(10) * *number)
        .collect::<Vec<_>>();
    assert!(arrived.is_sorted());
    assert!(delays.iter().all(|delay| (ms(50)..ms(80)).contains(delay)));
    assert!(delays.iter().any(|delay| *delay < ms(55)));
    assert!(delays.iter().any(|delay| *delay > ms(75)));
}

#[test]
fn loss_takes_its_share_and_is_counted() {
    let mut lossy = direction(Conditions {
        loss: 0.05,
        ..Conditions::default()
    });
    let arrived = arrivals(&mut lossy, 20_000, 1).len() as u64;
    assert!((18_800..19_200).contains(&arrived), "{arrived}");
    assert_eq!(lossy.counters.frames_lost, 20_000 - arrived);
    assert_eq!(
        lossy.counters.bytes_lost,
        (20_000 - arrived) * FRAME_BYTES as u64
    );
}

#[test]
fn bursts_are_as_frequent_and_as_long_as_said() {
    let mut bursty = direction(Conditions {
        burst: Some(Burst {
            enter: 0.02,
            leave: 0.2,
            loss: 1.0,
        }),
        ..Conditions::default()
    });
    let arrived = arrivals(&mut bursty, 50_000, 1);
    let gaps: Vec<u32> = arrived
        .windows(2)
        .filter_map(|pair| match pair {
            [(before, _), (after, _)] => Some(after - before - 1),
            _ => None,
        })
        .filter(|gap| *gap > 0)
        .collect();
    let lost: u32 = gaps.iter().sum();
    let mean = f64::from(lost) / gaps.len() as f64;
    let share = f64::from(lost) / 50_000.0;
    // The stationary share is enter / (enter + leave).
    assert!((share - 0.0909).abs() < 0.01, "{share}");
    assert!((mean - 5.0).abs() < 0.5, "{mean}");
}

#[test]
fn a_limited_rate_spaces_frames_and_drops_what_its_queue_cannot_hold() {
    // 1,250 bytes at 1,000 kbit/s take 10 ms; they come every 5 ms.
    let mut narrow = direction(Conditions {
        rate_kbit: Some(1_000.0),
        queue_ms: 200.0,
        ..Conditions::default()
    });
    let arrived = arrivals(&mut narrow, 1_000, 5);
    assert!(arrived.windows(2).all(|pair| match pair {
        [(_, before), (_, after)] => *after - *before == ms(10),
        _ => false,
    }));
    let Counters {
        frames_dropped,
        frames_out,
        ..
    } = narrow.counters;
    assert_eq!(frames_out + frames_dropped, 1_000);
    assert!((500..=520).contains(&frames_out), "{frames_out}");
    let waits = narrow.waits.summary();
    assert_eq!((waits.p95_ms, waits.max_ms), (200, 200));
}

#[test]
fn a_rate_that_falls_keeps_what_waits_and_slows_it_down() {
    let mut line = direction(Conditions {
        rate_kbit: Some(1_000.0),
        ..Conditions::default()
    });
    let start = Instant::now();
    for _ in 0..10 {
        line.push(start, &[0; FRAME_BYTES]);
    }
    line.set(Conditions {
        rate_kbit: Some(100.0),
        ..Conditions::default()
    });
    let wait = line.report(start).queue_ms;
    // One at the old rate, nine at the new one.
    assert!((wait - 910.0).abs() < 0.01, "{wait}");
    let mut arrived = Vec::new();
    while let Some(due) = line.next_due() {
        while line.poll(due).is_some() {
            arrived.push(due - start);
        }
    }
    assert_eq!(arrived.first(), Some(&ms(10)));
    assert_eq!(arrived.last(), Some(&ms(910)));
    assert_eq!(line.report(start + ms(910)).queue_bytes, 0);
}

#[test]
fn what_is_held_back_is_overtaken() {
    let mut mixed = direction(Conditions {
        delay_ms: 10.0,
        reorder: 0.1,
        reorder_ms: 25.0,
        ..Conditions::default()
    });
    let arrived = arrivals(&mut mixed, 1_000, 10);
    assert_eq!(arrived.len(), 1_000);
    let late = arrived
        .iter()
        .filter(|(number, at)| *at - ms(10) * *number == ms(35))
        .count() as u64;
    assert_eq!(late, mixed.counters.frames_reordered);
    assert!((70..130).contains(&late), "{late}");
    assert!(!arrived.iter().map(|(number, _)| number).is_sorted());
}

#[test]
fn what_is_doubled_arrives_twice() {
    let mut doubled = direction(Conditions {
        duplicate: 0.1,
        ..Conditions::default()
    });
    let arrived = arrivals(&mut doubled, 1_000, 1).len() as u64;
    assert_eq!(arrived, 1_000 + doubled.counters.frames_duplicated);
    assert!((1_070..1_130).contains(&arrived), "{arrived}");
}
