//! What is wrong with a template, for its author: names that are not there, questions nobody reads,
//! names other systems cannot keep, hooks, and answers with which it fails.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use source::{Diagnostic, Severity, Span, Text, nearest};

use crate::context::{Resolved, resolve};
use crate::finding::{Origin, at_name, at_variable, failed};
use crate::matrix::combinations;
use crate::walk::below;
use crate::{Answers, Node, Setting, Template, VariableKind, binary, name, pattern, schema};

/// More combinations of answers are not tried.
const MOST_PLANS: usize = 60;
/// Variables every template has.
const FACTS: [&str; 4] = ["_template", "_output_dir", "_repo_dir", "_checkout"];
/// Settings of a template that only cookiecutter reads.
const SETTINGS: [&str; 6] = [
    "_copy_without_render",
    "_extensions",
    "_jinja2_env_vars",
    "_new_lines",
    "_bakehouse",
    "_visual_studio",
];

/// Everything that is wrong with a template.
pub(crate) fn lint(template: &Template, setting: &Setting) -> Vec<Diagnostic> {
    let resolved = match resolve(template, &Answers::default(), setting) {
        Ok(resolved) => resolved,
        Err(finding) => return vec![*finding],
    };
    let mut lint = Lint {
        template,
        resolved: &resolved,
        used: BTreeSet::new(),
        found: Vec::new(),
    };
    lint.settings();
    lint.files();
    lint.hooks();
    lint.unused();
    lint.names();
    lint.answers(setting);
    lint.found
}

struct Lint<'a> {
    template: &'a Template,
    resolved: &'a Resolved,
    used: BTreeSet<String>,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn say(&mut self, name: &str, severity: Severity, code: &'static str, message: String) {
        let settings = &self.template.settings;
        self.found
            .push(at_variable(settings, name, severity, code, message));
    }

    /// Prompts and labels for what is not there, and what defaults read.
    fn settings(&mut self) {
        let options = &self.template.options;
        let prompts = options.get("__prompts__").and_then(Value::as_object);
        for (name, prompt) in prompts.into_iter().flatten() {
            let Some(default) = options.get(name) else {
                let message = format!("there is a prompt for `{name}`, but no such question");
                self.say(name, Severity::Warning, "template-prompt", message);
                continue;
            };
            let labels = prompt.as_object().into_iter().flatten();
            for (label, _) in labels.filter(|(label, _)| *label != "__prompt__") {
                let is_choice = |one: &Value| one.as_str() == Some(label);
                if !default
                    .as_array()
                    .is_some_and(|list| list.iter().any(is_choice))
                {
                    let message = format!("`{name}` has a label for `{label}`, which is no choice");
                    self.say(label, Severity::Warning, "template-prompt", message);
                }
            }
        }
        for (name, default) in options {
            if VariableKind::of(name, default) != VariableKind::Raw && name != "__prompts__" {
                self.used.extend(self.resolved.follows(default));
            }
        }
        for class in self.template.foreign_extensions() {
            let message = format!("the Python class `{class}` runs nowhere but in cookiecutter");
            self.say(
                "_extensions",
                Severity::Portability,
                "template-extension",
                message,
            );
        }
    }

    fn is_copied(&self, path: &str) -> bool {
        schema::texts(self.resolved.values.get("_copy_without_render"))
            .iter()
            .any(|one| pattern::matches(one, path))
    }

    /// Texts and names of files: what they read, and whether they can be compiled.
    fn files(&mut self) {
        let tree = &self.template.tree;
        let folder = self.resolved.folder.clone();
        self.text(&folder, &folder, &folder);
        let inside: Vec<String> = tree.below(&folder).map(str::to_owned).collect();
        for path in inside {
            let full = below(&folder, &path);
            let own = path.rsplit('/').next().unwrap_or(&path);
            let copied = path
                .match_indices('/')
                .map(|(at, _)| &path[..at])
                .any(|above| self.is_copied(above));
            if copied {
                continue;
            }
            self.text(&full, own, &full);
            if self.is_copied(&path) {
                continue;
            }
            if let Some(Node::File { bytes, .. }) = tree.get(&full)
                && let Some(text) = binary::text(&path, bytes)
            {
                self.text(&full, text, &path);
            }
        }
        let shared: Vec<String> = tree.below("templates").map(str::to_owned).collect();
        for path in shared {
            let full = below("templates", &path);
            if let Some(text) = tree
                .bytes(&full)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
            {
                self.text(&full, text, &path);
            }
        }
    }

    fn hooks(&mut self) {
        let context = self.resolved.context();
        for wanted in [crate::hook::EARLY, crate::hook::LATE] {
            let jinja = &self.resolved.jinja;
            for hook in crate::hook::find(self.template, jinja, &context, wanted) {
                let bytes = self.template.tree.bytes(&hook.file);
                let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                self.text(&hook.file, text.as_deref().unwrap_or_default(), &hook.file);
                let (severity, message) = match hook.language.as_deref() {
                    Some("python") => (Severity::Hint, "needs Python, and runs only with consent"),
                    Some("cmd" | "powershell") => (Severity::Portability, "runs on Windows only"),
                    Some(_) => (Severity::Portability, "does not run on Windows"),
                    None => (
                        Severity::Warning,
                        "has no first line that names its interpreter, so it cannot run",
                    ),
                };
                let message = format!("the hook `{}` {message}", hook.file);
                self.found
                    .push(at_name(&hook.file, severity, "template-hook", message));
            }
        }
    }

    /// Looks at one text under the name messages use and the name it is compiled by.
    fn text(&mut self, file: &str, text: &str, compiled: &str) {
        let jinja = &self.resolved.jinja;
        if jinja.is_plain(text) {
            return;
        }
        if let Some(fault) = jinja.fault(compiled, text) {
            let origin = Origin {
                tree: &self.template.tree,
                folder: &self.resolved.folder,
                name: file,
                source: text,
            };
            self.found
                .push(failed(&fault, &origin, &self.template.schema));
            return;
        }
        for name in jinja.follows(text) {
            let is_known = self.resolved.values.contains_key(&name)
                || FACTS.contains(&name.as_str())
                || is_method(&name);
            if !is_known {
                self.undefined(file, text, &name);
            }
            self.used.insert(name);
        }
    }

    /// A variable that is read but not there, unless the text asks whether it is.
    fn undefined(&mut self, file: &str, text: &str, name: &str) {
        let words = [
            format!("cookiecutter.{name}"),
            format!("cookiecutter['{name}']"),
            format!("cookiecutter[\"{name}\"]"),
        ];
        let found = words
            .iter()
            .filter_map(|word| Some((text.find(word.as_str())?, word.len())))
            .min();
        let (at, length) = found.unwrap_or((0, 0));
        let line = text[at..].lines().next().unwrap_or_default();
        let asked = [
            "is defined",
            "is not defined",
            "is undefined",
            "default",
            "|d(",
        ];
        if asked.iter().any(|word| line.contains(word)) {
            return;
        }
        let known = self.resolved.values.keys().map(String::as_str);
        let near = nearest(name, known)
            .into_iter()
            .map(|one| format!("cookiecutter.{one}"))
            .collect();
        let message = format!("`{name}` is read here, but it is no question of the template");
        let (text, span) = (Text::new(file, text), Span::new(at, at + length));
        let finding = Diagnostic::error("template-undefined", &text, span, message);
        self.found.push(finding.candidates(near));
    }

    fn unused(&mut self) {
        let unread: Vec<String> = self
            .template
            .schema
            .variables
            .iter()
            .map(|one| one.name.clone())
            .filter(|name| !self.used.contains(name) && !SETTINGS.contains(&name.as_str()))
            .filter(|name| !matches!(name.as_str(), "template" | "templates"))
            .collect();
        for name in unread {
            let message = format!("nothing in the template reads `{name}`");
            self.say(&name, Severity::Warning, "template-unused", message);
        }
    }

    /// Names of the template itself that a checkout on another system cannot keep.
    fn names(&mut self) {
        let mut lower: HashMap<String, String> = HashMap::new();
        let paths: Vec<String> = self.template.tree.below("").map(str::to_owned).collect();
        for path in paths {
            let own = path.rsplit('/').next().unwrap_or(&path);
            if let Some(why) = name::not_portable(own) {
                let message = format!("the template's own name `{}` {why}", name::shown(&path));
                let help = "Give it a plain name and rename it in a hook, or use a variable.";
                let found = at_name(&path, Severity::Portability, "template-portable", message);
                self.found.push(found.help(help));
            }
            if let Some(other) = lower.insert(path.to_lowercase(), path.clone()) {
                let message = format!(
                    "`{}` and `{}` are one file on systems that do not mind case",
                    name::shown(&path),
                    name::shown(&other)
                );
                self.found.push(at_name(
                    &path,
                    Severity::Portability,
                    "template-portable",
                    message,
                ));
            }
        }
    }

    /// Tries the template with every value of every choice and yes/no question.
    fn answers(&mut self, setting: &Setting) {
        let questions: Vec<(String, Vec<Value>)> = self
            .resolved
            .answered
            .iter()
            .filter_map(|one| match one.variable.kind {
                VariableKind::YesNo => Some((
                    one.variable.name.clone(),
                    vec![one.default.clone(), flipped(&one.default)],
                )),
                VariableKind::Choice if one.choices.len() > 1 => {
                    Some((one.variable.name.clone(), one.choices.clone()))
                }
                _ => None,
            })
            .collect();
        let sizes: Vec<usize> = questions.iter().map(|(_, values)| values.len()).collect();
        let mut told: BTreeSet<(String, String, usize)> = self.found.iter().map(key).collect();
        for row in combinations(&sizes, MOST_PLANS) {
            let picked = questions
                .iter()
                .zip(&row)
                .map(|((name, values), at)| (name.clone(), values[*at].clone()));
            let plan = self.template.plan(&Answers::typed(picked), setting);
            for mut finding in plan.diagnostics {
                if !told.insert(key(&finding)) {
                    continue;
                }
                let with: Vec<String> = questions
                    .iter()
                    .zip(&row)
                    .filter(|(_, at)| **at != 0)
                    .map(|((name, values), at)| {
                        format!("{name}={}", crate::overrides::plain(&values[*at]))
                    })
                    .collect();
                if !with.is_empty() {
                    finding.message += &format!(" (with {})", with.join(", "));
                }
                self.found.push(finding);
            }
        }
    }
}

/// What makes a finding the same as another one.
fn key(finding: &Diagnostic) -> (String, String, usize) {
    let what = match finding.code {
        code @ ("template-undefined" | "template-syntax" | "template-extension") => code,
        _ => finding.message.as_str(),
    };
    (
        finding.text.name().to_owned(),
        what.to_owned(),
        finding.span.start,
    )
}

fn flipped(value: &Value) -> Value {
    Value::Bool(value != &Value::Bool(true))
}

/// Names that are methods of a table where they are called on `cookiecutter`.
fn is_method(name: &str) -> bool {
    matches!(
        name,
        "get" | "items" | "keys" | "values" | "update" | "pop" | "setdefault" | "copy" | "clear"
    )
}
