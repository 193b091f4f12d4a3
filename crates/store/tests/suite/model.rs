//! What a room is, as simply as it can be said: everything that is written goes into a map.

use std::collections::{BTreeMap, BTreeSet};

use zoom_protocol::{
    AuthorId, Entry, EntryBody, Limits, Marked, Mention, Message, Page, PageAt, Person, Reaction,
    Replies,
};
use zoom_store::{Change, Outcome, Refusal};

/// Few, so that a few changes reach them.
pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.thread_messages = 3;
    limits.marks = 2;
    limits.mark_authors = 2;
    limits.mark_people = 1;
    limits.room_file_bytes = 3_000;
    limits
}

/// What a room is, as simply as it can be said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The last number.
    pub(crate) last: u64,
    /// The time of what is written.
    pub(crate) now_ms: u64,
    expired: u64,
    entries: BTreeMap<u64, Kept>,
    /// The call that has not ended.
    pub(crate) open_call: Option<u64>,
}

#[derive(Clone, Debug)]
struct Kept {
    entry: Entry,
    /// Each emoji in the order of its coming, with everybody in theirs.
    marks: Vec<(Reaction, Vec<Mention>)>,
    replies: u32,
    last_reply_ms: u64,
}

impl Kept {
    fn may(&self, author: AuthorId) -> bool {
        let to = self.entry.to.as_ref();
        to.is_none_or(|to| to.author == author || self.entry.sender.author == author)
    }

    fn message(&mut self) -> Option<&mut Message> {
        match &mut self.entry.body {
            EntryBody::Message(message) => Some(message),
            _ => None,
        }
    }

    /// As somebody reads it.
    fn read(&self, viewer: Option<AuthorId>) -> Entry {
        let marks = self.marks.iter().map(|(reaction, people)| Marked {
            reaction: reaction.clone(),
            count: people.len() as u32,
            people: people[..1].to_vec(),
            mine: people.iter().any(|by| Some(by.author) == viewer),
        });
        Entry {
            marks: marks.collect(),
            replies: (self.replies > 0).then_some(Replies {
                count: self.replies,
                last_ms: self.last_reply_ms,
            }),
            ..self.entry.clone()
        }
    }

    /// As everybody is told of it.
    fn told(&self) -> Box<Entry> {
        Box::new(self.entry.clone())
    }
}

impl Model {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(crate) fn file_bytes(&self) -> u64 {
        let mut hashes = BTreeSet::new();
        for kept in self.entries.values() {
            if let EntryBody::Message(message) = &kept.entry.body {
                hashes.extend(message.files.iter().map(|file| file.hash));
            }
        }
        hashes.len() as u64 * 1_000
    }

    fn add(&mut self, sender: Person, client_id: u8, body: EntryBody) -> &mut Kept {
        let number = self.next();
        let entry = Entry {
            number,
            changed: number,
            time_ms: self.now_ms,
            sender,
            client_id: client_id.to_string().parse().unwrap(),
            thread: None,
            to: None,
            replies: None,
            marks: Vec::new(),
            body,
        };
        self.entries.entry(number).or_insert(Kept {
            entry,
            marks: Vec::new(),
            replies: 0,
            last_reply_ms: 0,
        })
    }

    fn repeat(&self, sender: &Person, client_id: u8) -> Option<Outcome> {
        let client_id = client_id.to_string();
        let mut all = self.entries.values();
        let kept = all.find(|kept| {
            kept.entry.sender.participant == sender.participant
                && kept.entry.client_id.as_str() == client_id
        })?;
        Some(Outcome::Posted {
            entry: Box::new(kept.read(Some(sender.author))),
            repeat: true,
        })
    }

    pub(crate) fn write(&mut self, change: &Change, client_id: u8) -> Outcome {
        self.try_write(change, client_id)
            .unwrap_or_else(Outcome::Refused)
    }

    fn try_write(&mut self, change: &Change, client: u8) -> Result<Outcome, Refusal> {
        match change {
            Change::Post {
                sender,
                message,
                thread,
                to,
                ..
            } => {
                if let Some(repeat) = self.repeat(sender, client) {
                    return Ok(repeat);
                }
                if message.text.is_none() && message.files.is_empty() {
                    return Err(Refusal::Empty);
                }
                if let Some(thread) = thread {
                    let root = self
                        .entries
                        .get(thread)
                        .filter(|root| root.may(sender.author));
                    let root = root.ok_or(Refusal::NoEntry)?;
                    let is_call = matches!(root.entry.body, EntryBody::Call(_));
                    let is_root = root.entry.thread.is_none() && root.entry.to.is_none();
                    if is_call || !is_root || to.is_some() {
                        return Err(Refusal::BadThread);
                    }
                    if root.replies >= limits().thread_messages {
                        return Err(Refusal::TooMany);
                    }
                }
                let before = self.file_bytes();
                let mut with = self.clone();
                with.add(sender.clone(), client, EntryBody::Message(message.clone()));
                let bytes = with.file_bytes();
                if bytes > before && bytes > limits().room_file_bytes {
                    return Err(Refusal::RoomFilesFull);
                }
                let kept = self.add(sender.clone(), client, EntryBody::Message(message.clone()));
                kept.entry.thread = *thread;
                kept.entry.to.clone_from(to);
                let entry = kept.told();
                if let Some(root) = thread.and_then(|root| self.entries.get_mut(&root)) {
                    root.replies += 1;
                    root.last_reply_ms = entry.time_ms;
                    root.entry.changed = entry.number;
                }
                let repeat = false;
                Ok(Outcome::Posted { entry, repeat })
            }
            Change::Edit {
                number,
                author,
                text,
                mentions,
            } => {
                let now_ms = self.now_ms;
                let changed = self.last + 1;
                let kept = self.own(*number, *author)?;
                let message = kept.message().ok_or(Refusal::NotChangeable)?;
                if text.is_none() && message.files.is_empty() {
                    return Err(Refusal::Empty);
                }
                if message.text == *text && message.mentions == *mentions {
                    return Ok(Outcome::Unchanged);
                }
                message.text.clone_from(text);
                message.mentions.clone_from(mentions);
                message.edited_ms = Some(now_ms);
                kept.entry.changed = changed;
                let entry = kept.told();
                self.last = changed;
                Ok(Outcome::Changed { entry })
            }
            Change::Delete { number, author } => {
                let deleted_ms = self.now_ms;
                let changed = self.last + 1;
                let kept = self.own(*number, *author)?;
                if kept.message().is_none() {
                    return Ok(Outcome::Unchanged);
                }
                kept.entry.body = EntryBody::Deleted { deleted_ms };
                kept.entry.changed = changed;
                kept.marks.clear();
                let entry = kept.told();
                self.last = changed;
                if let Some(root) = entry.thread.and_then(|root| self.entries.get_mut(&root)) {
                    root.replies -= 1;
                    root.entry.changed = changed;
                }
                Ok(Outcome::Changed { entry })
            }
            Change::Mark {
                number,
                reaction,
                by,
                on,
            } => {
                let changed = self.last + 1;
                let kept = self
                    .entries
                    .get_mut(number)
                    .filter(|kept| kept.may(by.author));
                let kept = kept.ok_or(Refusal::NoEntry)?;
                if kept.message().is_none() {
                    return Err(Refusal::NotChangeable);
                }
                let place = kept.marks.iter().position(|(other, _)| other == reaction);
                let is_on = place.is_some_and(|place| kept.marks[place].1.contains(by));
                if is_on == *on {
                    return Ok(Outcome::Unchanged);
                }
                let count = match place {
                    None if kept.marks.len() >= limits().marks as usize => {
                        return Err(Refusal::TooMany);
                    }
                    None => {
                        kept.marks.push((reaction.clone(), vec![by.clone()]));
                        1
                    }
                    Some(place) => {
                        let people = &mut kept.marks[place].1;
                        if *on && people.len() >= limits().mark_authors as usize {
                            return Err(Refusal::TooMany);
                        }
                        people.retain(|other| other != by);
                        people.extend(on.then(|| by.clone()));
                        let count = people.len();
                        if count == 0 {
                            kept.marks.remove(place);
                        }
                        count as u32
                    }
                };
                kept.entry.changed = changed;
                let sender = kept.entry.sender.author;
                let readers = kept.entry.to.as_ref().map(|to| [sender, to.author]);
                self.last = changed;
                Ok(Outcome::Marked {
                    number: *number,
                    changed,
                    count,
                    readers,
                })
            }
            Change::CallBegan { sender, record, .. } => {
                if let Some(repeat) = self.repeat(sender, client) {
                    return Ok(repeat);
                }
                let kept = self.add(sender.clone(), client, EntryBody::Call(record.clone()));
                let entry = kept.told();
                self.open_call = Some(entry.number);
                let repeat = false;
                Ok(Outcome::Posted { entry, repeat })
            }
            Change::CallChanged { number, record } => {
                let changed = self.last + 1;
                let kept = self.entries.get_mut(number).ok_or(Refusal::NoEntry)?;
                let EntryBody::Call(now) = &mut kept.entry.body else {
                    return Err(Refusal::NotChangeable);
                };
                if now == record {
                    return Ok(Outcome::Unchanged);
                }
                if now.ended_ms.is_some() {
                    return Err(Refusal::NotChangeable);
                }
                now.clone_from(record);
                kept.entry.changed = changed;
                let entry = kept.told();
                self.last = changed;
                if record.ended_ms.is_some() && self.open_call == Some(*number) {
                    self.open_call = None;
                }
                Ok(Outcome::Changed { entry })
            }
            Change::Expire { before_ms } => {
                let stays = self
                    .entries
                    .values()
                    .find(|e| e.entry.time_ms >= *before_ms);
                let before = stays.map_or(self.last + 1, |kept| kept.entry.number);
                let rest = self.entries.split_off(&before);
                let gone = std::mem::replace(&mut self.entries, rest);
                if gone.is_empty() {
                    return Ok(Outcome::Unchanged);
                }
                self.open_call = self.open_call.filter(|number| *number >= before);
                self.expired = self.next();
                let more = false;
                Ok(Outcome::Expired { before, more })
            }
            Change::Retain { .. } => Ok(Outcome::Retained),
        }
    }

    fn own(&mut self, number: u64, author: AuthorId) -> Result<&mut Kept, Refusal> {
        let kept = self
            .entries
            .get_mut(&number)
            .filter(|kept| kept.may(author));
        let kept = kept.ok_or(Refusal::NoEntry)?;
        if matches!(kept.entry.body, EntryBody::Call(_)) {
            return Err(Refusal::NotChangeable);
        }
        if kept.entry.sender.author != author {
            return Err(Refusal::NotYours);
        }
        Ok(kept)
    }

    fn readable(&self, viewer: Option<AuthorId>) -> impl Iterator<Item = &Kept> {
        let may = move |kept: &&Kept| match viewer {
            Some(viewer) => kept.may(viewer),
            None => kept.entry.to.is_none(),
        };
        self.entries.values().filter(may)
    }

    pub(crate) fn page(
        &self,
        at: PageAt,
        thread: Option<u64>,
        limit: usize,
        viewer: Option<AuthorId>,
    ) -> Page {
        let all: Vec<Entry> = self
            .readable(viewer)
            .filter(|kept| kept.entry.thread == thread)
            .map(|kept| kept.read(viewer))
            .collect();
        let below = |number: u64| all.partition_point(|entry| entry.number < number);
        let (from, to) = match at {
            PageAt::Before(number) => (below(number).saturating_sub(limit), below(number)),
            PageAt::After(number) => {
                let from = below(number.saturating_add(1));
                (from, (from + limit).min(all.len()))
            }
            PageAt::Since(ms) => {
                let from = all.partition_point(|entry| entry.time_ms < ms);
                (from, (from + limit).min(all.len()))
            }
            PageAt::Around(number) => {
                let middle = below(number);
                let to = (middle + limit - (limit / 2).min(middle)).min(all.len());
                let from = to.saturating_sub(limit).min(middle);
                (from, to)
            }
        };
        Page {
            entries: all[from..to].to_vec(),
            more_before: from > 0,
            more_after: to < all.len(),
        }
    }

    pub(crate) fn changes(
        &self,
        after: u64,
        limit: usize,
        viewer: Option<AuthorId>,
    ) -> Option<Vec<Entry>> {
        let mut all: Vec<Entry> = self
            .readable(viewer)
            .filter(|kept| kept.entry.changed > after)
            .map(|kept| kept.read(viewer))
            .collect();
        all.sort_by_key(|entry| (entry.changed, entry.number));
        let is_known = after >= self.expired && after <= self.last && all.len() <= limit;
        is_known.then_some(all)
    }
}
