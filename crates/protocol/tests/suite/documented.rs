//! PROTOCOL.md tells the truth: every example is a message of the schema and of the Rust types, and
//! no request, answer, event, field, error code or close code is left out.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

/// Which side sends an example.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sender {
    Client,
    Server,
}

struct Example {
    sender: Sender,
    line: usize,
    text: String,
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&read("crates/protocol/zoom.schema.json")).unwrap()
}

/// The fenced blocks whose info string is `json client` or `json server`.
fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .collect();
        let sender = match info {
            "json client" => Sender::Client,
            "json server" => Sender::Server,
            "text" => continue,
            other => panic!("line {}: no example is of the kind {other:?}", number + 1),
        };
        examples.push(Example {
            sender,
            line: number + 1,
            text: body.join("\n"),
        });
    }
    examples
}

/// Everything in `small` is in `large` too.
fn is_within(small: &Value, large: &Value) -> bool {
    match (small, large) {
        (Value::Object(small), Value::Object(large)) => small
            .iter()
            .all(|(key, value)| large.get(key).is_some_and(|other| is_within(value, other))),
        (Value::Array(small), Value::Array(large)) => {
            small.len() == large.len()
                && small
                    .iter()
                    .zip(large)
                    .all(|(one, other)| is_within(one, other))
        }
        _ => small == large,
    }
}

/// The `const` of every `type` in one list of alternatives of the schema.
fn types(alternatives: &Value) -> Vec<String> {
    let list = alternatives.as_array().unwrap();
    list.iter()
        .filter_map(|one| one.pointer("/properties/type/const"))
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_example_is_a_message_of_the_schema() {
    let mut schema = schema();
    let mut validator = |definition: &str| {
        schema["anyOf"] = serde_json::json!([{ "$ref": format!("#/$defs/{definition}") }]);
        jsonschema::validator_for(&schema).unwrap()
    };
    let (client, server) = (validator("ClientMessage"), validator("ServerMessage"));
    for example in examples(&read("PROTOCOL.md")) {
        let Example { sender, line, text } = example;
        let value: Value =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("line {line}: {e}"));
        let validator = match sender {
            Sender::Client => &client,
            Sender::Server => &server,
        };
        if let Err(error) = validator.validate(&value) {
            panic!("line {line}: {error} at {}", error.instance_path());
        }
    }
}

#[test]
fn every_example_has_only_fields_that_exist() {
    for Example { sender, line, text } in examples(&read("PROTOCOL.md")) {
        let value: Value = serde_json::from_str(&text).unwrap();
        let again = match sender {
            Sender::Client => {
                let message = zoom_protocol::decode_client(&text).unwrap();
                serde_json::to_value(message).unwrap()
            }
            Sender::Server => {
                let message = zoom_protocol::decode_server(&text).unwrap();
                serde_json::to_value(message).unwrap()
            }
        };
        assert!(
            is_within(&value, &again),
            "line {line}: {value} became {again}"
        );
    }
}

#[test]
fn every_request_answer_and_event_has_an_example() {
    let schema = schema();
    let shown = |wanted: Sender| -> BTreeSet<String> {
        examples(&read("PROTOCOL.md"))
            .iter()
            .filter(|example| example.sender == wanted)
            .map(|example| serde_json::from_str::<Value>(&example.text).unwrap())
            .map(|value| value["type"].as_str().unwrap().to_owned())
            .collect()
    };
    let requests = types(&schema["$defs"]["ClientMessage"]["oneOf"]);
    let answers = types(&schema["$defs"]["ServerMessage"]["anyOf"][0]["oneOf"]);
    let events = types(&schema["$defs"]["Event"]["oneOf"]);
    for (names, sender) in [
        (requests, Sender::Client),
        (answers, Sender::Server),
        (events, Sender::Server),
    ] {
        assert!(names.len() > 5, "the schema has another shape: {names:?}");
        let shown = shown(sender);
        for name in names {
            assert!(
                shown.contains(&name),
                "{name} of the {sender:?} has no example"
            );
        }
    }
}

#[test]
fn every_request_and_event_has_a_section() {
    let schema = schema();
    let page = read("PROTOCOL.md");
    let requests = types(&schema["$defs"]["ClientMessage"]["oneOf"]);
    let events = types(&schema["$defs"]["Event"]["oneOf"]);
    for name in requests.iter().chain(&events) {
        let heading = format!("\n### {name}\n");
        assert!(page.contains(&heading), "{name} has no section");
    }
}

#[test]
fn every_field_and_every_constant_is_mentioned() {
    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(Value::Object(properties)) = object.get("properties") {
                    names.extend(properties.keys().cloned());
                }
                match (object.get("const"), object.get("enum")) {
                    (Some(Value::String(name)), _) => _ = names.insert(name.clone()),
                    (_, Some(Value::Array(list))) => {
                        names.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => {}
                }
                object.values().for_each(|value| collect(value, names));
            }
            Value::Array(list) => list.iter().for_each(|value| collect(value, names)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut names = BTreeSet::new();
    collect(&schema()["$defs"], &mut names);
    let page = read("PROTOCOL.md");
    for name in names {
        let mentioned =
            page.contains(&format!("`{name}`")) || page.contains(&format!("### {name}\n"));
        assert!(mentioned, "{name} is not mentioned");
    }
}

#[test]
fn every_error_code_and_close_code_has_a_row() {
    let page = read("PROTOCOL.md");
    let schema = schema();
    let codes = schema["$defs"]["ErrorCode"]["oneOf"].as_array().unwrap();
    assert!(codes.len() > 20);
    for code in codes {
        let code = code["const"].as_str().unwrap();
        assert!(
            page.contains(&format!("\n| `{code}` |")),
            "{code} has no row"
        );
    }
    let source = read("crates/protocol/src/messages/close_code.rs");
    let numbers: Vec<&str> = source
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("pub const ")?
                .split_once(": u16 = ")
        })
        .map(|(_, number)| number.trim_end_matches(';'))
        .collect();
    assert!(numbers.len() > 10);
    for number in numbers {
        assert!(
            page.contains(&format!("\n| {number} |")),
            "{number} has no row"
        );
    }
}
