//! Writes the TypeScript declarations and the JSON Schema of the wire, and PROTOCOL.md's limits.

use std::{fs, path::Path};

use zoom_protocol::generate;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in generate::files() {
        let path = root.join(file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, file.text)?;
    }
    let page = root.join(generate::PAGE);
    let text = fs::read_to_string(&page)?;
    fs::write(page, generate::page(&text))?;
    Ok(())
}
