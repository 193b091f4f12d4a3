//! The programs that are measured: found or built, started on ports of the system's choice, ended.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

/// How long a server may take to end.
const END_PATIENCE: Duration = Duration::from_secs(8);
/// What a server says last when it is up.
const UP: &str = "Ctrl-C ends it.";

/// Where a program of this build is: beside the one that runs.
///
/// # Errors
/// When the running program has no path.
pub fn beside(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("this program is in no folder")?;
    // Tests run in a folder of their own.
    let folder = match folder.file_name() {
        Some(last) if last == "deps" => folder.parent().unwrap_or(folder),
        _ => folder,
    };
    Ok(folder.join(name))
}

/// The program `name` of package `package`, built first where it is missing.
///
/// # Errors
/// When it cannot be built.
pub fn built(name: &str, package: &str) -> Result<PathBuf> {
    let path = beside(name)?;
    if !path.exists() {
        eprintln!("building {name}");
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command.args(["build", "--package", package, "--bin", name]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        command.current_dir(manifest).stdout(Stdio::null());
        ensure!(command.status()?.success(), "{name} cannot be built");
    }
    ensure!(path.exists(), "{} is not there", path.display());
    Ok(path)
}

/// A server that runs; it is ended when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    counter: Option<SocketAddr>,
    _data: TempDir,
}

impl Server {
    /// Starts a server on 127.0.0.1 with an empty data folder. `wrapper` is a command that runs
    /// it, such as a profiler with its options; it may be empty.
    ///
    /// # Errors
    /// A program that does not start.
    pub fn start(program: &Path, wrapper: &[&str]) -> Result<Self> {
        Self::start_with(program, wrapper, &[])
    }

    /// Starts a server with further arguments.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_with(program: &Path, wrapper: &[&str], more: &[String]) -> Result<Self> {
        Self::start_in(tempfile::tempdir()?, program, wrapper, more)
    }

    /// Starts a server on a data folder.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_on(data: TempDir, program: &Path) -> Result<Self> {
        Self::start_in(data, program, &[], &[])
    }

    fn start_in(data: TempDir, program: &Path, wrapper: &[&str], more: &[String]) -> Result<Self> {
        let program = program.as_os_str();
        let mut words = wrapper.iter().map(std::ffi::OsStr::new).chain([program]);
        let mut command = Command::new(words.next().unwrap_or(program));
        command.args(words);
        command.args(["--listen", "127.0.0.1:0", "--media-port", "0"]);
        command.args(["--advertise", "127.0.0.1", "--log", "warn", "--data"]);
        command.arg(data.path()).current_dir(data.path()).args(more);
        // Settings of whoever runs this are not the ones that are measured.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ZOOM_") {
                command.env_remove(name);
            }
        }
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let child = spawned.with_context(|| format!("{} does not start", program.display()))?;
        let mut server = Self {
            child,
            url: String::new(),
            counter: None,
            _data: data,
        };
        server.wait_until_up()?;
        Ok(server)
    }

    fn wait_until_up(&mut self) -> Result<()> {
        let stdout = self
            .child
            .stdout
            .take()
            .context("a server without output")?;
        let mut said = String::new();
        let mut lines = BufReader::new(stdout);
        while !said.contains(UP) {
            if lines.read_line(&mut said)? == 0 {
                bail!("the server ended before it was up: {}", self.child.wait()?);
            }
        }
        let mut words = said.split_whitespace();
        let link = words.find(|word| word.starts_with("http://"));
        self.url = link.context("the server told no address")?.to_owned();
        let counter = words.skip_while(|word| *word != "counter").nth(1);
        self.counter = counter.and_then(|address| address.parse().ok());
        // What it says later has to go somewhere.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Ok(())
    }

    /// Where it is, such as `http://127.0.0.1:40123/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where a counting server tells its allocations.
    pub fn counter(&self) -> Option<SocketAddr> {
        self.counter
    }

    fn end(&mut self) -> Result<()> {
        kill(Pid::from_raw(self.child.id() as i32), Signal::SIGINT)?;
        let deadline = Instant::now() + END_PATIENCE;
        while self.child.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Waits for its end after asking for it.
    ///
    /// # Errors
    /// When it does not end in time; it is killed then.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && self.end().is_err() {
            // It may have ended in between.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
