//! Every limit of zoom: its name, its unit, its reason. Given to the cores when they are built, to
//! the page in `welcome`, and to TypeScript as types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one server allows. `Limits::default()` is what a server runs with; tests take their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct Limits {
    /// Longest room name in characters: fits a link and a tab title.
    pub room_name_chars: u32,
    /// Longest display name in characters: fits a tile.
    pub display_name_chars: u32,
    /// Longest message in characters: three printed pages; longer text is a file.
    pub message_chars: u32,
    /// Largest WebSocket message in bytes: a message of the longest text in escaped JSON fits.
    pub frame_bytes: u32,
    /// Largest WebSocket message that carries an SDP offer, in bytes: Chromium's largest with 64
    /// m-lines and all its codecs fits.
    pub offer_frame_bytes: u32,
    /// Largest message that `/api/echo` returns, in bytes: the largest that conformance tests send.
    pub echo_message_bytes: u32,
    /// Bytes that may wait in all echoes together for clients that do not read: memory. Beyond it
    /// a client has to read before more of it is read.
    pub echo_backlog_bytes: u32,
    /// Most m-lines of an offer: each costs memory and time at the server.
    pub offer_media_lines: u32,
    /// Most person slots of one peer: a screenful of tiles.
    pub person_slots: u32,
    /// Most voice slots of one peer: people speaking at once whom one can still tell apart.
    pub voice_slots: u32,
    /// Most stage slots of one peer.
    pub stage_slots: u32,
    /// Most tiles in one `view`: more than a screen can show.
    pub view_tiles: u32,
    /// Entries of a timeline page: two screenfuls.
    pub page_entries: u32,
    /// Most mentions of one message: beyond that it is for everybody.
    pub mentions: u32,
    /// Most messages of one thread: a longer one is a room.
    pub thread_messages: u32,
    /// Most different emoji on one message: a few lines of them.
    pub marks: u32,
    /// Most people who have one emoji on one message.
    pub mark_authors: u32,
    /// People whom an emoji on a message names: as many as one reads.
    pub mark_people: u32,
    /// People whom the record of a call names.
    pub call_people: u32,
    /// Milliseconds between two changes of the record of a call while people come.
    pub call_record_ms: u32,
    /// Milliseconds for which a call waits for a second person before it has ended: the time in
    /// which a page is loaded again.
    pub call_end_ms: u32,
    /// Days for which a room keeps what is written in it, unless the room says otherwise; 0 keeps it
    /// for good.
    pub retention_days: u32,
    /// Longest text to search for, in characters: a sentence.
    pub search_chars: u32,
    /// Hits of one page of a search: a screenful and a half.
    pub search_hits: u32,
    /// Most files of one message.
    pub message_files: u32,
    /// Largest file, in bytes.
    #[ts(type = "number")]
    pub file_bytes: u64,
    /// Most bytes of all files of one room.
    #[ts(type = "number")]
    pub room_file_bytes: u64,
    /// Most uploads of one participant that are not in a message yet.
    pub uploads: u32,
    /// Milliseconds for which an upload that is in no message is kept after its last byte: a night
    /// without a network.
    pub upload_ms: u32,
    /// Most uploads of the server that are kept: memory.
    pub uploads_waiting: u32,
    /// Largest picture that is looked into, in bytes: it is held in memory; a larger one is a file.
    pub picture_bytes: u32,
    /// Pictures that wait to be looked into before more are refused: half a minute of work.
    pub pictures_waiting: u32,
    /// Largest picture that is looked into, in pixels: what phones take; a larger one is a file.
    pub picture_pixels: u32,
    /// The longer side of a picture's small form, in pixels: twice what a message shows.
    pub thumbnail_pixels: u32,
    /// Most participants of one room: one media thread carries a room.
    pub room_participants: u32,
    /// Most microphones that are forwarded at once in a room: the loudest.
    pub loudest: u32,
    /// Most WebSocket connections of the server: memory.
    pub sockets: u32,
    /// Most WebSocket connections from one address: a school behind one address fits.
    pub sockets_per_address: u32,
    /// Most HTTP connections of the server, WebSockets among them.
    pub connections: u32,
    /// Most HTTP connections from one address (IPv6: from one /64).
    pub connections_per_address: u32,
    /// Connections beyond those that are told so at once; more are dropped without a word.
    pub connection_refusals: u32,
    /// Milliseconds in which a request's head has to come: no slow line needs more.
    pub request_head_ms: u32,
    /// Largest head of an HTTP request, in bytes: the buffer of a connection.
    pub request_head_bytes: u32,
    /// Milliseconds within which a TLS handshake has to end.
    pub tls_handshake_ms: u32,
    /// Milliseconds that a server told to end gives its HTTP connections to end.
    pub shutdown_ms: u32,
    /// Milliseconds from the handshake within which `hello` has to come.
    pub hello_timeout_ms: u32,
    /// Milliseconds between the server's pings on a socket that is otherwise silent.
    pub heartbeat_ms: u32,
    /// Milliseconds without any byte from a client after which its socket is dead.
    pub silence_ms: u32,
    /// Milliseconds that the system may take nothing for a socket before it counts as too slow.
    pub write_timeout_ms: u32,
    /// Milliseconds that a goodbye to a socket may take.
    pub close_ms: u32,
    /// Milliseconds that a participant outlives its socket: a tunnel, a lift, a change of network.
    pub resume_ms: u32,
    /// Milliseconds that a resume token is good for after a restart of the server.
    pub resume_token_ms: u32,
    /// Milliseconds after which somebody who said they are typing is not, unless they say it again.
    pub typing_ms: u32,
    /// Milliseconds between two events about how well connections do: nobody acts on it sooner, and
    /// it is told to everybody.
    pub quality_ms: u32,
    /// Requests that one socket may send at once before `requests_per_second` holds.
    pub requests_burst: u32,
    /// Requests a second of one socket over time.
    pub requests_per_second: u32,
    /// Messages that one participant may post at once before `posts_per_second` holds.
    pub posts_burst: u32,
    /// Messages a second of one participant over time: faster than anybody types or pastes.
    pub posts_per_second: u32,
    /// Emoji on messages that one participant may put or take at once before `marks_per_second`
    /// holds.
    pub marks_burst: u32,
    /// Emoji on messages a second of one participant over time: faster than anybody chooses.
    pub marks_per_second: u32,
    /// Searches of one participant at once before `searches_per_second` holds.
    pub searches_burst: u32,
    /// Searches a second of one participant over time: as one types.
    pub searches_per_second: u32,
    /// Pages and searches of one participant that are read at once: a timeline, a thread, and what
    /// is searched for as one types.
    pub participant_reads: u32,
    /// Reactions that one participant may send at once before `reactions_per_second` holds.
    pub reactions_burst: u32,
    /// Reactions a second of one participant over time: applause, not a stream.
    pub reactions_per_second: u32,
    /// Reactions of one room that are told at once before `room_reactions_per_second` holds.
    pub room_reactions_burst: u32,
    /// Reactions a second of one room over time: more float by than anybody tells apart, and each
    /// is told to everybody.
    pub room_reactions_per_second: u32,
    /// Offers that one participant may send at once before `offers_per_minute` holds.
    pub offers_burst: u32,
    /// Offers a minute of one participant over time: each costs milliseconds.
    pub offers_per_minute: u32,
    /// Joins from one address at once before `joins_per_second` holds.
    pub joins_burst: u32,
    /// Joins a second from one address over time: a class that comes in together fits.
    pub joins_per_second: u32,
    /// Looks into rooms from one address at once before `looks_per_second` holds.
    pub looks_burst: u32,
    /// Looks into rooms a second from one address over time: a class in front of a preview fits, and
    /// trying names of rooms is slow.
    pub looks_per_second: u32,
    /// People whom `looked` names: as many as one reads before entering.
    pub look_people: u32,
    /// Refused requests of one socket, within a minute, after which it is closed as a flood.
    pub flood_refusals: u32,
    /// Events that wait for one socket before it counts as too slow and is closed.
    pub socket_queue: u32,
    /// Inputs that wait for one room before requests to it are refused.
    pub room_queue: u32,
    /// Messages of one room that wait for the disk before more are refused.
    pub room_appends: u32,
    /// Messages of all rooms that wait for the disk before more are refused: memory.
    pub store_queue: u32,
    /// Messages that are written to the disk together: what waits behind them waits this long.
    pub store_batch: u32,
    /// Timelines that are read from the disk at once; more wait.
    pub store_readers: u32,
    /// Commands that wait for one media thread before joins to it are refused.
    pub media_queue: u32,
    /// Pieces of DTLS handshakes that wait for a worker: some seconds of work. Beyond them a client
    /// has to send again.
    pub handshakes_waiting: u32,
    /// ICE-TCP connections that have not proved to belong to a peer.
    pub ice_tcp_pending: u32,
    /// Milliseconds within which an ICE-TCP connection has to prove it.
    pub ice_tcp_timeout_ms: u32,
    /// ICE-TCP connections of the server: memory, file handles.
    pub ice_tcp_connections: u32,
    /// ICE-TCP connections from one address (IPv6: from one /64): a class behind one address fits.
    pub ice_tcp_per_address: u32,
    /// Milliseconds after which an ICE-TCP connection that nothing was sent on is closed: its peer
    /// has ended or moved.
    pub ice_tcp_idle_ms: u32,
    /// Bytes that wait for one ICE-TCP connection before packets to it are dropped: half a second
    /// of video; older pictures are worth less than later ones.
    pub ice_tcp_queue_bytes: u32,
    /// Bytes of the receive and of the send buffer that are asked of the system for a UDP port: a
    /// burst of key frames in every room of a thread.
    pub media_socket_bytes: u32,
    /// Addresses that clients are told: more than machines have, apart from their containers.
    pub media_addresses: u32,
    /// Milliseconds from an offer within which its peer has to connect.
    pub peer_connect_ms: u32,
    /// Most `a=ssrc` lines of one m-line of an offer: a browser writes at most a dozen, and each
    /// costs memory.
    pub offer_ssrc_lines: u32,
    /// Largest media datagram, in bytes: what an Ethernet frame holds.
    pub datagram_bytes: u32,
    /// Addresses of one peer at a time: a browser checks from each of its interfaces, over UDP and
    /// TCP.
    pub peer_addresses: u32,
    /// Addresses that one peer may prove to be its own until its next ICE restart: its session
    /// remembers each.
    pub peer_addresses_proved: u32,
    /// RTP streams (SSRCs) that one peer may send in its life: a browser sends about a dozen, and
    /// each is remembered so that no packet of it counts twice.
    pub peer_streams: u32,
    /// Bits per second that a peer's way is believed to carry before it has shown it: a grid of
    /// small pictures, so that somebody who comes sees all at once.
    pub estimate_start_bps: u32,
    /// Bits per second below which no estimate falls: sound has to pass.
    pub estimate_min_bps: u32,
    /// Bits per second above which no estimate rises: more than a wall of pictures needs.
    pub estimate_max_bps: u32,
    /// Milliseconds for which a packet that was sent to a peer is kept to be sent again: longer ago
    /// than that no browser waits for it.
    pub resend_ms: u32,
    /// Packets that are kept of each layer of a picture, and noted of each outgoing one, to be sent
    /// again: more than a second of a fast one.
    pub resend_video_packets: u32,
    /// Packets that are kept of each sound, to be repeated with the next one: more than a second.
    pub resend_audio_packets: u32,
    /// Largest share of retransmissions in what is sent, in percent: above it the way is so bad
    /// that they make it worse.
    pub resend_percent: u32,
    /// The newest packets of a layer that are looked through for those of a key frame that overtook
    /// its first packet: more do not overtake one.
    pub layer_packets: u32,
    /// Milliseconds between two reports on how a peer does: often enough to see what goes wrong
    /// while it does.
    pub report_ms: u32,
    /// Connections to the operator's address: a few programs that ask now and then.
    pub operator_connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            room_name_chars: crate::names::ROOM_NAME_CHARS as u32,
            display_name_chars: crate::names::DISPLAY_NAME_CHARS as u32,
            message_chars: crate::names::MESSAGE_CHARS as u32,
            frame_bytes: 64 * 1024,
            offer_frame_bytes: 256 * 1024,
            echo_message_bytes: 16 * 1024 * 1024,
            echo_backlog_bytes: 128 * 1024 * 1024,
            offer_media_lines: 64,
            person_slots: 25,
            voice_slots: 3,
            stage_slots: 3,
            view_tiles: 64,
            page_entries: 50,
            mentions: 50,
            thread_messages: 10_000,
            marks: 20,
            mark_authors: 1_000,
            mark_people: 20,
            call_people: 50,
            call_record_ms: 2_000,
            call_end_ms: 10_000,
            retention_days: 0,
            search_chars: 200,
            search_hits: 30,
            message_files: 10,
            file_bytes: 100 * 1024 * 1024,
            room_file_bytes: 10 * 1024 * 1024 * 1024,
            uploads: 20,
            upload_ms: 12 * 60 * 60 * 1_000,
            uploads_waiting: 10_000,
            picture_bytes: 64 * 1024 * 1024,
            pictures_waiting: 64,
            picture_pixels: 64_000_000,
            thumbnail_pixels: 800,
            room_participants: 1_000,
            loudest: 5,
            sockets: 10_000,
            sockets_per_address: 500,
            connections: 12_000,
            connections_per_address: 600,
            connection_refusals: 64,
            request_head_ms: 5_000,
            request_head_bytes: 16 * 1024,
            tls_handshake_ms: 5_000,
            shutdown_ms: 4_000,
            hello_timeout_ms: 10_000,
            heartbeat_ms: 10_000,
            silence_ms: 25_000,
            write_timeout_ms: 20_000,
            close_ms: 3_000,
            resume_ms: 30_000,
            resume_token_ms: 12 * 60 * 60 * 1_000,
            typing_ms: 6_000,
            quality_ms: 2_000,
            requests_burst: 100,
            requests_per_second: 30,
            posts_burst: 20,
            posts_per_second: 5,
            marks_burst: 20,
            marks_per_second: 5,
            searches_burst: 10,
            searches_per_second: 4,
            participant_reads: 4,
            reactions_burst: 10,
            reactions_per_second: 3,
            room_reactions_burst: 60,
            room_reactions_per_second: 30,
            offers_burst: 8,
            offers_per_minute: 20,
            joins_burst: 200,
            joins_per_second: 50,
            looks_burst: 200,
            looks_per_second: 50,
            look_people: 12,
            flood_refusals: 200,
            socket_queue: 1_024,
            room_queue: 4_096,
            room_appends: 256,
            store_queue: 16_384,
            store_batch: 1_024,
            store_readers: 4,
            media_queue: 4_096,
            handshakes_waiting: 2_048,
            ice_tcp_pending: 256,
            ice_tcp_timeout_ms: 5_000,
            ice_tcp_connections: 2_048,
            ice_tcp_per_address: 256,
            ice_tcp_idle_ms: 30_000,
            ice_tcp_queue_bytes: 128 * 1024,
            media_socket_bytes: 4 * 1024 * 1024,
            media_addresses: 32,
            peer_connect_ms: 30_000,
            offer_ssrc_lines: 64,
            datagram_bytes: 1_500,
            peer_addresses: 16,
            peer_addresses_proved: 64,
            peer_streams: 256,
            estimate_start_bps: 2_000_000,
            estimate_min_bps: 50_000,
            estimate_max_bps: 50_000_000,
            resend_ms: 2_000,
            resend_video_packets: 1_024,
            resend_audio_packets: 64,
            resend_percent: 50,
            layer_packets: 32,
            report_ms: 2_000,
            operator_connections: 16,
        }
    }
}
