//! What was taken away leaves the files.
//!
//! SQLite overwrites what is deleted (`secure_delete`). But where it moves rows from a page to its
//! neighbour, their old bytes stay behind in the part of the page that has no rows (section 1.6 of
//! its file format calls it unallocated), and nothing overwrites them when the rows are deleted
//! later. So that part is filled with zeros in every page that a checkpoint has brought from the log
//! into the database. Nobody reads it: it may be written while others read the page.
//!
//! Every page that a checkpoint brings over is noted, and cleared before the log is next cut off for
//! something that was taken away: most pages come many times before that. A crash loses the notes,
//! and leaves a log that is not empty: then all pages are noted.

use std::{fs::File, io, ops::Range, path::PathBuf, sync::Arc};

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
    /// Which pages are to be cleared: a bit for each, in the order of their numbers.
    noted: Vec<u64>,
    /// How many pages are noted.
    count: u32,
    /// Whether something was cleared since the last sync.
    unsynced: bool,
}

impl Scrubber {
    pub(crate) fn new(database: Arc<File>, log: PathBuf) -> Self {
        Self {
            database,
            log,
            noted: Vec::new(),
            count: 0,
            unsynced: false,
        }
    }

    /// How many pages are to be cleared.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Notes every page that there is.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn note_all(&mut self) -> io::Result<()> {
        let bytes = self.database.metadata()?.len();
        if bytes > 0 {
            let pages = bytes / self.page_bytes()? as u64;
            for number in 1..=u32::try_from(pages).unwrap_or(MOST_PAGES) {
                self.note(number);
            }
        }
        Ok(())
    }

    /// Notes the pages that the first `frames` frames of the log have; all of them have to be in
    /// the database (section 4.1 of SQLite's file format).
    ///
    /// # Errors
    /// What the system says; it may be done again.
    pub(crate) fn note_log(&mut self, frames: u32) -> io::Result<()> {
        if frames == 0 {
            return Ok(());
        }
        let log = File::open(&self.log)?;
        let page_bytes = self.page_bytes()?;
        let mut header = [0; LOG_HEADER];
        read_at(&log, &mut header, 0)?;
        let mut frame = [0; FRAME_HEADER];
        for index in 0..u64::from(frames) {
            let place = LOG_HEADER as u64 + index * (FRAME_HEADER + page_bytes) as u64;
            read_at(&log, &mut frame, place)?;
            // The salt says that it is of this log and not of one before.
            if frame[8..16] != header[16..24] {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.note(number(&frame, 0));
        }
        Ok(())
    }

    fn note(&mut self, page: u32) {
        if page == 0 || page >= MOST_PAGES {
            return;
        }
        let (place, bit) = (page as usize / 64, 1 << (page % 64));
        if self.noted.len() <= place {
            self.noted.resize(place + 1, 0);
        }
        if let Some(word) = self.noted.get_mut(place)
            && *word & bit == 0
        {
            *word |= bit;
            self.count += 1;
        }
    }

    /// Clears pages that are noted, at least `least` of them if there are so many.
    ///
    /// # Errors
    /// What the system says; it may be done again.
    pub(crate) fn scrub(&mut self, least: u32) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let mut page = vec![0; self.page_bytes()?];
        let until = self.count.saturating_sub(least);
        while self.count > until
            && let Some(word) = self.noted.last().copied()
        {
            let first = (self.noted.len() as u32 - 1) * 64;
            for bit in (0..64).filter(|bit| word >> bit & 1 == 1) {
                self.unsynced |= self.clear(first + bit, &mut page)?;
            }
            self.noted.pop();
            self.count -= word.count_ones();
        }
        Ok(())
    }

    /// Makes what was cleared last through a loss of power.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if self.unsynced {
            self.database.sync_data()?;
            self.unsynced = false;
        }
        Ok(())
    }

    /// Clears one page; whether there was something.
    fn clear(&self, number: u32, page: &mut [u8]) -> io::Result<bool> {
        let start = u64::from(number - 1) * page.len() as u64;
        match read_at(&self.database, page, start) {
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
        write_at(&self.database, bytes, start + gap.start as u64)?;
        Ok(true)
    }

    /// The size of a page (section 1.3.2 of SQLite's file format).
    fn page_bytes(&self) -> io::Result<usize> {
        let mut size = [0; 2];
        read_at(&self.database, &mut size, 16)?;
        match u16::from_be_bytes(size) {
            1 => Ok(LARGEST),
            size if size.is_power_of_two() && size >= 512 => Ok(size.into()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, place)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, place)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], place: u64) -> io::Result<()> {
    io::Seek::seek(&mut file, io::SeekFrom::Start(place))?;
    io::Read::read_exact(&mut file, bytes)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], place: u64) -> io::Result<()> {
    io::Seek::seek(&mut file, io::SeekFrom::Start(place))?;
    io::Write::write_all(&mut file, bytes)
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
