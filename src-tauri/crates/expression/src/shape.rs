//! Shapes of contexts, and the check of a text against them before anything is evaluated.

use indexmap::IndexMap;
use source::{Diagnostic, Text, nearest};

use crate::reference::{Reference, Step, references};
use crate::tree::Template;

/// What is known about a context without its value.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Anything may be read from it.
    Any,
    /// A record with these fields and no others.
    Record {
        /// The name of its type in messages.
        type_name: String,
        /// Its fields.
        fields: IndexMap<String, Self>,
    },
    /// A mapping in which every key may be.
    Map(Box<Self>),
    /// A mapping with these keys and no others.
    Keys {
        /// What a missing key is called.
        absent: Absent,
        /// The keys.
        entries: IndexMap<String, Self>,
    },
    /// A set: nothing can be read from it.
    Set {
        /// The name of its type in messages.
        type_name: String,
    },
}

/// What is said about a key that is not in a [`Shape::Keys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It is a task that is not needed here.
    Task,
    /// It is an input nobody has declared.
    Input,
    /// It is just a key.
    Key,
}

impl Shape {
    /// A record of values about which nothing more is known.
    pub fn record<'a>(type_name: &str, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = fields
            .into_iter()
            .map(|name| (name.to_owned(), Self::Any))
            .collect();
        Self::Record {
            type_name: type_name.to_owned(),
            fields,
        }
    }

    /// A mapping of values about which nothing more is known.
    #[must_use]
    pub fn map() -> Self {
        Self::Map(Box::new(Self::Any))
    }

    /// The context `project`.
    #[must_use]
    pub fn project() -> Self {
        Self::record("ProjectCtx", ["id", "project_name", "owner"])
    }

    /// One of `volumes`.
    #[must_use]
    pub fn volume() -> Self {
        let fields = [
            "id",
            "remote",
            "mount",
            "read_only",
            "local",
            "full_local_path",
            "ref",
            "ref_ro",
            "ref_rw",
        ];
        Self::record("VolumeCtx", fields)
    }

    /// One of `images`.
    #[must_use]
    pub fn image() -> Self {
        let fields = [
            "id",
            "ref",
            "context",
            "dockerfile",
            "dockerfile_rel",
            "build_args",
            "env",
            "volumes",
            "build_preset",
            "force_rebuild",
            "extra_kaniko_args",
        ];
        Self::record("ImageCtx", fields)
    }

    /// The context `git`.
    #[must_use]
    pub fn git() -> Self {
        Self::record("GitCtx", ["sha", "branch", "tags"])
    }

    /// The context `strategy`.
    #[must_use]
    pub fn strategy() -> Self {
        Self::record("StrategyCtx", ["fail_fast", "max_parallel"])
    }

    /// The context `multi`.
    #[must_use]
    pub fn multi() -> Self {
        Self::record("MultiCtx", ["suffix"])
    }

    /// The context `tags`.
    #[must_use]
    pub fn tags() -> Self {
        Self::Set {
            type_name: "TagsCtx".to_owned(),
        }
    }

    /// The context `needs` with these tasks.
    #[must_use]
    pub fn needs<'a>(tasks: impl IntoIterator<Item = &'a str>) -> Self {
        let mut task = Self::record("DepCtx", ["result"]);
        if let Self::Record { fields, .. } = &mut task {
            fields.insert("outputs".to_owned(), Self::map());
        }
        let entries = tasks
            .into_iter()
            .map(|name| (name.to_owned(), task.clone()))
            .collect();
        Self::Keys {
            absent: Absent::Task,
            entries,
        }
    }

    /// The context `inputs` with these inputs.
    #[must_use]
    pub fn inputs<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let entries = names
            .into_iter()
            .map(|name| (name.to_owned(), Self::Any))
            .collect();
        Self::Keys {
            absent: Absent::Input,
            entries,
        }
    }

    /// The names that can be read from it.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Record {
                fields: entries, ..
            }
            | Self::Keys { entries, .. } => entries.keys().map(String::as_str).collect(),
            Self::Any | Self::Map(_) | Self::Set { .. } => Vec::new(),
        }
    }

    /// What a step leads to.
    ///
    /// # Errors
    /// What is wrong with the step.
    fn step(&self, step: &Step) -> Result<&Self, String> {
        match (self, step) {
            (Self::Any, _) => Ok(&Self::Any),
            (Self::Map(inner), _) => Ok(inner),
            (Self::Record { type_name, fields }, Step::Attribute(name)) => fields
                .get(&name.text)
                .ok_or_else(|| format!("'{type_name}' has no attribute '{}'", name.text)),
            (Self::Set { type_name }, Step::Attribute(name)) => {
                Err(format!("'{type_name}' has no attribute '{}'", name.text))
            }
            (Self::Record { type_name, .. } | Self::Set { type_name }, _) => {
                Err(format!("'{type_name}' is not subscriptable"))
            }
            (Self::Keys { absent, entries }, Step::Attribute(name)) => entries
                .get(&name.text)
                .ok_or_else(|| absent.complaint(&name.text)),
            (Self::Keys { entries, .. }, step) => Ok(step
                .name()
                .and_then(|name| entries.get(name))
                .unwrap_or(&Self::Any)),
        }
    }
}

impl Absent {
    fn complaint(self, name: &str) -> String {
        match self {
            Self::Task => format!("Task '{name}' is not available under needs context"),
            Self::Input => format!("Input '{name}' is undefined"),
            Self::Key => format!("No attribute {name}"),
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Task => "unknown-result",
            Self::Input | Self::Key => "unknown-attribute",
        }
    }

    fn help(self) -> Option<&'static str> {
        match self {
            Self::Task => Some("write the task under `needs` first"),
            Self::Input => Some("declare the input under `inputs` first"),
            Self::Key => None,
        }
    }
}

/// Checks every use of a context in a text.
#[must_use]
pub fn validate(
    template: &Template,
    contexts: &IndexMap<String, Shape>,
    text: &Text,
) -> Vec<Diagnostic> {
    let checked = references(template);
    checked
        .iter()
        .filter_map(|reference| check(reference, contexts, text))
        .collect()
}

fn check(
    reference: &Reference,
    contexts: &IndexMap<String, Shape>,
    text: &Text,
) -> Option<Diagnostic> {
    let name = &reference.name;
    let Some(mut shape) = contexts.get(&name.text) else {
        let candidates = nearest(&name.text, contexts.keys().map(String::as_str));
        let message = format!("Unknown context '{}'", name.text);
        let found = Diagnostic::error("unknown-context", text, name.span, message);
        return Some(found.candidates(candidates));
    };
    for step in &reference.steps {
        match shape.step(step) {
            Ok(inner) => shape = inner,
            Err(message) => {
                let code = match shape {
                    Shape::Keys { absent, .. } => absent.code(),
                    _ => "unknown-attribute",
                };
                let found = Diagnostic::error(code, text, step.span(), message);
                let wanted = step.name().unwrap_or_default();
                let found = found.candidates(nearest(wanted, shape.names()));
                return Some(match shape {
                    Shape::Keys { absent, .. } => match absent.help() {
                        Some(help) => found.help(help),
                        None => found,
                    },
                    _ => found,
                });
            }
        }
    }
    None
}
