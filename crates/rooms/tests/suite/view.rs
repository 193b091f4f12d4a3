//! What a client knows of the timeline, put together as PROTOCOL.md says: whole states replace older
//! ones, and an event says something where its number is larger than that of what one has.

use std::collections::BTreeMap;

use zoom_protocol::{AuthorId, Entry, EntryBody, Event, Joined, Marked, Page, Replies};

/// One client's timeline.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) author: AuthorId,
    /// Every entry from this number on is here.
    pub(crate) from: u64,
    /// The largest number it was told.
    pub(crate) last: u64,
    entries: BTreeMap<u64, Entry>,
}

impl View {
    pub(crate) fn new(author: AuthorId) -> Self {
        Self {
            author,
            from: 0,
            last: 0,
            entries: BTreeMap::new(),
        }
    }

    pub(crate) fn enter(&mut self, joined: &Joined) {
        self.last = joined.last;
        match &joined.changes {
            Some(changes) => changes.iter().for_each(|entry| self.put(entry)),
            None => {
                self.entries.clear();
                self.from = u64::MAX;
                self.read(&joined.timeline);
            }
        }
    }

    /// Takes a page in that ends where this begins.
    pub(crate) fn read(&mut self, page: &Page) {
        let first = page.entries.first().filter(|_| page.more_before);
        self.from = first.map_or(0, |entry| entry.number);
        page.entries.iter().for_each(|entry| self.put(entry));
    }

    /// Takes a whole state in.
    fn put(&mut self, entry: &Entry) {
        assert!(self.may_read(entry), "{entry:?}");
        if entry.thread.is_some() || entry.number < self.from {
            return;
        }
        let has = self.entries.get(&entry.number);
        if has.is_none_or(|has| has.changed <= entry.changed) {
            self.entries.insert(entry.number, entry.clone());
        }
    }

    fn may_read(&self, entry: &Entry) -> bool {
        let two = |to: &zoom_protocol::Person| [entry.sender.author, to.author];
        let two = entry.to.as_ref().map(two);
        two.is_none_or(|two| two.contains(&self.author))
    }

    /// The entry with this number, where the change is one that it does not have.
    fn older(&mut self, number: u64, changed: u64) -> Option<&mut Entry> {
        self.last = self.last.max(changed);
        let entry = self.entries.get_mut(&number)?;
        if entry.changed >= changed {
            return None;
        }
        entry.changed = changed;
        Some(entry)
    }

    pub(crate) fn learn(&mut self, event: &Event) {
        match event {
            Event::Entry { entry } => {
                self.last = self.last.max(entry.number);
                self.put(entry);
                if let Some(root) = entry.thread
                    && let Some(root) = self.older(root, entry.number)
                {
                    let before = root.replies.map_or(0, |replies| replies.count);
                    root.replies = Some(Replies {
                        count: before + 1,
                        last_ms: entry.time_ms,
                    });
                }
            }
            Event::EntryChanged { entry } => {
                assert!(self.may_read(entry), "{entry:?}");
                let is_deleted = matches!(entry.body, EntryBody::Deleted { .. });
                if let Some(has) = self.older(entry.number, entry.changed) {
                    has.body = entry.body.clone();
                    if is_deleted {
                        has.marks.clear();
                    }
                }
                if let Some(root) = entry.thread.filter(|_| is_deleted)
                    && let Some(root) = self.older(root, entry.changed)
                    && let Some(replies) = &mut root.replies
                {
                    replies.count -= 1;
                    root.replies = root.replies.filter(|replies| replies.count > 0);
                }
            }
            Event::Marked {
                number,
                changed,
                reaction,
                by,
                on,
                count,
            } => {
                let author = self.author;
                if let Some(entry) = self.older(*number, *changed) {
                    let is_it = |mark: &Marked| mark.reaction == *reaction;
                    let place = entry.marks.iter().position(is_it).unwrap_or_else(|| {
                        entry.marks.push(Marked {
                            reaction: reaction.clone(),
                            count: 0,
                            people: Vec::new(),
                            mine: false,
                        });
                        entry.marks.len() - 1
                    });
                    let mark = &mut entry.marks[place];
                    mark.count = *count;
                    if by.author == author {
                        mark.mine = *on;
                    }
                    mark.people.retain(|one| one.author != by.author);
                    if *on {
                        mark.people.push(by.clone());
                    }
                    entry.marks.retain(|mark| mark.count > 0);
                }
            }
            Event::Expired { before } => self.entries.retain(|number, _| number >= before),
            _ => {}
        }
    }

    /// Whether this is what there is.
    pub(crate) fn assert_is(&self, all: &[Entry]) {
        let shown = |entry: &Entry| Entry {
            // When the last of the replies that are left was written, no event tells.
            replies: entry.replies.map(|replies| Replies {
                last_ms: 0,
                ..replies
            }),
            ..entry.clone()
        };
        let has: Vec<Entry> = self.entries.values().map(shown).collect();
        let there: Vec<Entry> = all
            .iter()
            .filter(|entry| entry.thread.is_none() && entry.number >= self.from)
            .map(shown)
            .collect();
        assert_eq!(has, there);
    }
}
