//! What we made of a case.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// What we made of a case.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Everything in the output folder, in the form of the recorded results.
    pub(crate) entries: Vec<Value>,
    /// SHA-256 of rendered hooks by their file names; `None` where one cannot be rendered.
    pub(crate) hooks: Map<String, Value>,
    /// The values of all variables.
    pub(crate) context: Option<Map<String, Value>>,
    /// The project folder.
    pub(crate) project: Option<String>,
    /// Why there is no project.
    pub(crate) refusal: Option<Refusal>,
    /// Paths of files that were rendered although the real tool takes them for binary: the SHA-256
    /// of what stands in the template.
    pub(crate) raw: Map<String, Value>,
    /// Whether the template lay in an archive.
    pub(crate) archive: bool,
    /// Whether a rendered name is refused: it climbs, is absolute or holds control characters.
    pub(crate) bad_name: bool,
    /// Whether the name of a folder of the template became empty.
    pub(crate) empty_folder: bool,
    /// Python classes the template wants that we do not have.
    pub(crate) python: Vec<String>,
}
