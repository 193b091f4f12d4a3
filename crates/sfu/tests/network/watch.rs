//! What a person sees of a slot: the frames that could be shown, and for how long the picture stood
//! still.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use crate::media::{Label, Received};

/// How much later than its capture a frame is shown at the earliest: a browser's jitter buffer has
/// grown to this where repairs take 100 ms.
const BUFFER: Duration = Duration::from_millis(250);
/// Between two shown frames, above which the picture stands still.
const STILL: Duration = Duration::from_millis(200);

/// A frame that was shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) at: Duration,
    pub(crate) label: Label,
}

/// The frames that a browser could show of what came in a slot, which does not wait for what comes
/// too late to be shown in order.
pub(crate) fn shown(packets: &[Received]) -> Vec<Shown> {
    // By the first packet's number.
    let mut frames: BTreeMap<u64, Vec<&Received>> = BTreeMap::new();
    for packet in packets {
        let first = packet.seq - u64::from(packet.label.part);
        frames.entry(first).or_default().push(packet);
    }
    let mut shown: Vec<Shown> = Vec::new();
    for parts in frames.values() {
        let label = parts[0].label;
        if parts.len() < usize::from(label.parts) {
            continue;
        }
        let last = shown.last();
        let follows = last.is_some_and(|last| {
            let before = last.label;
            (before.publisher, before.layer, before.frame + 1)
                == (label.publisher, label.layer, label.frame)
        });
        if !label.key && !follows {
            continue;
        }
        let complete = parts.iter().map(|packet| packet.at).max().unwrap();
        let at = complete.max(label.captured + BUFFER);
        let at = last.map_or(at, |last| at.max(last.at));
        shown.push(Shown { at, label });
    }
    shown
}

/// Whether the newest frames that came cannot be shown, so that a browser asks for a key frame.
pub(crate) fn is_stuck(packets: &[Received]) -> bool {
    let Some(newest) = packets.iter().map(|packet| packet.at).max() else {
        return false;
    };
    let Some(last) = shown(packets).last().copied() else {
        return true;
    };
    let later = packets
        .iter()
        .filter(|packet| packet.label.captured > last.label.captured);
    let waits = later.map(|packet| packet.at).min();
    waits.is_some_and(|since| newest - since > Duration::from_millis(500))
}

/// The times between the frames that were shown in a time.
fn gaps(shown: &[Shown], from: Duration, to: Duration) -> Vec<Duration> {
    let mut times = vec![from];
    let within = shown.iter().map(|frame| frame.at);
    times.extend(within.filter(|at| (from..to).contains(at)));
    times.push(to);
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// How long of a time the picture stood still.
pub(crate) fn frozen(shown: &[Shown], from: Duration, to: Duration) -> Duration {
    gaps(shown, from, to)
        .into_iter()
        .filter(|gap| *gap > STILL)
        .sum()
}

/// The longest that the picture stood still in a time.
pub(crate) fn longest_still(shown: &[Shown], from: Duration, to: Duration) -> Duration {
    gaps(shown, from, to).into_iter().max().unwrap_or_default()
}

/// The longest time without sound.
pub(crate) fn longest_silence(sound: &[Received], from: Duration, to: Duration) -> Duration {
    let mut times = vec![from];
    let came = sound.iter().map(|packet| packet.at);
    times.extend(came.filter(|at| (from..to).contains(at)));
    times.push(to);
    times.sort_unstable();
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().unwrap()
}

/// How many packets of sound are missing among those captured in a time.
pub(crate) fn missing_sound(sound: &[Received], from: Duration, to: Duration) -> usize {
    let captured = sound
        .iter()
        .filter(|packet| (from..to).contains(&packet.label.captured));
    let frames: Vec<u32> = captured.map(|packet| packet.label.frame).collect();
    let (Some(first), Some(last)) = (frames.iter().min(), frames.iter().max()) else {
        return usize::MAX;
    };
    (last - first + 1) as usize - frames.iter().collect::<HashSet<_>>().len()
}

/// Whether anything came twice.
pub(crate) fn doubled(packets: &[Received]) -> bool {
    let mut seen = HashSet::new();
    packets.iter().any(|packet| {
        let Label {
            publisher,
            layer,
            frame,
            part,
            ..
        } = packet.label;
        !seen.insert((publisher, layer, frame, part))
    })
}
