//! Whether a new project can be made in a place.

use std::path::{Path, PathBuf};

use contract::{Failure, PlaceAsk, PlaceView};

use crate::Desk;

/// Why a project cannot be made in a place, and what can be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    pub(crate) problem: String,
    pub(crate) hint: String,
}

/// Looks at the place for a new project; nothing is written.
pub async fn place_check(desk: &Desk, request: PlaceAsk) -> Result<PlaceView, Failure> {
    let parent = parent_folder(desk, request.parent.as_deref());
    let target = parent.join(&request.folder);
    let obstacle = obstacle(&parent, &request.folder);
    let (problem, hint) = obstacle.map_or((None, None), |found| {
        (Some(found.problem), Some(found.hint))
    });
    Ok(PlaceView {
        parent: parent.display().to_string(),
        shown_target: desk.folders().shown(&target),
        occupied: is_occupied(&target),
        target: target.display().to_string(),
        problem,
        hint,
    })
}

/// Whether a folder with something in it stands there.
fn is_occupied(target: &Path) -> bool {
    std::fs::read_dir(target).is_ok_and(|mut inside| inside.next().is_some())
}

/// The folder to make a project in: the asked one with `~` read, or the one of the settings.
pub(crate) fn parent_folder(desk: &Desk, asked: Option<&str>) -> PathBuf {
    let asked = asked.map(str::trim).filter(|asked| !asked.is_empty());
    let Some(asked) = asked else {
        return desk.settings().view().projects_folder.into();
    };
    match asked.strip_prefix('~') {
        Some("") => desk.folders().home.clone(),
        Some(rest) if rest.starts_with('/') => desk.folders().home.join(&rest[1..]),
        _ => PathBuf::from(asked),
    }
}

/// What stands against making `folder` inside `parent`.
pub(crate) fn obstacle(parent: &Path, folder: &str) -> Option<Obstacle> {
    let found = |problem: String, hint: &str| {
        Some(Obstacle {
            problem,
            hint: hint.to_owned(),
        })
    };
    if !parent.is_absolute() {
        return found(
            format!("`{}` is not a full path.", parent.display()),
            "Begin the path with `/` or `~`, or pick the folder.",
        );
    }
    let bad = |part: &str| matches!(part, "" | "." | "..");
    if folder.split('/').any(bad) || folder.contains(['\\', '\0']) {
        return found(
            format!("`{folder}` cannot be the name of a folder."),
            "Use letters, digits, `-`, `_` and `.`.",
        );
    }
    if !parent.is_dir() {
        return found(
            format!("The folder {} does not exist.", parent.display()),
            "Make it first, or pick another one.",
        );
    }
    let target = parent.join(folder);
    let is_free = std::fs::symlink_metadata(&target)
        .map_or(true, |there| there.is_dir() && !is_occupied(&target));
    if !is_free {
        return found(
            format!("{} exists already.", target.display()),
            "Pick another project directory, or another place.",
        );
    }
    if let Err(error) = tempfile::Builder::new()
        .prefix(".bakehouse-")
        .tempdir_in(parent)
    {
        return found(
            format!(
                "The folder {} cannot be written: {error}.",
                parent.display()
            ),
            "Pick a folder that is yours, or change its permissions.",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_when_the_folder_is_new_and_the_parent_can_be_written() {
        let parent = tempfile::tempdir().unwrap();
        assert_eq!(obstacle(parent.path(), "rye"), None);
        std::fs::create_dir(parent.path().join("rye")).unwrap();
        assert_eq!(obstacle(parent.path(), "rye"), None, "an empty folder");
        std::fs::write(parent.path().join("rye/mine"), "").unwrap();
        assert!(
            obstacle(parent.path(), "rye")
                .unwrap()
                .problem
                .ends_with("exists already.")
        );
        assert_eq!(obstacle(parent.path(), "grain/oats"), None);
        assert!(obstacle(parent.path(), "../rye").is_some());
        assert!(obstacle(parent.path(), "grain//oats").is_some());
        assert!(obstacle(&parent.path().join("none"), "rye").is_some());
        assert!(obstacle(Path::new("here"), "rye").is_some());
    }
}
