//! Files of a project: opened, saved, and edited on disk, as a whole or not at all.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::{
    EditorApplied, EditorApply, EditorFile, EditorFileAsk, EditorSave, Failure, FailureCode,
    FileEdits,
};
use flow::service::{Edit, apply};
use sha2::{Digest as _, Sha256};
use source::Text;

use super::edited::{folder, inside, outside};
use super::place::span;
use crate::Desk;
use crate::credentials::blocking;
use crate::stored;

/// The mark some editors put at the beginning of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Held from looking at a file's state until it is written, so that two savings of this process
/// cannot both find the state they were made for.
static WRITING: Mutex<()> = Mutex::new(());

/// Reads a file of a project.
pub async fn editor_open(_desk: &Desk, request: EditorFileAsk) -> Result<EditorFile, Failure> {
    blocking(move || {
        let (root, _) = folder(&request.project)?;
        let file = Opened::read(&root, &request.file)?;
        Ok(file.view())
    })
    .await?
}

/// Saves a text, unless the file is not in the state any more that the text was made from.
pub async fn editor_save(desk: &Desk, request: EditorSave) -> Result<EditorFile, Failure> {
    let saved = blocking(move || save(&request)).await??;
    desk.watches().wake();
    Ok(saved)
}

/// Writes edits into files, into all of them or into none.
pub async fn editor_apply(desk: &Desk, request: EditorApply) -> Result<EditorApplied, Failure> {
    let applied = blocking(move || apply_all(&request)).await??;
    desk.watches().wake();
    Ok(applied)
}

/// A file as it is on disk.
struct Opened {
    /// Relative to the project.
    file: String,
    /// Where it lies, with links followed.
    place: PathBuf,
    bytes: Vec<u8>,
    /// Without the byte order mark.
    text: String,
}

impl Opened {
    fn read(root: &Path, file: &str) -> Result<Self, Failure> {
        let file = inside(file)?;
        let place = place(root, &file)?;
        let bytes = std::fs::read(&place).map_err(|error| unreadable(&file, &error))?;
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text),
            Err(_) => {
                let message = format!("{file} is not UTF-8 text, so it cannot be edited here.");
                return Err(Failure::invalid("file", message));
            }
        };
        Ok(Self {
            text: text.to_owned(),
            file,
            place,
            bytes,
        })
    }

    fn view(self) -> EditorFile {
        EditorFile {
            version: version(&self.bytes),
            file: self.file,
            text: self.text,
        }
    }

    /// The file with another text: its byte order mark and its line breaks stay.
    fn with(&self, text: &str) -> Vec<u8> {
        let marked = self.bytes.len() > self.text.len() && !text.starts_with(BYTE_ORDER_MARK);
        let mark = if marked { "\u{feff}" } else { "" };
        let breaks = self.text.matches('\n').count();
        let wide = breaks > 0 && self.text.matches("\r\n").count() == breaks;
        let text = match wide && !text.contains('\r') {
            true => text.replace('\n', "\r\n"),
            false => text.to_owned(),
        };
        [mark, &text].concat().into_bytes()
    }

    /// Refuses when the file is in another state.
    fn expect(&self, version: &str) -> Result<(), Failure> {
        match self::version(&self.bytes) == version {
            true => Ok(()),
            false => Err(changed(&self.file)),
        }
    }
}

/// The state of a saved file.
pub(super) fn saved_version(root: &Path, file: &str) -> Result<String, Failure> {
    Ok(version(&Opened::read(root, file)?.bytes))
}

fn version(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Where a file lies. Links are followed, but not out of the project.
fn place(root: &Path, file: &str) -> Result<PathBuf, Failure> {
    let place = root.join(file);
    let known = place.ancestors().find_map(|path| path.canonicalize().ok());
    if !known.is_some_and(|known| known.starts_with(root)) {
        return Err(outside(file));
    }
    Ok(place.canonicalize().unwrap_or(place))
}

fn save(request: &EditorSave) -> Result<EditorFile, Failure> {
    let (root, _) = folder(&request.project)?;
    let _writing = writing();
    let bytes = match &request.version {
        Some(version) => {
            let file = Opened::read(&root, &request.file).map_err(|failure| gone(&failure))?;
            file.expect(version)?;
            file.with(&request.text)
        }
        None => request.text.clone().into_bytes(),
    };
    let file = inside(&request.file)?;
    let place = place(&root, &file)?;
    if request.version.is_none() && place.symlink_metadata().is_ok() {
        return Err(changed(&file).hint("Open it to see what is in it."));
    }
    write(&[Written {
        file: &file,
        place: &place,
        before: None,
        bytes: &bytes,
    }])?;
    Opened::read(&root, &file).map(Opened::view)
}

fn apply_all(request: &EditorApply) -> Result<EditorApplied, Failure> {
    let (root, _) = folder(&request.project)?;
    let _writing = writing();
    let mut files: Vec<(Opened, Vec<u8>)> = Vec::new();
    for edits in &request.files {
        let file = Opened::read(&root, &edits.file).map_err(|failure| gone(&failure))?;
        let version = edits.version.as_deref().ok_or_else(|| unsaved(edits))?;
        file.expect(version)?;
        if files.iter().any(|(known, _)| known.place == file.place) {
            let message = format!("{} is named twice.", edits.file);
            return Err(Failure::invalid("files", message));
        }
        let bytes = file.with(&with_edits(&file, edits)?);
        files.push((file, bytes));
    }
    let written: Vec<Written<'_>> = files
        .iter()
        .map(|(file, bytes)| Written {
            file: &file.file,
            place: &file.place,
            before: Some(&file.bytes),
            bytes,
        })
        .collect();
    write(&written)?;
    let files = files.iter();
    let files = files.map(|(file, _)| Opened::read(&root, &file.file).map(Opened::view));
    Ok(EditorApplied {
        files: files.collect::<Result<_, _>>()?,
    })
}

/// The text of a file after edits.
fn with_edits(file: &Opened, edits: &FileEdits) -> Result<String, Failure> {
    let text = Text::new(file.file.as_str(), file.text.as_str());
    let edit = |edit: &contract::TextEdit| Edit {
        file: file.file.clone(),
        span: span(&text, edit.range),
        text: edit.text.clone(),
    };
    let mut list: Vec<Edit> = edits.edits.iter().map(edit).collect();
    list.sort_by_key(|edit| edit.span);
    let crossed = list
        .windows(2)
        .any(|pair| pair[0].span.end > pair[1].span.start);
    if crossed {
        let message = format!("Edits of {} lie over one another.", file.file);
        return Err(Failure::invalid("files", message));
    }
    Ok(apply(&file.text, &list))
}

/// What is to be written, and what stood there.
struct Written<'w> {
    file: &'w str,
    place: &'w Path,
    before: Option<&'w [u8]>,
    bytes: &'w [u8],
}

/// Writes all files; when one cannot be written, those before it get back what they held.
fn write(files: &[Written<'_>]) -> Result<(), Failure> {
    for (done, file) in files.iter().enumerate() {
        let Err(error) = stored::replace(file.place, file.bytes) else {
            continue;
        };
        let mut lost = Vec::new();
        for earlier in &files[..done] {
            let before = earlier.before.unwrap_or_default();
            if stored::replace(earlier.place, before).is_err() {
                lost.push(earlier.file);
            }
        }
        let message = match lost.as_slice() {
            [] => format!("Nothing was written: {error}."),
            lost => format!(
                "{} is changed, but the rest was not written: {error}.",
                lost.join(", ")
            ),
        };
        let hint = "Look at the rights and the free space of the folder.";
        return Err(Failure::invalid("file", message).hint(hint));
    }
    Ok(())
}

fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unreadable(file: &str, error: &std::io::Error) -> Failure {
    let message = format!("{file} cannot be read: {error}.");
    match error.kind() {
        ErrorKind::NotFound => Failure::not_found(message),
        _ => Failure::invalid("file", message),
    }
}

fn changed(file: &str) -> Failure {
    let message = format!("{file} was changed meanwhile, so it was not written.");
    Failure::new(FailureCode::Conflict, message)
        .hint("Load it again, or compare both texts, then save.")
}

/// A file that is gone was changed, too.
fn gone(failure: &Failure) -> Failure {
    match failure.code {
        FailureCode::NotFound => Failure {
            code: FailureCode::Conflict,
            ..failure.clone()
        },
        _ => failure.clone(),
    }
}

fn unsaved(edits: &FileEdits) -> Failure {
    let message = format!(
        "The edits of {} were made for a text that is not saved.",
        edits.file
    );
    Failure::invalid("files", message).hint("Save it first, or apply them in its editor.")
}
