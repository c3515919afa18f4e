//! Edits that are made but not written yet: new names, keys and items that come and go.

use contract::{
    ChangeValue, EditorChange, EditorEdits, Failure, FileEdits, FlowChange, PathStep, Renamable,
    TextEdit,
};
use flow::service::edit::{self, At};
use flow::service::{Edit, RenameError};
use indexmap::IndexMap;
use source::Text;

use super::answer::symbol_kind;
use super::edited::{Edited, Pointed};
use super::file::saved_version;
use super::place::range;
use crate::view::diagnostic::count;
use crate::view::failure::capital;

/// The name at a place.
pub(super) fn renamable(here: &Pointed) -> Result<Renamable, Failure> {
    let service = here.edited.service();
    let found = service.prepare_rename(&here.path, here.offset);
    let found = found.map_err(|error| not_renamed(&error))?;
    Ok(Renamable {
        range: range(&here.text, found.span),
        name: found.name,
        kind: symbol_kind(found.kind),
        uses: count(found.uses),
    })
}

/// The edits that give the name at a place a new one.
pub(super) fn rename(here: &Pointed, name: &str) -> Result<EditorEdits, Failure> {
    let service = here.edited.service();
    let edits = service.rename(&here.path, here.offset, name);
    by_file(&here.edited, edits.map_err(|error| not_renamed(&error))?)
}

fn not_renamed(error: &RenameError) -> Failure {
    let message = format!("{}.", capital(error));
    match error {
        RenameError::Invalid { .. } | RenameError::Taken { .. } => {
            Failure::invalid("name", message)
        }
        _ => Failure::invalid("at", message),
    }
}

/// The edits that change one thing of a file.
pub(super) fn change(request: &EditorChange) -> Result<EditorEdits, Failure> {
    let edited = Edited::read(&request.text)?;
    let path = edited.path(&request.text.file)?;
    let text = edited.text(&path)?;
    let edits = changed(&text, &request.change)
        .map_err(|error| Failure::invalid("change", format!("{}.", capital(&error))))?;
    by_file(&edited, edits)
}

fn changed(text: &Text, change: &FlowChange) -> Result<Vec<Edit>, edit::EditError> {
    match change {
        FlowChange::Set { path, key, value } => edit::set(text, &steps(path), key, &yaml(value)),
        FlowChange::Remove { path, key } => edit::remove(text, &steps(path), key),
        FlowChange::AddItem {
            path,
            before,
            value,
        } => {
            let at = before.map_or(usize::MAX, number);
            edit::insert(text, &steps(path), at, &yaml(value))
        }
        FlowChange::RemoveItem { path, item } => {
            edit::remove_item(text, &steps(path), number(*item))
        }
        FlowChange::AddTask { after, yaml } => edit::insert_task(text, after.as_deref(), yaml),
    }
}

fn steps(path: &[PathStep]) -> Vec<At> {
    let step = |step: &PathStep| match step {
        PathStep::Key(name) => At::Key(name.clone()),
        PathStep::Item(at) => At::Item(number(*at)),
    };
    path.iter().map(step).collect()
}

fn number(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn yaml(value: &ChangeValue) -> String {
    match value {
        ChangeValue::Text { text } => edit::quoted(text),
        ChangeValue::Yaml { yaml } => yaml.clone(),
    }
}

/// Edits by file, as the window counts.
fn by_file(edited: &Edited, edits: Vec<Edit>) -> Result<EditorEdits, Failure> {
    let mut texts: IndexMap<String, (Text, FileEdits)> = IndexMap::new();
    for edit in edits {
        if !texts.contains_key(&edit.file) {
            let saved = !edited.workspace.holds(&edit.file);
            let version = saved.then(|| saved_version(&edited.root, &edit.file));
            let file = FileEdits {
                file: edit.file.clone(),
                version: version.transpose()?,
                edits: Vec::new(),
            };
            texts.insert(edit.file.clone(), (edited.text(&edit.file)?, file));
        }
        if let Some((text, file)) = texts.get_mut(&edit.file) {
            file.edits.push(TextEdit {
                range: range(text, edit.span),
                text: edit.text,
            });
        }
    }
    Ok(EditorEdits {
        files: texts.into_values().map(|(_, file)| file).collect(),
    })
}
