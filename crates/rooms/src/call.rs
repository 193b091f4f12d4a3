//! The record of a call in the timeline: that there is one, who came, and how long it took.
//!
//! A call begins when two people have peers and one of them has something on. It ends when fewer
//! than two are left for `call_end_ms`: a page that is loaded again is the same call. Its record is
//! written when it begins, at most every `call_record_ms` while people come, and when it ends.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use zoom_protocol::{AuthorId, CallRecord, ClientId, ErrorCode, Now, Person, Sources};

use crate::{
    Change, Room, WriteId, WriteOutcome,
    room::{PendingWrite, millis},
};

/// The call of a room, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Who is there, or what they have on, is not as it was when it was last looked at.
    pub(crate) changed: bool,
    going_on: Option<Call>,
}

#[derive(Debug)]
struct Call {
    /// The number of its entry; none before it is on disk.
    number: Option<u64>,
    record: CallRecord,
    /// Who is counted in the record.
    known: BTreeSet<AuthorId>,
    /// The record that is being written.
    writing: Option<WriteId>,
    /// The record says more than the one that was written.
    unwritten: bool,
    /// Before when it is not written again.
    quiet_until: Instant,
    /// Since when fewer than two are there, and until when a second one is waited for.
    alone: Option<(u64, Instant)>,
}

impl Calls {
    /// When there is something to do, if there is.
    pub(crate) fn due(&self) -> Option<Instant> {
        let call = self.going_on.as_ref()?;
        let write = (call.unwritten && call.writing.is_none()).then_some(call.quiet_until);
        let end = call.alone.map(|(_, until)| until);
        let end = end.filter(|_| call.record.ended_ms.is_none());
        write.into_iter().chain(end).min()
    }
}

impl Call {
    fn new(now: Now) -> Self {
        Self {
            number: None,
            record: CallRecord::default(),
            known: BTreeSet::new(),
            writing: None,
            unwritten: false,
            quiet_until: now.mono,
            alone: None,
        }
    }

    /// Counts somebody who is there, once however often they come.
    fn meet(&mut self, person: &Person, limits: &zoom_protocol::Limits) {
        if self.known.contains(&person.author) {
            return;
        }
        // Who comes when as many are known is counted each time they come.
        if self.known.len() < (limits.room_participants as usize).saturating_mul(8) {
            self.known.insert(person.author);
        }
        if self.record.people.len() < limits.call_people as usize {
            self.record.people.push(person.clone());
        }
        self.record.count = self.record.count.saturating_add(1);
        self.unwritten = true;
    }

    /// Learns how many are there at this moment.
    fn count(&mut self, now: Now, there: usize, anybody: bool, patience: Duration) {
        if there >= 2 {
            self.alone = None;
            return;
        }
        let (since_ms, until) = *self.alone.get_or_insert((now.unix_ms, now.mono + patience));
        if now.mono >= until || !anybody {
            self.record.ended_ms = Some(since_ms);
            self.unwritten = true;
            self.quiet_until = now.mono;
        }
    }
}

impl Room {
    /// Begins, continues or ends the record of a call, as people come and go.
    pub(crate) fn look_at_call(&mut self, now: Now) {
        let is_due = self.calls.due().is_some_and(|at| at <= now.mono);
        if !std::mem::take(&mut self.calls.changed) && !is_due {
            return;
        }
        let in_order = self.entered.values().filter_map(|id| self.members.get(id));
        let there: Vec<_> = in_order.filter(|member| member.peer.is_some()).collect();
        let call = match &mut self.calls.going_on {
            Some(call) => call,
            None if there.len() < 2 || !there.iter().any(|it| has_any(it.sources)) => return,
            none => none.insert(Call::new(now)),
        };
        if call.record.ended_ms.is_none() {
            for member in &there {
                call.meet(&member.person, &self.limits);
            }
            let patience = millis(self.limits.call_end_ms);
            call.count(now, there.len(), !self.members.is_empty(), patience);
        }
        self.write_call(now);
    }

    /// Writes the record, where it is time to.
    fn write_call(&mut self, now: Now) {
        let Some(call) = &mut self.calls.going_on else {
            return;
        };
        if !call.unwritten || call.writing.is_some() || now.mono < call.quiet_until {
            return;
        }
        let record = call.record.clone();
        let first = record.people.first().cloned();
        // Its id among what its sender writes: a message of theirs that has it already only makes
        // the call begin a moment later.
        let client_id: Result<ClientId, _> = format!("call-{}", now.unix_ms).parse();
        let change = match (call.number, first, client_id) {
            (Some(number), ..) => Change::CallChanged { number, record },
            (None, Some(sender), Ok(client_id)) => Change::CallBegan {
                sender,
                client_id,
                record,
            },
            (None, None, _) | (None, _, Err(_)) => return,
        };
        call.unwritten = false;
        call.quiet_until = now.mono + millis(self.limits.call_record_ms);
        let write = self.write(now.unix_ms, change, PendingWrite::default());
        if let Some(call) = &mut self.calls.going_on {
            call.writing = Some(write);
        }
    }

    /// Learns what became of a write, where it is one of the call's.
    pub(crate) fn call_written(&mut self, now: Now, write: WriteId, outcome: &WriteOutcome) {
        let Some(call) = &mut self.calls.going_on else {
            return;
        };
        if call.writing != Some(write) {
            return;
        }
        call.writing = None;
        let ended = call.record.ended_ms.is_some() && !call.unwritten;
        let over = match outcome {
            WriteOutcome::Posted {
                entry,
                repeat: false,
            } => {
                call.number = Some(entry.number);
                ended
            }
            WriteOutcome::Changed { .. } | WriteOutcome::Unchanged => ended,
            // Later, unless it is over: then the next opening of the room ends it.
            WriteOutcome::Refused(
                ErrorCode::Busy | ErrorCode::StorageFull | ErrorCode::StorageFailed,
            ) => {
                call.unwritten = true;
                ended
            }
            // The entry is none that could be changed: it has expired.
            WriteOutcome::Posted { .. }
            | WriteOutcome::Marked { .. }
            | WriteOutcome::Refused(_) => true,
        };
        if over {
            self.calls.going_on = None;
            self.calls.changed = true;
        } else {
            self.write_call(now);
        }
    }

    /// Ends the call that the last run of the server did not.
    pub(crate) fn end_call_left_open(&mut self, number: u64, record: CallRecord, last_ms: u64) {
        let record = CallRecord {
            ended_ms: Some(last_ms),
            ..record
        };
        let change = Change::CallChanged { number, record };
        self.write(last_ms, change, PendingWrite::default());
    }
}

/// Whether somebody has something on that others see or hear.
fn has_any(sources: Sources) -> bool {
    sources.microphone || sources.camera || sources.screen
}
