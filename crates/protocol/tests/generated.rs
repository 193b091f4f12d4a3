//! The generated TypeScript and JSON Schema are those of the Rust types.

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
