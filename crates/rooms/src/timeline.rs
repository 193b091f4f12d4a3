//! The end of a room's timeline, as far as the room has to know it.
//!
//! A page that is read from the store and the events that follow it must fit without a gap and
//! without an entry twice, although the store is ahead of the room and the read takes its time.
//! So the room keeps its last page of entries, and completes with them what was read.

use std::collections::VecDeque;

use zoom_protocol::{Entry, Page};

use crate::PageWanted;

/// The last entries, in order.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// The number of the last entry that everybody was told of.
    last_number: u64,
    tail: VecDeque<Entry>,
    page_entries: usize,
}

impl Timeline {
    pub(crate) fn new(last_number: u64, page_entries: usize) -> Self {
        Self {
            last_number,
            tail: VecDeque::new(),
            page_entries: page_entries.max(1),
        }
    }

    pub(crate) fn last_number(&self) -> u64 {
        self.last_number
    }

    /// How many entries are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.tail.len()
    }

    /// One more entry.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.last_number = self.last_number.max(entry.number);
        if self.tail.len() == self.page_entries {
            self.tail.pop_front();
        }
        self.tail.push_back(entry);
    }

    /// After which number the page of somebody who has the entries up to `after` begins; 0, the
    /// newest page, when they have none, miss more than a page, or have what is not here.
    pub(crate) fn start_for(&self, after: u64) -> u64 {
        match self.last_number.checked_sub(after) {
            Some(missing) if missing <= self.page_entries as u64 => after,
            Some(_) | None => 0,
        }
    }

    /// Whether the page after `start` can be made without the store.
    pub(crate) fn covers(&self, start: u64) -> bool {
        let newest_page = self.last_number.saturating_sub(self.page_entries as u64);
        let first = self.tail.front().map_or(self.last_number + 1, |e| e.number);
        first <= start.max(newest_page) + 1
    }

    /// What to read for the page after `start`: never what the room has yet to tell, of which the
    /// store may have more than a page.
    pub(crate) fn wanted(&self, start: u64) -> PageWanted {
        match start {
            0 => self.older_than(u64::MAX),
            start => PageWanted::After(start),
        }
    }

    /// What to read for the page before a number.
    pub(crate) fn older_than(&self, before: u64) -> PageWanted {
        PageWanted::Before(before.min(self.last_number.saturating_add(1)))
    }

    /// The page after `start` as of this moment, from what was read (nothing, if [`Self::covers`])
    /// and what came since. Never more than one page: the newest.
    pub(crate) fn complete(&self, read: Page, start: u64) -> Page {
        let mut entries = read.entries;
        // The store may have entries that the room has yet to tell.
        entries.retain(|entry| entry.number <= self.last_number);
        let known = entries.last().map_or(start, |entry| entry.number);
        entries.extend(self.tail.iter().filter(|e| e.number > known).cloned());
        let surplus = entries.len().saturating_sub(self.page_entries);
        entries.drain(..surplus);
        let more_before = match entries.first() {
            Some(first) => first.number > 1,
            None => self.last_number > 0,
        };
        Page {
            entries,
            more_before,
            more_after: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zoom_protocol::{EntryBody, ParticipantId, Person};

    use super::*;

    fn entry(number: u64) -> Entry {
        Entry {
            number,
            changed: number,
            time_ms: number,
            thread: None,
            to: None,
            replies: None,
            marks: Vec::new(),
            sender: Person {
                participant: ParticipantId(1),
                author: zoom_protocol::AuthorId(1),
                name: "Kim".parse().unwrap(),
                ordinal: 1,
            },
            client_id: number.to_string().parse().unwrap(),
            body: EntryBody::Message("hi".parse::<zoom_protocol::MessageText>().unwrap().into()),
        }
    }

    /// What a store with the entries 1 to `last` reads.
    fn store(last: u64, wanted: PageWanted, limit: u64) -> Page {
        let range = match wanted {
            PageWanted::Before(before) => {
                let end = last.min(before - 1);
                end.saturating_sub(limit) + 1..=end
            }
            PageWanted::After(after) => after + 1..=last.min(after + limit),
        };
        Page {
            more_before: *range.start() > 1,
            more_after: false,
            entries: range.map(entry).collect(),
        }
    }

    proptest! {
        /// The room opens at `opened` entries, `before` more are told, a page is asked for by
        /// somebody who has `after`, is read when the store is `ahead` of the room, and completed
        /// when `during` more were told.
        #[test]
        fn a_completed_page_ends_with_the_last_told_entry_and_has_no_gap(
            limit in 1_u64..8, opened in 0_u64..20, before in 0_u64..20,
            after in 0_u64..45, ahead in 0_u64..20, during in 0_u64..20,
        ) {
            let mut timeline = Timeline::new(opened, limit as usize);
            let mut told = opened;
            for _ in 0..before {
                told += 1;
                timeline.push(entry(told));
            }
            let start = timeline.start_for(after);
            let read = if timeline.covers(start) {
                Page::default()
            } else {
                store(told + ahead, timeline.wanted(start), limit)
            };
            for _ in 0..during {
                told += 1;
                timeline.push(entry(told));
            }
            let page = timeline.complete(read, start);
            let numbers: Vec<u64> = page.entries.iter().map(|e| e.number).collect();
            let wanted = if start > 0 { told - start } else { told };
            let wanted = wanted.min(limit);
            let expected: Vec<u64> = (told - wanted + 1..=told).collect();
            prop_assert_eq!(&numbers, &expected);
            prop_assert_eq!(page.more_before, told > wanted);
        }
    }
}
