//! The program `zoom`: settings, the server, start and end.
//!
//! `zoom` or `zoom serve` serves; `zoom config` shows what it would run with. What the server does
//! is the business of `zoom-server`.

mod announce;
mod bitrate;
mod command_line;
mod setting;
mod settings;
mod size;
mod sources;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use tokio::runtime::Runtime;
use zoom_server::Server;

use command_line::Task;
use settings::Settings;

/// What was asked for cannot be understood.
const MISUSED: u8 = 2;
/// The server could not start.
const FAILED: u8 = 1;
/// Ended by a second Ctrl-C.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    let (task, flags) = command_line::parse();
    let variable = |name: &str| std::env::var_os(name).map(|text| text.to_string_lossy().into());
    let settings = sources::read(&flags, variable).and_then(|written| Settings::check(&written));
    let settings = match settings {
        Ok(settings) => settings,
        Err(lines) => {
            for line in lines {
                eprintln!("zoom: {line}");
            }
            return ExitCode::from(MISUSED);
        }
    };
    match task {
        Task::Serve => serve(&settings),
        Task::Config => {
            let text = settings.lines().join("\n");
            // A closed pipe, as behind `head`, is no failure.
            let _ = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
    }
}

fn serve(settings: &Settings) -> ExitCode {
    log(&settings.log.value);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start threads: {error}")),
    };
    let served = runtime.block_on(async {
        let server = Server::open(settings.server()).await?;
        // Waited for from here on, so that no signal that comes during the start is lost.
        let end = signals::asked_to_end()?;
        // Nobody may be there to read it; that is no reason not to serve.
        let _ = announce::announce(&mut io::stdout().lock(), settings, &server);
        server.serve(end).await;
        Ok::<_, Box<dyn std::error::Error>>(())
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(reason: &str) -> ExitCode {
    eprintln!("zoom: {reason}");
    ExitCode::from(FAILED)
}

fn log(level: &str) {
    let filter = settings::filter(level).unwrap_or_default();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

mod signals {
    //! Ctrl-C, and what service managers send.

    use std::{future::Future, io};

    #[cfg(unix)]
    pub(crate) fn asked_to_end() -> io::Result<impl Future<Output = ()> + Send> {
        use tokio::signal::unix::{SignalKind, signal};

        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            // Whoever asks twice does not want to wait.
            tokio::spawn(async move {
                interrupt.recv().await;
                std::process::exit(super::INTERRUPTED);
            });
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn asked_to_end() -> io::Result<impl Future<Output = ()> + Send> {
        Ok(async {
            if let Err(error) = tokio::signal::ctrl_c().await {
                tracing::error!(%error, "Ctrl-C cannot be waited for");
                std::future::pending::<()>().await;
            }
            tokio::spawn(async {
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(super::INTERRUPTED);
                }
            });
        })
    }
}
