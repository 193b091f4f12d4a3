//! Redundant sound (RFC 2198): a packet that repeats earlier ones, so that a receiver which lost
//! one has it with the next.

/// Earlier packets that one packet repeats at most; browsers repeat one or two.
pub(crate) const MOST: usize = 4;

/// The largest timestamp offset and length that a header can tell (14 and 10 bits).
const MOST_OFFSET: u32 = (1 << 14) - 1;
const MOST_LENGTH: usize = (1 << 10) - 1;

/// An earlier packet in a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Earlier {
    /// How much smaller its timestamp is.
    pub(crate) offset: u32,
    /// Where in the payload it begins and ends.
    pub(crate) begin: usize,
    pub(crate) end: usize,
}

/// What a payload holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Red {
    earlier: [Earlier; MOST],
    count: usize,
    /// Where the packet itself begins.
    pub(crate) primary: usize,
}

impl Red {
    /// Reads a payload; `None` where it is cut off or repeats too much.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let mut red = Self {
            earlier: [Earlier::default(); MOST],
            count: 0,
            primary: 0,
        };
        let mut rest = payload;
        while let [first, tail @ ..] = rest
            && first & 0x80 != 0
        {
            let [high, middle, low, after @ ..] = tail else {
                return None;
            };
            let word = u32::from_be_bytes([0, *high, *middle, *low]);
            let entry = red.earlier.get_mut(red.count)?;
            entry.offset = word >> 10;
            entry.end = (word & MOST_LENGTH as u32) as usize;
            red.count += 1;
            rest = after;
        }
        let (_, blocks) = rest.split_first()?;
        let mut begin = payload.len() - blocks.len();
        for entry in red.earlier.iter_mut().take(red.count) {
            entry.begin = begin;
            begin += entry.end;
            entry.end = begin;
        }
        red.primary = begin;
        (begin <= payload.len()).then_some(red)
    }

    /// The earlier packets, the earliest first.
    pub(crate) fn earlier(&self) -> &[Earlier] {
        self.earlier.get(..self.count).unwrap_or_default()
    }
}

/// Whether a packet can be repeated by one whose timestamp is larger by `offset`.
pub(crate) fn can_repeat(offset: u32, earlier: &[u8]) -> bool {
    (1..=MOST_OFFSET).contains(&offset) && (1..=MOST_LENGTH).contains(&earlier.len())
}

/// Writes all of a payload but the packet itself, which follows: `earlier` is repeated, whose
/// timestamp is smaller by `offset`, and both are of `payload_type`.
pub(crate) fn write(to: &mut Vec<u8>, payload_type: u8, offset: u32, earlier: &[u8]) {
    let word = offset.min(MOST_OFFSET) << 10 | earlier.len().min(MOST_LENGTH) as u32;
    let [_, high, middle, low] = word.to_be_bytes();
    to.extend_from_slice(&[payload_type | 0x80, high, middle, low, payload_type]);
    to.extend_from_slice(earlier);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_header_cannot_tell_is_not_repeated() {
        assert!(can_repeat(960, b"x"));
        assert!(!can_repeat(0, b"x"));
        assert!(!can_repeat(1 << 14, b"x"));
        assert!(!can_repeat(960, &[0; 1_024]));
    }

    #[test]
    fn a_payload_without_redundancy_is_its_packet() {
        let red = Red::read(&[111, 1, 2]).unwrap();
        assert_eq!((red.earlier(), red.primary), (&[][..], 1));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            offset in 1_u32..1 << 14,
            earlier in prop::collection::vec(any::<u8>(), 0..1_024),
            primary: Vec<u8>,
        ) {
            let mut payload = Vec::new();
            write(&mut payload, 111, offset, &earlier);
            payload.extend(&primary);
            let red = Red::read(&payload).unwrap();
            let [block] = red.earlier() else { panic!("one block") };
            prop_assert_eq!(block.offset, offset);
            prop_assert_eq!(&payload[block.begin..block.end], &earlier[..]);
            prop_assert_eq!(&payload[red.primary..], &primary[..]);
        }

        #[test]
        fn no_payload_makes_the_reader_panic(payload: Vec<u8>) {
            if let Some(red) = Red::read(&payload) {
                prop_assert!(red.primary <= payload.len());
                for block in red.earlier() {
                    prop_assert!(payload.get(block.begin..block.end).is_some());
                }
            }
        }
    }
}
