//! Takes the bytes of a fuzzer apart into steps.
//!
//! A step is its kind in one byte, the length of its content in two (little-endian) and the
//! content; where the bytes end early, so does the content. A fuzzer that cuts, copies and joins
//! such inputs mostly makes others of the same form.

/// What is left of an input.
#[derive(Debug)]
pub(crate) struct Steps<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Steps<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[kind, low, high], rest) = self.0.split_first_chunk()?;
        let length = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
        let (content, rest) = rest.split_at(length);
        self.0 = rest;
        Some((kind, content))
    }
}
