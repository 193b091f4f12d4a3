//! Bit rates as people write them: `20M`, `1.5M`, `800k`.

/// What a unit letter stands for, the largest first. Rates of networks count in thousands.
const UNITS: [(char, u64); 3] = [('G', 1_000_000_000), ('M', 1_000_000), ('k', 1_000)];

/// Reads bits per second: a number, with a fraction where a unit follows, and `k`, `M` or `G`.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, letter)) if letter.is_ascii_alphabetic() => {
            let named = |unit: &&(char, u64)| unit.0.eq_ignore_ascii_case(&letter);
            (&text[..at], UNITS.iter().find(named)?.1)
        }
        _ => (text, 1),
    };
    let (whole, fraction) = number
        .trim_end()
        .split_once('.')
        .unwrap_or((number.trim_end(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut part = 0;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        let digit = u64::from(digit - b'0');
        if digit > 0 && place == 0 {
            // Less than a bit.
            return None;
        }
        part += digit * place;
    }
    whole.checked_add(part)
}

/// Bits per second as [`parse`] reads them, as short as they are exact.
pub(crate) fn write(bps: u64) -> String {
    for (letter, unit) in UNITS {
        if bps >= unit && bps.is_multiple_of(unit / 1_000) {
            let thousandths = bps / (unit / 1_000);
            let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
            let short = text.trim_end_matches('0').trim_end_matches('.');
            return format!("{short}{letter}");
        }
    }
    bps.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_thousands_and_fractions_are_exact() {
        for (text, bps) in [
            ("20M", 20_000_000),
            ("20m", 20_000_000),
            ("1.5 M", 1_500_000),
            ("800k", 800_000),
            ("0.25G", 250_000_000),
            ("1.001k", 1_001),
            ("123456", 123_456),
        ] {
            assert_eq!(parse(text), Some(bps), "{text}");
        }
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for text in [
            "",
            "M",
            "-1M",
            "1e6",
            "20Mbit",
            "1.M",
            ".5M",
            "1,5M",
            "1.0001k",
            "1.5",
            "20MM",
            "99999999999999999999",
            "99999999999999G",
            "20T",
            "삼",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        for (bps, text) in [
            (20_000_000, "20M"),
            (1_500_000, "1.5M"),
            (800_000, "800k"),
            (1_000_000_000, "1G"),
            (123_456, "123.456k"),
            (1_234_567, "1234.567k"),
            (999, "999"),
        ] {
            assert_eq!(write(bps), text);
            assert_eq!(parse(text), Some(bps));
        }
    }
}
