//! Which part of a file a request asks for (RFC 9110 section 14).

use std::ops::Range;

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes, at least one.
    Bytes(Range<u64>),
    /// None of the bytes asked for is there.
    Unsatisfiable,
}

/// Reads a `Range` header for a file of so many bytes. What cannot be understood, and more ranges
/// than one, are answered with the whole, as section 14.2 allows.
pub(super) fn part(range: Option<&str>, bytes: u64) -> Part {
    range
        .and_then(|range| single(range, bytes))
        .unwrap_or(Part::Whole)
}

fn single(range: &str, bytes: u64) -> Option<Part> {
    let (unit, set) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return None;
    }
    let (first, last) = set.trim().split_once('-')?;
    let range = if first.is_empty() {
        bytes.saturating_sub(number(last)?)..bytes
    } else {
        let first = number(first)?;
        let end = match last {
            "" => bytes,
            last => number(last)?.saturating_add(1).min(bytes),
        };
        if !last.is_empty() && number(last)? < first {
            return None;
        }
        first..end
    };
    Some(if range.is_empty() {
        Part::Unsatisfiable
    } else {
        Part::Bytes(range)
    })
}

/// Digits alone; more than fit are more than any file has.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges_are_cut_to_the_file() {
        for (range, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-499", 0..500),
            ("bytes=500-", 500..1000),
            ("bytes=990-2000", 990..1000),
            ("bytes=-10", 990..1000),
            ("bytes=-5000", 0..1000),
            ("Bytes=7-7", 7..8),
            ("bytes=0-99999999999999999999999", 0..1000),
        ] {
            assert_eq!(part(Some(range), 1000), Part::Bytes(expected), "{range}");
        }
    }

    #[test]
    fn a_range_behind_the_end_cannot_be_satisfied() {
        for range in [
            "bytes=1000-",
            "bytes=1000-1001",
            "bytes=-0",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(part(Some(range), 1000), Part::Unsatisfiable, "{range}");
        }
        assert_eq!(part(Some("bytes=0-"), 0), Part::Unsatisfiable);
        assert_eq!(part(Some("bytes=-1"), 0), Part::Unsatisfiable);
    }

    #[test]
    fn what_is_no_single_range_gets_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=+1-2",
            "bytes=1--2",
            "bytes=1-2-3",
            "bytes=0x1-2",
        ] {
            assert_eq!(part(Some(range), 1000), Part::Whole, "{range}");
        }
        assert_eq!(part(None, 1000), Part::Whole);
    }
}
