//! Where names are defined and used: the index that definitions and new names are found by.

use expression::{Reference, Value, references};
use indexmap::IndexSet;
use source::{Span, Text};

use super::Service;
use super::file::File;
use super::walk::{inner_blocks, own_exprs, without_quotes};
use crate::action;
use crate::keys::Kind;
use crate::tree::{Block, Body, Expr, Field, FieldValue};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SymbolKind {
    /// A live job.
    Job,
    /// A task of a batch or of an action.
    Task,
    /// An image.
    Image,
    /// A volume.
    Volume,
    /// A parameter of a job or of a batch.
    Param,
    /// An input of an action.
    Input,
    /// An output of an action.
    Output,
    /// A mixin.
    Mixin,
    /// A file that is called.
    Action,
}

impl SymbolKind {
    /// What messages call it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Task => "task",
            Self::Image => "image",
            Self::Volume => "volume",
            Self::Param => "parameter",
            Self::Input => "input",
            Self::Output => "output",
            Self::Mixin => "mixin",
            Self::Action => "action",
        }
    }

    /// What is defined by the names under a key.
    pub(super) fn under(key: &str) -> Option<Self> {
        Some(match key {
            "jobs" => Self::Job,
            "images" => Self::Image,
            "volumes" => Self::Volume,
            "params" => Self::Param,
            "inputs" => Self::Input,
            "outputs" => Self::Output,
            "mixins" => Self::Mixin,
            _ => return None,
        })
    }

    /// What the members of a context stand for.
    fn of_context(name: &str) -> Option<Self> {
        Some(match name {
            "images" => Self::Image,
            "volumes" => Self::Volume,
            "params" => Self::Param,
            "inputs" => Self::Input,
            "needs" => Self::Task,
            _ => return None,
        })
    }
}

/// A name with the place it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub(super) kind: SymbolKind,
    pub(super) name: String,
    /// The file, or the job or mixin of a file, in which the name is unique.
    pub(super) home: String,
}

/// One place where a name is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Occurrence {
    pub(super) file: String,
    pub(super) span: Span,
    pub(super) identity: Identity,
    pub(super) definition: bool,
}

impl Service<'_> {
    /// All places of all names of the project.
    pub(super) fn occurrences(&self) -> Vec<Occurrence> {
        let mut found: IndexSet<Occurrence> = IndexSet::new();
        for file in self.files() {
            let mut walk = Walk {
                service: self,
                file: &file,
                owner: String::new(),
                found: Vec::new(),
            };
            walk.block(&file.tree);
            found.extend(walk.found);
        }
        found.into_iter().collect()
    }

    /// The name under an offset.
    pub(super) fn occurrence_at(&self, path: &str, offset: usize) -> Option<Occurrence> {
        let here = |one: &Occurrence| one.file == path && one.span.touches(offset);
        let found = self.occurrences().into_iter().filter(here);
        found.min_by_key(|one| one.span.len())
    }
}

/// Collects the names of one file.
struct Walk<'w> {
    service: &'w Service<'w>,
    file: &'w File,
    /// The job or mixin being walked through, for parameters.
    owner: String,
    found: Vec<Occurrence>,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        for (key, field) in &block.fields {
            self.field(block, key, field);
        }
    }

    fn field(&mut self, block: &Block, key: &str, field: &Field) {
        for expr in own_exprs(field) {
            self.expr(expr);
        }
        match (key, &field.value) {
            ("id", FieldValue::Scalar(expr)) if block.kind == Kind::Task => {
                self.constant(SymbolKind::Task, expr, true);
            }
            ("action" | "module", FieldValue::Scalar(expr)) => self.call(expr),
            ("args", _) => self.arguments(block),
            ("mixins", FieldValue::List(_)) => {
                for expr in own_exprs(field) {
                    self.constant(SymbolKind::Mixin, expr, false);
                }
            }
            (_, FieldValue::Needs(needs)) => {
                for need in needs {
                    self.constant(SymbolKind::Task, &need.id, false);
                }
            }
            (_, FieldValue::Blocks(_)) => return self.named(key, field),
            _ => {}
        }
        for inner in inner_blocks(field) {
            self.block(inner);
        }
    }

    fn named(&mut self, key: &str, field: &Field) {
        let FieldValue::Blocks(blocks) = &field.value else {
            return;
        };
        for (name, named) in blocks {
            if let Some(kind) = SymbolKind::under(key) {
                self.push(kind, name, named.key, true);
            }
            let opens = matches!(key, "jobs" | "mixins") && self.owner.is_empty();
            if opens {
                self.owner = format!("{key}.{name}");
            }
            self.block(&named.block);
            if opens {
                self.owner.clear();
            }
        }
    }

    fn constant(&mut self, kind: SymbolKind, expr: &Expr, definition: bool) {
        if let Some(Value::Str(name)) = expr.constant() {
            self.push(kind, name, expr.span, definition);
        }
    }

    fn call(&mut self, expr: &Expr) {
        let reference = expr.constant().map(Value::to_string);
        let path = reference
            .and_then(|reference| action::local_path(self.service.session.workspace, &reference));
        if let Some(path) = path {
            self.add(SymbolKind::Action, &path, expr.span, (path.clone(), false));
        }
    }

    fn arguments(&mut self, block: &Block) {
        let Some(action) = self.service.called(block) else {
            return;
        };
        let home = action.path.clone();
        for item in crate::inputs::arguments(block) {
            let place = (home.clone(), false);
            self.add(SymbolKind::Input, &item.name, item.key, place);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let Body::Template(template) = &expr.body else {
            return;
        };
        for reference in references(template) {
            self.reference(&reference);
        }
        for call in template.calls() {
            let kind = match call.name.text.as_str() {
                "inspect_job" => SymbolKind::Job,
                "success" | "failure" => SymbolKind::Task,
                _ => continue,
            };
            let count = if kind == SymbolKind::Job {
                1
            } else {
                usize::MAX
            };
            for argument in call.arguments.iter().take(count) {
                if let expression::tree::NodeKind::Literal(Value::Str(name)) = &argument.kind {
                    self.push(kind, name, argument.span, false);
                }
            }
        }
    }

    fn reference(&mut self, reference: &Reference) {
        let Some(kind) = SymbolKind::of_context(&reference.name.text) else {
            return;
        };
        if let Some(step) = reference.steps.first()
            && let Some(name) = step.name()
        {
            self.push(kind, name, step.span(), false);
        }
    }

    fn push(&mut self, kind: SymbolKind, name: &str, span: Span, definition: bool) {
        let home = self.home(kind, name);
        self.add(kind, name, span, (home, definition));
    }

    fn add(
        &mut self,
        kind: SymbolKind,
        name: &str,
        span: Span,
        (home, definition): (String, bool),
    ) {
        self.found.push(Occurrence {
            file: self.file.path.clone(),
            span: without_quotes(&self.file.text, span),
            identity: Identity {
                kind,
                name: name.to_owned(),
                home,
            },
            definition,
        });
    }

    /// Where a name belongs: what a flow does not define itself may stand in the project file.
    fn home(&self, kind: SymbolKind, name: &str) -> String {
        let own = self.file.path.clone();
        match kind {
            SymbolKind::Param if self.file.kind() != Kind::BatchFlow => {
                format!("{own}#{}", self.owner)
            }
            SymbolKind::Image | SymbolKind::Volume | SymbolKind::Mixin
                if !self.file.is_action() =>
            {
                let key = match kind {
                    SymbolKind::Image => "images",
                    SymbolKind::Volume => "volumes",
                    _ => "mixins",
                };
                let project = self.service.project.file.as_ref();
                let shared = project.filter(|file| {
                    self.file.tree.named(key, name).is_none()
                        && file.tree.named(key, name).is_some()
                });
                shared.map_or(own, |file| file.path.clone())
            }
            _ => own,
        }
    }
}

/// The text of a place.
pub(super) fn written<'t>(text: &'t Text, occurrence: &Occurrence) -> &'t str {
    text.slice(occurrence.span)
}
