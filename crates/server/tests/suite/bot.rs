//! Programs join a room of this server: the example bot, a process of its own, answers there before
//! and after a restart of the server, and one sends a file.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test fails by a panic")]

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use zoom_client::{Client, ConnectOptions, Events, files};
use zoom_protocol::{
    ClientId, EntryBody, ErrorCode, Event, FileName, Join, Post, ResumeRequest, Sources,
    UploadPlace,
};

use crate::media::house::House;
use crate::waiting::soon;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_in_a_process_of_its_own_answers_in_the_room() {
    let house = House::start().await;
    let (person, mut events) = Client::connect(&house.url()).await.unwrap();
    let joined = person.join(join("Kim")).await.unwrap();
    assert_eq!(joined.participants.len(), 1);

    let bot = start_bot(&house.url());
    let bots_name = events.find(|event| match event {
        Event::ParticipantJoined { participant } => Some(participant.person.name.to_string()),
        _ => None,
    });
    assert_eq!(soon("the bot", bots_name).await.unwrap(), "Dice");

    say(&person, "first", "/echo 안녕 world").await;
    assert_eq!(answer(&mut events).await, "안녕 world");
    say(&person, "second", "/roll 3d6").await;
    let rolled = answer(&mut events).await;
    let (_, sum) = rolled.rsplit_once("= ").unwrap();
    assert!((3..=18).contains(&sum.parse::<u32>().unwrap()), "{rolled}");
    say(&person, "third", "hello dice, who are you?").await;
    assert!(answer(&mut events).await.contains("/roll"));
    say(&person, "fourth", "/roll 99d1").await;
    assert!(answer(&mut events).await.contains("20 dice"));

    let asked = say(&person, "asked", "a question").await;
    let in_thread = Post {
        thread: Some(asked),
        ..Post::text(id("in-thread"), "/echo aside".parse().unwrap())
    };
    person.write(in_thread).await.unwrap();
    let answered = events.find(|event| match event {
        Event::Entry { entry } if entry.sender.name.as_str() == "Dice" => Some(entry.thread),
        _ => None,
    });
    assert_eq!(soon("an answer", answered).await.unwrap(), Some(asked));

    // The bot comes back by itself, and so does the person.
    let house = house.restart().await;
    let options = ConnectOptions {
        resume: Some(ResumeRequest {
            token: joined.resume_token,
            after: 0,
        }),
        ..ConnectOptions::default()
    };
    let (person, mut events) = Client::connect_with(&house.url(), options).await.unwrap();
    assert!(person.welcome().resumed.is_some());
    say(&person, "fifth", "/echo still there?").await;
    assert_eq!(answer(&mut events).await, "still there?");

    drop(bot);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_sends_a_file_and_posts_it() {
    let house = House::start().await;
    let (person, _events) = Client::connect(&house.url()).await.unwrap();
    person.join(join("Kim")).await.unwrap();
    let name: FileName = "note.txt".parse().unwrap();
    let place = person.upload(name.clone(), 5).await.unwrap();
    let options = ConnectOptions::default();
    let url = house.url();
    let sent = files::send(&url, &options, &place, b"hello");
    let file = soon("the file to be sent", sent).await.unwrap();
    assert_eq!((file.bytes, &file.name), (5, &name));
    let post = Post {
        text: None,
        files: vec![place.upload.clone()],
        ..Post::text(id("file"), "-".parse().unwrap())
    };
    let posted = person.write(post).await.unwrap();
    let EntryBody::Message(message) = posted.entry.body else {
        panic!("no message");
    };
    assert_eq!(message.files, [file]);
    let again = UploadPlace {
        path: "/api/uploads/unknown".into(),
        ..place
    };
    let refused = files::send(&house.url(), &options, &again, b"hello").await;
    assert_eq!(refused.unwrap_err().code(), Some(ErrorCode::NoUpload));
    house.stop().await;
}

fn join(name: &str) -> Join {
    Join {
        identity: None,
        room: "dice".parse().unwrap(),
        name: name.parse().unwrap(),
        sources: Sources::default(),
        media: None,
    }
}

fn id(text: &str) -> ClientId {
    text.parse().unwrap()
}

async fn say(client: &Client, client_id: &str, text: &str) -> u64 {
    let posted = client.post(id(client_id), text.parse().unwrap());
    let posted = soon("a message to be kept", posted).await.unwrap();
    posted.entry.number
}

/// The next message of the bot.
async fn answer(events: &mut Events) -> String {
    let answer = events.find(|event| match event {
        Event::Entry { entry } if entry.sender.name.as_str() == "Dice" => match entry.body {
            EntryBody::Message(message) => message.text.map(|text| text.to_string()),
            _ => None,
        },
        _ => None,
    });
    soon("an answer of the bot", answer).await.unwrap()
}

/// The bot's process; it ends with the test.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended by itself; a child that is gone needs no end.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Builds the example, which is nothing when it is built, and starts it. As part of the workspace, as
/// all tests are built: alone it would need fewer features of its libraries, and those once more.
fn start_bot(url: &str) -> Bot {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--example", "bot"])
        .stdin(Stdio::null())
        .status();
    assert!(built.unwrap().success());
    let bot = Command::new(bot()).args([url, "dice", "Dice"]).spawn();
    Bot(bot.unwrap())
}

/// Beside the folder of the tests' programs is that of the examples.
fn bot() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join("examples").join("bot")
}
