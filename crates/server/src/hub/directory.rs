//! Which rooms are open.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use zoom_protocol::{RequestId, RoomName};
use zoom_rooms::Input;

use super::{
    Hub,
    inbox::{Entrant, Inbox, Receiver, Refused, inbox},
    room_task,
};

/// The open rooms by [`RoomName::key`].
///
/// Somebody comes in under the same lock under which a room closes, so that nobody is left in front
/// of a room that has just closed.
#[derive(Debug, Default)]
pub(super) struct Directory {
    table: Mutex<Table>,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Table {
    closed: bool,
    last_opening: u64,
    rooms: HashMap<Box<str>, Open>,
    /// Rooms that nobody may open just then.
    held: HashSet<Box<str>>,
}

#[derive(Debug)]
struct Open {
    opening: u64,
    inbox: Inbox,
}

/// What somebody who looks into a room finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is open, and answers itself.
    Open,
    /// Nobody is there.
    Closed,
}

/// One opening of one room; whoever holds it drives the room.
#[derive(Debug)]
pub(super) struct Opening {
    hub: Hub,
    key: Box<str>,
    number: u64,
}

impl Directory {
    /// How many rooms are open.
    pub(super) fn open(&self) -> usize {
        self.lock().rooms.len()
    }

    /// See [`Hub::enter`].
    pub(super) fn enter(
        &self,
        hub: &Hub,
        room: &RoomName,
        entrant: Entrant,
        input: Input,
    ) -> Result<Inbox, Refused> {
        let mut table = self.lock();
        if table.closed {
            return Err(Refused::Closed);
        }
        if let Some(open) = table.rooms.get(room.key()) {
            open.inbox.enter(entrant, input)?;
            return Ok(open.inbox.clone());
        }
        if table.held.contains(room.key()) {
            return Err(Refused::Busy);
        }
        let (inbox, receiver) = inbox(hub.limits().room_queue);
        inbox.enter(entrant, input)?;
        table.last_opening += 1;
        let key: Box<str> = room.key().into();
        let number = table.last_opening;
        let open = Open {
            opening: number,
            inbox: inbox.clone(),
        };
        table.rooms.insert(key.clone(), open);
        let opening = Opening {
            hub: hub.clone(),
            key,
            number,
        };
        tokio::spawn(room_task::run(
            opening,
            room.clone(),
            inbox.clone(),
            receiver,
        ));
        Ok(inbox)
    }

    /// See [`Hub::look`].
    pub(super) fn look(
        &self,
        room: &RoomName,
        onlooker: &Entrant,
        id: RequestId,
    ) -> Result<Found, Refused> {
        // Under the lock, so that a room that closes has answered before.
        match self.lock().rooms.get(room.key()) {
            Some(open) => open.inbox.look(onlooker.clone(), id).map(|()| Found::Open),
            None => Ok(Found::Closed),
        }
    }

    /// See [`Hub::hold`].
    pub(super) fn hold(&self, room_key: &str) -> bool {
        let mut table = self.lock();
        !table.rooms.contains_key(room_key) && table.held.insert(room_key.into())
    }

    /// Lets a held room be opened again.
    pub(super) fn let_go(&self, room_key: &str) {
        self.lock().held.remove(room_key);
    }

    /// Tells a room something, if it is open; a closed one has nobody to be told.
    pub(super) fn tell(&self, room_key: &str, input: Input) {
        if let Some(open) = self.lock().rooms.get(room_key) {
            open.inbox.outcome(input);
        }
    }

    /// Opens no room from here on, stops those that are open, and returns when all are closed.
    pub(super) async fn close(&self) {
        {
            let mut table = self.lock();
            table.closed = true;
            for open in table.rooms.values() {
                open.inbox.stop();
            }
        }
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if self.open() == 0 {
                return;
            }
            emptied.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        // The table is whole between any two statements, so a panic elsewhere spoils nothing.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opening {
    /// The hub of the room.
    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The room's number in this process, for logs.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Closes the room unless something waits for it. After `true` nothing can come in.
    pub(super) fn close_if_idle(&self, receiver: &Receiver) -> bool {
        let directory = &self.hub.0.directory;
        let mut table = directory.lock();
        if !receiver.is_empty() {
            return false;
        }
        self.remove(&mut table);
        true
    }

    fn remove(&self, table: &mut Table) {
        let is_this = |open: &Open| open.opening == self.number;
        if table.rooms.get(&self.key).is_some_and(is_this) {
            table.rooms.remove(&self.key);
        }
        if table.rooms.is_empty() {
            self.hub.0.directory.emptied.notify_waiters();
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let mut table = self.hub.0.directory.lock();
        self.remove(&mut table);
    }
}
