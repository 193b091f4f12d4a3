//! Sizes of files as people write them: `100M`, `2G`.

/// What a unit letter stands for, the largest first. Sizes of files count in 1024s.
const UNITS: [(char, u64); 4] = [
    ('T', 1 << 40),
    ('G', 1 << 30),
    ('M', 1 << 20),
    ('k', 1 << 10),
];

/// Reads bytes: a whole number, and `k`, `M`, `G` or `T` behind it.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, letter)) if letter.is_ascii_alphabetic() => {
            let named = |unit: &&(char, u64)| unit.0.eq_ignore_ascii_case(&letter);
            (&text[..at], UNITS.iter().find(named)?.1)
        }
        _ => (text, 1),
    };
    let number = number.trim_end();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| number.parse::<u64>().ok())??
        .checked_mul(unit)
}

/// Bytes as [`parse`] reads them, as short as they are exact.
pub(crate) fn write(bytes: u64) -> String {
    let fits = |(_, unit): &&(char, u64)| bytes >= *unit && bytes.is_multiple_of(*unit);
    match UNITS.iter().find(fits) {
        Some((letter, unit)) => format!("{}{letter}", bytes / unit),
        None => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_whole_numbers_with_a_unit() {
        for (text, bytes) in [
            ("100M", 100 << 20),
            ("2g", 2 << 30),
            ("1 k", 1024),
            ("1T", 1 << 40),
            ("1000", 1000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Some(bytes), "{text}");
        }
        for text in [
            "",
            "M",
            "-1M",
            "1.5M",
            "1e6",
            "10MB",
            "1 0M",
            "99999999999999999999",
            "99999999T",
            "삼",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        for (bytes, text) in [
            (100 << 20, "100M"),
            (10 << 30, "10G"),
            (1025, "1025"),
            (1536 << 20, "1536M"),
        ] {
            assert_eq!(write(bytes), text);
            assert_eq!(parse(text), Some(bytes));
        }
    }
}
