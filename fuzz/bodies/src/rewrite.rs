//! The numbers that a participant's packets bring, made into those of one stream of a subscriber.
//!
//! The first two bytes choose picture or sound, and a seed; the rest are steps (see `steps`).

use zoom_sfu::fuzzing::Rewriting;

use crate::steps::Steps;

/// Extended sequence numbers have 48 bits (RFC 3711 section 3.3.1).
const INDEX_BITS: u64 = (1 << 48) - 1;
/// Milliseconds by which a step lets time go on at most.
const LONGEST_MS: i64 = 20_000;

/// Gives packets their numbers.
///
/// # Panics
///
/// Where two packets of a stay get numbers of another distance than their own, or a stay gets
/// numbers that were sent before it.
pub fn run(data: &[u8]) {
    let Some((&[kind, seed], steps)) = data.split_first_chunk() else {
        return;
    };
    let mut stream = Rewriting::new(kind & 1 == 0, u32::from(seed) << 8);
    let mut now_us = 1_i64;
    let mut highest = 0;
    let mut begin = None;
    for (kind, content) in Steps(steps).take(256) {
        match kind % 8 {
            0 => {
                let Some((index, timestamp)) = two(content) else {
                    continue;
                };
                if let Some((first_in, first_out)) = begin {
                    let out = stream.sequence(index);
                    let expected = index.checked_sub(first_in).map(|step| first_out + step);
                    assert_eq!(out, expected, "of {index}");
                    highest = highest.max(out.unwrap_or_default());
                }
                stream.place(timestamp, now_us);
            }
            1 => {
                let index = number(content) & INDEX_BITS;
                stream.start(index, kind & 8 != 0);
                let out = stream.sequence(index);
                assert!(out.is_some_and(|out| out > highest), "{out:?}");
                highest = out.unwrap_or_default();
                begin = Some((index, highest));
            }
            2 => {
                let (publisher_us, timestamp) = content.split_at(content.len().min(8));
                stream.report(
                    number(publisher_us).cast_signed(),
                    number(timestamp) as u32,
                    now_us,
                );
            }
            3 => {
                let mut payload = content.to_vec();
                let begins = stream.picture(&mut payload);
                assert_eq!(payload.len(), content.len());
                // Other numbers make it no other kind of payload.
                let mut other = Rewriting::new(true, 1);
                assert_eq!(other.picture(&mut payload), begins);
            }
            4 => now_us += (number(content).cast_signed() % LONGEST_MS).abs() * 1_000,
            _ => now_us += 20_000,
        }
    }
}

/// An index and a timestamp.
fn two(content: &[u8]) -> Option<(u64, u32)> {
    let (index, timestamp) = content.split_at_checked(content.len().checked_sub(4)?)?;
    Some((number(index) & INDEX_BITS, number(timestamp) as u32))
}

/// The last eight bytes, big-endian.
fn number(content: &[u8]) -> u64 {
    content
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
