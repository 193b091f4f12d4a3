//! A whole server on a port of its own, and a client that speaks the wire to it. Shared by the
//! tests of this crate.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes fails the test"
)]

use std::{collections::VecDeque, net::SocketAddr, path::Path, sync::Arc};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpStream, sync::oneshot, task::JoinHandle};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http},
};
use zoom_protocol::{
    Answer, Entry, ErrorCode, Event, Joined, Limits, Page, RequestId, ServerMessage, Welcome,
    decode_server,
};
use zoom_server::{MediaSettings, Server, ServerConfig, hub::Hub};

use crate::waiting::soon;

/// A server on a port and a data folder of its own.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) hub: Hub,
    data: Arc<TempDir>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl TestServer {
    /// A server with the limits that a server has.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with other limits.
    pub(crate) async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let data = Arc::new(TempDir::new().expect("a folder"));
        Self::on(data, change).await
    }

    pub(crate) async fn on(data: Arc<TempDir>, change: impl FnOnce(&mut Limits)) -> Self {
        let server = Server::open(config(data.path(), change))
            .await
            .expect("a server");
        let address = server.local_addr();
        let hub = server.hub().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            // A test that fails drops the sender, which is a stop as well.
            drop(stopped.await);
        }));
        Self {
            address,
            hub,
            data,
            stop,
            serving,
        }
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Stops in order.
    pub(crate) async fn stop(self) -> Arc<TempDir> {
        drop(self.stop);
        soon("the end of the server", self.serving)
            .await
            .expect("a server that ends");
        self.data
    }

    /// Stops, and starts again on the same data folder (and another port).
    pub(crate) async fn restart(self, change: impl FnOnce(&mut Limits)) -> Self {
        let data = self.stop().await;
        Self::on(data, change).await
    }

    /// A client that has said nothing yet.
    pub(crate) async fn connect(&self) -> Client {
        connect(self.address).await
    }

    /// A client that has said `hello`.
    pub(crate) async fn hello(&self) -> Client {
        let mut client = self.connect().await;
        client.hello(json!({})).await;
        client
    }

    /// A client that is in a room.
    pub(crate) async fn join(&self, room: &str, name: &str) -> (Client, Joined) {
        let mut client = self.hello().await;
        let joined = client.join(room, name).await;
        (client, joined)
    }

    /// A client that comes back with a token.
    pub(crate) async fn resume(&self, token: &str, after: u64) -> (Client, Welcome) {
        let mut client = self.connect().await;
        let hello = json!({ "resume": { "token": token, "after": after } });
        let welcome = client.hello(hello).await;
        (client, welcome)
    }

    /// A handshake with these headers.
    pub(crate) async fn handshake(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, tungstenite::Error> {
        handshake(self.address, path, headers).await
    }

    /// The status, the headers and the JSON body of a handshake that is refused.
    pub(crate) async fn refused(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> (u16, http::HeaderMap, Value) {
        match self.handshake(path, headers).await {
            Err(tungstenite::Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                (
                    response.status().as_u16(),
                    response.headers().clone(),
                    serde_json::from_slice(&body).unwrap_or_default(),
                )
            }
            other => panic!("{path} was not refused: {other:?}"),
        }
    }
}

/// A client of the server at this address that has said nothing yet.
pub(crate) async fn connect(address: SocketAddr) -> Client {
    let offer = [("sec-websocket-protocol", "zoom.1")];
    let socket = handshake(address, "/api/socket", &offer).await;
    Client::new(socket.expect("a socket"))
}

/// A handshake with the server at this address.
pub(crate) async fn handshake(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, tungstenite::Error> {
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    for (name, value) in headers {
        let name = http::HeaderName::from_static(name);
        request.headers_mut().insert(name, value.parse()?);
    }
    let (socket, _) = soon("a handshake", connect_async(request)).await?;
    Ok(socket)
}

/// A WebSocket as a client has it.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A client, one request at a time.
pub(crate) struct Client {
    pub(crate) socket: Socket,
    last_id: u32,
    events: VecDeque<Event>,
    answers: VecDeque<(Option<RequestId>, Answer)>,
}

impl Client {
    pub(crate) fn new(socket: Socket) -> Self {
        Self {
            socket,
            last_id: 0,
            events: VecDeque::new(),
            answers: VecDeque::new(),
        }
    }

    /// Sends a text as it is.
    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        let text = Message::text(text.into());
        soon("a text to go out", self.socket.send(text))
            .await
            .expect("a socket that takes a text");
    }

    /// Sends a request and returns its id. `fields` is the message without its id.
    pub(crate) async fn ask(&mut self, mut fields: Value) -> RequestId {
        self.last_id += 1;
        fields["id"] = json!(self.last_id);
        self.send(fields.to_string()).await;
        RequestId(self.last_id)
    }

    /// Sends a request to a server that may have closed the socket.
    pub(crate) async fn try_ask(&mut self, mut fields: Value) -> Result<(), tungstenite::Error> {
        self.last_id += 1;
        fields["id"] = json!(self.last_id);
        let text = Message::text(fields.to_string());
        soon("a text to go out", self.socket.send(text)).await
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn request(&mut self, fields: Value) -> Answer {
        let id = self.ask(fields).await;
        self.answer_to(Some(id)).await
    }

    /// Sends a request that is refused.
    pub(crate) async fn refused(&mut self, fields: Value) -> (ErrorCode, String) {
        match self.request(fields.clone()).await {
            Answer::Error(error) => (error.code, error.message),
            other => panic!("{fields} was not refused: {other:?}"),
        }
    }

    /// Sends a text that is refused, and returns the id, the code and the sentence.
    pub(crate) async fn refused_text(&mut self, text: &str) -> (Option<u32>, ErrorCode, String) {
        self.send(text).await;
        match self.answer().await {
            (id, Answer::Error(error)) => (id.map(|id| id.0), error.code, error.message),
            (_, other) => panic!("{text} was not refused: {other:?}"),
        }
    }

    /// Says hello with these fields.
    pub(crate) async fn hello(&mut self, mut fields: Value) -> Welcome {
        fields["type"] = json!("hello");
        match self.request(fields).await {
            Answer::Welcome(welcome) => *welcome,
            other => panic!("no welcome: {other:?}"),
        }
    }

    /// Enters a room.
    pub(crate) async fn join(&mut self, room: &str, name: &str) -> Joined {
        let join = json!({ "type": "join", "room": room, "name": name });
        match self.request(join).await {
            Answer::Joined(joined) => *joined,
            other => panic!("not joined: {other:?}"),
        }
    }

    /// Enters a room as who has this identity.
    pub(crate) async fn join_as(&mut self, room: &str, name: &str, identity: &str) -> Joined {
        let join = json!({ "type": "join", "room": room, "name": name, "identity": identity });
        match self.request(join).await {
            Answer::Joined(joined) => *joined,
            other => panic!("not joined: {other:?}"),
        }
    }

    /// Asks for something that is done.
    pub(crate) async fn done(&mut self, fields: Value) {
        let answer = self.request(fields.clone()).await;
        assert_eq!(answer, Answer::Done, "{fields}");
    }

    /// Writes a message that is not only a text, and returns it.
    pub(crate) async fn write(&mut self, client_id: &str, mut fields: Value) -> Entry {
        fields["type"] = json!("post");
        fields["client_id"] = json!(client_id);
        match self.request(fields).await {
            Answer::Posted(posted) => posted.entry,
            other => panic!("not posted: {other:?}"),
        }
    }

    /// Reads a page.
    pub(crate) async fn history(&mut self, fields: Value) -> Page {
        let mut history = json!({ "type": "history", "page": { "before": u32::MAX } });
        for (name, value) in fields.as_object().into_iter().flatten() {
            history[name] = value.clone();
        }
        match self.request(history).await {
            Answer::History(page) => page,
            other => panic!("no page: {other:?}"),
        }
    }

    /// Writes a message and returns its number.
    pub(crate) async fn post(&mut self, client_id: &str, text: &str) -> u64 {
        let post = json!({ "type": "post", "client_id": client_id, "text": text });
        match self.request(post).await {
            Answer::Posted(posted) => posted.entry.number,
            other => panic!("not posted: {other:?}"),
        }
    }

    /// The next answer, whichever it is to.
    pub(crate) async fn answer(&mut self) -> (Option<RequestId>, Answer) {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return answer;
            }
            self.read().await;
        }
    }

    /// The answer to this request; it must be the next one.
    pub(crate) async fn answer_to(&mut self, wanted: Option<RequestId>) -> Answer {
        let (id, answer) = self.answer().await;
        assert_eq!(id, wanted, "the answer is {answer:?}");
        answer
    }

    /// The next event.
    pub(crate) async fn event(&mut self) -> Event {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            self.read().await;
        }
    }

    /// The next event of which `pick` makes something; the others before it are let go.
    pub(crate) async fn find<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.event().await) {
                return found;
            }
        }
    }

    /// The next message's number and text.
    pub(crate) async fn entry(&mut self) -> (u64, String) {
        self.find(|event| match event {
            Event::Entry { entry } => Some((entry.number, text_of(&entry).to_owned())),
            _ => None,
        })
        .await
    }

    /// The events that have come so far and were not looked at.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        self.events.drain(..).collect()
    }

    /// The next answer or event as JSON text; not to be mixed with the other ways to read.
    pub(crate) async fn text(&mut self) -> String {
        loop {
            match soon("a message", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return text.to_string(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no text came but {other:?}"),
            }
        }
    }

    /// Waits until the server closes, and returns its code and reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match soon("a close", self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Close(None))) => return (1005, String::new()),
                Some(Ok(_)) => {}
                other => panic!("not closed but {other:?}"),
            }
        }
    }

    /// Breaks the connection without a goodbye.
    pub(crate) fn cut(self) {
        drop(self.socket);
    }

    /// The next answer, or `None` when the connection is gone.
    pub(crate) async fn answer_before_the_end(&mut self) -> Option<(Option<RequestId>, Answer)> {
        while self.answers.is_empty() {
            match soon("a message", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => self.sort(&text),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
        self.answers.pop_front()
    }

    async fn read(&mut self) {
        let text = self.text().await;
        self.sort(&text);
    }

    fn sort(&mut self, text: &str) {
        match decode_server(text).expect("a message of the wire") {
            ServerMessage::Answer { id, answer } => self.answers.push_back((id, answer)),
            ServerMessage::Event(event) => self.events.push_back(event),
        }
    }
}

/// What an entry says.
pub(crate) fn text_of(entry: &zoom_protocol::Entry) -> &str {
    match &entry.body {
        zoom_protocol::EntryBody::Message(message) => {
            message.text.as_ref().map_or("", |text| text.as_str())
        }
        other => panic!("not a message: {other:?}"),
    }
}

/// A configuration for tests: ports that the system chooses, on this machine alone.
pub(crate) fn config(data: &Path, change: impl FnOnce(&mut Limits)) -> ServerConfig {
    let mut config = ServerConfig::new(data);
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.media = MediaSettings {
        port: 0,
        advertise: vec![[127, 0, 0, 1].into()],
        ..MediaSettings::default()
    };
    change(&mut config.limits);
    config
}
