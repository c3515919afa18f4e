//! Inside `${{ }}`: contexts, their members, functions.

use expression::{Function, Value, functions};

use super::{Asked, Completion, CompletionKind};
use crate::service::context;
use crate::service::cursor::Cursor;
use crate::service::members::{Here, Member};
use crate::service::surroundings::{Owner, written_needs};

impl Asked<'_> {
    pub(super) fn in_expression(&self, cursor: &Cursor) -> Vec<Completion> {
        if let Some(function) = &cursor.argument {
            return self.argument(function, cursor);
        }
        let owner = self.owner();
        let around = self.service.surroundings(self.file, &owner);
        let path: Vec<&str> = cursor.path.iter().map(String::as_str).collect();
        let here = Here {
            file: self.file,
            owner: &owner,
            offset: self.offset,
        };
        let members = self.service.members(here, &around, &path).into_iter();
        let mut found: Vec<Completion> = members.map(|it| self.member(it, cursor)).collect();
        if path.is_empty() {
            for context in &mut found {
                let doc = context::doc(&context.label);
                let known = std::mem::take(&mut context.documentation);
                context.documentation = [doc, &known].join("\n\n").trim().to_owned();
            }
            found.extend(functions().iter().map(|it| self.function(it, cursor)));
        }
        found
    }

    fn member(&self, member: Member, cursor: &Cursor) -> Completion {
        let mut found = self.completion(&member.name, CompletionKind::Member);
        found.span = cursor.word;
        found.detail = member.detail();
        found.documentation = match &member.value {
            Some(Value::Unknown(unknown)) => format!("Not known yet: {}.", unknown.why),
            Some(value) => format!("`{}`", value.type_name()),
            None => String::new(),
        };
        found
    }

    fn function(&self, function: &Function, cursor: &Cursor) -> Completion {
        let mut found = self.completion(function.name, CompletionKind::Function);
        found.span = cursor.word;
        function.signature.clone_into(&mut found.detail);
        found.documentation = format!("{}\n\n    {}", function.doc, function.example);
        if !cursor.called {
            found.insert = format!("{}(", function.name);
        }
        found
    }

    /// Names of tasks and jobs inside the quotes of an argument.
    fn argument(&self, function: &str, cursor: &Cursor) -> Vec<Completion> {
        let names = match function {
            "inspect_job" => self
                .file
                .tree
                .blocks("jobs")
                .map(|(it, _)| it.to_owned())
                .collect(),
            "success" | "failure" => match self.owner() {
                Owner::Task(task) => written_needs(&task),
                _ => self.service.task_names(self.file),
            },
            _ => Vec::new(),
        };
        let names = names.iter().map(|name| {
            let mut found = self.completion(name, CompletionKind::Name);
            found.span = cursor.word;
            found
        });
        names.collect()
    }
}
