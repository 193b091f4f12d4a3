//! What was told of the timeline lately, for those who are reading it.
//!
//! A page is read from the disk while the room goes on. What is told in between would be missing for
//! who comes in with that page, and for who puts it into what they have: it is told to them behind
//! the page.

use std::collections::VecDeque;

use zoom_protocol::{AuthorId, Event};

/// What was told since the first of those who read began to.
#[derive(Debug)]
pub(crate) struct Recent {
    /// How much was told before the first of these.
    first: u64,
    told: VecDeque<Told>,
    limit: usize,
    /// How many read.
    readers: usize,
}

#[derive(Debug)]
struct Told {
    /// The room's number of it, if it has one.
    changed: Option<u64>,
    between: Option<[AuthorId; 2]>,
    event: Event,
}

impl Recent {
    /// Remembers at most so much; who began to read before that has to read again.
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            first: 0,
            told: VecDeque::new(),
            limit: limit.max(1) as usize,
            readers: 0,
        }
    }

    /// Somebody begins to read: the moment, for [`Self::since`].
    pub(crate) fn begin(&mut self) -> u64 {
        self.readers += 1;
        self.moment()
    }

    /// This moment, for who reads once more.
    pub(crate) fn moment(&self) -> u64 {
        self.first + self.told.len() as u64
    }

    /// Somebody has what they read. Nothing is kept for nobody.
    pub(crate) fn end(&mut self) {
        self.readers = self.readers.saturating_sub(1);
        if self.readers == 0 {
            self.first += self.told.len() as u64;
            self.told = VecDeque::new();
        }
    }

    /// Something is told.
    pub(crate) fn push(
        &mut self,
        changed: Option<u64>,
        between: Option<[AuthorId; 2]>,
        event: &Event,
    ) {
        if self.readers == 0 {
            return;
        }
        if self.told.len() >= self.limit {
            self.told.pop_front();
            self.first += 1;
        }
        self.told.push_back(Told {
            changed,
            between,
            event: event.clone(),
        });
    }

    /// What was told since a moment, may be known to this author, and has a larger number than
    /// `last`. `None` where it was too much to be remembered.
    pub(crate) fn since(&self, moment: u64, last: u64, viewer: AuthorId) -> Option<Vec<Event>> {
        let skipped = usize::try_from(moment.checked_sub(self.first)?).ok()?;
        let later = |told: &&Told| told.changed.is_none_or(|changed| changed > last);
        let may_know = |told: &&Told| told.between.is_none_or(|two| two.contains(&viewer));
        let missed = self.told.iter().skip(skipped);
        let missed = missed.filter(later).filter(may_know);
        Some(missed.map(|told| told.event.clone()).collect())
    }

    /// How much is remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.told.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(before: u64) -> Event {
        Event::Expired { before }
    }

    #[test]
    fn what_was_told_since_one_began_is_there_and_nothing_that_was_read() {
        let (me, other) = (AuthorId(1), AuthorId(2));
        let mut recent = Recent::new(8);
        recent.push(Some(1), None, &gone(1));
        let since = recent.begin();
        recent.push(Some(2), None, &gone(2));
        recent.push(Some(3), None, &gone(3));
        recent.push(Some(4), Some([other, other]), &gone(4));
        recent.push(Some(5), Some([other, me]), &gone(5));
        assert_eq!(recent.since(since, 2, me), Some(vec![gone(3), gone(5)]));
        recent.end();
        assert_eq!(recent.len(), 0, "nobody reads any more");
    }

    #[test]
    fn who_missed_more_than_is_remembered_is_told_so() {
        let me = AuthorId(1);
        let mut recent = Recent::new(2);
        let early = recent.begin();
        recent.push(Some(1), None, &gone(1));
        let late = recent.begin();
        recent.push(Some(2), None, &gone(2));
        recent.push(Some(3), None, &gone(3));
        assert_eq!(recent.since(early, 0, me), None);
        assert_eq!(recent.since(late, 0, me), Some(vec![gone(2), gone(3)]));
    }
}
