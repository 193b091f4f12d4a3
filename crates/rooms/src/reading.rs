//! Pages and searches, read for one participant.

use zoom_protocol::{
    Answer, AuthorId, ErrorAnswer, Found, History, Now, RequestId, Search, Upload, UploadPlace,
};

use crate::{
    Output, PageRead, Read, ReadFailed, ReadId, ReservationId, Reserve, Room, Searching, SocketId,
    Wanted, refusal::Refusal, room::Asker,
};

/// For what something is being read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// For somebody who enters.
    Enter(SocketId),
    /// For somebody who reads a page.
    History {
        reader: Reader,
        viewer: AuthorId,
        wanted: Wanted,
        /// What was told before this moment is in what is read.
        since: u64,
    },
    /// For somebody who searches.
    Search(Reader),
}

/// The request that asked for something to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    socket: SocketId,
    id: RequestId,
}

impl From<Asker> for Reader {
    fn from(asker: Asker) -> Self {
        Self {
            socket: asker.socket,
            id: asker.id,
        }
    }
}

impl Room {
    pub(crate) fn history(&mut self, asker: Asker, history: History) {
        let wanted = Wanted::Page {
            at: history.page,
            thread: history.thread,
        };
        if let Some(viewer) = self.may_read(asker) {
            let purpose = Purpose::History {
                reader: asker.into(),
                viewer,
                wanted,
                since: self.recent.begin(),
            };
            self.read(viewer, wanted, purpose);
        }
    }

    pub(crate) fn search(&mut self, now: Now, asker: Asker, search: Search) {
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        let most = self.limits.search_chars as usize;
        let sender = search.sender.as_deref().unwrap_or_default();
        let refusal = if !member.searches.take(now.mono) {
            Some(Refusal::SearchesTooFast)
        } else if search.text.chars().count() > most || sender.chars().count() > most {
            Some(Refusal::SearchTooLong)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return self.refuse(asker.socket, asker.id, refusal);
        }
        if let Some(viewer) = self.may_read(asker) {
            let read = ReadId(self.fresh_id());
            self.reads.insert(read, Purpose::Search(asker.into()));
            self.emit(Output::Search(Box::new(Searching {
                read,
                viewer,
                search,
            })));
        }
    }

    /// Whether somebody may have one more thing read, and as whom; they are told where they may not.
    fn may_read(&mut self, asker: Asker) -> Option<AuthorId> {
        let most = self.limits.participant_reads;
        let member = self.members.get_mut(&asker.participant)?;
        if member.reading >= most {
            self.refuse(asker.socket, asker.id, Refusal::ReadsPending);
            return None;
        }
        member.reading += 1;
        Some(member.person.author)
    }

    /// Has a piece of the timeline read.
    pub(crate) fn read(&mut self, viewer: AuthorId, wanted: Wanted, purpose: Purpose) {
        let read = ReadId(self.fresh_id());
        self.reads.insert(read, purpose);
        self.emit(Output::Read(Read {
            read,
            viewer,
            wanted,
            limit: self.limits.page_entries,
        }));
    }

    pub(crate) fn page(&mut self, read: ReadId, result: Result<PageRead, ReadFailed>) {
        match self.reads.remove(&read) {
            Some(Purpose::Enter(socket)) => match result {
                Ok(page) => {
                    if let Some(entering) = self.entering.get_mut(&socket) {
                        entering.page = Some(page);
                    }
                    self.finish_entering(socket);
                }
                Err(ReadFailed) => self.fail_entering(socket, Refusal::StorageFailed.into()),
            },
            Some(Purpose::History {
                reader,
                viewer,
                wanted,
                since,
            }) => match result {
                // Nobody waits for what is read on a line that is gone.
                _ if !self.sockets.contains_key(&reader.socket) => self.recent.end(),
                Err(ReadFailed) => {
                    self.recent.end();
                    self.fail_reading(reader);
                }
                Ok(PageRead { page, last, .. }) => {
                    let Some(missed) = self.recent.since(since, last, viewer) else {
                        // Too much happened meanwhile: what was read is too old.
                        let since = self.recent.moment();
                        let purpose = Purpose::History {
                            reader,
                            viewer,
                            wanted,
                            since,
                        };
                        return self.read(viewer, wanted, purpose);
                    };
                    self.recent.end();
                    self.answer_reader(reader, Answer::History(page));
                    self.tell_again(reader.socket, missed);
                }
            },
            Some(Purpose::Search(_)) | None => {}
        }
    }

    pub(crate) fn found(&mut self, read: ReadId, result: Result<Found, ReadFailed>) {
        let Some(Purpose::Search(reader)) = self.reads.remove(&read) else {
            return;
        };
        match result {
            _ if !self.sockets.contains_key(&reader.socket) => {}
            Ok(found) => self.answer_reader(reader, Answer::Found(found)),
            Err(ReadFailed) => self.fail_reading(reader),
        }
    }

    fn fail_reading(&mut self, reader: Reader) {
        self.answer_reader(reader, Answer::Error(Refusal::StorageFailed.into()));
    }

    fn answer_reader(&mut self, reader: Reader, answer: Answer) {
        let member = self.sockets.get(&reader.socket);
        if let Some(member) = member.and_then(|id| self.members.get_mut(id)) {
            member.reading = member.reading.saturating_sub(1);
        }
        self.answer(reader.socket, reader.id, answer);
    }

    /// Asks for a place for a file.
    pub(crate) fn upload(&mut self, asker: Asker, upload: Upload) {
        let Some(member) = self.members.get(&asker.participant) else {
            return;
        };
        let author = member.person.author;
        let reservation = ReservationId(self.fresh_id());
        self.reservations
            .insert(reservation, (asker.socket, asker.id));
        self.emit(Output::Reserve(Box::new(Reserve {
            reservation,
            author,
            upload,
        })));
    }

    pub(crate) fn reserved(
        &mut self,
        reservation: ReservationId,
        result: Result<UploadPlace, ErrorAnswer>,
    ) {
        let asked = self.reservations.remove(&reservation);
        if let Some((socket, id)) = asked.filter(|(socket, _)| self.sockets.contains_key(socket)) {
            let answer = match result {
                Ok(place) => Answer::Upload(place),
                Err(error) => Answer::Error(error),
            };
            self.answer(socket, id, answer);
        }
    }
}
