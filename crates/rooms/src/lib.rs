//! The rules of one room: who is in it, who sees and hears whom, what is said in which order.
//!
//! A [`Room`] is sans-IO: it opens no socket, reads no clock, draws no random number and waits for
//! nothing. Inputs go in with the time they came at, and what they cause comes out as [`Output`]s,
//! one closed enum. The same inputs at the same times give the same outputs, bit for bit.
//!
//! Three things hold whatever comes in. A request has one answer, and its state changes after that
//! answer. What is kept is told when it is on disk, in the order of its numbers, to those who may
//! read it and to nobody else, and the page that somebody enters with and the events that follow it
//! fit without a gap or a repeat. A participant outlives their socket and their peer: slots, sources
//! and people stay as they were until the participant leaves or is lost.
//!
//! What it does not do: it keeps no timeline (it asks for writes, pages and searches, and whoever
//! drives it brings the outcomes back), it knows no file, it reads no SDP (it asks for a negotiation
//! and learns its result), and it mints no ids and no tokens: participants' ids, their authors and
//! resume tokens come in from outside.

mod bucket;
mod call;
mod chat;
mod enter;
mod gestures;
mod input;
mod media;
mod member;
mod ordinals;
mod output;
mod quality;
mod reading;
mod recent;
mod refusal;
mod room;
mod slots;
mod typing;

pub use bucket::Bucket;
pub use input::{Input, JoinInput, MemberRequest, PageRead, ReadFailed, ResumeInput, WriteOutcome};
pub use output::{
    Audience, Change, MediaCommand, Negotiate, NegotiationId, NewMessage, Output, Read, ReadId,
    ReservationId, Reserve, Searching, Wanted, Write, WriteId,
};
pub use room::{Room, SocketId};
