//! The socket: requests with their answers, and events in order.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::{
    self, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};
use zoom_protocol::{
    Answer, ClientMessage, Event, Hand, Hello, Join, Joined, Look, Looked, Media, MediaAnswer,
    MediaOffer, Publish, React, Reaction, Request, RequestId, RoomName, ServerMessage, Sources,
    Tile, View, Welcome, decode_server,
};

use crate::{
    ClientError, ConnectOptions,
    line::{self, Line},
};

/// Requests that wait to be sent, and events that wait to be read. Whoever reads events more slowly
/// than they come is behind the server's own queue at last, and is disconnected there.
const QUEUE: usize = 1_024;

/// A participant's socket; cheap to clone, and usable from many tasks at once.
#[derive(Clone, Debug)]
pub struct Client {
    orders: mpsc::Sender<Order>,
    end: watch::Receiver<Option<End>>,
    welcome: Arc<Welcome>,
    local: SocketAddr,
}

/// What happens in the room, in order. It ends with the socket.
#[derive(Debug)]
pub struct Events {
    events: mpsc::Receiver<Event>,
}

/// How a socket ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The close code (`zoom_protocol::close_code`), where the server sent one.
    pub code: Option<u16>,
    /// What was said with it, or what broke.
    pub reason: String,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code} {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl Client {
    /// Connects with [`ConnectOptions::default`] and says `hello`.
    ///
    /// # Errors
    /// An address that is none, a server that cannot be reached or refuses.
    pub async fn connect(url: &str) -> Result<(Self, Events), ClientError> {
        Self::connect_with(url, ConnectOptions::default()).await
    }

    /// Connects and says `hello`. Whether a resume was granted is in [`Client::welcome`].
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn connect_with(
        url: &str,
        options: ConnectOptions,
    ) -> Result<(Self, Events), ClientError> {
        let (line, local) = line::open(url, &options).await?;
        let (orders, waiting) = mpsc::channel(QUEUE);
        let (events_in, events) = mpsc::channel(QUEUE);
        let (end_in, end) = watch::channel(None);
        let run = Run {
            line,
            orders: waiting,
            events: events_in,
            pending: HashMap::new(),
            next_id: 0,
            silence: SILENCE_BEFORE_WELCOME,
        };
        tokio::spawn(async move {
            let (end, pending) = run.until_end().await;
            end_in.send_replace(Some(end));
            // Only then do those who wait for answers wake, and find the reason.
            drop(pending);
        });
        let placeholder = Arc::new(Welcome {
            server: String::new(),
            limits: zoom_protocol::Limits::default(),
            resumed: None,
            refused: None,
        });
        let mut client = Self {
            orders,
            end,
            welcome: placeholder,
            local,
        };
        let hello = Request::Hello(Hello {
            language: options.language,
            resume: options.resume,
        });
        let Answer::Welcome(welcome) = client.request(hello).await? else {
            return Err(ClientError::Unexpected);
        };
        client.welcome = Arc::new(*welcome);
        Ok((client, Events { events }))
    }

    /// The server's answer to `hello`: its limits, and the room again after a resume.
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// The address of this machine by which it reaches the server; media can use it too.
    pub fn local_ip(&self) -> IpAddr {
        self.local.ip()
    }

    /// Enters a room.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn join(&self, join: Join) -> Result<Joined, ClientError> {
        let Answer::Joined(joined) = self.request(Request::Join(join)).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(*joined)
    }

    /// Leaves the room for good; the server closes the socket then.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn leave(&self) -> Result<(), ClientError> {
        self.done(Request::Leave).await
    }

    /// Asks who is in a room, before `join`.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn look(&self, room: RoomName) -> Result<Looked, ClientError> {
        let Answer::Looked(looked) = self.request(Request::Look(Look { room })).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(looked)
    }

    /// Raises or lowers one's hand.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn raise_hand(&self, raised: bool) -> Result<(), ClientError> {
        self.done(Request::Hand(Hand { raised })).await
    }

    /// Shows everybody an emoji for a moment.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn react(&self, reaction: Reaction) -> Result<(), ClientError> {
        self.done(Request::React(React { reaction })).await
    }

    /// Says which of one's sources are on.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn publish(&self, sources: Sources) -> Result<(), ClientError> {
        self.done(Request::Publish(Publish { sources })).await
    }

    /// Says what one's screen shows, the most important first.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn view(&self, tiles: Vec<Tile>) -> Result<(), ClientError> {
        self.done(Request::View(View { tiles })).await
    }

    /// Makes a peer after `join` (`replace`), or sends the next offer of the one there is.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn media(
        &self,
        offer: MediaOffer,
        replace: bool,
    ) -> Result<MediaAnswer, ClientError> {
        let media = Media {
            replace,
            media: offer,
        };
        let Answer::Media(answer) = self.request(Request::Media(media)).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(answer)
    }

    /// Asks whether the line is alive.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn ping(&self) -> Result<(), ClientError> {
        self.done(Request::Ping).await
    }

    /// Sends any request and waits for its answer.
    ///
    /// # Errors
    /// An error answer, or the end of the socket.
    pub async fn request(&self, request: Request) -> Result<Answer, ClientError> {
        let (reply, answer) = oneshot::channel();
        let order = Order::Request(Box::new(request), reply);
        if self.orders.send(order).await.is_err() {
            return Err(ClientError::Ended(self.ended().await));
        }
        match answer.await {
            Ok(Answer::Error(error)) => Err(ClientError::Answer(error)),
            Ok(answer) => Ok(answer),
            Err(_) => Err(ClientError::Ended(self.ended().await)),
        }
    }

    /// Waits for the end of the socket and tells how it ended.
    pub async fn ended(&self) -> End {
        let mut end = self.end.clone();
        let known = end.wait_for(Option::is_some).await;
        let known = known.ok().and_then(|end| end.clone());
        known.unwrap_or(End {
            code: None,
            reason: "the client's task has ended".into(),
        })
    }

    /// Closes the socket with 1000, without leaving the room: the participant may come back.
    pub async fn close(&self) {
        self.give(Order::Close).await;
    }

    /// Breaks the connection off without a word, as a dead network does.
    pub async fn break_off(&self) {
        self.give(Order::BreakOff).await;
    }

    async fn give(&self, order: Order) {
        if self.orders.send(order).await.is_ok() {
            self.ended().await;
        }
    }

    pub(crate) async fn done(&self, request: Request) -> Result<(), ClientError> {
        let Answer::Done = self.request(request).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(())
    }
}

impl Events {
    /// The next event; `None` when the socket has ended.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Reads events until one is what is looked for, and gives what was found in it; `None` when
    /// the socket has ended.
    pub async fn find<T>(&mut self, mut look: impl FnMut(Event) -> Option<T>) -> Option<T> {
        loop {
            if let Some(found) = look(self.next().await?) {
                return Some(found);
            }
        }
    }
}

/// What the socket's task is asked.
#[derive(Debug)]
enum Order {
    Request(Box<Request>, oneshot::Sender<Answer>),
    Close,
    BreakOff,
}

/// Until the server has told its own.
const SILENCE_BEFORE_WELCOME: Duration = Duration::from_secs(10);

type Pending = HashMap<RequestId, oneshot::Sender<Answer>>;

/// The socket's task.
struct Run {
    line: Line,
    orders: mpsc::Receiver<Order>,
    events: mpsc::Sender<Event>,
    pending: Pending,
    next_id: u32,
    /// How long the server may say nothing; it pings.
    silence: Duration,
}

impl Run {
    async fn until_end(mut self) -> (End, Pending) {
        let mut deadline = Instant::now() + self.silence;
        let broken = |reason: String| End { code: None, reason };
        let end = loop {
            tokio::select! {
                message = self.line.next() => {
                    deadline = Instant::now() + self.silence;
                    match message {
                        Some(Ok(Message::Text(text))) => {
                            if let Err(end) = self.handle(text.as_str()).await {
                                break end;
                            }
                            deadline = Instant::now() + self.silence;
                        }
                        Some(Ok(Message::Close(frame))) => break closed(frame),
                        Some(Ok(_)) => {}
                        Some(Err(error)) => break broken(error.to_string()),
                        None => break broken("the connection ended".into()),
                    }
                }
                order = self.orders.recv() => match order {
                    Some(Order::Request(request, reply)) => {
                        if let Err(error) = self.send(*request, reply).await {
                            break self.last_words(error).await;
                        }
                    }
                    Some(Order::BreakOff) => break broken("broken off".into()),
                    Some(Order::Close) | None => {
                        let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                        break match self.line.close(Some(frame)).await {
                            Ok(()) => End { code: Some(1000), reason: "closed here".into() },
                            Err(error) => broken(error.to_string()),
                        };
                    }
                },
                () = sleep_until(deadline) => break broken("the server is silent".into()),
            }
        };
        (end, self.pending)
    }

    async fn send(
        &mut self,
        request: Request,
        reply: oneshot::Sender<Answer>,
    ) -> Result<(), tungstenite::Error> {
        let id = RequestId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let message = ClientMessage { id, request };
        let text = serde_json::to_string(&message)
            .map_err(|error| tungstenite::Error::Io(error.into()))?;
        self.pending.insert(id, reply);
        self.line.send(Message::text(text)).await
    }

    /// A failed write tells less than the close frame that may have come before it.
    async fn last_words(&mut self, error: tungstenite::Error) -> End {
        while let Some(Ok(message)) = self.line.next().await {
            if let Message::Close(frame) = message {
                return closed(frame);
            }
        }
        End {
            code: None,
            reason: error.to_string(),
        }
    }

    async fn handle(&mut self, text: &str) -> Result<(), End> {
        let message = decode_server(text).map_err(|error| End {
            code: None,
            reason: format!("the server sent what cannot be read: {error}"),
        })?;
        match message {
            ServerMessage::Answer { id, answer } => {
                if let Answer::Welcome(welcome) = &answer {
                    self.silence = Duration::from_millis(welcome.limits.silence_ms.into());
                }
                let asked = id.and_then(|id| self.pending.remove(&id));
                // Whoever asked may have given up; an answer to nobody is of no use.
                if let Some(asked) = asked
                    && asked.send(answer).is_err()
                {
                    tracing::trace!("nobody waits for an answer any more");
                }
            }
            ServerMessage::Event(event) => {
                // A program without an interest in events drops their receiver.
                if self.events.send(event).await.is_err() {
                    tracing::trace!("nobody reads events");
                }
            }
        }
        Ok(())
    }
}

fn closed(frame: Option<CloseFrame>) -> End {
    match frame {
        Some(frame) => End {
            code: Some(frame.code.into()),
            reason: frame.reason.to_string(),
        },
        None => End {
            code: None,
            reason: "closed without a code".into(),
        },
    }
}
