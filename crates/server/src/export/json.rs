//! A timeline for programs; docs/export.md describes it.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::json;
use zoom_protocol::{EntryBody, FileHash, FileInfo, RoomName};

use super::{Export, Writer};

/// What the file says that it is.
const FORMAT: &str = "zoom-timeline";
/// Which form of it.
const VERSION: u32 = 1;

/// Writes a room.
pub(super) fn write(
    export: &Export,
    room: &RoomName,
    now_ms: u64,
    with_files: bool,
    to: &mut Writer,
) -> io::Result<()> {
    let head = json!({ "format": FORMAT, "version": VERSION, "room": room, "exported_ms": now_ms });
    let head = head.to_string();
    // The entries come into the same object.
    write!(to, "{},\"entries\":[", head.trim_end_matches('}'))?;
    let mut files: BTreeMap<FileHash, FileInfo> = BTreeMap::new();
    let mut is_first = true;
    export.entries(room, |entry| {
        to.write_all(if is_first { b"\n" } else { b",\n" })?;
        is_first = false;
        if with_files && let EntryBody::Message(message) = &entry.body {
            files.extend(message.files.iter().map(|file| (file.hash, file.clone())));
        }
        serde_json::to_writer(&mut *to, entry).map_err(io::Error::other)
    })?;
    to.write_all(b"\n]")?;
    if with_files {
        to.write_all(b",\"files\":{")?;
        let mut is_first = true;
        for (hash, info) in &files {
            let Some(file) = export.open(info)? else {
                continue;
            };
            let comma = if is_first { "" } else { "," };
            is_first = false;
            write!(to, "{comma}\n\"{hash}\":\"")?;
            to.base64(file)?;
            to.write_all(b"\"")?;
        }
        to.write_all(b"}")?;
    }
    to.write_all(b"}\n")
}
