//! Finding messages: an index of parts of words, and what is asked of it.

mod find;
mod grams;
mod index;
mod keep;

pub(crate) use find::{FindLimits, find};
pub(crate) use index::{FIRST, Indexed, SCHEMA, put};
pub(crate) use keep::{fill, index, unindex, unindex_before};
