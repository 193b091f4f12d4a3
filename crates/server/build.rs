//! Has the browser app built and tells the crate where it lies, so that the program carries it.
//!
//! In a checkout `web/` is built by Vite into a folder below `OUT_DIR`. A packaged crate has no
//! `web/` and carries `web-dist/` instead, and needs no Node. `ZOOM_WEB=stub` leaves the app out
//! (for lints, documentation and editors): pages then say that it is missing.

use std::{
    env, fs,
    fs::File,
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// What the app is built from, below `web/`. No generated folder: one would make every build
/// dirty, as would a name that does not exist.
const SOURCES: [&str; 9] = [
    "src",
    "messages",
    "build",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
    "project.inlang/settings.json",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ZOOM_WEB");
    match app_folder() {
        Ok(folder) => println!("cargo::rustc-env=ZOOM_WEB_DIST={}", folder.display()),
        Err(reason) => println!("cargo::error={reason}"),
    }
}

/// The folder with the built app.
fn app_folder() -> Result<PathBuf, String> {
    let crate_folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    match env::var("ZOOM_WEB").as_deref() {
        Err(_) | Ok("") => {}
        Ok("stub") if variable("PROFILE")? == "release" => {
            return Err(
                "ZOOM_WEB=stub leaves the browser app out, which a release must not do; \
                 unset ZOOM_WEB"
                    .to_owned(),
            );
        }
        Ok("stub") => return stub(&out),
        Ok(other) => {
            return Err(format!(
                "ZOOM_WEB is `{other}`; it is either unset or `stub` (leave the browser app out)"
            ));
        }
    }
    let web = crate_folder.join("../../web");
    if web.join("package.json").exists() {
        return build(&web, &out);
    }
    let packaged = crate_folder.join("web-dist");
    if packaged.join("manifest.json").exists() {
        println!("cargo::rerun-if-changed=web-dist");
        return Ok(packaged);
    }
    Err(
        "the browser app is neither here as source (web/) nor built (web-dist/); \
         take a whole checkout, or a package made by `npm run package`"
            .to_owned(),
    )
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("cargo did not set {name}"))
}

/// An app folder without the app.
fn stub(out: &Path) -> Result<PathBuf, String> {
    let folder = out.join("stub");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("manifest.json"), "{}"))
        .map_err(|error| format!("cannot write {}: {error}", folder.display()))?;
    Ok(folder)
}

fn build(web: &Path, out: &Path) -> Result<PathBuf, String> {
    for source in SOURCES {
        let path = web.join(source);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    install(web)?;
    let folder = out.join("web");
    let folder_text = folder
        .to_str()
        .ok_or("the target folder's path is not UTF-8")?;
    npm(
        web,
        &["run", "--silent", "build", "--", "--outDir", folder_text],
        "building the browser app",
    )?;
    Ok(folder)
}

/// Installs what the app is built with, when that has not happened since the lock file changed.
fn install(web: &Path) -> Result<(), String> {
    let lock_file = web.join("package-lock.json");
    // A debug build, a release build and an editor's build may come here at once.
    let lock = File::open(&lock_file)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| format!("cannot lock {}: {error}", lock_file.display()))?;
    let changed = |path: &Path| -> io::Result<_> { fs::metadata(path)?.modified() };
    let installed = changed(&web.join("node_modules/.package-lock.json"));
    let wanted = changed(&lock_file)
        .map_err(|error| format!("cannot read {}: {error}", lock_file.display()))?;
    if installed.map_or(true, |installed| installed < wanted) {
        npm(
            web,
            &["ci", "--no-audit", "--no-fund"],
            "installing what the browser app is built with",
        )?;
    }
    drop(lock);
    Ok(())
}

/// Runs npm and turns what goes wrong into one line that says what to do.
fn npm(web: &Path, arguments: &[&str], doing: &str) -> Result<(), String> {
    const WITHOUT: &str = "(or set ZOOM_WEB=stub to build without the browser app)";
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let run = Command::new(program)
        .args(arguments)
        .current_dir(web)
        .output();
    let output = match run {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!(
                "Node.js is missing: the browser app is built with npm, which is not on PATH; \
                 install Node 20.19 or newer and build again {WITHOUT}"
            ));
        }
        Err(error) => return Err(format!("npm could not be started: {error} {WITHOUT}")),
    };
    if output.status.success() {
        return Ok(());
    }
    // The whole output goes where cargo keeps a build script's; the line tells the gist.
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    eprintln!("{said}");
    let plain = without_colours(&said);
    let gist: Vec<&str> = plain
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.to_ascii_lowercase().contains("error"))
        .filter(|line| !line.is_empty())
        .take(4)
        .collect();
    Err(format!(
        "{doing} failed: {}; run `npm {}` in web/ to see all of it {WITHOUT}",
        gist.join(" | "),
        arguments.join(" ")
    ))
}

/// A text without ECMA-48 escape sequences for colours, which not every tool leaves out when asked.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += part.split_once('m').map_or(part, |(_, after)| after);
    }
    plain
}
