//! The real program, as a process of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

/// The program with no settings from the surroundings, in a folder of its own.
pub(crate) fn zoom(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoom"));
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ZOOM_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it where it cannot start: the exit code and standard error. A program that does start is
/// ended, and says so.
pub(crate) fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    if !first.is_empty() {
        let _ = child.kill();
    }
    let (code, error) = Serving::wait(child);
    assert_eq!(first, "", "{error}");
    (code, error)
}

/// Runs it to its end.
pub(crate) fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A program that serves; it is ended when this is dropped.
pub(crate) struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it said until it was up.
    pub(crate) said: String,
}

impl Serving {
    /// Starts it on ports that the system chooses, with further arguments.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let ports = ["--media-port", "0", "--advertise", "127.0.0.1"];
        let mut child = zoom(folder, &ports)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Ctrl-C ends it.") {
            if out.read_line(&mut said).unwrap() == 0 {
                let (_, error) = Self::wait(child);
                panic!("it did not start: {error}");
            }
        }
        Self { child, out, said }
    }

    /// The links that it told.
    pub(crate) fn links(&self) -> Vec<&str> {
        self.said
            .split_whitespace()
            .filter(|word| word.starts_with("http"))
            .collect()
    }

    /// Host and port of its first link.
    pub(crate) fn address(&self) -> &str {
        let link = self.links()[0];
        link.split("//").nth(1).unwrap().trim_end_matches('/')
    }

    /// The status of a page over plain HTTP.
    pub(crate) fn status(&self, path: &str) -> String {
        let address = self.address();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    }

    /// Sends a signal by its name, `INT` say.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end: the exit code, and what it said on standard error.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        let mut error = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut error).unwrap();
        (self.child.wait().unwrap().code(), error)
    }

    fn wait(child: Child) -> (Option<i32>, String) {
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), error)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
