//! What was taken away leaves the files.
//!
//! SQLite overwrites what is deleted (`secure_delete`). But where it moves rows from a page to its
//! neighbour, their old bytes stay behind in the part of the page that has no rows (section 1.6 of
//! its file format calls it unallocated), and nothing overwrites them when the rows are deleted
//! later. So that part is filled with zeros in every page that a checkpoint has brought from the log
//! into the database. Nobody reads it: it may be written while others read the page.
//!
//! It is done after a checkpoint has brought over everything and before the log is cut off. A crash
//! in between leaves the log, and so the same pages to the next checkpoint.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::PathBuf,
    sync::Arc,
};

/// The header of the log, in bytes.
const LOG_HEADER: usize = 32;
/// The header of each page in the log, in bytes.
const FRAME_HEADER: usize = 24;
/// The header of the database, which is before that of its first page, in bytes.
const DATABASE_HEADER: usize = 100;
/// The largest page, in bytes.
const LARGEST: usize = 65_536;
/// From so many pages on the first byte of one that holds no tree may look like one that does: it
/// is that of another page's number.
const MOST_PAGES: u32 = 0x0200_0000;

/// Clears what has no rows.
#[derive(Debug)]
pub(crate) struct Scrubber {
    /// The database. Whoever closes it takes SQLite's own locks on it from this process, so that it
    /// is open as long as any connection is.
    database: Arc<File>,
    log: PathBuf,
}

impl Scrubber {
    pub(crate) fn new(database: Arc<File>, log: PathBuf) -> Self {
        Self { database, log }
    }

    /// Clears the pages that the first `frames` frames of the log have; all of them have to be in
    /// the database. Returns how many were cleared.
    ///
    /// # Errors
    /// What the system says; it may be done again.
    pub(crate) fn scrub(&self, frames: u32) -> io::Result<u32> {
        if frames == 0 {
            return Ok(0);
        }
        let (size, pages) = logged(&mut File::open(&self.log)?, frames)?;
        let mut page = vec![0; size];
        let mut cleared = 0;
        for number in pages.range(1..MOST_PAGES) {
            cleared += u32::from(self.clear(*number, &mut page)?);
        }
        Ok(cleared)
    }

    /// Makes what was cleared last through a loss of power.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.database.sync_data()
    }

    /// Clears one page; whether there was something.
    fn clear(&self, number: u32, page: &mut [u8]) -> io::Result<bool> {
        let mut file = &*self.database;
        let start = u64::from(number - 1) * page.len() as u64;
        file.seek(SeekFrom::Start(start))?;
        match file.read_exact(page) {
            Ok(()) => {}
            // The database has become shorter.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        let Some(gap) = gap(page, number == 1) else {
            return Ok(false);
        };
        let Some(bytes) = page.get_mut(gap.clone()) else {
            return Ok(false);
        };
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(false);
        }
        bytes.fill(0);
        file.seek(SeekFrom::Start(start + gap.start as u64))?;
        file.write_all(bytes)?;
        Ok(true)
    }
}

/// The size of pages and the numbers of those in the first `frames` frames of a log (section 4.1 of
/// SQLite's file format).
fn logged(log: &mut File, frames: u32) -> io::Result<(usize, BTreeSet<u32>)> {
    let mut header = [0; LOG_HEADER];
    log.read_exact(&mut header)?;
    let size = number(&header, 8) as usize;
    if !size.is_power_of_two() || size > LARGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut pages = BTreeSet::new();
    let mut frame = [0; FRAME_HEADER];
    for index in 0..u64::from(frames) {
        let place = LOG_HEADER as u64 + index * (FRAME_HEADER + size) as u64;
        log.seek(SeekFrom::Start(place))?;
        log.read_exact(&mut frame)?;
        // The salt says that it is of this log and not of one before.
        if frame[8..16] != header[16..24] {
            return Err(io::ErrorKind::InvalidData.into());
        }
        pages.insert(number(&frame, 0));
    }
    Ok((size, pages))
}

/// Which part of a page of a tree has no rows (section 1.6 of SQLite's file format); nothing for
/// pages of another kind.
fn gap(page: &[u8], is_first: bool) -> Option<Range<usize>> {
    let header = if is_first { DATABASE_HEADER } else { 0 };
    let pointers = match page.get(header)? {
        2 | 5 => header + 12,
        10 | 13 => header + 8,
        _ => return None,
    };
    let two = |at: usize| {
        let bytes = page.get(at..at + 2)?.try_into().ok()?;
        Some(usize::from(u16::from_be_bytes(bytes)))
    };
    let count = two(header + 3)?;
    let content = match two(header + 5)? {
        0 => LARGEST,
        content => content,
    };
    let start = pointers + 2 * count;
    let fits = |cell: usize| (content..page.len()).contains(&cell);
    let is_tree = start <= content
        && content <= page.len()
        && (0..count).all(|index| two(pointers + 2 * index).is_some_and(fits));
    is_tree.then_some(start..content)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of a tree with two cells of three bytes at its end.
    fn page(kind: u8, header: usize) -> Vec<u8> {
        let mut page = vec![0xaa; 512];
        page[header] = kind;
        page[header + 3..header + 7].copy_from_slice(&[0, 2, 1, 250]);
        let pointers = header + if kind < 8 { 12 } else { 8 };
        page[pointers..pointers + 4].copy_from_slice(&[1, 253, 1, 250]);
        page
    }

    #[test]
    fn the_part_between_pointers_and_cells_has_no_rows() {
        assert_eq!(gap(&page(13, 0), false), Some(12..506));
        assert_eq!(gap(&page(10, 0), false), Some(12..506));
        assert_eq!(gap(&page(5, 0), false), Some(16..506));
        assert_eq!(gap(&page(13, 100), true), Some(112..506));
    }

    #[test]
    fn what_is_no_page_of_a_tree_is_left_alone() {
        assert_eq!(gap(&page(1, 0), false), None, "another kind");
        let mut wrong = page(13, 0);
        wrong[9] = 0;
        assert_eq!(gap(&wrong, false), None, "a cell where there are none");
        let mut wrong = page(13, 0);
        wrong[5..7].copy_from_slice(&[3, 0]);
        assert_eq!(gap(&wrong, false), None, "cells beyond the end");
        assert_eq!(gap(&[13, 0], false), None);
        assert_eq!(gap(&[], true), None);
    }
}
