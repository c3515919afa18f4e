//! Values outside of expressions: words, names of other things, and expressions to begin with.

use expression::{Form, Value};

use super::{Asked, Completion, CompletionKind};
use crate::keys::{Kind, Scalar};
use crate::service::level::Level;
use crate::service::members::matrix_names;
use crate::service::surroundings::Owner;
use crate::tree::{Block, FieldValue};

impl Asked<'_> {
    pub(super) fn values(&self, level: Level) -> Vec<Completion> {
        match level {
            Level::Word(words) => self.words(words),
            Level::Need => self.tasks(),
            Level::Name => self.mixins(),
            Level::Scalar(scalar) | Level::List(scalar) => self.scalars(scalar),
            _ => Vec::new(),
        }
    }

    fn words(&self, words: &[&str]) -> Vec<Completion> {
        let words = words.iter();
        words
            .map(|word| self.completion(word, CompletionKind::Word))
            .collect()
    }

    fn scalars(&self, scalar: Scalar) -> Vec<Completion> {
        let key = self.spot.under.map(|(_, key)| key.name);
        match (key, scalar.coercion) {
            (Some("preset" | "build_preset"), _) => self.presets(),
            (Some("action" | "module"), _) => self.actions(),
            (Some("image"), _) => self.readings("images", &["ref"]),
            (Some("volumes"), _) => self.readings("volumes", &["ref", "ref_ro", "ref_rw"]),
            (_, Form::Bool) => self.words(&["true", "false"]),
            (_, Form::RestartPolicy) => self.words(&["never", "on-failure", "always"]),
            (_, Form::Enable) => {
                let calls = ["${{ always() }}", "${{ success() }}", "${{ failure() }}"];
                let calls = calls.into_iter();
                let calls = calls.map(|it| self.completion(it, CompletionKind::Expression));
                self.words(&["true", "false"])
                    .into_iter()
                    .chain(calls)
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn presets(&self) -> Vec<Completion> {
        let presets = self.service.presets.iter();
        presets
            .map(|name| {
                let mut found = self.completion(name, CompletionKind::Name);
                "preset".clone_into(&mut found.detail);
                found
            })
            .collect()
    }

    /// Expressions that read images or volumes.
    fn readings(&self, context: &str, fields: &[&str]) -> Vec<Completion> {
        if self.file.is_action() && context == "volumes" {
            return Vec::new();
        }
        let names = self.service.names(self.file, context);
        let pairs = names
            .iter()
            .flat_map(|name| fields.iter().map(move |field| (name, field)));
        pairs
            .map(|(name, field)| {
                let label = format!("${{{{ {context}.{name}.{field} }}}}");
                self.completion(&label, CompletionKind::Expression)
            })
            .collect()
    }

    fn mixins(&self) -> Vec<Completion> {
        let own = match self.place.path.get(1) {
            Some(crate::service::place::Step::Key(name)) => Some(name.as_str()),
            _ => None,
        };
        let in_mixin = matches!(self.owner(), Owner::Mixin);
        let names = self.service.names(self.file, "mixins");
        let names = names
            .iter()
            .filter(|name| !(in_mixin && own == Some(name.as_str())));
        names
            .map(|name| {
                let mut found = self.completion(name, CompletionKind::Name);
                "mixin".clone_into(&mut found.detail);
                found
            })
            .collect()
    }

    /// The other tasks of the file, but for those that are needed already.
    pub(super) fn tasks(&self) -> Vec<Completion> {
        let task = match self.owner() {
            Owner::Task(task) => Some(task),
            _ => None,
        };
        let own = task.as_ref().and_then(|task| task.constant("id"));
        let written = task.as_ref().map(|task| self.other_needs(task));
        let taken = written.unwrap_or_default();
        let ids = self.service.task_names(self.file).into_iter();
        ids.filter(|id| Some(id) != own.as_ref() && !taken.contains(id))
            .map(|id| self.task(&id))
            .collect()
    }

    fn other_needs(&self, task: &Block) -> Vec<String> {
        let Some(FieldValue::Needs(needs)) = task.get("needs") else {
            return Vec::new();
        };
        needs
            .iter()
            .filter(|need| !need.id.span.touches(self.offset))
            .filter_map(|need| need.id.constant().map(Value::to_string))
            .collect()
    }

    fn task(&self, id: &str) -> Completion {
        let mut tasks = self.file.tree.items("tasks").iter();
        let task = tasks.find(|task| task.constant("id").as_deref() == Some(id));
        let mut found = self.completion(id, CompletionKind::Name);
        "task".clone_into(&mut found.detail);
        let title = task.and_then(|task| task.written("title"));
        found.documentation = title.unwrap_or_default();
        found
    }

    pub(super) fn arguments(&self) -> Vec<Completion> {
        let (Owner::Job(block) | Owner::Task(block)) = self.owner() else {
            return Vec::new();
        };
        let Some(action) = self.service.called(&block) else {
            return Vec::new();
        };
        let inputs = action.tree.blocks("inputs");
        let inputs = inputs.filter(|(name, _)| {
            let taken = self.place.siblings.iter().any(|known| known == name);
            !taken || self.file.text.slice(self.place.word) == *name
        });
        inputs
            .map(|(name, input)| {
                let mut found = self.completion(name, CompletionKind::Name);
                found.detail = match input.block.get("type") {
                    Some(FieldValue::Word(word)) => word.clone(),
                    _ => "str".to_owned(),
                };
                found.documentation = input.block.constant("descr").unwrap_or_default();
                if !self.place.colon {
                    found.insert = format!("{name}: ");
                }
                found
            })
            .collect()
    }

    pub(super) fn matrix_words(&self) -> Vec<Completion> {
        let docs = [
            ("exclude", "Combinations to leave out."),
            ("include", "Combinations to add."),
        ];
        docs.into_iter()
            .map(|(name, doc)| {
                let mut found = self.completion(name, CompletionKind::Key);
                doc.clone_into(&mut found.documentation);
                if !self.place.colon {
                    found.insert = format!("{name}:");
                }
                found
            })
            .collect()
    }

    /// Whether a row of `include` or `exclude` is being written.
    pub(super) fn in_row(&self) -> bool {
        let key = self.spot.under.map(|(_, key)| key.name);
        key == Some("matrix")
    }

    /// The dimensions of the matrix around a row.
    pub(super) fn dimensions(&self) -> Vec<Completion> {
        let Owner::Task(task) = self.owner() else {
            return Vec::new();
        };
        let names = matrix_names(&task).into_iter();
        let names = names.filter(|name| {
            let taken = self.place.siblings.contains(name);
            name != "ORDINAL" && (!taken || self.file.text.slice(self.place.word) == name)
        });
        names
            .map(|name| {
                let mut found = self.completion(&name, CompletionKind::Name);
                "dimension".clone_into(&mut found.detail);
                if !self.place.colon {
                    found.insert = format!("{name}: ");
                }
                found
            })
            .collect()
    }

    /// The actions of the project that can be called here.
    fn actions(&self) -> Vec<Completion> {
        let live = matches!(self.spot.under, Some((Kind::Job, _)));
        let actions = self.service.project.actions.iter();
        let fitting = actions.filter(|action| {
            (action.kind() == Kind::LiveAction) == live && action.path != self.file.path
        });
        fitting
            .map(|action| {
                let path = action.path.strip_suffix(".yml").unwrap_or(&action.path);
                let mut found = self.completion(&format!("ws:{path}"), CompletionKind::File);
                found.detail = format!("{} action", action.kind_word());
                found.documentation = action.tree.constant("descr").unwrap_or_default();
                found
            })
            .collect()
    }
}
