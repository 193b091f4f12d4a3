//! What is said: messages, the timeline, typing.

use zoom_protocol::{
    Answer, Entry, EntryBody, Event, History, Message, Now, Page, PageAt, ParticipantId, Post,
    Posted,
};

use crate::{
    Append, AppendId, AppendOutcome, Output, PageWanted, Read, ReadFailed, ReadId, Room,
    refusal::Refusal,
    room::{Asker, PendingAppend, ReadPurpose, Timer, millis},
};

impl Room {
    pub(crate) fn post(&mut self, now: Now, asker: Asker, post: Post) {
        let waiting = self.appends.len();
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        if !member.posts.take(now.mono) {
            return self.refuse(asker.socket, asker.id, Refusal::PostsTooFast);
        }
        if waiting >= self.limits.room_appends as usize {
            return self.refuse(asker.socket, asker.id, Refusal::TooManyAppends);
        }
        let sender = member.person.clone();
        let body = EntryBody::Message(Message {
            text: post.text,
            ..Message::default()
        });
        self.stop_typing(asker.participant);
        let append = AppendId(self.fresh_id());
        self.appends.insert(
            append,
            PendingAppend {
                socket: asker.socket,
                id: asker.id,
                sender: sender.clone(),
                client_id: post.client_id.clone(),
                body: body.clone(),
            },
        );
        self.emit(Output::Append(Box::new(Append {
            append,
            sender,
            client_id: post.client_id,
            body,
            unix_ms: now.unix_ms,
        })));
    }

    pub(crate) fn appended(&mut self, append: AppendId, outcome: AppendOutcome) {
        let Some(pending) = self.appends.remove(&append) else {
            return;
        };
        let (answer, kept) = match outcome {
            AppendOutcome::Appended { number, time_ms } => {
                (posted(&pending, number, time_ms), Some((number, time_ms)))
            }
            AppendOutcome::Repeat { number, time_ms } => (posted(&pending, number, time_ms), None),
            AppendOutcome::Refused(refusal) => (Answer::Error(Refusal::from(refusal).into()), None),
        };
        if self.sockets.contains_key(&pending.socket) {
            self.answer(pending.socket, pending.id, answer);
        }
        if let Some((number, time_ms)) = kept {
            let entry = entry(&pending, number, time_ms);
            self.timeline.push(entry.clone());
            self.tell_all(Event::Entry { entry });
        }
    }

    pub(crate) fn history(&mut self, asker: Asker, history: History) {
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        if std::mem::replace(&mut member.reading, true) {
            return self.refuse(asker.socket, asker.id, Refusal::HistoryPending);
        }
        let read = ReadId(self.fresh_id());
        let purpose = ReadPurpose::History {
            socket: asker.socket,
            id: asker.id,
        };
        self.reads.insert(read, purpose);
        self.emit(Output::Read(Read {
            read,
            page: match history.page {
                PageAt::Before(before) => self.timeline.older_than(before),
                PageAt::After(after) | PageAt::Around(after) | PageAt::Since(after) => {
                    PageWanted::After(after)
                }
            },
            limit: self.limits.page_entries,
        }));
    }

    pub(crate) fn page(&mut self, read: ReadId, result: Result<Page, ReadFailed>) {
        match self.reads.remove(&read) {
            Some(ReadPurpose::Enter(socket)) => match result {
                Ok(page) => {
                    if let Some(entering) = self.entering.get_mut(&socket) {
                        entering.page = Some(page);
                    }
                    self.finish_entering(socket);
                }
                Err(ReadFailed) => self.fail_entering(socket, Refusal::StorageFailed.into()),
            },
            Some(ReadPurpose::History { socket, id }) => {
                let reader = self.sockets.get(&socket);
                let Some(member) = reader.and_then(|id| self.members.get_mut(id)) else {
                    return;
                };
                member.reading = false;
                let answer = match result {
                    Ok(page) => Answer::History(page),
                    Err(ReadFailed) => Answer::Error(Refusal::StorageFailed.into()),
                };
                self.answer(socket, id, answer);
            }
            None => {}
        }
    }

    pub(crate) fn typing(&mut self, now: Now, asker: Asker, typing: bool) {
        self.answer(asker.socket, asker.id, Answer::Done);
        if !typing {
            return self.stop_typing(asker.participant);
        }
        let until = now.mono + millis(self.limits.typing_ms);
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        let before = member.typing_until.replace(until);
        if let Some(before) = before {
            self.stop_timer(before, asker.participant, Timer::Typing);
        }
        self.start_timer(until, asker.participant, Timer::Typing);
        if before.is_none() {
            let event = Event::Typing {
                participant: asker.participant,
                typing: true,
            };
            self.tell_all_but(Some(asker.socket), event);
        }
    }

    /// Ends somebody's typing, if they are.
    pub(crate) fn stop_typing(&mut self, participant: ParticipantId) {
        let Some(member) = self.members.get_mut(&participant) else {
            return;
        };
        let Some(until) = member.typing_until.take() else {
            return;
        };
        let socket = member.socket;
        self.stop_timer(until, participant, Timer::Typing);
        let event = Event::Typing {
            participant,
            typing: false,
        };
        self.tell_all_but(socket, event);
    }
}

fn posted(pending: &PendingAppend, number: u64, time_ms: u64) -> Answer {
    Answer::Posted(Box::new(Posted {
        entry: entry(pending, number, time_ms),
    }))
}

fn entry(pending: &PendingAppend, number: u64, time_ms: u64) -> Entry {
    Entry {
        number,
        changed: number,
        time_ms,
        sender: pending.sender.clone(),
        client_id: pending.client_id.clone(),
        thread: None,
        to: None,
        replies: None,
        marks: Vec::new(),
        body: pending.body.clone(),
    }
}
