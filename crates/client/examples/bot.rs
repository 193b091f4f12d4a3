//! A bot: joins a room from a process of its own and answers there.
//!
//! `cargo run -p zoom-client --example bot -- http://127.0.0.1:8080 blue-otter-42`
//!
//! It rolls dice (`/roll`, `/roll 2d20`), repeats (`/echo words`), and says what it can do when its
//! name is mentioned: in a thread what was asked there, and to one person what they asked it alone.
//! When its socket breaks it comes back as the same participant, reads what it
//! has missed, and answers that once: the id of an answer is made from the number of what it
//! answers, and the server takes each id once.

use std::{process::ExitCode, time::Duration};

use tokio::time::sleep;
use zoom_client::{
    Client, ClientError, ConnectOptions, Events, Trust,
    protocol::{
        Entry, EntryBody, Event, Join, Joined, Message, ParticipantId, Post, ResumeRequest, Sources,
    },
};

/// Between two attempts to come back.
const PAUSE: Duration = Duration::from_secs(1);
/// Most dice at once.
const MOST_DICE: u32 = 20;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let insecure = arguments.iter().position(|word| word == "--insecure");
    let trust = match insecure {
        Some(place) => {
            arguments.remove(place);
            Trust::Anybody
        }
        None => Trust::System,
    };
    let (url, room, name) = match arguments.as_slice() {
        [url, room] => (url, room, "Bot"),
        [url, room, name] => (url, room, name.as_str()),
        _ => {
            eprintln!("bot [--insecure] ADDRESS ROOM [NAME]");
            return ExitCode::FAILURE;
        }
    };
    let bot = Bot {
        url: url.clone(),
        trust,
        room: room.clone(),
        name: name.to_owned(),
    };
    let ended = tokio::select! {
        ended = bot.live() => ended,
        stopped = tokio::signal::ctrl_c() => stopped.map_err(ClientError::Connect),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bot: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Bot {
    url: String,
    trust: Trust,
    room: String,
    name: String,
}

impl Bot {
    /// Joins, answers, and comes back until it cannot.
    async fn live(&self) -> Result<(), ClientError> {
        let (mut client, mut events) = Client::connect_with(&self.url, self.options(None)).await?;
        let mut joined = self.join(&client).await?;
        println!("joined {}", joined.room);
        // What was said before it came is not for the bot.
        let mut last = joined.last;
        loop {
            while let Some(event) = events.next().await {
                if let Event::Entry { entry } = event {
                    self.answer(&client, joined.you, &entry, &mut last).await;
                }
            }
            let end = client.ended().await;
            eprintln!("bot: the socket has ended ({end}), coming back");
            (client, events, joined) = self.come_back(&joined.resume_token, last).await?;
            // What changed comes in the order of the changes.
            let page = joined.timeline.entries.iter();
            let mut missed: Vec<&Entry> = page.chain(joined.changes.iter().flatten()).collect();
            missed.sort_by_key(|entry| entry.number);
            for entry in missed {
                self.answer(&client, joined.you, entry, &mut last).await;
            }
        }
    }

    /// Comes back as the same participant, or anew where the server does not know it any more.
    async fn come_back(
        &self,
        token: &str,
        after: u64,
    ) -> Result<(Client, Events, Joined), ClientError> {
        loop {
            let resume = ResumeRequest {
                token: token.to_owned(),
                after,
            };
            match Client::connect_with(&self.url, self.options(Some(resume))).await {
                Ok((client, events)) => {
                    let joined = match client.welcome().resumed.clone() {
                        Some(joined) => joined,
                        None => self.join(&client).await?,
                    };
                    return Ok((client, events, joined));
                }
                Err(ClientError::Connect(error)) => {
                    eprintln!("bot: {error}");
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn join(&self, client: &Client) -> Result<Joined, ClientError> {
        let wrong = |error: &dyn std::fmt::Display| ClientError::Address(error.to_string());
        client
            .join(Join {
                identity: None,
                room: self.room.parse().map_err(|error| wrong(&error))?,
                name: self.name.parse().map_err(|error| wrong(&error))?,
                sources: Sources::default(),
                media: None,
            })
            .await
    }

    fn options(&self, resume: Option<ResumeRequest>) -> ConnectOptions {
        ConnectOptions {
            resume,
            trust: self.trust.clone(),
            ..ConnectOptions::default()
        }
    }

    /// Answers an entry, if it is one to be answered. One whose answer was not kept because the
    /// socket ended is answered when the bot is back.
    async fn answer(&self, client: &Client, you: ParticipantId, entry: &Entry, last: &mut u64) {
        if entry.number <= *last {
            return;
        }
        if let EntryBody::Message(Message {
            text: Some(text), ..
        }) = &entry.body
            && entry.sender.participant != you
            && let Some(words) = self.reply(text.as_str())
            && let Ok(words) = words.parse()
            && let Ok(id) = format!("answer-to-{}", entry.number).parse()
        {
            let asked_alone = entry.to.is_some();
            let post = Post {
                thread: entry.thread,
                to: asked_alone.then_some(entry.sender.participant),
                ..Post::text(id, words)
            };
            match client.write(post).await {
                Ok(_) => {}
                Err(ClientError::Ended(_)) => return,
                Err(error) => eprintln!("bot: an answer was not kept: {error}"),
            }
        }
        *last = entry.number;
    }

    /// What it says to this, if anything.
    fn reply(&self, text: &str) -> Option<String> {
        let (command, rest) = text.split_once(' ').unwrap_or((text, ""));
        match command {
            "/roll" => Some(roll(rest.trim())),
            "/echo" => Some(rest.to_owned()),
            _ if text.to_lowercase().contains(&self.name.to_lowercase()) => {
                Some("I roll dice (/roll, /roll 2d20) and repeat (/echo words).".to_owned())
            }
            _ => None,
        }
    }
}

/// Rolls `2d20`, or one die of six sides.
fn roll(dice: &str) -> String {
    let numbers = match dice {
        "" => Some((1, 6)),
        dice => dice.split_once('d').and_then(|(count, sides)| {
            let count = if count.is_empty() { "1" } else { count };
            Some((count.parse().ok()?, sides.parse().ok()?))
        }),
    };
    let Some((count, sides)) = numbers else {
        return format!("I cannot roll {dice:?}; /roll 2d6 works.");
    };
    if !(1..=MOST_DICE).contains(&count) || !(2..=1_000).contains(&sides) {
        return format!("I have {MOST_DICE} dice, of 2 to 1000 sides.");
    }
    let rolled: Vec<u32> = (0..count).map(|_| 1 + random() % sides).collect();
    let shown: Vec<String> = rolled.iter().map(u32::to_string).collect();
    let sum: u32 = rolled.iter().sum();
    match count {
        1 => format!("🎲 {sum}"),
        _ => format!("🎲 {} = {sum}", shown.join(" + ")),
    }
}

fn random() -> u32 {
    // Without randomness every die shows its first side; nobody's safety hangs on it.
    getrandom::u32().unwrap_or(0)
}
