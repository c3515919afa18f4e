//! Programs a template wants to run. They are found and rendered here, never run.

use minijinja::Value;

use crate::Tree;
use crate::jinja::Jinja;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub moment: HookMoment,
    /// Its path in the template, such as `hooks/post_gen_project.py`.
    pub file: String,
    /// What interprets it, as far as name and first line tell: `python`, `sh` …
    pub language: Option<String>,
    /// The text that would run, answers filled in; `None` when it cannot be rendered.
    pub text: Option<String>,
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
    tree: &Tree,
    jinja: &Jinja,
    context: &Value,
    wanted: &[(&str, HookMoment)],
) -> Vec<Hook> {
    let mut found = Vec::new();
    for (stem, moment) in wanted {
        for name in tree
            .children("hooks")
            .into_iter()
            .filter(|name| is_hook(name, stem))
        {
            let file = format!("hooks/{name}");
            let Some(bytes) = tree.bytes(&file) else {
                continue;
            };
            let source = std::str::from_utf8(bytes).ok();
            let text = source.and_then(|source| match moment {
                HookMoment::BeforeQuestions => Some(source.to_owned()),
                _ => jinja
                    .render(&file, source, context)
                    .ok()
                    .map(|rendered| rendered.text),
            });
            let language = language(name, source.unwrap_or_default());
            found.push(Hook {
                moment: *moment,
                file,
                language,
                text,
            });
        }
    }
    found
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
