//! The house stays tidy: dependencies point in one direction, the cores know no runtime, and no
//! file outgrows its room.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each crate may use of its sisters, tests aside. A crate that is not here may not exist.
const ALLOWED: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("rooms", &["protocol"]),
    ("rtp", &[]),
    ("sfu", &["protocol", "rtp"]),
    ("store", &["protocol"]),
    ("client", &["protocol"]),
    ("server", &["protocol", "rooms", "sfu", "store"]),
    ("zoom", &["protocol", "server"]),
];

/// The crates that take their time from outside.
const CORES: &[&str] = &["protocol", "rooms", "rtp", "sfu"];

/// Async runtimes, and what brings one.
const RUNTIMES: &[&str] = &[
    "async-std",
    "axum",
    "hyper",
    "mio",
    "smol",
    "tokio",
    "tokio-tungstenite",
    "tower",
];

/// Lines of a file; one idea fits into 500, and a file with its tests into this.
const MOST_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names under the headings of a manifest that `wanted` chooses, as far as this workspace
/// writes manifests: one dependency a line, or a heading of its own.
fn names_under(manifest: &str, wanted: fn(&str) -> bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut heading = "";
    for line in manifest.lines().map(str::trim) {
        if let Some(inner) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            heading = inner;
            if let Some((section, name)) = inner.rsplit_once('.')
                && wanted(section)
            {
                names.insert(name.to_owned());
            }
        } else if wanted(heading)
            && !line.starts_with('#')
            && let Some(end) = line.find(['=', '.', ' '])
        {
            names.insert(line[..end].to_owned());
        }
    }
    names
}

fn is_dependencies(heading: &str) -> bool {
    heading == "dependencies"
        || heading.starts_with("target.") && heading.ends_with(".dependencies")
}

fn is_any_dependencies(heading: &str) -> bool {
    heading.ends_with("dependencies")
}

fn crates() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Ok(manifest) = fs::read_to_string(path.join("Cargo.toml")) {
            found.push((name, manifest));
        }
    }
    assert!(found.len() >= 6, "the crates are elsewhere");
    found
}

#[test]
fn dependencies_between_the_crates_point_in_one_direction() {
    for (name, manifest) in crates() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            panic!("{name} has no place in the order of the crates");
        };
        for dependency in names_under(&manifest, is_dependencies) {
            let Some(sister) = dependency.strip_prefix("zoom-") else {
                continue;
            };
            assert!(
                allowed.contains(&sister),
                "{name} may not depend on {sister}"
            );
        }
    }
}

#[test]
fn the_cores_list_no_async_runtime() {
    for (name, manifest) in crates() {
        if CORES.contains(&name.as_str()) {
            for dependency in names_under(&manifest, is_any_dependencies) {
                assert!(
                    !RUNTIMES.contains(&dependency.as_str()),
                    "{name} lists {dependency}"
                );
            }
        }
    }
}

/// The source files that people write, as paths from the root.
fn sources() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        const SKIPPED: &[&str] = &[
            "node_modules",
            "target",
            "dist",
            "paraglide",
            "results",
            "web-dist",
        ];
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !SKIPPED.contains(&name.as_str()) && !name.starts_with('.') {
                    walk(&path, found);
                }
            } else if let Some((_, "rs" | "ts" | "svelte" | "css" | "js" | "mjs" | "html")) =
                name.rsplit_once('.')
            {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    for folder in [
        "bench", "crates", "e2e", "examples", "fuzz", "scripts", "web",
    ] {
        walk(&root.join(folder), &mut found);
    }
    let generated: Vec<&str> = zoom_protocol::generate::files()
        .iter()
        .map(|file| file.path)
        .collect();
    found
        .iter()
        .map(|path| {
            path.strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|path| !generated.contains(&path.as_str()))
        .collect()
}

#[test]
fn no_source_file_outgrows_its_room() {
    let sources = sources();
    assert!(sources.len() > 20, "the sources are elsewhere");
    for path in sources {
        let lines = fs::read_to_string(root().join(&path))
            .unwrap()
            .lines()
            .count();
        assert!(
            lines <= MOST_LINES,
            "{path} has {lines} lines: which second idea is in it?"
        );
    }
}

#[test]
fn no_test_is_switched_off() {
    // Put together here, so that this file does not find itself.
    let marks = [
        ["#[igno", "re"],
        ["test.sk", "ip("],
        ["test.fix", "me("],
        ["it.sk", "ip("],
    ];
    for path in sources() {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        for mark in marks.map(|parts| parts.concat()) {
            assert!(!text.contains(&mark), "{path} has {mark}");
        }
    }
}

/// Whether the module that owns this folder names another one.
fn names_module(folder: &Path, module: &str) -> bool {
    let wanted = format!("mod {module};");
    ["main.rs", "mod.rs"].iter().any(|owner| {
        let text = fs::read_to_string(root().join(folder).join(owner)).unwrap_or_default();
        text.lines()
            .any(|line| line.trim_start_matches("pub(crate) ") == wanted)
    })
}

#[test]
fn no_file_of_tests_is_left_out_of_its_program() {
    let mut seen = 0;
    for path in sources() {
        let parts: Vec<&str> = path.split('/').collect();
        let ["crates", _, "tests", folders @ .., file] = parts.as_slice() else {
            continue;
        };
        let (Some(module), Some(folder)) = (file.strip_suffix(".rs"), folders.last()) else {
            continue;
        };
        let place = Path::new(&path).parent().unwrap();
        let named = match module {
            "main" => true,
            "mod" => names_module(place.parent().unwrap(), folder),
            _ => names_module(place, module),
        };
        assert!(named, "nothing compiles {path}: no module names it");
        seen += 1;
    }
    assert!(seen > 50, "the tests are elsewhere");
}

#[test]
fn manifests_are_read_as_cargo_reads_them() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\n# c = 1\nb = \"1\"\n\
                    [dependencies.d]\nversion = \"1\"\n[dev-dependencies]\ne = \"1\"\n\
                    [target.'cfg(unix)'.dependencies]\nf = \"1\"\n";
    let names = |wanted| {
        names_under(manifest, wanted)
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(is_dependencies), ["a", "b", "d", "f"]);
    assert_eq!(names(is_any_dependencies), ["a", "b", "d", "e", "f"]);
}
