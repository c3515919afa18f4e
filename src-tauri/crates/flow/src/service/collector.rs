//! Collects the names that one file defines and uses.

use expression::tree::NodeKind;
use expression::{Reference, Value, references};
use source::Span;

use super::Service;
use super::callers::{Caller, callers};
use super::file::File;
use super::occurrence::{Identity, Occurrence, SymbolKind};
use super::said::said;
use super::walk::{inner_blocks, own_exprs, without_quotes};
use crate::action;
use crate::keys::Kind;
use crate::tree::{Block, Body, Expr, Field, FieldValue};

/// The names of a file, in its order.
pub(super) fn names(service: &Service<'_>, files: &[File], file: &File) -> Vec<Occurrence> {
    let mut collector = Collector {
        service,
        files,
        file,
        callers: callers(service, files, &file.path),
        owner: String::new(),
        found: Vec::new(),
    };
    collector.block(&file.tree);
    collector.found
}

struct Collector<'c> {
    service: &'c Service<'c>,
    files: &'c [File],
    file: &'c File,
    /// Who calls the file as a module.
    callers: Vec<Caller>,
    /// The job or mixin being walked through, for parameters.
    owner: String,
    found: Vec<Occurrence>,
}

impl Collector<'_> {
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
            ("cmd", FieldValue::Scalar(expr)) => self.said(block, expr),
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

    /// Outputs that a script says, where it is the script of a task or of an action.
    fn said(&mut self, block: &Block, script: &Expr) {
        let home = match block.kind {
            Kind::Task => match block.constant("id") {
                Some(id) => format!("{}#{id}", self.file.path),
                None => return,
            },
            Kind::ExecUnit | Kind::LocalAction => self.file.path.clone(),
            _ => return,
        };
        for (name, span) in said(&self.file.text, script.span, "set-output") {
            let action = block.kind != Kind::Task;
            let listed = self.file.tree.named("outputs", &name).is_some();
            let known = |one: &Occurrence| {
                one.definition && one.identity.name == name && one.identity.home == home
            };
            let first = !action && !self.found.iter().any(known);
            if !action || listed {
                self.add(SymbolKind::Output, &name, span, (home.clone(), first));
            }
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
            let (kind, count) = match call.name.text.as_str() {
                "inspect_job" => (SymbolKind::Job, 1),
                "success" | "failure" => (SymbolKind::Task, usize::MAX),
                _ => continue,
            };
            for argument in call.arguments.iter().take(count) {
                if let NodeKind::Literal(Value::Str(name)) = &argument.kind {
                    self.push(kind, name, argument.span, false);
                }
            }
        }
    }

    fn reference(&mut self, reference: &Reference) {
        let Some(kind) = SymbolKind::of_context(&reference.name.text) else {
            return;
        };
        let mut steps = reference.steps.iter();
        let Some((step, name)) = steps.next().and_then(|it| Some((it, it.name()?))) else {
            return;
        };
        self.push(kind, name, step.span(), false);
        let outputs = steps.next().and_then(expression::Step::name) == Some("outputs");
        if kind == SymbolKind::Task
            && outputs
            && let Some(step) = steps.next()
            && let Some(output) = step.name()
        {
            let home = self.output_home(name);
            self.add(SymbolKind::Output, output, step.span(), (home, false));
        }
    }

    /// Where the outputs of a task belong: to the action it calls, or to the task.
    fn output_home(&self, task: &str) -> String {
        let mut tasks = self.file.tree.items("tasks").iter();
        let task_block = tasks.find(|block| block.constant("id").as_deref() == Some(task));
        let called = task_block.and_then(|block| self.service.called(block));
        called.map_or_else(
            || format!("{}#{task}", self.file.path),
            |action| action.path.clone(),
        )
    }

    fn push(&mut self, kind: SymbolKind, name: &str, span: Span, definition: bool) {
        let here = Home {
            service: self.service,
            files: self.files,
            file: self.file,
            owner: &self.owner,
        };
        for home in here.of(kind, name, &self.callers) {
            self.add(kind, name, span, (home, definition));
        }
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
}

/// A place where a name is written, to tell where the name belongs.
struct Home<'h> {
    service: &'h Service<'h>,
    files: &'h [File],
    file: &'h File,
    owner: &'h str,
}

impl Home<'_> {
    /// Where a name belongs. What a flow does not define itself may stand in the project file;
    /// what a module does not define belongs to those who call it.
    fn of(&self, kind: SymbolKind, name: &str, callers: &[Caller]) -> Vec<String> {
        let own = || vec![self.file.path.clone()];
        let shared = match kind {
            SymbolKind::Param if self.file.kind() == Kind::BatchFlow => return own(),
            SymbolKind::Param if !self.file.is_action() => {
                return vec![format!("{}#{}", self.file.path, self.owner)];
            }
            SymbolKind::Param => "params",
            SymbolKind::Image => "images",
            SymbolKind::Volume => "volumes",
            SymbolKind::Mixin => "mixins",
            _ => return own(),
        };
        if self.file.tree.named(shared, name).is_some() {
            return own();
        }
        if self.file.is_action() {
            let images = kind != SymbolKind::Image || self.file.kind() == Kind::LiveAction;
            let callers = callers.iter().filter(|_| images);
            let found: Vec<String> = callers.flat_map(|it| self.at(it, kind, name)).collect();
            return if found.is_empty() { own() } else { found };
        }
        let project = self.service.project.file.as_ref();
        let project = project.filter(|file| file.tree.named(shared, name).is_some());
        project.map_or_else(own, |file| vec![file.path.clone()])
    }

    /// Where a name of a module belongs that is called from a place.
    fn at(&self, caller: &Caller, kind: SymbolKind, name: &str) -> Vec<String> {
        let file = self.files.iter().find(|file| file.path == caller.file);
        let Some(file) = file else {
            return Vec::new();
        };
        let place = Home {
            file,
            owner: &caller.owner,
            ..*self
        };
        place.of(kind, name, &caller.callers)
    }
}
