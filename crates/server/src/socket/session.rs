//! What one socket has said so far, and what its next request therefore leads to.
//!
//! A session sends nothing itself: answers go onto the socket's line, behind what a room may have
//! said to it before, so that everything keeps one order.

use std::time::{Duration, Instant};

use serde::Deserialize;
use zoom_protocol::{
    Answer, ClientMessage, ErrorAnswer, ErrorCode, Hello, Join, Limits, Look, Looked, Now, Request,
    RequestId, ResumeRequest, decode_client,
};
use zoom_rooms::{Bucket, Input, JoinInput, MemberRequest, ResumeInput};

use super::{
    line::Meaning,
    seats::Seat,
    texts::{Language, error},
    token::Claim,
};
use crate::hub::{self, Entrant, Found, Hub, Inbox, Refused};

/// The state of one socket. When it is dropped, the room learns that the socket is gone.
#[derive(Debug)]
pub(super) struct Session {
    hub: Hub,
    seat: Seat,
    language: Language,
    is_greeted: bool,
    /// The room that the socket is in, or at whose door it waits.
    room: Option<Inbox>,
    requests: Bucket,
    refusals: Bucket,
}

impl Session {
    /// A socket that has said nothing yet.
    pub(super) fn new(hub: Hub, seat: Seat) -> Self {
        let limits = hub.limits();
        let requests = Bucket::new(
            limits.requests_burst,
            limits.requests_per_second,
            Duration::from_secs(1),
        );
        let refusals = Bucket::new(
            limits.flood_refusals,
            limits.flood_refusals,
            Duration::from_secs(60),
        );
        Self {
            seat,
            language: Language::default(),
            is_greeted: false,
            room: None,
            requests,
            refusals,
            hub,
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        self.hub.limits()
    }

    pub(super) fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Whether `hello` was said and accepted.
    pub(super) fn is_greeted(&self) -> bool {
        self.is_greeted
    }

    /// Takes a message in. Its one answer comes over the line.
    pub(super) fn handle(&mut self, now: Now, text: &str) {
        if !self.requests.take(now.mono) {
            self.refuse(id_of(text), error(self.language, ErrorCode::TooFast));
            return;
        }
        let ClientMessage { id, request } = match self.decode(text) {
            Ok(message) => message,
            Err((id, refusal)) => {
                self.refuse(id, refusal);
                return;
            }
        };
        if let Err(code) = self.request(now, id, request) {
            self.refuse(Some(id), error(self.language, code));
        }
    }

    /// Takes a WebSocket ping in; it costs what a request costs. The frame's answer is a matter of
    /// the WebSocket; false when the client is to be closed as a flood.
    pub(super) fn handle_ping(&mut self, now: Instant) -> bool {
        self.requests.take(now) || self.refusals.take(now)
    }

    /// Learns that a text of the line went out. False when the client is to be closed as a flood.
    pub(super) fn said(&mut self, now: Instant, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Plain => true,
            Meaning::Refusal => self.refusals.take(now),
            Meaning::NotEntered => {
                self.leave_the_door();
                self.refusals.take(now)
            }
        }
    }

    /// Tells the room that the socket is gone.
    pub(super) fn end(&mut self) {
        self.seat.line.hang_up();
        self.leave_the_door();
    }

    /// Tells the room, if there is one, that nothing more comes from this socket.
    fn leave_the_door(&mut self) {
        if let Some(room) = self.room.take() {
            let socket = self.seat.socket;
            room.outcome(Input::Disconnected { socket });
        }
    }

    fn decode(&self, text: &str) -> Result<ClientMessage, (Option<RequestId>, ErrorAnswer)> {
        let limit = self.limits().frame_bytes;
        let is_large = u32::try_from(text.len()).is_ok_and(|length| length > limit);
        let decoded = decode_client(text);
        let carries_offer = match &decoded {
            Ok(ClientMessage {
                request: Request::Join(join),
                ..
            }) => join.media.is_some(),
            Ok(ClientMessage { request, .. }) => matches!(request, Request::Media(_)),
            Err(_) => false,
        };
        if is_large && !carries_offer {
            let id = decoded.map_or_else(|error| error.id, |message| Some(message.id));
            let message = format!("a message without an offer has at most {limit} bytes");
            let code = ErrorCode::TooLarge;
            return Err((id, ErrorAnswer { code, message }));
        }
        decoded.map_err(zoom_protocol::DecodeError::into_answer)
    }

    fn request(&mut self, now: Now, id: RequestId, request: Request) -> Result<(), ErrorCode> {
        let request = match request {
            Request::Hello(hello) => return self.hello(now, id, hello),
            Request::Ping => {
                self.greeted()?;
                self.answer(id, Answer::Done);
                return Ok(());
            }
            Request::Look(look) => return self.look(now, id, &look),
            Request::Join(join) => return self.join(now, id, join),
            Request::Leave => MemberRequest::Leave,
            Request::Post(post) => MemberRequest::Post(post),
            Request::Edit(edit) => MemberRequest::Edit(edit),
            Request::Delete(delete) => MemberRequest::Delete(delete),
            Request::Mark(mark) => MemberRequest::Mark(mark),
            Request::History(history) => MemberRequest::History(history),
            Request::Search(search) => MemberRequest::Search(Box::new(search)),
            Request::Upload(upload) => MemberRequest::Upload(upload),
            Request::Typing(typing) => MemberRequest::Typing(typing),
            Request::Hand(hand) => MemberRequest::Hand(hand),
            Request::React(react) => MemberRequest::React(react),
            Request::Publish(publish) => MemberRequest::Publish(publish),
            Request::View(view) => MemberRequest::View(view),
            Request::Media(media) => MemberRequest::Media(Box::new(media)),
            // The list of requests may grow in its own crate.
            _ => return Err(ErrorCode::UnknownType),
        };
        self.greeted()?;
        let room = self.room.as_ref().ok_or(ErrorCode::JoinFirst)?;
        let input = Input::Request {
            socket: self.seat.socket,
            id,
            request,
        };
        room.request(input).map_err(|refused| match refused {
            Refused::Busy => ErrorCode::Busy,
            Refused::Closed => ErrorCode::JoinFirst,
        })
    }

    fn hello(&mut self, now: Now, id: RequestId, hello: Hello) -> Result<(), ErrorCode> {
        if self.is_greeted {
            return Err(ErrorCode::HelloTwice);
        }
        self.language = Language::of_tag(hello.language.as_deref());
        let Some(resume) = hello.resume else {
            self.is_greeted = true;
            self.answer(id, hub::welcome(self.limits(), self.language, None));
            return Ok(());
        };
        if !self.seat.may_join(now.mono) {
            return Err(ErrorCode::TooFast);
        }
        match self.claim(now, &resume) {
            Ok(claim) => self.resume(id, resume.after, claim)?,
            Err(code) => {
                let refusal = error(self.language, code);
                let welcome = hub::welcome(self.limits(), self.language, Some(Err(refusal)));
                self.answer(id, welcome);
            }
        }
        self.is_greeted = true;
        Ok(())
    }

    /// What a token says, if it is good at this moment.
    fn claim(&self, now: Now, resume: &ResumeRequest) -> Result<Claim, ErrorCode> {
        let claim = self.hub.tokens().read(&resume.token);
        let claim = claim.ok_or(ErrorCode::ResumeRefused)?;
        let age_ms = now.unix_ms.saturating_sub(claim.issued_ms);
        let is_of_this_run = claim.boot == self.hub.boot();
        if !is_of_this_run && age_ms > u64::from(self.limits().resume_token_ms) {
            return Err(ErrorCode::ResumeRefused);
        }
        Ok(claim)
    }

    fn resume(&mut self, id: RequestId, after: u64, claim: Claim) -> Result<(), ErrorCode> {
        let input = Input::Resume(ResumeInput {
            socket: self.seat.socket,
            id,
            participant: claim.participant,
            author: claim.author,
            name: claim.name,
            ordinal: claim.ordinal,
            recreate: claim.boot != self.hub.boot(),
            after,
        });
        self.enter(&claim.room, input)
    }

    fn join(&mut self, now: Now, id: RequestId, join: Join) -> Result<(), ErrorCode> {
        self.greeted()?;
        if self.room.is_some() {
            return Err(ErrorCode::JoinedAlready);
        }
        if !self.seat.may_join(now.mono) {
            return Err(ErrorCode::TooFast);
        }
        let Join {
            room,
            name,
            identity,
            sources,
            media,
        } = join;
        let participant = hub::new_participant();
        let authors = self.hub.authors();
        let input = Input::Join(JoinInput {
            socket: self.seat.socket,
            id,
            participant,
            author: authors.author(&room, identity.as_ref(), participant),
            name,
            sources,
            media: media.map(Box::new),
        });
        self.enter(&room, input)
    }

    fn look(&self, now: Now, id: RequestId, look: &Look) -> Result<(), ErrorCode> {
        self.greeted()?;
        if self.room.is_some() {
            return Err(ErrorCode::JoinedAlready);
        }
        if !self.seat.may_look(now.mono) {
            return Err(ErrorCode::TooFast);
        }
        match self.hub.look(&look.room, &self.entrant(), id) {
            Ok(Found::Open) => Ok(()),
            Ok(Found::Closed) | Err(Refused::Closed) => {
                self.answer(id, Answer::Looked(Looked::default()));
                Ok(())
            }
            Err(Refused::Busy) => Err(ErrorCode::Busy),
        }
    }

    fn entrant(&self) -> Entrant {
        Entrant {
            socket: self.seat.socket,
            line: self.seat.line.clone(),
            language: self.language,
        }
    }

    fn enter(&mut self, room: &zoom_protocol::RoomName, input: Input) -> Result<(), ErrorCode> {
        match self.hub.enter(room, self.entrant(), input) {
            Ok(inbox) => {
                self.room = Some(inbox);
                Ok(())
            }
            Err(Refused::Busy | Refused::Closed) => Err(ErrorCode::Busy),
        }
    }

    fn greeted(&self) -> Result<(), ErrorCode> {
        self.is_greeted.then_some(()).ok_or(ErrorCode::HelloFirst)
    }

    fn answer(&self, id: RequestId, answer: Answer) {
        let (text, meaning) = hub::answer(self.language, Some(id), answer);
        self.seat.line.say(text, meaning);
    }

    fn refuse(&self, id: Option<RequestId>, refusal: ErrorAnswer) {
        let (text, meaning) = hub::error_answer(self.language, id, refusal);
        self.seat.line.say(text, meaning);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

/// The id of a message that is read no further.
fn id_of(text: &str) -> Option<RequestId> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: RequestId,
    }
    serde_json::from_str(text).map(|OnlyId { id }| id).ok()
}
