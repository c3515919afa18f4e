//! Goes through the folder of a template and plans what would be written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Value;
use source::{Diagnostic, Severity};

use crate::context::{Resolved, resolve};
use crate::finding::{Origin, at_name, at_variable, failed};
use crate::newline::{Newline, unified};
use crate::{
    Answers, Content, Entry, Mark, Node, Plan, Setting, Template, Tree, binary, hook, name,
    pattern, schema,
};

/// Name of the project folder, or why there is none, after "the project folder ".
pub(crate) fn project_folder(resolved: &Resolved) -> Result<String, String> {
    let rendered = resolved
        .jinja
        .render(&resolved.folder, &resolved.folder, &resolved.context())
        .map_err(|fault| format!("cannot be named: {}", fault.message))?;
    let shown = rendered.text.clone();
    let inside = name::inside(&rendered.text).map_err(|why| why.reason().to_owned())?;
    if inside.is_empty() {
        return Err(if shown.is_empty() {
            "has no name"
        } else {
            "has no usable name"
        }
        .to_owned());
    }
    Ok(inside)
}

/// The question that names the project folder, if it is one.
pub(crate) fn folder_question(resolved: &Resolved) -> Option<String> {
    let asked = |name: &str| {
        resolved
            .answered
            .iter()
            .any(|one| one.variable.name == name)
    };
    resolved
        .jinja
        .follows(&resolved.folder)
        .into_iter()
        .find(|name| asked(name))
}

/// Plans everything.
pub(crate) fn plan(template: &Template, answers: &Answers, setting: &Setting) -> Plan {
    let resolved = match resolve(template, answers, setting) {
        Ok(resolved) => resolved,
        Err(finding) => return empty(vec![*finding]),
    };
    let mut walk = Walk::new(template, &resolved, setting);
    walk.answers();
    let folder = match project_folder(&resolved) {
        Ok(folder) => folder,
        Err(why) if !walk.stopped() => {
            let name = folder_question(&resolved).unwrap_or_default();
            let message = format!("the project folder {why}");
            let settings = &template.settings;
            walk.found.push(at_variable(
                settings,
                &name,
                Severity::Error,
                "template-name",
                message,
            ));
            String::new()
        }
        Err(_) => String::new(),
    };
    let mut hooks = Vec::new();
    if !walk.stopped() {
        hooks = hook::find(&template.tree, &resolved.jinja, &walk.context, hook::EARLY);
        let root = Folder {
            source: String::new(),
            target: String::new(),
        };
        walk.folder(&root);
        hooks.extend(hook::find(
            &template.tree,
            &resolved.jinja,
            &walk.context,
            hook::LATE,
        ));
        walk.portability(&folder);
    }
    let (entries, diagnostics) = (walk.entries.into_values().collect(), walk.found);
    Plan {
        folder,
        entries,
        diagnostics,
        hooks,
        context: resolved.values,
    }
}

fn empty(diagnostics: Vec<Diagnostic>) -> Plan {
    Plan {
        folder: String::new(),
        entries: Vec::new(),
        diagnostics,
        hooks: Vec::new(),
        context: serde_json::Map::new(),
    }
}

/// A folder on the way: where it lies in the template's folder and in the project.
struct Folder {
    source: String,
    target: String,
}

struct Walk<'a> {
    template: &'a Template,
    resolved: &'a Resolved,
    /// The folder that is rendered, as a tree.
    tree: Tree,
    context: Value,
    copied: Vec<String>,
    newline: Option<Newline>,
    entries: IndexMap<String, Entry>,
    found: Vec<Diagnostic>,
    bytes_left: u64,
}

impl<'a> Walk<'a> {
    fn new(template: &'a Template, resolved: &'a Resolved, setting: &Setting) -> Self {
        let mut found = resolved.diagnostics.clone();
        let newline = match resolved
            .values
            .get("_new_lines")
            .and_then(serde_json::Value::as_str)
        {
            None | Some("") => None,
            Some(text) => {
                let newline = Newline::named(text);
                if newline.is_none() {
                    found.push(at_variable(
                        &template.settings,
                        "_new_lines",
                        Severity::Error,
                        "template-newline",
                        "a line can only end in \\n, \\r or \\r\\n",
                    ));
                }
                newline
            }
        };
        Self {
            template,
            resolved,
            tree: template.tree.folder(&resolved.folder).unwrap_or_default(),
            context: resolved.context(),
            copied: schema::texts(resolved.values.get("_copy_without_render")),
            newline,
            entries: IndexMap::new(),
            found,
            bytes_left: setting.most_bytes,
        }
    }

    fn stopped(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// Findings about answers that do not fit.
    fn answers(&mut self) {
        let settings = &self.template.settings;
        for one in self.resolved.answered.iter().filter(|one| !one.broken) {
            if let Some(why) = &one.problem {
                let message = format!("`{}` {why}", one.variable.name);
                let name = &one.variable.name;
                self.found.push(at_variable(
                    settings,
                    name,
                    Severity::Error,
                    "template-answer",
                    message,
                ));
            }
        }
        for class in self
            .template
            .schema
            .extensions
            .iter()
            .filter(|class| !is_known(class))
        {
            let message =
                format!("the template wants the Python class `{class}`, which is not run here");
            self.found.push(
                at_variable(
                    settings,
                    "_extensions",
                    Severity::Warning,
                    "template-extension",
                    message,
                )
                .help("Files that use what it adds cannot be rendered."),
            );
        }
    }

    fn is_copied(&self, path: &str) -> bool {
        self.copied.iter().any(|one| pattern::matches(one, path))
    }

    fn folder(&mut self, here: &Folder) {
        let tree = self.tree.clone();
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for name in tree.children(&here.source) {
            let source = below(&here.source, name);
            match tree.resolve(&source) {
                Some(Node::Folder { .. }) => folders.push((name, source)),
                Some(Node::File { .. }) => files.push((name, source)),
                _ => self.refuse(
                    &source,
                    Severity::Error,
                    "is a link that leads out of the template or nowhere",
                ),
            }
        }
        let mut inner = Vec::new();
        for (name, source) in folders {
            if self.is_copied(&source) {
                self.copy_folder(here, name, &source);
            } else if let Some(target) = self.make_folder(here, name, &source) {
                let is_link = matches!(tree.get(&source), Some(Node::Link { .. }));
                if is_link {
                    self.refuse(
                        &source,
                        Severity::Warning,
                        "is a link to a folder; an empty folder is made",
                    );
                } else {
                    inner.push(Folder { source, target });
                }
            }
        }
        for (name, source) in files {
            self.file(here, name, &source);
        }
        for folder in inner {
            self.folder(&folder);
        }
    }

    /// Plans a rendered folder; `None` when its name became empty or cannot be used.
    fn make_folder(&mut self, here: &Folder, name: &str, source: &str) -> Option<String> {
        let target = self.target(here, name, source)?;
        self.put(Entry {
            path: target.clone(),
            mode: None,
            content: Content::Folder,
            origin: below(&self.resolved.folder, source),
        })
        .then_some(target)
    }

    fn copy_folder(&mut self, here: &Folder, name: &str, source: &str) {
        let Some(target) = self.target(here, name, source) else {
            return;
        };
        let tree = self.tree.clone();
        self.copy_node(&tree, source, &target, 0);
    }

    fn copy_node(&mut self, tree: &Tree, source: &str, target: &str, depth: usize) {
        let origin = below(&self.resolved.folder, source);
        let node = tree.resolve(source).filter(|_| depth < 64);
        match node {
            Some(Node::File { mode, bytes }) => {
                self.put_file(
                    target,
                    *mode,
                    Content::Copied {
                        bytes: Arc::clone(bytes),
                    },
                    &origin,
                );
            }
            Some(Node::Folder { mode }) => {
                let (path, mode) = (target.to_owned(), Some(*mode));
                if !self.put(Entry {
                    path,
                    mode,
                    content: Content::Folder,
                    origin,
                }) {
                    return;
                }
                for name in tree.children(source) {
                    self.copy_node(tree, &below(source, name), &below(target, name), depth + 1);
                }
            }
            _ => self.refuse(
                source,
                Severity::Error,
                "is a link that leads out of the template or nowhere",
            ),
        }
    }

    fn file(&mut self, here: &Folder, name: &str, source: &str) {
        let Some(target) = self.target(here, name, source) else {
            return;
        };
        let is_folder = self
            .entries
            .get(&target)
            .is_some_and(|one| one.content == Content::Folder);
        let tree = self.tree.clone();
        let Some(Node::File { mode, bytes }) = tree.resolve(source).filter(|_| !is_folder) else {
            return;
        };
        let text = binary::text(source, bytes).filter(|_| !self.is_copied(source));
        let content = match text {
            None => Content::Copied {
                bytes: Arc::clone(bytes),
            },
            Some(text) => match self.rendered(source, text) {
                Some(content) => content,
                None => return,
            },
        };
        let origin = below(&self.resolved.folder, source);
        self.put_file(&target, *mode, content, &origin);
    }

    fn rendered(&mut self, source: &str, text: &str) -> Option<Content> {
        let newline = self.newline.unwrap_or_else(|| Newline::of(text));
        let jinja = &self.resolved.jinja;
        if jinja.is_plain(text) {
            let bytes = newline.put(unified(text).into_owned()).into_bytes();
            return Some(Content::Rendered {
                bytes,
                marks: Vec::new(),
            });
        }
        match jinja.render(source, text, &self.context) {
            Ok(rendered) => {
                let marks = moved(
                    rendered.marks,
                    &rendered.text,
                    newline,
                    &self.resolved.folder,
                    &self.tree,
                );
                Some(Content::Rendered {
                    bytes: newline.put(rendered.text).into_bytes(),
                    marks,
                })
            }
            Err(fault) => {
                self.failed(&fault, &below(&self.resolved.folder, source), text);
                None
            }
        }
    }

    fn failed(&mut self, fault: &crate::jinja::Failed, name: &str, source: &str) {
        let (tree, folder) = (&self.template.tree, self.resolved.folder.as_str());
        let origin = Origin {
            tree,
            folder,
            name,
            source,
        };
        self.found
            .push(failed(fault, &origin, &self.template.schema));
    }

    /// Where a file or folder goes; `None` when its name became empty or is refused.
    fn target(&mut self, here: &Folder, name: &str, source: &str) -> Option<String> {
        let jinja = &self.resolved.jinja;
        let text = if jinja.is_plain(name) {
            name.to_owned()
        } else {
            match jinja.render(source, name, &self.context) {
                Ok(rendered) => rendered.text,
                Err(fault) => {
                    self.failed(&fault, &below(&self.resolved.folder, source), name);
                    return None;
                }
            }
        };
        match name::inside(&text) {
            Ok(inside) if inside.is_empty() => None,
            Ok(inside) => Some(below(&here.target, &inside)),
            Err(why) => {
                let message = format!("becomes `{}`, which {}", text.escape_debug(), why.reason());
                self.refuse(source, Severity::Error, &message);
                None
            }
        }
    }

    fn put_file(&mut self, target: &str, mode: u32, content: Content, origin: &str) {
        let size = content.bytes().len() as u64;
        let Some(left) = self.bytes_left.checked_sub(size) else {
            let message = "would make the project larger than any honest template";
            if self.bytes_left > 0 {
                self.refuse(origin, Severity::Error, message);
            }
            self.bytes_left = 0;
            return;
        };
        self.bytes_left = left;
        let (path, origin) = (target.to_owned(), origin.to_owned());
        self.put(Entry {
            path,
            mode: Some(mode & 0o7777),
            content,
            origin,
        });
    }

    /// Adds an entry and the folders above it; tells whether it fits to what is there.
    fn put(&mut self, entry: Entry) -> bool {
        let parents: Vec<&str> = entry
            .path
            .match_indices('/')
            .map(|(at, _)| &entry.path[..at])
            .collect();
        for parent in parents {
            let new = Entry {
                path: parent.to_owned(),
                mode: None,
                content: Content::Folder,
                origin: entry.origin.clone(),
            };
            let there = self.entries.entry(parent.to_owned()).or_insert(new);
            if there.content != Content::Folder {
                let message = format!("would lie in `{parent}`, which is a file");
                self.refuse(&entry.origin, Severity::Error, &message);
                return false;
            }
        }
        match self.entries.get(&entry.path) {
            Some(there) if there.content == Content::Folder && entry.content == Content::Folder => {
            }
            Some(there)
                if (there.content == Content::Folder) != (entry.content == Content::Folder) =>
            {
                let message = format!("would be both a file and a folder, at `{}`", entry.path);
                self.refuse(&entry.origin, Severity::Error, &message);
                return false;
            }
            there => {
                if let Some(there) = there {
                    let message =
                        format!("takes the place of `{}`, at `{}`", there.origin, entry.path);
                    self.refuse(&entry.origin, Severity::Warning, &message);
                }
                self.entries.insert(entry.path.clone(), entry);
            }
        }
        true
    }

    fn refuse(&mut self, source: &str, severity: Severity, why: &str) {
        let message = format!("`{source}` {why}");
        self.found
            .push(at_name(source, severity, "template-name", message));
    }

    /// Warns about names that other systems cannot keep, or keep apart.
    fn portability(&mut self, folder: &str) {
        let mut lower: HashMap<String, &str> = HashMap::new();
        let mut told: HashSet<String> = HashSet::new();
        let mut messages = Vec::new();
        if let Some(why) = name::not_portable(folder) {
            messages.push((
                folder.to_owned(),
                format!("the project folder `{folder}` {why}"),
            ));
        }
        for (path, entry) in &self.entries {
            let own = path.rsplit('/').next().unwrap_or(path);
            if let Some(why) = name::not_portable(own) {
                messages.push((entry.origin.clone(), format!("the name `{path}` {why}")));
            }
            if let Some(other) = lower.insert(path.to_lowercase(), path)
                && told.insert(path.to_lowercase())
            {
                let message =
                    format!("`{path}` and `{other}` are one file on systems that do not mind case");
                messages.push((entry.origin.clone(), message));
            }
        }
        for (origin, message) in messages {
            self.found.push(at_name(
                &origin,
                Severity::Portability,
                "template-portable",
                message,
            ));
        }
    }
}

/// A path below a folder; the empty folder is the root.
fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Marks with their places after line endings were put back, and files named from the root.
fn moved(marks: Vec<Mark>, text: &str, newline: Newline, folder: &str, tree: &Tree) -> Vec<Mark> {
    let extra = newline.len() - 1;
    let (mut at, mut lines) = (0, 0);
    let mut place = |offset: usize| {
        lines += text[at..offset].matches('\n').count();
        at = offset;
        offset + lines * extra
    };
    let named = |file: &str| match tree.get(file) {
        Some(_) => below(folder, file),
        None => format!("templates/{file}"),
    };
    marks
        .into_iter()
        .map(|mark| {
            let start = place(mark.range.start);
            Mark {
                range: start..place(mark.range.end),
                file: named(&mark.file),
                ..mark
            }
        })
        .collect()
}

/// Python classes whose filters, functions and tags are always there.
fn is_known(class: &str) -> bool {
    class.starts_with("cookiecutter.extensions.")
        || class.starts_with("jinja2.ext.")
        || class == "jinja2_time.TimeExtension"
}
