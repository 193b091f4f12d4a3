//! A disk made of a vector: what a room asks to be kept, and what it has read.

use zoom_protocol::{
    AuthorId, CallRecord, Entry, EntryBody, ErrorCode, Marked, Mention, Message, Page, PageAt,
    Person, Reaction, Replies,
};
use zoom_rooms::{Change, PageRead, Read, Wanted, Write, WriteOutcome};

use crate::common::p;

/// Most messages of a thread here.
pub(crate) const THREAD_MESSAGES: usize = 5;

/// What is kept of one room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    kept: Vec<Kept>,
    /// The room's last number.
    pub(crate) last: u64,
    /// Everything before this number is gone.
    expired: u64,
}

/// An entry, without what depends on others.
#[derive(Clone, Debug)]
struct Kept {
    entry: Entry,
    marks: Vec<(Reaction, Vec<Mention>)>,
}

impl Kept {
    fn between(&self) -> Option<[AuthorId; 2]> {
        let to = self.entry.to.as_ref()?;
        Some([self.entry.sender.author, to.author])
    }

    fn is_for(&self, viewer: AuthorId) -> bool {
        self.between().is_none_or(|two| two.contains(&viewer))
    }
}

impl Disk {
    pub(crate) fn with(entries: Vec<Entry>) -> Self {
        let keep = |entry| Kept {
            entry,
            marks: Vec::new(),
        };
        Self {
            last: entries.last().map_or(0, |entry| entry.number),
            kept: entries.into_iter().map(keep).collect(),
            expired: 0,
        }
    }

    /// Whether somebody may know of what happens to an entry.
    pub(crate) fn may_know(&self, number: u64, viewer: AuthorId) -> bool {
        let mut kept = self.kept.iter();
        let kept = kept.find(|kept| kept.entry.number == number);
        kept.is_none_or(|kept| kept.is_for(viewer))
    }

    /// Everything that somebody may read, as it is.
    pub(crate) fn view(&self, viewer: AuthorId) -> Vec<Entry> {
        let mine = self.kept.iter().filter(|kept| kept.is_for(viewer));
        mine.map(|kept| self.whole(kept, viewer)).collect()
    }

    fn whole(&self, kept: &Kept, viewer: AuthorId) -> Entry {
        let replies: Vec<&Entry> = self.thread(kept.entry.number).collect();
        let marked = |(reaction, people): &(Reaction, Vec<Mention>)| Marked {
            reaction: reaction.clone(),
            count: people.len() as u32,
            people: people.clone(),
            mine: people.iter().any(|one| one.author == viewer),
        };
        Entry {
            replies: replies.last().map(|last| Replies {
                count: replies.len() as u32,
                last_ms: last.time_ms,
            }),
            marks: kept.marks.iter().map(marked).collect(),
            ..kept.entry.clone()
        }
    }

    /// The messages of a thread that are not deleted.
    fn thread(&self, root: u64) -> impl Iterator<Item = &Entry> {
        let in_thread = self.kept.iter().map(|kept| &kept.entry);
        in_thread.filter(move |entry| {
            entry.thread == Some(root) && !matches!(entry.body, EntryBody::Deleted { .. })
        })
    }

    fn find(&mut self, number: u64, author: AuthorId) -> Result<&mut Kept, ErrorCode> {
        let mut kept = self.kept.iter_mut();
        kept.find(|kept| kept.entry.number == number && kept.is_for(author))
            .ok_or(ErrorCode::NoEntry)
    }

    pub(crate) fn write(&mut self, write: &Write) -> WriteOutcome {
        let written = match write.change.clone() {
            Change::Post(new) => {
                let message = Message {
                    text: new.text,
                    mentions: new.mentions,
                    ..Message::default()
                };
                let mut entry = entry(0, new.sender, new.client_id.as_str());
                entry.body = EntryBody::Message(message);
                entry.thread = new.thread;
                entry.to = new.to;
                self.post(entry, write.unix_ms)
            }
            Change::Edit {
                number,
                author,
                text,
                mentions,
            } => self.edit(number, author, write.unix_ms, text, mentions),
            Change::Delete { number, author } => self.delete(number, author, write.unix_ms),
            Change::Mark {
                number,
                reaction,
                by,
                on,
            } => self.mark(number, &reaction, by, on),
            Change::CallBegan {
                sender,
                client_id,
                record,
            } => {
                let mut entry = entry(0, sender, client_id.as_str());
                entry.body = EntryBody::Call(record);
                self.post(entry, write.unix_ms)
            }
            Change::CallChanged { number, record } => self.change_call(number, record),
        };
        written.unwrap_or_else(WriteOutcome::Refused)
    }

    fn post(&mut self, mut entry: Entry, unix_ms: u64) -> Result<WriteOutcome, ErrorCode> {
        let same = |kept: &&Kept| {
            kept.entry.sender.participant == entry.sender.participant
                && kept.entry.client_id == entry.client_id
        };
        if let Some(kept) = self.kept.iter().find(same) {
            let entry = Box::new(self.whole(kept, entry.sender.author));
            return Ok(WriteOutcome::Posted {
                entry,
                repeat: true,
            });
        }
        if let Some(root) = entry.thread {
            let is_root = |entry: &Entry| {
                entry.thread.is_none()
                    && entry.to.is_none()
                    && matches!(entry.body, EntryBody::Message(_))
            };
            if !is_root(&self.find(root, entry.sender.author)?.entry) {
                return Err(ErrorCode::BadThread);
            }
            if self.thread(root).count() >= THREAD_MESSAGES {
                return Err(ErrorCode::TooMany);
            }
        }
        self.last += 1;
        entry.number = self.last;
        entry.changed = self.last;
        entry.time_ms = unix_ms;
        self.touch_root(&entry, self.last);
        self.kept.push(Kept {
            entry: entry.clone(),
            marks: Vec::new(),
        });
        Ok(WriteOutcome::Posted {
            entry: Box::new(entry),
            repeat: false,
        })
    }

    /// What happens in a thread changes the message whose thread it is.
    fn touch_root(&mut self, reply: &Entry, number: u64) {
        let root = reply.thread;
        let mut kept = self.kept.iter_mut();
        if let Some(root) = kept.find(|kept| Some(kept.entry.number) == root) {
            root.entry.changed = number;
        }
    }

    fn edit(
        &mut self,
        number: u64,
        author: AuthorId,
        unix_ms: u64,
        text: Option<zoom_protocol::MessageText>,
        mentions: Vec<Mention>,
    ) -> Result<WriteOutcome, ErrorCode> {
        let changed = self.last + 1;
        let entry = &mut self.find(number, author)?.entry;
        let EntryBody::Message(message) = &mut entry.body else {
            return Err(ErrorCode::NotChangeable);
        };
        if entry.sender.author != author {
            return Err(ErrorCode::NotYours);
        }
        if text.is_none() && message.files.is_empty() {
            return Err(ErrorCode::BadText);
        }
        message.text = text;
        message.mentions = mentions;
        message.edited_ms = Some(unix_ms);
        entry.changed = changed;
        let entry = Box::new(entry.clone());
        self.last = changed;
        Ok(WriteOutcome::Changed { entry })
    }

    fn delete(
        &mut self,
        number: u64,
        author: AuthorId,
        deleted_ms: u64,
    ) -> Result<WriteOutcome, ErrorCode> {
        let changed = self.last + 1;
        let kept = self.find(number, author)?;
        match &kept.entry.body {
            EntryBody::Call(_) => return Err(ErrorCode::NotChangeable),
            _ if kept.entry.sender.author != author => return Err(ErrorCode::NotYours),
            EntryBody::Deleted { .. } => return Ok(WriteOutcome::Unchanged),
            _ => {}
        }
        kept.marks.clear();
        kept.entry.body = EntryBody::Deleted { deleted_ms };
        kept.entry.changed = changed;
        let entry = kept.entry.clone();
        self.last = changed;
        self.touch_root(&entry, changed);
        Ok(WriteOutcome::Changed {
            entry: Box::new(entry),
        })
    }

    fn mark(
        &mut self,
        number: u64,
        reaction: &Reaction,
        by: Mention,
        on: bool,
    ) -> Result<WriteOutcome, ErrorCode> {
        let changed = self.last + 1;
        let kept = self.find(number, by.author)?;
        if !matches!(kept.entry.body, EntryBody::Message(_)) {
            return Err(ErrorCode::NotChangeable);
        }
        let place = kept.marks.iter().position(|(other, _)| other == reaction);
        let place = place.unwrap_or_else(|| {
            kept.marks.push((reaction.clone(), Vec::new()));
            kept.marks.len() - 1
        });
        let people = &mut kept.marks[place].1;
        let is_there = people.iter().any(|one| one.author == by.author);
        if on && !is_there {
            people.push(by);
        } else {
            people.retain(|one| on || one.author != by.author);
        }
        let count = people.len() as u32;
        if count == 0 {
            kept.marks.remove(place);
        }
        if is_there == on {
            return Ok(WriteOutcome::Unchanged);
        }
        kept.entry.changed = changed;
        let between = kept.between();
        self.last = changed;
        Ok(WriteOutcome::Marked {
            number,
            changed,
            count,
            between,
        })
    }

    fn change_call(&mut self, number: u64, record: CallRecord) -> Result<WriteOutcome, ErrorCode> {
        let changed = self.last + 1;
        let mut kept = self.kept.iter_mut();
        let kept = kept.find(|kept| kept.entry.number == number);
        let entry = &mut kept.ok_or(ErrorCode::NoEntry)?.entry;
        entry.body = EntryBody::Call(record);
        entry.changed = changed;
        self.last = changed;
        let entry = Box::new(entry.clone());
        Ok(WriteOutcome::Changed { entry })
    }

    /// Removes everything before a number.
    pub(crate) fn expire(&mut self, before: u64) {
        self.expired = self.expired.max(before);
        self.kept.retain(|kept| kept.entry.number >= before);
    }

    pub(crate) fn read(&self, read: &Read) -> PageRead {
        let all = self.view(read.viewer);
        let limit = read.limit as usize;
        let mut changes = None;
        let (at, thread) = match read.wanted {
            Wanted::Page { at, thread } => (at, thread),
            Wanted::Newest => (PageAt::Before(u64::MAX), None),
            Wanted::ChangesAfter(after) => {
                let mut changed = all.clone();
                changed.retain(|entry| entry.changed > after);
                changed.sort_by_key(|entry| entry.changed);
                let knows_all = after >= self.expired && after <= self.last;
                changes = (knows_all && changed.len() <= limit).then_some(changed);
                (PageAt::Before(u64::MAX), None)
            }
        };
        let page = match &changes {
            Some(_) => Page::default(),
            None => {
                let of_thread: Vec<Entry> = all
                    .into_iter()
                    .filter(|entry| entry.thread == thread)
                    .collect();
                page(&of_thread, at, limit)
            }
        };
        PageRead {
            page,
            changes,
            last: self.last,
            retention_days: None,
        }
    }
}

fn page(all: &[Entry], at: PageAt, limit: usize) -> Page {
    let place = |is_before: &dyn Fn(&Entry) -> bool| all.partition_point(|entry| is_before(entry));
    let range = match at {
        PageAt::Before(before) => {
            let end = place(&|entry| entry.number < before);
            end.saturating_sub(limit)..end
        }
        PageAt::After(after) => {
            let start = place(&|entry| entry.number <= after);
            start..all.len().min(start + limit)
        }
        PageAt::Around(around) => {
            let start = place(&|entry| entry.number < around).saturating_sub(limit / 2);
            start..all.len().min(start + limit)
        }
        PageAt::Since(since) => {
            let start = place(&|entry| entry.time_ms < since);
            start..all.len().min(start + limit)
        }
    };
    Page {
        more_before: range.start > 0,
        more_after: range.end < all.len(),
        entries: all[range].to_vec(),
    }
}

/// An entry that says "hi".
pub(crate) fn entry(number: u64, sender: Person, client_id: &str) -> Entry {
    let text: zoom_protocol::MessageText = "hi".parse().unwrap();
    Entry {
        number,
        changed: number,
        time_ms: number,
        sender,
        client_id: client_id.parse().unwrap(),
        thread: None,
        to: None,
        replies: None,
        marks: Vec::new(),
        body: EntryBody::Message(text.into()),
    }
}

/// Entries 1 to `count` of somebody who has left.
pub(crate) fn entries(count: u64) -> Vec<Entry> {
    let gone = Person {
        participant: p(99),
        author: AuthorId(99),
        name: "Gone".parse().unwrap(),
        ordinal: 1,
    };
    (1..=count)
        .map(|number| entry(number, gone.clone(), &format!("old-{number}")))
        .collect()
}
