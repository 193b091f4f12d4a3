//! Where settings are written: flags, variables, a TOML file; which of them is in force.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::setting::{CONFIG, Kind, Setting, settings};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere.
    Default,
    /// A line of the file, counted from 1.
    File(PathBuf, usize),
    /// A variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(file, line) => write!(f, "{}:{line}", file.display()),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// One text, or several for a setting that may be repeated.
    pub(crate) texts: Vec<String>,
    pub(crate) place: Place,
}

/// What was written for each setting, by its name; the strongest place of each.
pub(crate) type AllWritten = BTreeMap<&'static str, Written>;

/// Reads all places. `flags` are by name, as typed; `variable` looks one up.
///
/// # Errors
/// A line for each mistake.
pub(crate) fn read(
    flags: &BTreeMap<&'static str, Vec<String>>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<AllWritten, Vec<String>> {
    let mut all = AllWritten::new();
    let file = from_flag(&CONFIG, flags).or_else(|| from_variable(&CONFIG, &variable));
    if let Some(written) = file {
        let file = PathBuf::from(written.texts.concat());
        let text = fs::read_to_string(&file).map_err(|error| {
            vec![format!(
                "{}: cannot read {}: {error}",
                written.place,
                file.display()
            )]
        })?;
        all.extend(from_file(&file, &text)?);
    }
    for setting in settings() {
        let stronger = from_flag(setting, flags).or_else(|| from_variable(setting, &variable));
        if let Some(written) = stronger {
            all.insert(setting.name, written);
        }
    }
    Ok(all)
}

fn from_flag(setting: &Setting, flags: &BTreeMap<&'static str, Vec<String>>) -> Option<Written> {
    Some(Written {
        texts: flags.get(setting.name)?.clone(),
        place: Place::Flag(setting.flag()),
    })
}

/// An empty variable is as good as none: that is how many tools unset one.
fn from_variable(setting: &Setting, variable: impl Fn(&str) -> Option<String>) -> Option<Written> {
    let name = setting.variable();
    let text = variable(&name).filter(|text| !text.trim().is_empty())?;
    let texts = match setting.kind {
        Kind::Many => text.split(',').map(|part| part.trim().to_owned()).collect(),
        Kind::One | Kind::Switch => vec![text],
    };
    Some(Written {
        texts,
        place: Place::Variable(name),
    })
}

fn from_file(file: &Path, text: &str) -> Result<AllWritten, Vec<String>> {
    let place = |start: usize| {
        let before = text.as_bytes().get(..start).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Place::File(file.to_owned(), line)
    };
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        vec![format!("{}: {}", place(start), error.message())]
    })?;
    let mut all = AllWritten::new();
    let mut wrong = Vec::new();
    for (key, value) in table.into_inner() {
        let place = place(key.span().start);
        let name = key.get_ref().as_ref();
        let Some(setting) = settings().find(|setting| setting.name == name) else {
            wrong.push(format!(
                "{place}: there is no setting `{name}`{}",
                hint(name)
            ));
            continue;
        };
        match texts(setting, &value) {
            Some(texts) => {
                all.insert(setting.name, Written { texts, place });
            }
            None => wrong.push(format!(
                "{place}: {name} has to be {}",
                match setting.kind {
                    Kind::Many => "a list of texts",
                    Kind::One => "a text or a number",
                    Kind::Switch => "true or false",
                }
            )),
        }
    }
    if wrong.is_empty() {
        Ok(all)
    } else {
        Err(wrong)
    }
}

/// A value of the file as it would be written on the command line.
fn texts(setting: &Setting, value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    if let (Kind::Many, DeValue::Array(list)) = (setting.kind, value.get_ref()) {
        return list.iter().map(text).collect();
    }
    Some(vec![text(value)?])
}

fn text(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.as_ref().to_owned()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(true) => Some("on".to_owned()),
        DeValue::Boolean(false) => Some("off".to_owned()),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// The setting that was probably meant.
fn hint(name: &str) -> String {
    if name == CONFIG.name {
        return format!(
            "; a file is named by {} or {}",
            CONFIG.flag(),
            CONFIG.variable()
        );
    }
    settings()
        .map(|setting| (strsim::jaro_winkler(name, setting.name), setting.name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(
            || {
                let names: Vec<_> = settings().map(|setting| setting.name).collect();
                format!("; there are {}", names.join(", "))
            },
            |(_, meant)| format!("; did you mean `{meant}`?"),
        )
}
