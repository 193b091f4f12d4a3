//! Who writes where, when and what.

use anyhow::Result;
use zoom_client::protocol::{
    AuthorId, FileHash, FileInfo, Message, MessageText, ParticipantId, Person, PictureSize,
    RoomName,
};
use zoom_store::{Change, WriteRequest};

use super::{language::Language, random::Random};

/// The time of the first message: 2025-01-01.
pub(super) const BEGAN_MS: u64 = 1_735_689_600_000;
/// From the first message to the last one.
pub(super) const LASTED_MS: u64 = 730 * 86_400_000;
/// People who write.
const PEOPLE: usize = 40;
/// Messages that are remembered, to search for what they say.
const REMEMBERED: usize = 4_096;

const FAMILIES: [&str; 8] = ["김", "이", "박", "최", "정", "Anna ", "Tom ", "Maria "];
const NAMES: [&str; 5] = ["민수", "서연", "지훈", "Lee", "하늘"];

/// A world of rooms: the first has half of all messages, the others share the rest.
pub(super) struct World {
    pub(super) korean: Language,
    pub(super) english: Language,
    pub(super) people: Vec<Person>,
    /// Texts of the first room, from all of its time.
    pub(super) remembered: Vec<String>,
    rooms: Vec<Room>,
    messages: u64,
    written: u64,
    random: Random,
}

struct Room {
    name: RoomName,
    written: u64,
    /// A message that is answered in a thread.
    root: Option<u64>,
}

impl World {
    pub(super) fn new(messages: u64, rooms: usize) -> Result<Self> {
        let room = |place: usize| -> Result<Room> {
            Ok(Room {
                name: room_name(place).parse()?,
                written: 0,
                root: None,
            })
        };
        let person = |place: usize| -> Result<Person> {
            let family = FAMILIES.get(place / NAMES.len()).copied();
            let name = NAMES.get(place % NAMES.len()).copied();
            Ok(Person {
                participant: ParticipantId((place as u64 + 1) << 32),
                author: AuthorId((place as u64 + 1) << 16),
                name: [family, name]
                    .map(Option::unwrap_or_default)
                    .concat()
                    .parse()?,
                ordinal: 1,
            })
        };
        Ok(Self {
            korean: Language::korean(),
            english: Language::english(),
            people: (0..PEOPLE).map(person).collect::<Result<_>>()?,
            remembered: Vec::new(),
            rooms: (0..rooms.max(1)).map(room).collect::<Result<_>>()?,
            messages: messages.max(1),
            written: 0,
            random: Random::new(1),
        })
    }

    /// The next message: 2 % to one person alone, 5 % in threads, 2 % with a file, 3 % with a link.
    pub(super) fn next(&mut self) -> Result<WriteRequest> {
        let random = &mut self.random;
        let place = match self.rooms.len() {
            2.. if random.is_in(50) => 1 + random.below(self.rooms.len() - 1),
            _ => 0,
        };
        // Who writes much writes very much.
        let writer = random.below(PEOPLE).min(random.below(PEOPLE));
        let (sender, other) = (&self.people[writer], &self.people[(writer + 1) % PEOPLE]);
        let is_korean = random.is_in(60);
        let language = if is_korean {
            &self.korean
        } else {
            &self.english
        };
        let mut text = sentence(language, random);
        if is_korean && random.is_in(20) {
            text.push(' ');
            text.push_str(self.english.word(random));
        }
        if random.is_in(3) {
            text.push_str(&format!(" https://example.org/{}", random.below(100_000)));
        }
        let files = match random.is_in(2) {
            true => vec![file(language, random)?],
            false => Vec::new(),
        };
        let to = random.is_in(2).then(|| other.clone());
        let room = &mut self.rooms[place];
        room.written += 1;
        let thread = room.root.filter(|_| to.is_none() && random.is_in(5));
        if thread.is_none() && to.is_none() && random.is_in(5) {
            room.root = Some(room.written);
        }
        if place == 0 && self.remembered.len() < REMEMBERED {
            self.remembered.push(text.clone());
        } else if place == 0 {
            let kept = random.below(room.written as usize);
            if let Some(kept) = self.remembered.get_mut(kept) {
                kept.clone_from(&text);
            }
        }
        let said: MessageText = text.parse()?;
        self.written += 1;
        Ok(WriteRequest {
            room: room.name.clone(),
            unix_ms: BEGAN_MS + LASTED_MS / self.messages * self.written,
            change: Change::Post {
                sender: sender.clone(),
                client_id: format!("{:x}", self.written).parse()?,
                message: Message {
                    files,
                    ..Message::from(said)
                },
                thread,
                to,
            },
        })
    }
}

/// What a room is called.
pub(super) fn room_name(place: usize) -> String {
    format!("search-{place}")
}

/// 2 to 24 words, few more often than many.
fn sentence(language: &Language, random: &mut Random) -> String {
    let count = 2 + random.below(23).min(random.below(23));
    let words: Vec<String> = (0..count).map(|_| language.spoken(random)).collect();
    words.join(" ")
}

fn file(language: &Language, random: &mut Random) -> Result<FileInfo> {
    let is_picture = random.is_in(60);
    let mut hash = [0; 32];
    for part in hash.chunks_exact_mut(8) {
        part.copy_from_slice(&random.next().to_le_bytes());
    }
    let word = language.word(random);
    let (ending, media_type) = match is_picture {
        true => ("png", "image/png"),
        false => ("pdf", "application/pdf"),
    };
    Ok(FileInfo {
        hash: FileHash(hash),
        name: format!("{word}.{ending}").parse()?,
        media_type: media_type.into(),
        bytes: 1_000,
        picture: is_picture.then_some(PictureSize {
            width: 640,
            height: 480,
        }),
    })
}
