//! One room, and the loop that drives it.

use std::{collections::VecDeque, time::Instant};

use zoom_protocol::{Limits, Now, RoomName};

use crate::{Input, Output};

/// One line to a client. Fresh for every connection in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// One open room.
///
/// The loop that drives it: feed what happens, drain the outputs, wait for the next input or the
/// next timeout, whichever comes first.
///
/// ```
/// # use std::time::Instant;
/// # use zoom_protocol::{Limits, Now};
/// # use zoom_rooms::{Input, Output, Room, SocketId};
/// # let now = || Now { mono: Instant::now(), unix_ms: 0 };
/// # let mut inputs = vec![Input::Disconnected { socket: SocketId(1) }].into_iter();
/// let mut room = Room::new("blue-otter-42".parse().unwrap(), 0, Limits::default());
/// loop {
///     while let Some(output) = room.poll_output() {
///         match output {
///             Output::Empty => { /* drop the room, unless an input waits for it */ }
///             _ => { /* send, write, read, negotiate, command, close */ }
///         }
///     }
///     // Wait for an input, at most until `room.poll_timeout()`.
///     match inputs.next() {
///         Some(input) => room.handle(now(), input),
///         None if room.poll_timeout().is_some() => room.handle_timeout(now()),
///         None => break,
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Room {
    name: RoomName,
    outputs: VecDeque<Output>,
}

impl Room {
    /// Opens a room without anybody in it.
    ///
    /// `name` is how the room's first visitor wrote it and `last_number` the number of its last
    /// entry, 0 for none; for a room that has entries both come from the store.
    pub fn new(name: RoomName, _last_number: u64, _limits: Limits) -> Self {
        Self {
            name,
            outputs: VecDeque::new(),
        }
    }

    /// The room's name as its first visitor wrote it.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// Takes one input in. Drain [`Self::poll_output`] afterwards.
    pub fn handle(&mut self, _now: Now, _input: Input) {
        self.outputs.push_back(Output::Empty);
    }

    /// The next thing to carry out, if there is one.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called; ask again after every input.
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// Does what is due. Drain [`Self::poll_output`] afterwards.
    pub fn handle_timeout(&mut self, _now: Now) {}

    /// Whether nobody is here and nothing is awaited.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// How many participants are in the room, those who may come back among them.
    pub fn len(&self) -> usize {
        0
    }
}
