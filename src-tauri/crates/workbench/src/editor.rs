//! The editor of flow files: questions about texts, saved or not, and how they are written.

mod answer;
mod change;
mod edited;
mod file;
mod place;
mod unsaved;

use contract::{
    EditorChange, EditorCompletions, EditorEdits, EditorFindings, EditorHover, EditorOutline,
    EditorPlaces, EditorPoint, EditorRename, EditorText, Failure, Renamable,
};

use crate::Desk;
use crate::credentials::blocking;
use edited::{Edited, Pointed};

pub use file::{editor_apply, editor_open, editor_save};

/// Finds what is wrong in a project with the texts that are not saved: what `bakehouse check`
/// would say if they were.
pub async fn editor_check(_desk: &Desk, request: EditorText) -> Result<EditorFindings, Failure> {
    blocking(move || Ok(answer::findings(&Edited::read(&request)?))).await?
}

/// Tells what can be written at a place.
pub async fn editor_complete(
    desk: &Desk,
    request: EditorPoint,
) -> Result<EditorCompletions, Failure> {
    let presets = presets(desk).await;
    blocking(move || {
        let here = Pointed::read(&request)?;
        let service = here.edited.service().with_presets(&presets);
        let found = service.complete(&here.path, here.offset);
        Ok(answer::completions(&here.text, found))
    })
    .await?
}

/// The presets of the platform, as far as it answers already.
async fn presets(desk: &Desk) -> Vec<String> {
    let Some(client) = desk.client_if_ready().await else {
        return Vec::new();
    };
    let Ok(services) = client.cluster(&client.standing().cluster).await else {
        return Vec::new();
    };
    let presets = services.cluster().resource_presets.iter();
    presets.map(|preset| preset.name.clone()).collect()
}

/// Tells what there is to say about a place, and what is written there comes to.
pub async fn editor_hover(_desk: &Desk, request: EditorPoint) -> Result<EditorHover, Failure> {
    blocking(move || Ok(answer::hover(&Pointed::read(&request)?))).await?
}

/// Finds the place that defines the name at a place.
pub async fn editor_definition(
    _desk: &Desk,
    request: EditorPoint,
) -> Result<EditorPlaces, Failure> {
    blocking(move || {
        let here = Pointed::read(&request)?;
        let found = here.edited.service().definition(&here.path, here.offset);
        Ok(here.edited.places(found))
    })
    .await?
}

/// Finds all places of the name at a place, its definition first.
pub async fn editor_references(
    _desk: &Desk,
    request: EditorPoint,
) -> Result<EditorPlaces, Failure> {
    blocking(move || {
        let here = Pointed::read(&request)?;
        let found = here.edited.service().references(&here.path, here.offset);
        Ok(here.edited.places(found))
    })
    .await?
}

/// Tells whether the name at a place can be given a new one, before one is asked for.
pub async fn editor_renamable(_desk: &Desk, request: EditorPoint) -> Result<Renamable, Failure> {
    blocking(move || change::renamable(&Pointed::read(&request)?)).await?
}

/// Makes the edits that give the name at a place a new one. Nothing is written.
pub async fn editor_rename(_desk: &Desk, request: EditorRename) -> Result<EditorEdits, Failure> {
    blocking(move || change::rename(&Pointed::read(&request.at)?, &request.name)).await?
}

/// Lists what a file defines.
pub async fn editor_outline(_desk: &Desk, request: EditorText) -> Result<EditorOutline, Failure> {
    blocking(move || {
        let edited = Edited::read(&request)?;
        let path = edited.path(&request.file)?;
        let text = edited.text(&path)?;
        let items = answer::outline(&text, edited.service().outline(&path));
        Ok(EditorOutline { items })
    })
    .await?
}

/// Makes the edits that change one thing of a file and keep the rest. Nothing is written.
pub async fn editor_change(_desk: &Desk, request: EditorChange) -> Result<EditorEdits, Failure> {
    blocking(move || change::change(&request)).await?
}
