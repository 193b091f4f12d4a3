//! The command line: two subcommands, and a flag for every setting.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::setting::{CONFIG, Kind, Setting, settings};

/// What the program is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Serve, also without a subcommand.
    Serve,
    /// Show the settings in force.
    Config,
}

/// Reads the command line; ends the program after `--help`, `--version` or a mistake, as is usual.
pub(crate) fn parse() -> (Task, BTreeMap<&'static str, Vec<String>>) {
    read(&command().get_matches())
}

fn read(matches: &ArgMatches) -> (Task, BTreeMap<&'static str, Vec<String>>) {
    let (task, matches) = match matches.subcommand() {
        Some(("config", matches)) => (Task::Config, matches),
        Some((_, matches)) => (Task::Serve, matches),
        None => (Task::Serve, matches),
    };
    let flags = settings()
        .chain([&CONFIG])
        .filter_map(|setting| {
            let texts = matches.get_many::<String>(setting.name)?;
            Some((setting.name, texts.cloned().collect()))
        })
        .collect();
    (task, flags)
}

fn command() -> Command {
    Command::new("zoom")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Your own meeting place: one program, one data folder, a room is a link.")
        .after_help(
            "Every setting has one name in three places: the flag (--media-port 7882) is stronger \
             than the\nvariable (ZOOM_MEDIA_PORT=7882), which is stronger than the line of the \
             file (media-port = 7882).\nA list is [\"…\", \"…\"] in the file and separated by \
             commas in the variable.",
        )
        .subcommand(Command::new("serve").about("Serve (what zoom does without a subcommand)"))
        .subcommand(
            Command::new("config").about("Print the settings in force and where each came from"),
        )
        .args(settings().chain([&CONFIG]).map(argument))
}

fn argument(setting: &'static Setting) -> Arg {
    let default = setting
        .default
        .map(|default| format!(" [default: {default}]"))
        .unwrap_or_default();
    let argument = Arg::new(setting.name)
        .long(setting.name)
        .value_name(setting.value)
        .help(format!(
            "{}{default} [variable: {}]",
            setting.help,
            setting.variable()
        ))
        .global(true);
    match setting.kind {
        Kind::One => argument.action(ArgAction::Set),
        Kind::Many => argument.action(ArgAction::Append),
        Kind::Switch => argument
            .action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &[&str]) -> (Task, BTreeMap<&'static str, Vec<String>>) {
        read(&command().get_matches_from(std::iter::once(&"zoom").chain(line)))
    }

    #[test]
    fn the_command_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn serving_is_what_happens_without_a_subcommand() {
        assert_eq!(typed(&["--lan"]), typed(&["serve", "--lan"]));
        assert_eq!(typed(&["--lan", "serve"]).1["lan"], ["on"]);
        assert_eq!(typed(&["config"]).0, Task::Config);
    }

    #[test]
    fn a_flag_may_be_repeated_where_that_means_a_list() {
        let (_, flags) = typed(&["--advertise", "192.0.2.1", "--advertise", "192.0.2.2"]);
        assert_eq!(flags["advertise"], ["192.0.2.1", "192.0.2.2"]);
        let twice = ["zoom", "--data", "a", "--data", "b"];
        assert!(command().try_get_matches_from(twice).is_err());
    }
}
