//! A timeline as one page that opens alone: its pictures are in it, and nothing is loaded or run.

use std::io::{self, Write};

use minijinja::{AutoEscape, Environment, Value, context};
use time::OffsetDateTime;
use zoom_protocol::{Entry, EntryBody, FileInfo, Message, RoomName};

use super::{Export, Writer, markdown};
use crate::files::is_shown;

/// What the page says itself.
struct Texts {
    language: &'static str,
    saved: &'static str,
    reply: &'static str,
    edited: &'static str,
    deleted: &'static str,
    call: &'static str,
    bytes: &'static str,
}

const ENGLISH: Texts = Texts {
    language: "en",
    saved: "Saved",
    reply: "in reply",
    edited: "edited",
    deleted: "This message was deleted.",
    call: "A call with",
    bytes: "bytes",
};

const KOREAN: Texts = Texts {
    language: "ko",
    saved: "저장:",
    reply: "답글",
    edited: "수정됨",
    deleted: "삭제한 메시지입니다.",
    call: "통화한 사람:",
    bytes: "바이트",
};

/// Writes a room.
pub(super) fn write(
    export: &Export,
    room: &RoomName,
    now_ms: u64,
    korean: bool,
    to: &mut Writer,
) -> io::Result<()> {
    let page = Page::new(if korean { &KOREAN } else { &ENGLISH })?;
    let head = context! {
        room => room.as_str(), language => page.texts.language, texts => page.words(),
        saved => moment(now_ms),
    };
    page.render("head", head, to)?;
    export.entries(room, |entry| page.entry(export, entry, to))?;
    to.write_all(b"</main>\n</body>\n</html>\n")
}

struct Page {
    environment: Environment<'static>,
    texts: &'static Texts,
}

impl Page {
    fn new(texts: &'static Texts) -> io::Result<Self> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in [
            ("head", include_str!("head.html")),
            ("entry", include_str!("entry.html")),
        ] {
            environment
                .add_template(name, source)
                .map_err(io::Error::other)?;
        }
        Ok(Self { environment, texts })
    }

    fn words(&self) -> Value {
        let Texts {
            saved,
            reply,
            edited,
            bytes,
            ..
        } = *self.texts;
        context! { saved, reply, edited, bytes }
    }

    fn render(&self, name: &str, values: Value, to: &mut Writer) -> io::Result<()> {
        let template = self
            .environment
            .get_template(name)
            .map_err(io::Error::other)?;
        let text = template.render(values).map_err(io::Error::other)?;
        to.write_all(text.as_bytes())
    }

    fn entry(&self, export: &Export, entry: &Entry, to: &mut Writer) -> io::Result<()> {
        let said = match &entry.body {
            EntryBody::Message(message) => Some(message),
            EntryBody::Deleted { .. } | EntryBody::Call(_) => None,
            // The kinds of entries may grow in their own crate.
            _ => None,
        };
        let note = match &entry.body {
            EntryBody::Deleted { .. } => Some(self.texts.deleted.to_owned()),
            EntryBody::Call(call) => {
                let names: Vec<String> = call
                    .people
                    .iter()
                    .map(|person| person.name.to_string())
                    .collect();
                Some(format!("{} {}", self.texts.call, names.join(", ")))
            }
            EntryBody::Message(_) => None,
            _ => None,
        };
        let text = said.and_then(|message| message.text.as_ref());
        let html = text.map(|text| markdown::html(text.as_str()));
        let files: &[FileInfo] = said.map_or(&[], |message| &message.files);
        let marks: Vec<Value> = entry
            .marks
            .iter()
            .map(|mark| context! { reaction => mark.reaction.as_str(), count => mark.count })
            .collect();
        let listed: Vec<Value> = files
            .iter()
            .map(|file| context! { name => file.name.as_str(), bytes => file.bytes })
            .collect();
        let values = context! {
            number => entry.number,
            name => entry.sender.name.as_str(),
            time => moment(entry.time_ms),
            thread => entry.thread,
            edited => said.is_some_and(|message: &Message| message.edited_ms.is_some()),
            note,
            body => Value::from_safe_string(html.unwrap_or_default()),
            files => listed,
            marks,
            texts => self.words(),
        };
        self.render("entry", values, to)?;
        files
            .iter()
            .filter(|file| file.picture.is_some() && is_shown(&file.media_type))
            .try_for_each(|file| picture(export, file, to))?;
        to.write_all(b"</article>\n")
    }
}

/// A picture with its bytes in the page.
fn picture(export: &Export, info: &FileInfo, to: &mut Writer) -> io::Result<()> {
    let (Some(file), Some(size)) = (export.open(info)?, info.picture) else {
        return Ok(());
    };
    // A media type that is shown is one of a short list, and needs no escape.
    write!(
        to,
        "<p><img alt=\"\" width=\"{}\" height=\"{}\" src=\"data:{};base64,",
        size.width, size.height, info.media_type
    )?;
    to.base64(file)?;
    to.write_all(b"\"></p>\n")
}

/// A time for programs and for people.
fn moment(unix_ms: u64) -> Value {
    let seconds = i64::try_from(unix_ms / 1_000).unwrap_or(i64::MAX);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, hour, minute) = (time.date(), time.hour(), time.minute());
    context! {
        iso => format!("{date}T{hour:02}:{minute:02}:{:02}Z", time.second()),
        shown => format!("{date} {hour:02}:{minute:02}"),
    }
}
