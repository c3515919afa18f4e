//! What the walk through a template has put together so far.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use source::{Diagnostic, Severity};

use crate::finding::at_name;
use crate::{Content, Entry, name};

/// Entries and findings, and how much room is left.
pub(crate) struct Assembly {
    /// By their paths, in the order in which they are made.
    pub(crate) entries: IndexMap<String, Entry>,
    /// What was found.
    pub(crate) found: Vec<Diagnostic>,
    /// How many bytes the files may still have.
    pub(crate) bytes_left: u64,
}

impl Assembly {
    /// Whether something was found that stops everything.
    pub(crate) fn is_stopped(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// Adds a file, unless it makes the project too large.
    pub(crate) fn put_file(&mut self, target: &str, mode: u32, content: Content, origin: &str) {
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
    pub(crate) fn put(&mut self, entry: Entry) -> bool {
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
                    let message = format!(
                        "takes the place of `{}`, at `{}`",
                        there.origin,
                        name::shown(&entry.path)
                    );
                    self.refuse(&entry.origin, Severity::Warning, &message);
                }
                self.entries.insert(entry.path.clone(), entry);
            }
        }
        true
    }

    /// Tells what is wrong with a file or folder of the template.
    pub(crate) fn refuse(&mut self, source: &str, severity: Severity, why: &str) {
        let message = format!("`{source}` {why}");
        self.found
            .push(at_name(source, severity, "template-name", message));
    }

    /// Warns about names that other systems cannot keep, or keep apart.
    pub(crate) fn portability(&mut self, folder: &str) {
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
        for (path, entry) in &self.entries {
            let shown = name::shown(path);
            if shown != *path {
                let message = format!("the name `{shown}` holds letters nobody sees");
                let severity = Severity::Warning;
                self.found
                    .push(at_name(&entry.origin, severity, "template-hidden", message));
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
