//! The templates: compiled in for a release, read from the disk and reloaded in a debug build.

use std::{path::Path, sync::Arc};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, value::Kwargs};

use super::{assets::Assets, entrance, texts};

const TEMPLATES: [(&str, &str); 4] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("problem.html", include_str!("../../templates/problem.html")),
    ("room.html", include_str!("../../templates/room.html")),
];

/// Where the templates lie while the server is developed.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");

/// The environment that renders every page.
///
/// # Errors
/// A sentence, when a template that the build wrote is broken.
pub(crate) fn environment(assets: Arc<Assets>) -> Result<Environment<'static>, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let all = Arc::clone(&assets);
    environment.add_function("assets", move |entry: &str| {
        Value::from_safe_string(all.tags(entry))
    });
    environment.add_function("scripts", move |entry: &str| {
        Value::from_safe_string(assets.scripts(entry).to_owned())
    });
    environment.add_filter("fill", fill);
    if cfg!(debug_assertions) && Path::new(FOLDER).is_dir() {
        environment.set_loader(minijinja::path_loader(FOLDER));
    } else {
        environment.set_loader(|name| {
            let found = TEMPLATES.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, source)| (*source).to_owned()))
        });
    }
    for (name, source) in entrance::templates() {
        environment
            .add_template_owned(name, source)
            .map_err(|error| format!("the room's entrance: {error}"))?;
    }
    Ok(environment)
}

/// `{{ t.room_lead|fill(room=name) }}` puts `name` where the text has `{room}`.
fn fill(text: &str, values: Kwargs) -> Result<String, minijinja::Error> {
    let mut pairs = Vec::new();
    for key in values.args() {
        pairs.push((key, values.get::<&str>(key)?));
    }
    let filled = texts::fill(text, &pairs);
    values.assert_all_used()?;
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_folder_is_compiled_in() {
        let mut on_disk: Vec<String> = std::fs::read_dir(FOLDER)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        on_disk.sort();
        assert_eq!(on_disk, TEMPLATES.map(|(name, _)| name));
    }
}
