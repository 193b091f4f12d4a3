//! The generated TypeScript, JSON Schema and table of limits are those of the Rust types.

use std::{fs, path::Path};

#[test]
fn the_generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in zoom_protocol::generate::files() {
        let text = fs::read_to_string(root.join(file.path)).unwrap_or_default();
        assert!(
            text == file.text,
            "{} is stale: run cargo run -p zoom-protocol --example generate",
            file.path
        );
    }
}

#[test]
fn the_table_of_limits_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../PROTOCOL.md");
    let text = fs::read_to_string(path).unwrap();
    assert!(
        text.contains("| `frame_bytes` |") && text == zoom_protocol::generate::page(&text),
        "PROTOCOL.md is stale: run cargo run -p zoom-protocol --example generate"
    );
}
