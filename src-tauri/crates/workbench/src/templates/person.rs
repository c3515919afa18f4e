//! What the person set for all templates in `~/.cookiecutterrc`.

use std::path::PathBuf;

use template::{Surroundings, UserConfig};

use crate::Desk;

/// The person's configuration, and why it is not used if it cannot be read.
pub(crate) fn config(desk: &Desk) -> (UserConfig, Option<String>) {
    let home = desk.folders().home.display().to_string();
    let variable = |name: &str| std::env::var(name).ok();
    let around = Surroundings {
        home,
        variable: &variable,
    };
    let given = std::env::var_os("COOKIECUTTER_CONFIG").map(PathBuf::from);
    let path = given
        .clone()
        .unwrap_or_else(|| desk.folders().home.join(".cookiecutterrc"));
    let shown = desk.folders().shown(&path);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && given.is_none() => {
            return (UserConfig::built_in(&around), None);
        }
        Err(error) => {
            let note = format!("{shown} is not used: {error}.");
            return (UserConfig::built_in(&around), Some(note));
        }
    };
    match UserConfig::read(&shown, &text, &around) {
        Ok(config) => (config, None),
        Err(error) => {
            let note = format!("Your template settings are not used: {error}.");
            (UserConfig::built_in(&around), Some(note))
        }
    }
}
