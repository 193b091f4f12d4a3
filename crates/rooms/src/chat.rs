//! What is said: messages, what becomes of them, and who is told.

use zoom_protocol::{
    Answer, AuthorId, Delete, Edit, Entry, Event, Mark, Mention, Now, ParticipantId, Person, Post,
    Posted,
};

use crate::{
    Change, NewMessage, Output, Room, SocketId, Write, WriteId, WriteOutcome,
    refusal::{Refusal, unwritten},
    room::{Asker, PendingWrite},
};

impl Room {
    pub(crate) fn post(&mut self, now: Now, asker: Asker, post: Post) {
        let Some(sender) = self.person(asker.participant) else {
            return;
        };
        let to = match post.to {
            None => Ok(None),
            Some(_) if post.thread.is_some() => Err(Refusal::PrivateInThread),
            Some(to) => self.person(to).map(Some).ok_or(Refusal::NotHere),
        };
        let to = match to {
            Err(refusal) => return self.refuse(asker.socket, asker.id, refusal),
            Ok(_) if post.text.is_none() && post.files.is_empty() => Err(Refusal::EmptyMessage),
            Ok(_) if self.has_too_many(&post.mentions) => Err(Refusal::TooManyMentions),
            Ok(_) if post.files.len() > self.limits.message_files as usize => {
                Err(Refusal::TooManyFiles)
            }
            Ok(to) => Ok(to),
        };
        match to {
            Err(refusal) => self.refuse(asker.socket, asker.id, refusal),
            Ok(to) => {
                if !self.may_post(now, asker) {
                    return;
                }
                self.stop_typing(asker.participant);
                let message = NewMessage {
                    sender,
                    client_id: post.client_id,
                    text: post.text,
                    mentions: post.mentions,
                    files: post.files,
                    thread: post.thread,
                    to,
                };
                self.ask(now, asker, Change::Post(Box::new(message)));
            }
        }
    }

    pub(crate) fn edit(&mut self, now: Now, asker: Asker, edit: Edit) {
        let Some(author) = self.author(asker.participant) else {
            return;
        };
        if self.has_too_many(&edit.mentions) {
            return self.refuse(asker.socket, asker.id, Refusal::TooManyMentions);
        }
        if self.may_post(now, asker) {
            let change = Change::Edit {
                number: edit.number,
                author,
                text: edit.text,
                mentions: edit.mentions,
            };
            self.ask(now, asker, change);
        }
    }

    pub(crate) fn delete(&mut self, now: Now, asker: Asker, delete: Delete) {
        let Some(author) = self.author(asker.participant) else {
            return;
        };
        if self.may_post(now, asker) {
            let change = Change::Delete {
                number: delete.number,
                author,
            };
            self.ask(now, asker, change);
        }
    }

    pub(crate) fn mark(&mut self, now: Now, asker: Asker, mark: Mark) {
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        if !member.marks.take(now.mono) {
            return self.refuse(asker.socket, asker.id, Refusal::MarksTooFast);
        }
        let by = Mention {
            author: member.person.author,
            name: member.person.name.clone(),
        };
        let change = Change::Mark {
            number: mark.number,
            reaction: mark.reaction,
            by,
            on: mark.on,
        };
        self.ask(now, asker, change);
    }

    fn has_too_many(&self, mentions: &[Mention]) -> bool {
        mentions.len() > self.limits.mentions as usize
    }

    /// Whether somebody may say something at this moment; they are told where they may not.
    fn may_post(&mut self, now: Now, asker: Asker) -> bool {
        let member = self.members.get_mut(&asker.participant);
        let may = member.is_some_and(|member| member.posts.take(now.mono));
        if !may {
            self.refuse(asker.socket, asker.id, Refusal::PostsTooFast);
        }
        may
    }

    /// Has something written that somebody asks for.
    fn ask(&mut self, now: Now, asker: Asker, change: Change) {
        if self.writes.len() >= self.limits.room_appends as usize {
            return self.refuse(asker.socket, asker.id, Refusal::TooManyWrites);
        }
        let marked = match &change {
            Change::Mark {
                reaction, by, on, ..
            } => Some((reaction.clone(), by.clone(), *on)),
            Change::Post(_)
            | Change::Edit { .. }
            | Change::Delete { .. }
            | Change::CallBegan { .. }
            | Change::CallChanged { .. } => None,
        };
        let pending = PendingWrite {
            asked: Some((asker.socket, asker.id)),
            marked,
        };
        self.write(now.unix_ms, change, pending);
    }

    /// Has something written.
    pub(crate) fn write(&mut self, unix_ms: u64, change: Change, pending: PendingWrite) -> WriteId {
        let write = WriteId(self.fresh_id());
        self.writes.insert(write, pending);
        self.emit(Output::Write(Box::new(Write {
            write,
            unix_ms,
            change,
        })));
        write
    }

    /// Answers who asked, and then tells those who may know.
    pub(crate) fn written(&mut self, now: Now, write: WriteId, outcome: WriteOutcome) {
        let Some(pending) = self.writes.remove(&write) else {
            return;
        };
        let heard = pending
            .asked
            .filter(|(socket, _)| self.sockets.contains_key(socket));
        if let Some((socket, id)) = heard {
            let answer = match &outcome {
                WriteOutcome::Posted { entry, .. } => Answer::Posted(Box::new(Posted {
                    entry: Entry::clone(entry),
                })),
                WriteOutcome::Changed { .. }
                | WriteOutcome::Marked { .. }
                | WriteOutcome::Unchanged => Answer::Done,
                WriteOutcome::Refused(code) => Answer::Error(unwritten(*code)),
            };
            self.answer(socket, id, answer);
        }
        self.call_written(now, write, &outcome);
        match outcome {
            WriteOutcome::Posted {
                entry,
                repeat: false,
            } => {
                self.tell_timeline(entry.number, between(&entry), Event::Entry { entry });
            }
            WriteOutcome::Changed { entry } => {
                let (changed, between) = (entry.changed, between(&entry));
                self.tell_timeline(changed, between, Event::EntryChanged { entry });
            }
            WriteOutcome::Marked {
                number,
                changed,
                count,
                between,
            } => {
                if let Some((reaction, by, on)) = pending.marked {
                    let event = Event::Marked {
                        number,
                        changed,
                        reaction,
                        by,
                        on,
                        count,
                    };
                    self.tell_timeline(changed, between, event);
                }
            }
            WriteOutcome::Posted { repeat: true, .. }
            | WriteOutcome::Unchanged
            | WriteOutcome::Refused(_) => {}
        }
    }

    /// Everything up to a number is gone.
    pub(crate) fn expired(&mut self, before: u64) {
        let event = Event::Expired { before };
        self.recent.push(None, None, &event);
        self.tell_all(event);
    }

    /// Tells of what has this number: everybody who is connected, or the two who may know; but not
    /// those who came in with it.
    fn tell_timeline(&mut self, changed: u64, between: Option<[AuthorId; 2]>, event: Event) {
        self.told = self.told.max(changed);
        self.recent.push(Some(changed), between, &event);
        self.ahead.retain(|_, last| *last >= changed);
        if between.is_none() && self.ahead.is_empty() {
            return self.tell_all(event);
        }
        let may_know = |participant: &ParticipantId| match between {
            None => true,
            Some(two) => self
                .author(*participant)
                .is_some_and(|author| two.contains(&author)),
        };
        let sockets = self.sockets.iter();
        let told: Vec<SocketId> = sockets
            .filter(|(socket, participant)| {
                !self.ahead.contains_key(socket) && may_know(participant)
            })
            .map(|(socket, _)| *socket)
            .collect();
        self.tell_some(told, event);
    }

    /// Tells one socket what was told while it read.
    pub(crate) fn tell_again(&mut self, socket: SocketId, missed: Vec<Event>) {
        for event in missed {
            self.tell_some(vec![socket], event);
        }
    }

    fn person(&self, participant: ParticipantId) -> Option<Person> {
        self.members.get(&participant).map(|it| it.person.clone())
    }

    fn author(&self, participant: ParticipantId) -> Option<AuthorId> {
        self.members.get(&participant).map(|it| it.person.author)
    }
}

/// The two who may read an entry, where not everybody may.
fn between(entry: &Entry) -> Option<[AuthorId; 2]> {
    let to = entry.to.as_ref()?;
    Some([entry.sender.author, to.author])
}
