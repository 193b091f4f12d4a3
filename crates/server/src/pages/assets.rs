//! The browser app's built files: which there are, and which tags load one of its entries.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write,
};

use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

/// Vite's output with its manifest, as the build script left it.
#[derive(RustEmbed)]
#[folder = "$ZOOM_WEB_DIST"]
pub(crate) struct App;

/// Pictures with lasting names: the site's icon and the preview of links.
#[derive(RustEmbed)]
#[folder = "icons"]
struct Icons;

/// A picture with a lasting name: ours as it lies in the repository, or drawn in the build.
pub(crate) fn icon(file: &str) -> Option<EmbeddedFile> {
    Icons::get(file).or_else(|| App::get(&format!("{ICON_FOLDER}{file}")))
}

/// Where pictures with lasting names lie in the build, and below `/public/`.
pub(crate) const ICON_FOLDER: &str = "icons/";

/// The manifest's name in the build.
const MANIFEST: &str = "manifest.json";

/// The entries that pages load, and the source that Vite serves for each in development.
const ENTRIES: [(&str, &str); 3] = [
    ("site", "src/site.css"),
    ("home", "src/home/main.ts"),
    ("room", "src/room/main.ts"),
];

/// One chunk of Vite's manifest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    file: String,
    #[serde(default)]
    css: Vec<String>,
    #[serde(default)]
    assets: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
}

/// What loads an entry.
#[derive(Debug, Default)]
struct Entry {
    /// Its style sheets and those of what it imports, by file.
    styles: Vec<String>,
    /// The HTML for its scripts: hints for what it imports, and the entry itself.
    scripts: String,
}

/// What the pages know of the app's files.
#[derive(Debug)]
pub(crate) struct Assets {
    entries: BTreeMap<&'static str, Entry>,
    /// Files whose name has a hash of their content.
    hashed: HashSet<String>,
}

impl Assets {
    /// The app that was compiled in.
    ///
    /// # Errors
    /// A sentence, when the build is not one that Vite made.
    pub(crate) fn embedded() -> Result<Self, String> {
        let manifest = App::get(MANIFEST).ok_or("the browser app's manifest is missing")?;
        Self::from_manifest(&manifest.data)
    }

    /// The app as Vite's development server has it, which stands before this server.
    pub(crate) fn from_vite() -> Self {
        let entries = ENTRIES
            .into_iter()
            .map(|(name, source)| {
                let mut entry = Entry {
                    styles: Vec::new(),
                    scripts: script("@vite/client"),
                };
                entry.add(source);
                (name, entry)
            })
            .collect();
        Self {
            entries,
            hashed: HashSet::new(),
        }
    }

    fn from_manifest(manifest: &[u8]) -> Result<Self, String> {
        let chunks: BTreeMap<String, Chunk> = serde_json::from_slice(manifest)
            .map_err(|error| format!("the browser app's manifest: {error}"))?;
        let hashed = chunks
            .values()
            .flat_map(|chunk| chunk.css.iter().chain(&chunk.assets).chain([&chunk.file]))
            .filter(|file| !file.starts_with(ICON_FOLDER))
            .cloned()
            .collect();
        let entries = ENTRIES
            .into_iter()
            .filter_map(|(name, source)| Some((name, entry_of(&chunks, source)?)))
            .collect();
        Ok(Self { entries, hashed })
    }

    /// The tags that load an entry; none when the build does not have it.
    pub(crate) fn tags(&self, entry: &str) -> String {
        let Some(Entry { styles, scripts }) = self.entries.get(entry) else {
            return String::new();
        };
        let styles: String = styles.iter().map(|file| stylesheet(file)).collect();
        styles + scripts
    }

    /// The tags of an entry's scripts alone, for a page that has its styles inline.
    pub(crate) fn scripts(&self, entry: &str) -> &str {
        self.entries
            .get(entry)
            .map_or("", |entry| entry.scripts.as_str())
    }

    /// The style sheets of an entry, by file.
    pub(crate) fn styles(&self, entry: &str) -> &[String] {
        self.entries
            .get(entry)
            .map_or(&[], |entry| entry.styles.as_slice())
    }

    /// Whether the build has an entry.
    pub(crate) fn has(&self, entry: &str) -> bool {
        self.entries.contains_key(entry)
    }

    /// Whether a file's name changes with its content, so that it may be kept for ever.
    pub(crate) fn is_hashed(&self, file: &str) -> bool {
        self.hashed.contains(file)
    }
}

fn script(file: &str) -> String {
    format!("<script type=\"module\" src=\"/public/{file}\"></script>\n")
}

fn stylesheet(file: &str) -> String {
    format!("<link rel=\"stylesheet\" href=\"/public/{file}\">\n")
}

impl Entry {
    /// Adds the file that the entry itself is.
    fn add(&mut self, file: &str) {
        if file.ends_with(".css") {
            self.styles.push(file.to_owned());
        } else {
            self.scripts += &script(file);
        }
    }
}

/// What loads the entry made of a source, with all that it imports.
fn entry_of(chunks: &BTreeMap<String, Chunk>, source: &str) -> Option<Entry> {
    let chunk = chunks.get(source)?;
    let mut entry = Entry {
        styles: chunk.css.clone(),
        scripts: String::new(),
    };
    let mut seen = BTreeSet::from([source]);
    let mut waiting: Vec<&str> = chunk.imports.iter().map(String::as_str).collect();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name) {
            continue;
        }
        if let Some(chunk) = chunks.get(name) {
            let _ = writeln!(
                entry.scripts,
                "<link rel=\"modulepreload\" href=\"/public/{}\">",
                chunk.file
            );
            entry.styles.extend(chunk.css.iter().cloned());
            waiting.extend(chunk.imports.iter().map(String::as_str));
        }
    }
    entry.add(&chunk.file);
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILD: &str = r#"{
        "_shared-1.js": {"file": "shared-1.js", "css": ["shared-1.css"]},
        "src/room/main.ts": {"file": "room-2.js", "isEntry": true, "css": ["room-2.css"],
            "imports": ["_shared-1.js"], "assets": ["chime-3.ogg"]},
        "src/site.css": {"file": "site-4.css", "isEntry": true}
    }"#;

    #[test]
    fn an_entry_comes_with_its_styles_and_what_it_imports() {
        let assets = Assets::from_manifest(BUILD.as_bytes()).unwrap();
        assert_eq!(
            assets.tags("room"),
            "<link rel=\"stylesheet\" href=\"/public/room-2.css\">\n\
             <link rel=\"stylesheet\" href=\"/public/shared-1.css\">\n\
             <link rel=\"modulepreload\" href=\"/public/shared-1.js\">\n\
             <script type=\"module\" src=\"/public/room-2.js\"></script>\n"
        );
        assert_eq!(
            assets.tags("site"),
            "<link rel=\"stylesheet\" href=\"/public/site-4.css\">\n"
        );
        assert_eq!(assets.styles("room"), ["room-2.css", "shared-1.css"]);
        assert!(!assets.scripts("room").contains("stylesheet"));
        assert!(!assets.has("home") && assets.tags("home").is_empty());
    }

    #[test]
    fn only_what_the_manifest_names_may_be_kept_for_ever() {
        let assets = Assets::from_manifest(BUILD.as_bytes()).unwrap();
        for file in ["room-2.js", "room-2.css", "chime-3.ogg", "site-4.css"] {
            assert!(assets.is_hashed(file), "{file}");
        }
        assert!(!assets.is_hashed("manifest.json"));
    }

    #[test]
    fn in_development_the_sources_come_from_vite() {
        let assets = Assets::from_vite();
        assert!(assets.tags("room").contains("/public/@vite/client"));
        assert!(assets.tags("room").contains("/public/src/room/main.ts"));
        assert!(
            assets
                .tags("site")
                .contains("href=\"/public/src/site.css\"")
        );
    }
}
