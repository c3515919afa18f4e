//! The file a question is about.

use source::{Span, Text};

use super::Service;
use crate::file::text;
use crate::keys::Kind;
use crate::read::{self, Document};
use crate::tree::Block;
use crate::yaml;

/// A file of a project, or one that could become such a file.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: Text,
    pub(super) tree: Block,
}

impl Service<'_> {
    /// The file under a path.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        let known = self.files().into_iter().find(|file| file.path == path);
        known.or_else(|| self.new_file(path))
    }

    /// All files of the project.
    pub(super) fn files(&self) -> Vec<File> {
        let project = self.project;
        let file = |path: &str, text: &Text, tree: &Block| File {
            path: path.to_owned(),
            text: text.clone(),
            tree: tree.clone(),
        };
        let own = project.file.iter();
        let own = own.map(|it| file(&it.path, &it.text, &it.tree));
        let live = project.live.iter();
        let live = live.map(|it| file(&it.path, &it.text, &it.tree));
        let batches = project.batches.iter();
        let batches = batches.map(|it| file(&it.path, &it.text, &it.tree));
        let actions = project.actions.iter();
        let actions = actions.map(|it| file(&it.path, &it.text, &it.tree));
        own.chain(live).chain(batches).chain(actions).collect()
    }

    /// A file that is not part of the project yet, because too little is written in it.
    fn new_file(&self, path: &str) -> Option<File> {
        let text = text(self.session.workspace, path).ok()?.text;
        let inside = self.project.config_dir.as_deref();
        let inside = inside.is_some_and(|folder| path.starts_with(&format!("{folder}/")));
        let document = match crate::file::stem(path) {
            "live" if inside => Document::Live,
            "project" => Document::Project,
            _ if inside => Document::Batch,
            _ => Document::Action,
        };
        let tree = read::read(&text, document).tree;
        let path = path.to_owned();
        Some(File { path, text, tree })
    }
}

impl File {
    /// The kind of the whole file.
    pub(super) fn kind(&self) -> Kind {
        self.tree.kind
    }

    /// Whether the file is an action.
    pub(super) fn is_action(&self) -> bool {
        matches!(
            self.kind(),
            Kind::LiveAction | Kind::BatchAction | Kind::StatefulAction | Kind::LocalAction
        )
    }

    /// Whether it is no YAML at all.
    pub(super) fn is_broken(&self) -> bool {
        !yaml::read(&self.text).diagnostics.is_empty()
    }

    /// The file with a better tree, if it is broken in the line that is being written.
    pub(super) fn mended(self, offset: usize) -> Self {
        if !self.is_broken() {
            return self;
        }
        let line = self.text.position(offset).line;
        let Some(span) = self.text.line_span(line) else {
            return self;
        };
        let content = self.text.content();
        let blank = " ".repeat(span.len());
        let masked = [&content[..span.start], &blank, &content[span.end..]].concat();
        let masked = Text::new(self.text.name(), masked);
        if !yaml::read(&masked).diagnostics.is_empty() {
            return self;
        }
        let document = match self.kind() {
            Kind::LiveFlow => Document::Live,
            Kind::BatchFlow => Document::Batch,
            Kind::Project => Document::Project,
            _ => Document::Action,
        };
        let tree = read::read(&masked, document).tree;
        Self { tree, ..self }
    }
}

/// The last of some places that begins at or before an offset.
pub(super) fn last_before<T>(
    all: impl IntoIterator<Item = T>,
    offset: usize,
    place: impl Fn(&T) -> Span,
) -> Option<T> {
    all.into_iter()
        .filter(|one| place(one).start <= offset)
        .max_by_key(|one| place(one).start)
}
