//! A template that was read: its settings, its questions, its plan.

use serde_json::{Map, Value};
use source::{Diagnostic, Text};

use crate::explain::{self, Explanation};
use crate::form::{self, Form};
use crate::lint;
use crate::walk;
use crate::{Answers, Entry, Plan, Schema, Setting, Tree};

/// Name of the file with the variables.
const SETTINGS: &str = "cookiecutter.json";

/// Why a tree is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is no `cookiecutter.json`.
    #[error("there is no cookiecutter.json, so this is no template")]
    NoSettings,
    /// The file is no UTF-8 text.
    #[error("cookiecutter.json is no UTF-8 text")]
    NoText,
    /// The file is no JSON.
    #[error("cookiecutter.json:{line}:{column}: {message}")]
    BadJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// The file holds something other than an object.
    #[error("cookiecutter.json has to hold one object with the variables")]
    NoObject,
    /// An inner template lies outside.
    #[error(
        "the inner template `{name}` has the path `{path}`, which does not lie in the template"
    )]
    BadNested {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
    },
    /// There is no inner template of this name.
    #[error("there is no inner template `{name}`; there are {known}")]
    NoNested {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
}

/// A template inside a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedTemplate {
    /// The key it is chosen by.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Its folder.
    pub path: String,
}

/// A template that was read.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) tree: Tree,
    pub(crate) settings: Text,
    pub(crate) options: Map<String, Value>,
    pub(crate) schema: Schema,
    nested: Vec<NestedTemplate>,
}

impl Template {
    /// Reads the settings of a template.
    ///
    /// # Errors
    /// When there is no `cookiecutter.json`, or it cannot be used.
    pub fn read(tree: Tree) -> Result<Self, ReadError> {
        let bytes = tree.bytes(SETTINGS).ok_or(ReadError::NoSettings)?;
        let content = std::str::from_utf8(bytes).map_err(|_| ReadError::NoText)?;
        let options = match serde_json::from_str(content) {
            Ok(Value::Object(options)) => options,
            Ok(_) => return Err(ReadError::NoObject),
            Err(error) => return Err(bad_json(&error)),
        };
        let settings = Text::new(SETTINGS, content);
        let nested = nested(&options)?;
        Ok(Self {
            schema: Schema::of(&options),
            tree,
            settings,
            options,
            nested,
        })
    }

    /// A template without questions, whatever `cookiecutter.json` says: for plans from values that
    /// are known, see [`Template::plan_of`].
    #[must_use]
    pub fn without_questions(tree: Tree) -> Self {
        Self {
            schema: Schema::of(&Map::new()),
            tree,
            settings: Text::new(SETTINGS, ""),
            options: Map::new(),
            nested: Vec::new(),
        }
    }

    /// Templates inside this one. When there are any, one has to be chosen with
    /// [`Template::choose`]; the first is the default.
    #[must_use]
    pub fn nested(&self) -> &[NestedTemplate] {
        &self.nested
    }

    /// One of the templates inside this one.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be read.
    pub fn choose(&self, name: &str) -> Result<Self, ReadError> {
        let found = self
            .nested
            .iter()
            .find(|one| one.name == name)
            .ok_or_else(|| {
                let known: Vec<&str> = self.nested.iter().map(|one| one.name.as_str()).collect();
                ReadError::NoNested {
                    name: name.to_owned(),
                    known: known.join(", "),
                }
            })?;
        let tree = self
            .tree
            .folder(&found.path)
            .ok_or_else(|| ReadError::BadNested {
                name: name.to_owned(),
                path: found.path.clone(),
            })?;
        Self::read(tree)
    }

    /// The files it was read from.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The variables and what the template says about itself.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Python classes the template wants loaded that are not known here; they are never run.
    #[must_use]
    pub fn foreign_extensions(&self) -> Vec<String> {
        let all = self.schema.extensions.iter();
        all.filter(|class| !crate::answers::is_known(class))
            .cloned()
            .collect()
    }

    /// The questions with their present answers. Fast enough for every key stroke.
    #[must_use]
    pub fn form(&self, answers: &Answers, setting: &Setting) -> Form {
        form::make(self, answers, setting)
    }

    /// What would be written. Fast enough for every key stroke.
    #[must_use]
    pub fn plan(&self, answers: &Answers, setting: &Setting) -> Plan {
        walk::plan(self, answers, setting)
    }

    /// Everything that is wrong with the template, for its author: the template is tried with many
    /// combinations of answers.
    #[must_use]
    pub fn lint(&self, setting: &Setting) -> Vec<Diagnostic> {
        lint::lint(self, setting)
    }

    /// Why a byte of a planned file stands there. `None` for folders and files that are copied.
    #[must_use]
    pub fn explain(
        &self,
        entry: &Entry,
        byte: usize,
        answers: &Answers,
        setting: &Setting,
    ) -> Option<Explanation> {
        explain::explain(self, entry, byte, (answers, setting))
    }

    /// What would be written with the values of all variables given: nothing is asked, no default
    /// is worked out. This is how a replay file and the old version of a project are rendered.
    #[must_use]
    pub fn plan_of(&self, context: &Map<String, Value>, setting: &Setting) -> Plan {
        walk::plan_given(self, context, setting)
    }
}

fn bad_json(error: &serde_json::Error) -> ReadError {
    ReadError::BadJson {
        line: error.line(),
        column: error.column().max(1),
        message: bare_message(error),
    }
}

/// What the parser of JSON said, without the place.
pub(crate) fn bare_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let bare = message.split(" at line ").next().unwrap_or(&message);
    bare.to_owned()
}

fn nested(options: &Map<String, Value>) -> Result<Vec<NestedTemplate>, ReadError> {
    let found = match (options.get("templates"), options.get("template")) {
        (Some(Value::Object(all)), _) if !all.is_empty() => all.iter().map(new_style).collect(),
        (_, Some(Value::Array(all))) => all
            .iter()
            .filter_map(Value::as_str)
            .map(old_style)
            .collect(),
        _ => Vec::new(),
    };
    let found: Vec<NestedTemplate> = found;
    for one in &found {
        let inside = one.path == "." || crate::tree::tidy(&one.path).is_some();
        if !inside {
            return Err(ReadError::BadNested {
                name: one.name.clone(),
                path: one.path.clone(),
            });
        }
    }
    Ok(found)
}

/// `"key": {"path": …, "title": …, "description": …}`.
fn new_style((name, about): (&String, &Value)) -> NestedTemplate {
    let text = |key: &str| about.get(key).and_then(Value::as_str);
    let title = text("title").unwrap_or(name);
    let label = match text("description") {
        Some(more) if more != title => format!("{title} ({more})"),
        _ => title.to_owned(),
    };
    NestedTemplate {
        name: name.clone(),
        label,
        path: text("path").unwrap_or_default().to_owned(),
    }
}

/// `"Label (path)"`.
fn old_style(text: &str) -> NestedTemplate {
    let inside = text
        .find('(')
        .zip(text.rfind(')'))
        .and_then(|(start, end)| text.get(start + 1..end));
    let path = inside.unwrap_or_default().to_owned();
    NestedTemplate {
        name: text.to_owned(),
        label: text.to_owned(),
        path,
    }
}
