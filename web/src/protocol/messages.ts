// Generated from the Rust types of crates/protocol. Do not edit: run
// cargo run -p zoom-protocol --example generate

/**
 * A client's number for one of its requests; the answer carries it back. Any value; a client
 * that reuses one before its answer came cannot tell the answers apart.
 */
export type RequestId = number;

/**
 * One stay of somebody in a room: 64 random bits, 16 lower-case hexadecimal digits on the wire.
 */
export type ParticipantId = string;

/**
 * Whoever writes in a room, over all their stays in it: 64 bits that the server derives from
 * the room and the client's [`Identity`], so that they tell nothing in another room. A stay
 * without an identity has an author of its own.
 */
export type AuthorId = string;

/**
 * The server's name for an upload: 1 to 64 of `A-Z a-z 0-9 _ -`. Who knows it may send bytes.
 */
export type UploadId = string;

/**
 * A secret by which a client is the same author each time it comes to a room: 22 to 64 of
 * `A-Z a-z 0-9 _ -`, at least 128 random bits. It is told to the server and nobody else.
 */
export type Identity = string;

/**
 * The SHA-256 (FIPS 180-4) of a file's content: 64 lower-case hexadecimal digits on the wire.
 */
export type FileHash = string;

/**
 * What a file is called by who sent it: 1 to 60 characters of any script, without a path.
 *
 * It is shown and offered for saving; nothing on the server's disk is named after it.
 */
export type FileName = string;

/**
 * A receive place of one browser, `person-0` say; also the id of its MediaStream there.
 */
export type SlotId = string;

/**
 * The three kinds of receive places of a browser.
 */
export type SlotKind = "person" | "voice" | "stage";

/**
 * A client's own id for something it sends once: 1 to 64 of `A-Z a-z 0-9 _ -`.
 */
export type ClientId = string;

/**
 * A room's name: 1 to 64 letters of any script, digits, `-` and `_`.
 *
 * `as_str` is how it was written (NFC); `key` is what is compared: NFC, case-folded.
 */
export type RoomName = string;

/**
 * What a person calls themself: 1 to 64 visible characters, inner spaces single.
 */
export type DisplayName = string;

/**
 * The text of a message: 1 to 8,000 characters, line ends as `\n`.
 *
 * It is text, never markup: whoever shows it escapes it.
 */
export type MessageText = string;

/**
 * One emoji: a single picture to whoever sees it, however many characters it is made of.
 *
 * Any emoji rather than one of a list: pages may offer others tomorrow, and older ones show them.
 * Its form is checked and not whether every system has a picture for it.
 */
export type Reaction = string;

/**
 * What one server allows. `Limits::default()` is what a server runs with; tests take their own.
 */
export type Limits = { 
/**
 * Longest room name in characters: fits a link and a tab title.
 */
room_name_chars: number, 
/**
 * Longest display name in characters: fits a tile.
 */
display_name_chars: number, 
/**
 * Longest message in characters: three printed pages; longer text is a file.
 */
message_chars: number, 
/**
 * Largest WebSocket message in bytes: a message of the longest text in escaped JSON fits.
 */
frame_bytes: number, 
/**
 * Largest WebSocket message that carries an SDP offer, in bytes: Chromium's largest with 64
 * m-lines and all its codecs fits.
 */
offer_frame_bytes: number, 
/**
 * Largest message that `/api/echo` returns, in bytes: the largest that conformance tests send.
 */
echo_message_bytes: number, 
/**
 * Bytes that may wait in all echoes together for clients that do not read: memory. Beyond it
 * a client has to read before more of it is read.
 */
echo_backlog_bytes: number, 
/**
 * Most m-lines of an offer: each costs memory and time at the server.
 */
offer_media_lines: number, 
/**
 * Most person slots of one peer: a screenful of tiles.
 */
person_slots: number, 
/**
 * Most voice slots of one peer: people speaking at once whom one can still tell apart.
 */
voice_slots: number, 
/**
 * Most stage slots of one peer.
 */
stage_slots: number, 
/**
 * Most tiles in one `view`: more than a screen can show.
 */
view_tiles: number, 
/**
 * Entries of a timeline page: two screenfuls.
 */
page_entries: number, 
/**
 * Most mentions of one message: beyond that it is for everybody.
 */
mentions: number, 
/**
 * Most messages of one thread: a longer one is a room.
 */
thread_messages: number, 
/**
 * Most different emoji on one message: a few lines of them.
 */
marks: number, 
/**
 * Most people who have one emoji on one message.
 */
mark_authors: number, 
/**
 * People whom an emoji on a message names: as many as one reads.
 */
mark_people: number, 
/**
 * People whom the record of a call names.
 */
call_people: number, 
/**
 * Milliseconds between two changes of the record of a call while people come.
 */
call_record_ms: number, 
/**
 * Milliseconds for which a call waits for a second person before it has ended: the time in
 * which a page is loaded again.
 */
call_end_ms: number, 
/**
 * Days for which a room keeps what is written in it, unless the room says otherwise; 0 keeps it
 * for good.
 */
retention_days: number, 
/**
 * Longest text to search for, in characters: a sentence.
 */
search_chars: number, 
/**
 * Hits of one page of a search: a screenful and a half.
 */
search_hits: number, 
/**
 * Most files of one message.
 */
message_files: number, 
/**
 * Largest file, in bytes.
 */
file_bytes: number, 
/**
 * Most bytes of all files of one room.
 */
room_file_bytes: number, 
/**
 * Most uploads of one participant that are not in a message yet.
 */
uploads: number, 
/**
 * Milliseconds for which an upload that is in no message is kept after its last byte: a night
 * without a network.
 */
upload_ms: number, 
/**
 * Most uploads of the server that are kept: memory.
 */
uploads_waiting: number, 
/**
 * Largest picture that is looked into, in bytes: it is held in memory; a larger one is a file.
 */
picture_bytes: number, 
/**
 * Pictures that wait to be looked into before more are refused: half a minute of work.
 */
pictures_waiting: number, 
/**
 * Largest picture that is looked into, in pixels: what phones take; a larger one is a file.
 */
picture_pixels: number, 
/**
 * The longer side of a picture's small form, in pixels: twice what a message shows.
 */
thumbnail_pixels: number, 
/**
 * Most participants of one room: one media thread carries a room.
 */
room_participants: number, 
/**
 * Most microphones that are forwarded at once in a room: the loudest.
 */
loudest: number, 
/**
 * Most WebSocket connections of the server: memory.
 */
sockets: number, 
/**
 * Most WebSocket connections from one address: a school behind one address fits.
 */
sockets_per_address: number, 
/**
 * Most HTTP connections of the server, WebSockets among them.
 */
connections: number, 
/**
 * Most HTTP connections from one address (IPv6: from one /64).
 */
connections_per_address: number, 
/**
 * Connections beyond those that are told so at once; more are dropped without a word.
 */
connection_refusals: number, 
/**
 * Milliseconds in which a request's head has to come: no slow line needs more.
 */
request_head_ms: number, 
/**
 * Largest head of an HTTP request, in bytes: the buffer of a connection.
 */
request_head_bytes: number, 
/**
 * Milliseconds within which a TLS handshake has to end.
 */
tls_handshake_ms: number, 
/**
 * Milliseconds that a server told to end gives its HTTP connections to end.
 */
shutdown_ms: number, 
/**
 * Milliseconds from the handshake within which `hello` has to come.
 */
hello_timeout_ms: number, 
/**
 * Milliseconds between the server's pings on a socket that is otherwise silent.
 */
heartbeat_ms: number, 
/**
 * Milliseconds without any byte from a client after which its socket is dead.
 */
silence_ms: number, 
/**
 * Milliseconds that the system may take nothing for a socket before it counts as too slow.
 */
write_timeout_ms: number, 
/**
 * Milliseconds that a goodbye to a socket may take.
 */
close_ms: number, 
/**
 * Milliseconds that a participant outlives its socket: a tunnel, a lift, a change of network.
 */
resume_ms: number, 
/**
 * Milliseconds that a resume token is good for after a restart of the server.
 */
resume_token_ms: number, 
/**
 * Milliseconds after which somebody who said they are typing is not, unless they say it again.
 */
typing_ms: number, 
/**
 * Milliseconds between two events about how well connections do: nobody acts on it sooner, and
 * it is told to everybody.
 */
quality_ms: number, 
/**
 * Requests that one socket may send at once before `requests_per_second` holds.
 */
requests_burst: number, 
/**
 * Requests a second of one socket over time.
 */
requests_per_second: number, 
/**
 * Messages that one participant may post at once before `posts_per_second` holds.
 */
posts_burst: number, 
/**
 * Messages a second of one participant over time: faster than anybody types or pastes.
 */
posts_per_second: number, 
/**
 * Emoji on messages that one participant may put or take at once before `marks_per_second`
 * holds.
 */
marks_burst: number, 
/**
 * Emoji on messages a second of one participant over time: faster than anybody chooses.
 */
marks_per_second: number, 
/**
 * Searches of one participant at once before `searches_per_second` holds.
 */
searches_burst: number, 
/**
 * Searches a second of one participant over time: as one types.
 */
searches_per_second: number, 
/**
 * Pages and searches of one participant that are read at once: a timeline, a thread, and what
 * is searched for as one types.
 */
participant_reads: number, 
/**
 * Reactions that one participant may send at once before `reactions_per_second` holds.
 */
reactions_burst: number, 
/**
 * Reactions a second of one participant over time: applause, not a stream.
 */
reactions_per_second: number, 
/**
 * Reactions of one room that are told at once before `room_reactions_per_second` holds.
 */
room_reactions_burst: number, 
/**
 * Reactions a second of one room over time: more float by than anybody tells apart, and each
 * is told to everybody.
 */
room_reactions_per_second: number, 
/**
 * Offers that one participant may send at once before `offers_per_minute` holds.
 */
offers_burst: number, 
/**
 * Offers a minute of one participant over time: each costs milliseconds.
 */
offers_per_minute: number, 
/**
 * Joins from one address at once before `joins_per_second` holds.
 */
joins_burst: number, 
/**
 * Joins a second from one address over time: a class that comes in together fits.
 */
joins_per_second: number, 
/**
 * Looks into rooms from one address at once before `looks_per_second` holds.
 */
looks_burst: number, 
/**
 * Looks into rooms a second from one address over time: a class in front of a preview fits, and
 * trying names of rooms is slow.
 */
looks_per_second: number, 
/**
 * People whom `looked` names: as many as one reads before entering.
 */
look_people: number, 
/**
 * Refused requests of one socket, within a minute, after which it is closed as a flood.
 */
flood_refusals: number, 
/**
 * Events that wait for one socket before it counts as too slow and is closed.
 */
socket_queue: number, 
/**
 * Inputs that wait for one room before requests to it are refused.
 */
room_queue: number, 
/**
 * Messages of one room that wait for the disk before more are refused.
 */
room_appends: number, 
/**
 * Messages of all rooms that wait for the disk before more are refused: memory.
 */
store_queue: number, 
/**
 * Messages that are written to the disk together: what waits behind them waits this long.
 */
store_batch: number, 
/**
 * Timelines that are read from the disk at once; more wait.
 */
store_readers: number, 
/**
 * Commands that wait for one media thread before joins to it are refused.
 */
media_queue: number, 
/**
 * Pieces of DTLS handshakes that wait for a worker: some seconds of work. Beyond them a client
 * has to send again.
 */
handshakes_waiting: number, 
/**
 * ICE-TCP connections that have not proved to belong to a peer.
 */
ice_tcp_pending: number, 
/**
 * Milliseconds within which an ICE-TCP connection has to prove it.
 */
ice_tcp_timeout_ms: number, 
/**
 * ICE-TCP connections of the server: memory, file handles.
 */
ice_tcp_connections: number, 
/**
 * ICE-TCP connections from one address (IPv6: from one /64): a class behind one address fits.
 */
ice_tcp_per_address: number, 
/**
 * Milliseconds after which an ICE-TCP connection that nothing was sent on is closed: its peer
 * has ended or moved.
 */
ice_tcp_idle_ms: number, 
/**
 * Bytes that wait for one ICE-TCP connection before packets to it are dropped: half a second
 * of video; older pictures are worth less than later ones.
 */
ice_tcp_queue_bytes: number, 
/**
 * Bytes of the receive and of the send buffer that are asked of the system for a UDP port: a
 * burst of key frames in every room of a thread.
 */
media_socket_bytes: number, 
/**
 * Addresses that clients are told: more than machines have, apart from their containers.
 */
media_addresses: number, 
/**
 * Milliseconds from an offer within which its peer has to connect.
 */
peer_connect_ms: number, 
/**
 * Most `a=ssrc` lines of one m-line of an offer: a browser writes at most a dozen, and each
 * costs memory.
 */
offer_ssrc_lines: number, 
/**
 * Largest media datagram, in bytes: what an Ethernet frame holds.
 */
datagram_bytes: number, 
/**
 * Addresses of one peer at a time: a browser checks from each of its interfaces, over UDP and
 * TCP.
 */
peer_addresses: number, 
/**
 * Addresses that one peer may prove to be its own until its next ICE restart: its session
 * remembers each.
 */
peer_addresses_proved: number, 
/**
 * RTP streams (SSRCs) that one peer may send in its life: a browser sends about a dozen, and
 * each is remembered so that no packet of it counts twice.
 */
peer_streams: number, 
/**
 * Bits per second that a peer's way is believed to carry before it has shown it: a grid of
 * small pictures, so that somebody who comes sees all at once.
 */
estimate_start_bps: number, 
/**
 * Bits per second below which no estimate falls: sound has to pass.
 */
estimate_min_bps: number, 
/**
 * Bits per second above which no estimate rises: more than a wall of pictures needs.
 */
estimate_max_bps: number, 
/**
 * Milliseconds for which a packet that was sent to a peer is kept to be sent again: longer ago
 * than that no browser waits for it.
 */
resend_ms: number, 
/**
 * Packets that are kept of each layer of a picture, and noted of each outgoing one, to be sent
 * again: more than a second of a fast one.
 */
resend_video_packets: number, 
/**
 * Packets that are kept of each sound, to be repeated with the next one: more than a second.
 */
resend_audio_packets: number, 
/**
 * Largest share of retransmissions in what is sent, in percent: above it the way is so bad
 * that they make it worse.
 */
resend_percent: number, 
/**
 * The newest packets of a layer that are looked through for those of a key frame that overtook
 * its first packet: more do not overtake one.
 */
layer_packets: number, 
/**
 * Milliseconds between two reports on how a peer does: often enough to see what goes wrong
 * while it does.
 */
report_ms: number, 
/**
 * Connections to the operator's address: a few programs that ask now and then.
 */
operator_connections: number, };

/**
 * What a participant can publish; each is a track of its own.
 */
export type Source = "microphone" | "camera" | "screen" | "screen_audio";

/**
 * Which sources of a participant are on.
 */
export type Sources = { 
/**
 * The microphone is on; false is muted.
 */
microphone: boolean, 
/**
 * The camera is on.
 */
camera: boolean, 
/**
 * A screen is shared.
 */
screen: boolean, 
/**
 * The shared screen's sound is on.
 */
screen_audio: boolean, };

/**
 * What a tile can show.
 */
export type TileSource = "camera" | "screen";

/**
 * One visible tile.
 */
export type Tile = { 
/**
 * Whose.
 */
participant: ParticipantId, 
/**
 * Camera (a person slot) or screen (a stage slot).
 */
source: TileSource, 
/**
 * Width of the picture on the screen in device pixels.
 */
width: number, 
/**
 * Height of the picture on the screen in device pixels.
 */
height: number, };

/**
 * The `mid` (RFC 8843) of the m-line that sends each source, where there is one.
 */
export type SourceMids = { 
/**
 * The microphone's.
 */
microphone?: string, 
/**
 * The camera's.
 */
camera?: string, 
/**
 * The screen's.
 */
screen?: string, 
/**
 * The screen's sound's.
 */
screen_audio?: string, };

/**
 * A receive place and the receive-only m-lines that it is made of.
 */
export type Slot = { 
/**
 * Its id: the kind, and a number from 0 without gaps among its kind.
 */
slot: SlotId, 
/**
 * The `mid` of its audio m-line.
 */
audio: string, 
/**
 * The `mid` of its video m-line; person and stage slots have one, voice slots have none.
 */
video?: string, };

/**
 * An SDP offer with the meaning of its m-lines.
 */
export type MediaOffer = { 
/**
 * The SDP offer (RFC 8866, JSEP RFC 9429).
 */
offer: string, 
/**
 * The `mid` of each sending m-line.
 */
sources: SourceMids, 
/**
 * The receive places, with their m-lines.
 */
slots: Array<Slot>, };

/**
 * The server's end of the media session.
 */
export type MediaAnswer = { 
/**
 * The SDP answer.
 */
answer: string, };

/**
 * Who is in a slot.
 */
export type SlotAssignment = { 
/**
 * The slot.
 */
slot: SlotId, 
/**
 * Who; null for nobody.
 */
participant: ParticipantId | null, };

/**
 * A name that is told apart from the same name of somebody else.
 */
export type Person = { 
/**
 * Which stay in the room.
 */
participant: ParticipantId, 
/**
 * Who, over all their stays in the room.
 */
author: AuthorId, 
/**
 * The display name.
 */
name: DisplayName, 
/**
 * 1, or for somebody who came while others of the same name were there the smallest number
 * from 2 that was free: shown as `Kim (2)`.
 */
ordinal: number, };

/**
 * How well a connection does.
 */
export type QualityLevel = "good" | "fair" | "poor";

/**
 * What is worst about a connection.
 */
export type QualityReason = "none" | "loss" | "bandwidth" | "delay";

/**
 * Which way of a connection, seen from the participant.
 */
export type QualityDirection = "up" | "down";

/**
 * How well a connection does, as the server sees it.
 */
export type Quality = { 
/**
 * How well.
 */
level: QualityLevel, 
/**
 * What is worst about it.
 */
reason: QualityReason, 
/**
 * Which way it is, seen from the participant; absent where that is not known, and where all is
 * well.
 */
direction?: QualityDirection, };

/**
 * Whose connection does how well.
 */
export type QualityChange = { 
/**
 * Whose.
 */
participant: ParticipantId, 
/**
 * How well from here on; null when it is not known any more.
 */
quality: Quality | null, };

/**
 * Somebody in the room.
 */
export type Participant = { 
/**
 * What they have on.
 */
sources: Sources, 
/**
 * False while their socket is broken and they may come back.
 */
connected: boolean, 
/**
 * The place of their raised hand in the order of raising, smaller is earlier; absent while it
 * is down.
 */
hand?: number, 
/**
 * How well their connection does; absent while that is not known.
 */
quality?: Quality, 
/**
 * Which stay in the room.
 */
participant: ParticipantId, 
/**
 * Who, over all their stays in the room.
 */
author: AuthorId, 
/**
 * The display name.
 */
name: DisplayName, 
/**
 * 1, or for somebody who came while others of the same name were there the smallest number
 * from 2 that was free: shown as `Kim (2)`.
 */
ordinal: number, };

/**
 * Somebody who is mentioned, or put an emoji on a message.
 */
export type Mention = { 
/**
 * Who.
 */
author: AuthorId, 
/**
 * What they were called then.
 */
name: DisplayName, };

/**
 * A message's thread.
 */
export type Replies = { 
/**
 * How many messages it has that are not deleted.
 */
count: number, 
/**
 * The time of the last one, milliseconds since 1970-01-01T00:00:00Z.
 */
last_ms: number, };

/**
 * One emoji on a message.
 */
export type Marked = { 
/**
 * Which.
 */
reaction: Reaction, 
/**
 * How many people put it there.
 */
count: number, 
/**
 * The first `mark_people` of them.
 */
people: Array<Mention>, 
/**
 * Whether one of them is who reads this.
 */
mine: boolean, };

/**
 * The size of a picture, as it is shown (turned upright).
 */
export type PictureSize = { 
/**
 * Pixels.
 */
width: number, 
/**
 * Pixels.
 */
height: number, };

/**
 * A file of a message. Its bytes are at `/api/rooms/<room>/files/<hash>/<name>`.
 */
export type FileInfo = { 
/**
 * The SHA-256 of its content.
 */
hash: FileHash, 
/**
 * What it is called.
 */
name: FileName, 
/**
 * Its media type (RFC 6838) as its content says; `application/octet-stream` where that says
 * nothing that is safe to show.
 */
media_type: string, 
/**
 * Its length.
 */
bytes: number, 
/**
 * Its size, where it is a picture that is shown; then `?thumbnail` has a small one.
 */
picture?: PictureSize, };

/**
 * What a message says.
 */
export type Message = { 
/**
 * Markdown; line ends are `\n`. Absent where there are files alone.
 */
text?: MessageText, 
/**
 * Whom it mentions.
 */
mentions?: Array<Mention>, 
/**
 * Its files.
 */
files?: Array<FileInfo>, 
/**
 * When it was last edited, milliseconds since 1970-01-01T00:00:00Z; absent where it never was.
 */
edited_ms?: number, };

/**
 * A call that goes on, or went on.
 */
export type CallRecord = { 
/**
 * The first `call_people` who were in it, in the order of coming.
 */
people: Array<Person>, 
/**
 * How many there were in all.
 */
count: number, 
/**
 * When it ended, milliseconds since 1970-01-01T00:00:00Z; absent while it goes on.
 */
ended_ms?: number, };

/**
 * What an entry is.
 */
export type EntryBody = { "type": "message" } & Message | { "type": "deleted", 
/**
 * When, milliseconds since 1970-01-01T00:00:00Z.
 */
deleted_ms: number, } | { "type": "call" } & CallRecord;

/**
 * An entry of the timeline, as it is now.
 */
export type Entry = { 
/**
 * The room's number of it. Entries and changes of entries count together, from 1: numbers of
 * entries ascend, with gaps.
 */
number: number, 
/**
 * The number of its last change; its own where it never changed. An edit, an emoji, and a
 * message in its thread that is written or taken back change it. Of two states of one entry
 * the one with the larger number is the later, and an event with a number that is not larger
 * than this says nothing that is not in it already.
 */
changed: number, 
/**
 * The server's time, milliseconds since 1970-01-01T00:00:00Z; never less than the entry's
 * before.
 */
time_ms: number, 
/**
 * Who wrote it, or began it.
 */
sender: Person, 
/**
 * The sender's own id for it.
 */
client_id: ClientId, 
/**
 * The number of the message whose thread it belongs to; absent in the timeline itself.
 */
thread?: number, 
/**
 * The one person who may read it besides its sender; absent where everybody may.
 */
to?: Person, 
/**
 * Its thread; absent while it has none.
 */
replies?: Replies, 
/**
 * The emoji on it, in the order of the first of each.
 */
marks?: Array<Marked>, 
/**
 * What it is.
 */
body: EntryBody, };

/**
 * A piece of the timeline, or of a thread.
 */
export type Page = { 
/**
 * Entries in ascending order of number; every entry that the reader may read between the first
 * and the last of them is there.
 */
entries: Array<Entry>, 
/**
 * Whether there are older entries than the first of these.
 */
more_before: boolean, 
/**
 * Whether there are newer entries than the last of these.
 */
more_after: boolean, };

/**
 * The stable codes of errors.
 */
export type ErrorCode = "bad_json" | "bad_message" | "unknown_type" | "bad_field" | "bad_room_name" | "bad_display_name" | "bad_text" | "bad_client_id" | "too_large" | "hello_first" | "hello_twice" | "join_first" | "joined_already" | "resume_refused" | "room_full" | "bad_offer" | "no_peer" | "offer_pending" | "no_entry" | "not_yours" | "not_changeable" | "bad_thread" | "too_many" | "not_here" | "bad_file_name" | "file_too_large" | "room_files_full" | "no_upload" | "too_many_tiles" | "too_fast" | "busy" | "storage_full" | "storage_failed" | "internal";

/**
 * A request that was not done.
 */
export type ErrorAnswer = { 
/**
 * What programs go by; stable.
 */
code: ErrorCode, 
/**
 * What people read: a sentence in the language of `hello`, or English.
 */
message: string, };

/**
 * How a participant comes back.
 */
export type ResumeRequest = { 
/**
 * The token from the last `joined`.
 */
token: string, 
/**
 * The largest number the client was told: `last` of `joined`, or of an entry or a change since;
 * 0 for none.
 */
after: number, };

/**
 * `hello`: who speaks, and whether they come back.
 */
export type Hello = { 
/**
 * The language of sentences for people, as a BCP 47 tag; English where it is missing or
 * unknown.
 */
language?: string, 
/**
 * Come back as the participant of an earlier socket.
 */
resume?: ResumeRequest, };

/**
 * `look`: who is in a room.
 */
export type Look = { 
/**
 * The room.
 */
room: RoomName, };

/**
 * `join`: enter a room.
 */
export type Join = { 
/**
 * The room.
 */
room: RoomName, 
/**
 * The display name.
 */
name: DisplayName, 
/**
 * Makes one the same author at each visit to the room.
 */
identity?: Identity, 
/**
 * What is on when entering; all off where it is missing.
 */
sources: Sources, 
/**
 * The offer of the peer, for clients that see and hear.
 */
media?: MediaOffer, };

/**
 * `post`: write a message. It has a text, or files, or both.
 */
export type Post = { 
/**
 * The client's own id for it: the same id again yields the same message, not a second one.
 */
client_id: ClientId, 
/**
 * What it says: Markdown (CommonMark with tables, strikethrough and bare links), never HTML.
 */
text?: MessageText, 
/**
 * The number of the message whose thread it belongs to; a message of the timeline itself.
 */
thread?: number, 
/**
 * The one person in the room who may read it besides oneself; not in a thread.
 */
to?: ParticipantId, 
/**
 * Whom it mentions: each `@` with their name is in the text.
 */
mentions?: Array<Mention>, 
/**
 * Finished uploads, in the order in which they are shown.
 */
files?: Array<UploadId>, };

/**
 * `edit`: say one's own message differently. Its files stay.
 */
export type Edit = { 
/**
 * The message's number.
 */
number: number, 
/**
 * What it says from here on; may be missing where the message has files.
 */
text?: MessageText, 
/**
 * Whom it mentions from here on.
 */
mentions?: Array<Mention>, };

/**
 * `delete`: take one's own message back. What it said is gone for good, its place stays.
 */
export type Delete = { 
/**
 * The message's number. One that is deleted already stays so.
 */
number: number, };

/**
 * `mark`: put an emoji on a message, or take one's own away.
 */
export type Mark = { 
/**
 * The message's number.
 */
number: number, 
/**
 * Which emoji.
 */
reaction: Reaction, 
/**
 * True to put it there, false to take it away; what is so already stays so.
 */
on: boolean, };

/**
 * Which page: at most `page_entries` entries.
 */
export type PageAt = { "before": number } | { "after": number } | { "around": number } | { "since": number };

/**
 * `history`: read a page of the timeline, or of a thread.
 */
export type History = { 
/**
 * Which page.
 */
page: PageAt, 
/**
 * The number of the message whose thread is read; the timeline itself where it is missing.
 */
thread?: number, };

/**
 * What a message can be asked to have.
 */
export type Has = "file" | "picture" | "link";

/**
 * `search`: find messages, the newest first.
 */
export type Search = { 
/**
 * Words or parts of words that all have to be in a message or in the name of one of its files,
 * in any case; at most `search_chars` characters. Empty: all that the filters let through.
 */
text: string, 
/**
 * A part of the sender's name.
 */
sender?: string, 
/**
 * The earliest time, milliseconds since 1970-01-01T00:00:00Z.
 */
from_ms?: number, 
/**
 * The time before which it was written, milliseconds since 1970-01-01T00:00:00Z.
 */
until_ms?: number, 
/**
 * What it has to have.
 */
has?: Has, 
/**
 * Messages with smaller numbers than this alone: the next page of hits.
 */
before?: number, };

/**
 * `upload`: ask for a place to send a file to, by HTTP.
 */
export type Upload = { 
/**
 * What the file is called.
 */
name: FileName, 
/**
 * How many bytes it has.
 */
bytes: number, };

/**
 * `typing`: whether one is typing.
 */
export type Typing = { 
/**
 * True at the first key and again every few seconds; false when the field is empty.
 */
typing: boolean, };

/**
 * `hand`: whether one's hand is raised.
 */
export type Hand = { 
/**
 * True to raise it, which keeps the place of one that is up already; false to lower it.
 */
raised: boolean, };

/**
 * `react`: an emoji for a moment.
 */
export type React = { 
/**
 * Which.
 */
reaction: Reaction, };

/**
 * `publish`: what is on.
 */
export type Publish = { 
/**
 * All four sources as they are from now on. What is off is not forwarded, whatever is sent.
 */
sources: Sources, };

/**
 * `view`: what the screen shows from now on. What is not in it is not sent, sound excepted.
 */
export type View = { 
/**
 * The visible tiles, the most important first: they get slots as long as there are slots.
 */
tiles: Array<Tile>, };

/**
 * `media`: an offer after `join`.
 */
export type Media = { 
/**
 * True when the offer is of another RTCPeerConnection than before (or of the first); false
 * when it is the same one's next offer (more slots, an ICE restart).
 */
replace: boolean, 
/**
 * The offer.
 */
media: MediaOffer, };

/**
 * What a client can ask for.
 */
export type Request = { "type": "hello" } & Hello | { "type": "look" } & Look | { "type": "join" } & Join | { "type": "leave" } | { "type": "post" } & Post | { "type": "edit" } & Edit | { "type": "delete" } & Delete | { "type": "mark" } & Mark | { "type": "history" } & History | { "type": "search" } & Search | { "type": "upload" } & Upload | { "type": "typing" } & Typing | { "type": "hand" } & Hand | { "type": "react" } & React | { "type": "publish" } & Publish | { "type": "view" } & View | { "type": "media" } & Media | { "type": "ping" };

/**
 * What a client sends.
 */
export type ClientMessage = { 
/**
 * The client's number for this request.
 */
id: RequestId, } & ({ "type": "hello" } & Hello | { "type": "look" } & Look | { "type": "join" } & Join | { "type": "leave" } | { "type": "post" } & Post | { "type": "edit" } & Edit | { "type": "delete" } & Delete | { "type": "mark" } & Mark | { "type": "history" } & History | { "type": "search" } & Search | { "type": "upload" } & Upload | { "type": "typing" } & Typing | { "type": "hand" } & Hand | { "type": "react" } & React | { "type": "publish" } & Publish | { "type": "view" } & View | { "type": "media" } & Media | { "type": "ping" });

/**
 * `posted`: the message is on disk.
 */
export type Posted = { 
/**
 * The message as everybody has it from here on.
 */
entry: Entry, };

/**
 * `found`: what a search found.
 */
export type Found = { 
/**
 * Messages, the newest first; at most `search_hits`.
 */
entries: Array<Entry>, 
/**
 * Whether there are more, with smaller numbers than the last of these.
 */
more: boolean, };

/**
 * `upload`: where the bytes go.
 */
export type UploadPlace = { 
/**
 * What `post` takes when all bytes are there.
 */
upload: UploadId, 
/**
 * The path to send them to, by `PATCH`.
 */
path: string, };

/**
 * `looked`: who is in a room.
 */
export type Looked = { 
/**
 * The first `look_people` of them, in the order of entering.
 */
people: Array<Person>, 
/**
 * How many they are in all.
 */
count: number, 
/**
 * Whether somebody sees and hears there.
 */
call: boolean, };

/**
 * `joined`: the room as it is now.
 */
export type Joined = { 
/**
 * The room's name as its first visitor wrote it.
 */
room: RoomName, 
/**
 * Which participant one is.
 */
you: ParticipantId, 
/**
 * What `hello` takes to come back as the same participant.
 */
resume_token: string, 
/**
 * Everybody in the room, oneself too, in the order of entering.
 */
participants: Array<Participant>, 
/**
 * Who is typing.
 */
typing: Array<ParticipantId>, 
/**
 * The newest page; empty where `changes` is there.
 */
timeline: Page, 
/**
 * After a resume: every entry that is new or changed since `after`, of the timeline and of
 * threads, in the order of their changes. Absent where they are more than a page: then what the
 * client has of the timeline is too old to go on with.
 */
changes?: Array<Entry>, 
/**
 * The room's last number that `timeline` or `changes` may have; an event may tell it again.
 */
last: number, 
/**
 * For how many days messages are kept; absent where they are kept for good.
 */
retention_days?: number, 
/**
 * Who is in which slot; empty without a peer.
 */
slots: Array<SlotAssignment>, 
/**
 * The slots whose picture is paused; see the event `picture`.
 */
paused: Array<SlotId>, 
/**
 * The answer to the offer in `join`.
 */
media?: MediaAnswer, 
/**
 * Whether the server holds a peer of this participant; after a resume with false, a client
 * that sees and hears makes another RTCPeerConnection and sends `media`.
 */
peer: boolean, };

/**
 * `welcome`: the server knows who speaks.
 */
export type Welcome = { 
/**
 * Name and version of the server program, for logs.
 */
server: string, 
/**
 * What this server allows.
 */
limits: Limits, 
/**
 * The room again, when a resume was asked for and granted.
 */
resumed?: Joined, 
/**
 * Why a resume that was asked for was not granted; the client joins anew.
 */
refused?: ErrorAnswer, };

/**
 * The answer to a request.
 */
export type Answer = { "type": "welcome" } & Welcome | { "type": "looked" } & Looked | { "type": "joined" } & Joined | { "type": "posted" } & Posted | { "type": "history" } & Page | { "type": "found" } & Found | { "type": "upload" } & UploadPlace | { "type": "media" } & MediaAnswer | { "type": "done" } | { "type": "error" } & ErrorAnswer;

/**
 * How a participant went.
 */
export type LeaveReason = "left" | "lost";

/**
 * Why the server's end of a peer went.
 */
export type MediaEndReason = "not_connected" | "lost" | "failed";

/**
 * What happens in a room, told to everybody in it unless said otherwise.
 */
export type Event = { "type": "participant_joined", 
/**
 * Who.
 */
participant: Participant, } | { "type": "participant_changed", 
/**
 * The whole participant as it is from here on.
 */
participant: Participant, } | { "type": "participant_left", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * How.
 */
reason: LeaveReason, } | { "type": "entry", 
/**
 * The entry.
 */
entry: Entry, } | { "type": "entry_changed", 
/**
 * The whole entry as it is from here on, but for `replies` and `marks`, which are absent
 * here and stay as they were.
 */
entry: Entry, } | { "type": "marked", 
/**
 * The message.
 */
number: number, 
/**
 * The room's number of this change.
 */
changed: number, 
/**
 * Which emoji.
 */
reaction: Reaction, 
/**
 * Who.
 */
by: Mention, 
/**
 * Whether it is there from here on.
 */
on: boolean, 
/**
 * How many people have it there from here on.
 */
count: number, } | { "type": "expired", 
/**
 * Every entry with a smaller number is gone.
 */
before: number, } | { "type": "typing", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * Which.
 */
typing: boolean, } | { "type": "reaction", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * Which.
 */
reaction: Reaction, } | { "type": "speakers", 
/**
 * At most as many as are forwarded.
 */
participants: Array<ParticipantId>, } | { "type": "quality", 
/**
 * Those that changed, each once.
 */
changes: Array<QualityChange>, } | { "type": "slots", 
/**
 * The slots that changed, as they are from here on.
 */
slots: Array<SlotAssignment>, } | { "type": "picture", 
/**
 * Which slot.
 */
slot: SlotId, 
/**
 * True: nothing of the picture is sent from here on. False: it is sent again.
 */
paused: boolean, } | { "type": "media_ended", 
/**
 * Why.
 */
reason: MediaEndReason, };

/**
 * What the server sends: an answer to a request, or an event.
 */
export type ServerMessage = { 
/**
 * The request's id; null when what came could not be read so far as to know it.
 */
id: RequestId | null, } & ({ "type": "welcome" } & Welcome | { "type": "looked" } & Looked | { "type": "joined" } & Joined | { "type": "posted" } & Posted | { "type": "history" } & Page | { "type": "found" } & Found | { "type": "upload" } & UploadPlace | { "type": "media" } & MediaAnswer | { "type": "done" } | { "type": "error" } & ErrorAnswer) | Event;

/** What a server allows unless its `welcome` says otherwise. */
export const defaultLimits: Limits = {
  "room_name_chars": 64,
  "display_name_chars": 64,
  "message_chars": 8000,
  "frame_bytes": 65536,
  "offer_frame_bytes": 262144,
  "echo_message_bytes": 16777216,
  "echo_backlog_bytes": 134217728,
  "offer_media_lines": 64,
  "person_slots": 25,
  "voice_slots": 3,
  "stage_slots": 3,
  "view_tiles": 64,
  "page_entries": 50,
  "mentions": 50,
  "thread_messages": 10000,
  "marks": 20,
  "mark_authors": 1000,
  "mark_people": 20,
  "call_people": 50,
  "call_record_ms": 2000,
  "call_end_ms": 10000,
  "retention_days": 0,
  "search_chars": 200,
  "search_hits": 30,
  "message_files": 10,
  "file_bytes": 104857600,
  "room_file_bytes": 10737418240,
  "uploads": 20,
  "upload_ms": 43200000,
  "uploads_waiting": 10000,
  "picture_bytes": 67108864,
  "pictures_waiting": 64,
  "picture_pixels": 64000000,
  "thumbnail_pixels": 800,
  "room_participants": 1000,
  "loudest": 5,
  "sockets": 10000,
  "sockets_per_address": 500,
  "connections": 12000,
  "connections_per_address": 600,
  "connection_refusals": 64,
  "request_head_ms": 5000,
  "request_head_bytes": 16384,
  "tls_handshake_ms": 5000,
  "shutdown_ms": 4000,
  "hello_timeout_ms": 10000,
  "heartbeat_ms": 10000,
  "silence_ms": 25000,
  "write_timeout_ms": 20000,
  "close_ms": 3000,
  "resume_ms": 30000,
  "resume_token_ms": 43200000,
  "typing_ms": 6000,
  "quality_ms": 2000,
  "requests_burst": 100,
  "requests_per_second": 30,
  "posts_burst": 20,
  "posts_per_second": 5,
  "marks_burst": 20,
  "marks_per_second": 5,
  "searches_burst": 10,
  "searches_per_second": 4,
  "participant_reads": 4,
  "reactions_burst": 10,
  "reactions_per_second": 3,
  "room_reactions_burst": 60,
  "room_reactions_per_second": 30,
  "offers_burst": 8,
  "offers_per_minute": 20,
  "joins_burst": 200,
  "joins_per_second": 50,
  "looks_burst": 200,
  "looks_per_second": 50,
  "look_people": 12,
  "flood_refusals": 200,
  "socket_queue": 1024,
  "room_queue": 4096,
  "room_appends": 256,
  "store_queue": 16384,
  "store_batch": 1024,
  "store_readers": 4,
  "media_queue": 4096,
  "handshakes_waiting": 2048,
  "ice_tcp_pending": 256,
  "ice_tcp_timeout_ms": 5000,
  "ice_tcp_connections": 2048,
  "ice_tcp_per_address": 256,
  "ice_tcp_idle_ms": 30000,
  "ice_tcp_queue_bytes": 131072,
  "media_socket_bytes": 4194304,
  "media_addresses": 32,
  "peer_connect_ms": 30000,
  "offer_ssrc_lines": 64,
  "datagram_bytes": 1500,
  "peer_addresses": 16,
  "peer_addresses_proved": 64,
  "peer_streams": 256,
  "estimate_start_bps": 2000000,
  "estimate_min_bps": 50000,
  "estimate_max_bps": 50000000,
  "resend_ms": 2000,
  "resend_video_packets": 1024,
  "resend_audio_packets": 64,
  "resend_percent": 50,
  "layer_packets": 32,
  "report_ms": 2000,
  "operator_connections": 16
};

export const subprotocol = "zoom.1";
export const socketPath = "/api/socket";
