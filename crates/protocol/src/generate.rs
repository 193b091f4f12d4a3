//! The same types for other languages: TypeScript declarations and a JSON Schema, and the table of
//! limits in PROTOCOL.md.
//!
//! `cargo run -p zoom-protocol --example generate` writes all three; a test fails when they are
//! stale.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use ts_rs::{Config, TS};

use crate::*;

/// A generated file: its path from the root of the workspace, and its text.
pub struct Generated {
    /// Path from the root of the workspace.
    pub path: &'static str,
    /// The whole text.
    pub text: String,
}

/// Both generated files.
pub fn files() -> [Generated; 2] {
    [
        Generated {
            path: "web/src/protocol/messages.ts",
            text: typescript(),
        },
        Generated {
            path: "crates/protocol/zoom.schema.json",
            text: json_schema(),
        },
    ]
}

/// The TypeScript declarations, and the limits as a constant.
fn typescript() -> String {
    let config = Config::new();
    let mut text = String::from(
        "// Generated from the Rust types of crates/protocol. Do not edit: run\n\
         // cargo run -p zoom-protocol --example generate\n",
    );
    macro_rules! declare {
        ($($type:ty),+ $(,)?) => {$(
            let docs = <$type>::docs().unwrap_or_default();
            text.push('\n');
            text.push_str(&docs);
            text.push_str("export ");
            text.push_str(&<$type>::decl(&config));
            text.push('\n');
        )+};
    }
    declare!(
        RequestId,
        ParticipantId,
        AuthorId,
        UploadId,
        Identity,
        FileHash,
        FileName,
        SlotId,
        SlotKind,
        ClientId,
        RoomName,
        DisplayName,
        MessageText,
        Reaction,
        Limits,
        Source,
        Sources,
        TileSource,
        Tile,
        SourceMids,
        Slot,
        MediaOffer,
        MediaAnswer,
        SlotAssignment,
        Person,
        QualityLevel,
        QualityReason,
        QualityDirection,
        Quality,
        QualityChange,
        Participant,
        Mention,
        Replies,
        Marked,
        PictureSize,
        FileInfo,
        Message,
        CallRecord,
        EntryBody,
        Entry,
        Page,
        ErrorCode,
        ErrorAnswer,
        ResumeRequest,
        Hello,
        Look,
        Join,
        Post,
        Edit,
        Delete,
        Mark,
        PageAt,
        History,
        Has,
        Search,
        Upload,
        Typing,
        Hand,
        React,
        Publish,
        View,
        Media,
        Request,
        ClientMessage,
        Posted,
        Found,
        UploadPlace,
        Looked,
        Joined,
        Welcome,
        Answer,
        LeaveReason,
        MediaEndReason,
        Event,
        ServerMessage,
    );
    let limits = serde_json::to_string_pretty(&Limits::default()).unwrap_or_default();
    text.push_str("\n/** What a server allows unless its `welcome` says otherwise. */\n");
    text.push_str(&format!("export const defaultLimits: Limits = {limits};\n"));
    text.push_str(&format!("\nexport const subprotocol = {SUBPROTOCOL:?};\n"));
    text.push_str(&format!("export const socketPath = {SOCKET_PATH:?};\n"));
    text
}

/// One JSON Schema document (draft 2020-12) with every type under `$defs`.
fn json_schema() -> String {
    let mut generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
    let client = generator.subschema_for::<ClientMessage>();
    let server = generator.subschema_for::<ServerMessage>();
    for keep in [
        subschema::<Limits>(&mut generator),
        subschema::<Entry>(&mut generator),
        subschema::<MediaOffer>(&mut generator),
    ] {
        drop(keep);
    }
    let definitions: Map<String, Value> = generator.take_definitions(true);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zoom.1",
        "description": "A message of the zoom protocol, from a client or from the server",
        "anyOf": [client, server],
        "$defs": definitions,
    });
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Where PROTOCOL.md is, from the root of the workspace.
pub const PAGE: &str = "PROTOCOL.md";
const LIMITS_BEGIN: &str = "<!-- limits: generated -->\n";
const LIMITS_END: &str = "<!-- end of limits -->\n";

/// PROTOCOL.md with the table of limits as it should be; the text as it was where it has no place
/// for one.
pub fn page(text: &str) -> String {
    match (text.split_once(LIMITS_BEGIN), text.split_once(LIMITS_END)) {
        (Some((before, _)), Some((_, after))) => {
            format!(
                "{before}{LIMITS_BEGIN}\n{}\n{LIMITS_END}{after}",
                limits_table()
            )
        }
        _ => text.to_owned(),
    }
}

/// Every limit's name, default and meaning as a Markdown table.
fn limits_table() -> String {
    let defaults = serde_json::to_value(Limits::default()).unwrap_or_default();
    let schema = schemars::schema_for!(Limits);
    let mut rows = String::from("| name | default | what |\n| --- | --- | --- |\n");
    for (name, default) in defaults.as_object().into_iter().flatten() {
        let what = schema
            .pointer(&format!("/properties/{name}/description"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            // A row of a table is one line.
            .replace('\n', " ");
        rows.push_str(&format!("| `{name}` | {default} | {what} |\n"));
    }
    rows
}

fn subschema<T: JsonSchema>(generator: &mut SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<T>()
}
