//! Goes through the folder of a template and plans what would be written.

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Value;
use source::{Diagnostic, Severity};

use crate::answers::unfit;
use crate::assembly::Assembly;
use crate::context::{Resolved, given, resolve};
use crate::finding::{Origin, at_name, at_variable, failed};
use crate::newline::{Newline, unified};
use crate::plan::Pieces;
use crate::project_folder::{Unnamed, folder_question, project_folder};
use crate::{
    Answers, Content, Entry, Node, Plan, Setting, Template, Tree, binary, hook, mark, name,
    pattern, schema,
};

/// Plans everything.
pub(crate) fn plan(template: &Template, answers: &Answers, setting: &Setting) -> Plan {
    match resolve(template, answers, setting) {
        Ok(mut resolved) => {
            let unfit = unfit(template, &resolved);
            resolved.diagnostics.extend(unfit);
            plan_resolved(template, resolved, setting)
        }
        Err(finding) => empty(vec![*finding]),
    }
}

/// Plans everything from values that are given.
pub(crate) fn plan_given(
    template: &Template,
    context: &serde_json::Map<String, serde_json::Value>,
    setting: &Setting,
) -> Plan {
    match given(template, context, setting) {
        Ok(resolved) => plan_resolved(template, resolved, setting),
        Err(finding) => empty(vec![*finding]),
    }
}

fn plan_resolved(template: &Template, resolved: Resolved, setting: &Setting) -> Plan {
    let mut walk = Walk::new(template, &resolved, setting);
    let folder = match project_folder(&resolved) {
        Ok(folder) => folder,
        Err(why) if !walk.made.is_stopped() => {
            walk.made.found.push(unnamed(template, &resolved, &why));
            String::new()
        }
        Err(_) => String::new(),
    };
    let mut hooks = Vec::new();
    if !walk.made.is_stopped() {
        hooks = hook::find(template, &resolved.jinja, &walk.context, hook::EARLY);
        let root = Folder {
            source: String::new(),
            target: String::new(),
        };
        walk.folder(&root);
        hooks.extend(hook::find(
            template,
            &resolved.jinja,
            &walk.context,
            hook::LATE,
        ));
        walk.made.portability(&folder);
    }
    let (entries, diagnostics) = (walk.made.entries.into_values().collect(), walk.made.found);
    Plan {
        folder,
        entries,
        diagnostics,
        hooks,
        options: resolved.asked(),
        context: resolved.values,
    }
}

/// The finding about a project folder without a name: at its question, else at the folder.
fn unnamed(template: &Template, resolved: &Resolved, why: &Unnamed) -> Diagnostic {
    let message = format!("the project folder {}", why.reason());
    match folder_question(resolved) {
        Some(name) => at_variable(
            &template.settings,
            &name,
            Severity::Error,
            why.code(),
            message,
        ),
        None => at_name(&resolved.folder, Severity::Error, why.code(), message),
    }
}

fn empty(diagnostics: Vec<Diagnostic>) -> Plan {
    Plan {
        folder: String::new(),
        entries: Vec::new(),
        diagnostics,
        hooks: Vec::new(),
        options: serde_json::Map::new(),
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
    made: Assembly,
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
            made: Assembly {
                entries: IndexMap::new(),
                found,
                bytes_left: setting.most_bytes,
            },
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
                _ => self.made.refuse(
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
                    self.made.refuse(
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
        self.made
            .put(Entry {
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
                self.made.put_file(
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
                if !self.made.put(Entry {
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
            _ => self.made.refuse(
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
            .made
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
        self.made.put_file(&target, *mode, content, &origin);
    }

    fn rendered(&mut self, source: &str, text: &str) -> Option<Content> {
        let newline = self.newline.unwrap_or_else(|| Newline::of(text));
        let jinja = &self.resolved.jinja;
        if jinja.is_plain(text) {
            let bytes = newline.put(unified(text).into_owned()).into_bytes();
            return Some(Content::Rendered {
                bytes,
                marks: Vec::new(),
                pieces: Pieces::default(),
            });
        }
        match jinja.render(source, text, &self.context) {
            Ok(rendered) => {
                let pieces = mark::moved(
                    rendered.pieces,
                    &rendered.text,
                    newline,
                    &self.resolved.folder,
                    &self.tree,
                );
                Some(Content::Rendered {
                    bytes: newline.put(rendered.text).into_bytes(),
                    marks: mark::marks(&pieces),
                    pieces: Pieces(pieces),
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
        self.made
            .found
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
                let message = format!("becomes `{}`, which {}", name::shown(&text), why.reason());
                self.made.refuse(source, Severity::Error, &message);
                None
            }
        }
    }
}

/// A path below a folder; the empty folder is the root.
pub(crate) fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
