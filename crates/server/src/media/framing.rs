//! Datagrams over TCP (RFC 4571): each is preceded by its length in two bytes, big-endian.

use std::io::{self, Read};

/// The bytes of a frame's length.
pub(super) const PREFIX: usize = 2;

/// What one read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// Bytes; there may be more.
    Bytes,
    /// Nothing just then.
    Empty,
    /// The other side sends nothing any more.
    Closed,
}

/// Takes a byte stream apart into frames. Holds at most one frame and one read's worth of bytes.
#[derive(Debug, Default)]
pub(super) struct FrameReader {
    buffer: Vec<u8>,
    start: usize,
}

/// What is read at once.
const CHUNK: usize = 16 * 1024;

impl FrameReader {
    /// Reads once.
    pub(super) fn fill(&mut self, source: &mut impl Read) -> io::Result<Fill> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + CHUNK, 0);
        let read = loop {
            match source.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer
            .truncate(filled + read.as_ref().copied().unwrap_or(0));
        match read {
            Ok(0) => Ok(Fill::Closed),
            Ok(_) => Ok(Fill::Bytes),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Fill::Empty),
            Err(error) => Err(error),
        }
    }

    /// The next whole frame, without its length; empty frames are allowed.
    pub(super) fn next_frame(&mut self) -> Option<&[u8]> {
        let rest = self.buffer.get(self.start..)?;
        let length = frame_length(rest)?;
        let end = PREFIX + length;
        if rest.len() < end {
            return None;
        }
        let from = self.start;
        self.start += end;
        self.buffer.get(from + PREFIX..from + end)
    }

    /// The next whole frame, left where it is.
    pub(super) fn peek_frame(&self) -> Option<&[u8]> {
        let rest = self.buffer.get(self.start..)?;
        let length = frame_length(rest)?;
        rest.get(PREFIX..PREFIX + length)
    }

    /// The length that the frame in the making announces.
    pub(super) fn announced(&self) -> Option<usize> {
        frame_length(self.buffer.get(self.start..)?)
    }
}

fn frame_length(bytes: &[u8]) -> Option<usize> {
    let prefix = bytes.first_chunk::<PREFIX>()?;
    Some(usize::from(u16::from_be_bytes(*prefix)))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    /// Gives one byte a read, then nothing.
    struct Drip(VecDeque<u8>);

    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(byte) = self.0.pop_front() else {
                return Err(io::ErrorKind::WouldBlock.into());
            };
            buffer[0] = byte;
            Ok(1)
        }
    }

    #[test]
    fn frames_come_out_whole_however_the_bytes_come() {
        let mut drip = Drip([0, 3, 1, 2, 3, 0, 0, 0, 1, 9].into());
        let mut reader = FrameReader::default();
        let mut frames = Vec::new();
        while reader.fill(&mut drip).unwrap() == Fill::Bytes {
            while let Some(frame) = reader.next_frame() {
                frames.push(frame.to_vec());
            }
        }
        assert_eq!(frames, [vec![1, 2, 3], vec![], vec![9]]);
    }

    #[test]
    fn a_peeked_frame_is_still_there() {
        let mut reader = FrameReader::default();
        reader.fill(&mut &[0, 1, 7, 0][..]).unwrap();
        assert_eq!(reader.peek_frame(), Some(&[7][..]));
        assert_eq!(reader.announced(), Some(1));
        assert_eq!(reader.next_frame(), Some(&[7][..]));
        assert_eq!(reader.next_frame(), None);
        assert_eq!(reader.announced(), None);
    }

    #[test]
    fn the_end_of_the_stream_is_noticed() {
        let mut reader = FrameReader::default();
        assert_eq!(reader.fill(&mut io::empty()).unwrap(), Fill::Closed);
    }

    /// Gives its pieces one a read.
    struct Pieces<'a>(std::slice::ChunksExact<'a, u8>);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = match self.0.next() {
                Some(piece) => piece,
                None => std::mem::replace(&mut self.0, [].chunks_exact(1)).remainder(),
            };
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in(
            frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..20),
            piece in 1_usize..900,
        ) {
            let stream: Vec<u8> = frames
                .iter()
                .flat_map(|frame| [&(frame.len() as u16).to_be_bytes(), frame.as_slice()].concat())
                .collect();
            let mut source = Pieces(stream.chunks_exact(piece));
            let mut reader = FrameReader::default();
            let mut out = Vec::new();
            while reader.fill(&mut source).unwrap() == Fill::Bytes {
                while let Some(frame) = reader.next_frame() {
                    out.push(frame.to_vec());
                }
            }
            prop_assert_eq!(out, frames);
        }

        #[test]
        fn any_stream_comes_apart_into_frames_and_a_rest(stream: Vec<u8>, piece in 1_usize..50) {
            let mut source = Pieces(stream.chunks_exact(piece));
            let mut reader = FrameReader::default();
            let mut taken = 0;
            while reader.fill(&mut source).unwrap() == Fill::Bytes {
                while let Some(length) = reader.peek_frame().map(<[u8]>::len) {
                    prop_assert_eq!(reader.announced(), Some(length));
                    prop_assert_eq!(reader.next_frame().map(<[u8]>::len), Some(length));
                    taken += PREFIX + length;
                }
            }
            prop_assert!(taken <= stream.len());
            let rest = reader.announced().map(|length| PREFIX + length);
            prop_assert!(rest.is_none_or(|length| length > stream.len() - taken));
        }
    }
}
