//! Programs a template wants to run. They are found and rendered here, never run.

use minijinja::Value;
use source::{Diagnostic, Severity};

use crate::effect::{self, Effect};
use crate::finding::{Origin, at_name, failed};
use crate::jinja::{Jinja, Rendered};
use crate::{Mark, Node, Template, mark};

/// When a hook wants to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookMoment {
    /// Before the questions.
    BeforeQuestions,
    /// In the new folder, before the files are made.
    BeforeFiles,
    /// In the new folder, after the files are made.
    AfterFiles,
}

/// A program a template wants to run.
#[derive(Debug, Clone)]
pub struct Hook {
    /// When.
    pub moment: HookMoment,
    /// Its path in the template, such as `hooks/post_gen_project.py`.
    pub file: String,
    /// What interprets it, as far as name and first line tell: `python`, `sh` …
    pub language: Option<String>,
    /// The text that would run, answers filled in; `None` when it cannot be rendered.
    pub text: Option<String>,
    /// The parts of the text that answers wrote.
    pub marks: Vec<Mark>,
    /// What it seems to do.
    pub effects: Vec<Effect>,
    /// Why it cannot be rendered.
    pub problem: Option<Diagnostic>,
    /// Permission bits of the file.
    pub mode: u32,
}

/// Hooks that run before the files are made.
pub(crate) const EARLY: &[(&str, HookMoment)] = &[
    ("pre_prompt", HookMoment::BeforeQuestions),
    ("pre_gen_project", HookMoment::BeforeFiles),
];

/// Hooks that run after the files are made.
pub(crate) const LATE: &[(&str, HookMoment)] = &[("post_gen_project", HookMoment::AfterFiles)];

/// The hooks of a template, rendered with the answers.
pub(crate) fn find(
    template: &Template,
    jinja: &Jinja,
    context: &Value,
    wanted: &[(&str, HookMoment)],
) -> Vec<Hook> {
    let names = template.tree.children("hooks");
    let mut found = Vec::new();
    for (stem, moment) in wanted {
        let own = names.iter().filter(|name| is_hook(name, stem));
        found.extend(own.filter_map(|name| hook(template, jinja, context, (name, *moment))));
    }
    found
}

fn hook(
    template: &Template,
    jinja: &Jinja,
    context: &Value,
    (name, moment): (&str, HookMoment),
) -> Option<Hook> {
    let file = format!("hooks/{name}");
    let Some(Node::File { mode, bytes }) = template.tree.resolve(&file) else {
        return None;
    };
    let source = std::str::from_utf8(bytes).ok();
    let rendered = match (source, moment) {
        (None, _) => Err(no_text(&file)),
        (Some(source), HookMoment::BeforeQuestions) => Ok(Rendered::plain(source)),
        (Some(source), _) => jinja.render(&file, source, context).map_err(|fault| {
            let origin = Origin {
                tree: &template.tree,
                folder: "",
                name: &file,
                source,
            };
            failed(&fault, &origin, &template.schema)
        }),
    };
    let language = language(name, source.unwrap_or_default());
    let (rendered, problem) = match rendered {
        Ok(rendered) => (Some(rendered), None),
        Err(problem) => (None, Some(problem)),
    };
    let text = rendered.as_ref().map(|one| one.text.as_str()).or(source);
    let effects = effect::find(text.unwrap_or_default(), language.as_deref());
    let (text, marks) = rendered.map_or((None, Vec::new()), |one| {
        let marks = mark::marks(&one.pieces);
        (Some(one.text), marks)
    });
    Some(Hook {
        moment,
        language,
        text,
        marks,
        effects,
        problem,
        mode: *mode,
        file,
    })
}

fn no_text(file: &str) -> Diagnostic {
    let message = format!("the hook `{file}` is no UTF-8 text");
    at_name(file, Severity::Error, "template-hook", message)
}

fn is_hook(name: &str, stem: &str) -> bool {
    let own = name.rsplit_once('.').map_or(name, |(own, _)| own);
    own == stem && !name.ends_with('~')
}

fn language(name: &str, source: &str) -> Option<String> {
    let first = source.lines().next().unwrap_or_default();
    let interpreter = first.strip_prefix("#!").and_then(|rest| {
        let mut words = rest.split_whitespace();
        let program = words.next()?.rsplit('/').next()?.to_owned();
        if program == "env" {
            words.find(|word| !word.starts_with('-')).map(str::to_owned)
        } else {
            Some(program)
        }
    });
    let by_name = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("py") => Some("python".to_owned()),
        Some("sh") => Some("sh".to_owned()),
        Some("bat" | "cmd") => Some("cmd".to_owned()),
        Some("ps1") => Some("powershell".to_owned()),
        _ => None,
    };
    by_name.or(interpreter)
}
