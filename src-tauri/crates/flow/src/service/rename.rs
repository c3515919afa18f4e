//! A new name for a job, a task, an image …: all its places, or why it cannot be.

use indexmap::IndexMap;
use source::{Span, Text, nearest};

use super::Service;
use super::cursor::is_name;
use super::edit::Edit;
use super::file::File;
use super::occurrence::{Identity, Occurrence, SymbolKind, written};
use super::walk::exprs;
use crate::tree::Body;
use crate::yaml;
use expression::check_id;

/// Why a name cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenameError {
    /// There is no name under the cursor.
    #[error("there is no name here that could be changed: put the cursor on an id")]
    NoName,
    /// The name stands for a file.
    #[error("an action is called by its file: rename the file, then change the calls of it")]
    File,
    /// The new name is no id.
    #[error("`{name}` cannot be a name: {reason}")]
    Invalid {
        /// The new name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something else has the new name already.
    #[error("there is a {kind} `{name}` already, in {file}:{line}: choose another name")]
    Taken {
        /// What has it.
        kind: &'static str,
        /// The new name.
        name: String,
        /// Where it is written.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// The name is used, but nothing defines it.
    #[error("no {kind} `{name}` is defined{hint}")]
    Undefined {
        /// What was looked for.
        kind: &'static str,
        /// The old name.
        name: String,
        /// What was probably meant.
        hint: String,
    },
    /// A place is written so that it cannot be replaced.
    #[error("{file}:{line} writes `{name}` in another form: write it out there first")]
    Disguised {
        /// The old name.
        name: String,
        /// Where it is written.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A mixin or a module reads the name for several owners.
    #[error("{file}:{line} reads `{name}` for several users: change it there by hand")]
    Shared {
        /// The old name.
        name: String,
        /// Where it is read.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// An expression that cannot be read has the name in it.
    #[error("{file}:{line} has an error and `{name}` in it: mend it first")]
    Unreadable {
        /// The old name.
        name: String,
        /// Where it is written.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A file cannot be read as YAML.
    #[error("{file} has errors, so that uses could be missed: mend it first")]
    Broken {
        /// The file.
        file: String,
    },
}

/// A name that can be given a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamable {
    /// Where it stands.
    pub span: Span,
    /// The name.
    pub name: String,
    /// What it stands for.
    pub kind: SymbolKind,
    /// In how many places it is written.
    pub uses: usize,
}

/// Everything a new name is checked against.
struct Renaming<'r> {
    service: &'r Service<'r>,
    all: Vec<Occurrence>,
    identity: Identity,
    name: &'r str,
}

impl Service<'_> {
    /// Gives the name under an offset a new one, in all files that use it. Comments and layout
    /// stay as they are.
    ///
    /// # Errors
    /// If the new name is not allowed or taken, or some use of the old one could be missed.
    pub fn rename(&self, path: &str, offset: usize, name: &str) -> Result<Vec<Edit>, RenameError> {
        let here = self.occurrence_at(path, offset);
        let renaming = Renaming::new(self, here, name)?;
        check_name(name)?;
        renaming.edits()
    }

    /// Whether the name under an offset can be given a new one, before one is asked for.
    ///
    /// # Errors
    /// If there is no name, or it has to stay whatever the new one is.
    pub fn prepare_rename(&self, path: &str, offset: usize) -> Result<Renamable, RenameError> {
        let here = self.occurrence_at(path, offset);
        let span = here.as_ref().map_or(Span::at(offset), |one| one.span);
        let same = here.as_ref().map(|one| one.identity.name.clone());
        let renaming = Renaming::new(self, here, same.as_deref().unwrap_or_default())?;
        let places = renaming.defined()?;
        renaming.check_shared(&places)?;
        let uses = places.len();
        renaming.files(&places)?;
        Ok(Renamable {
            span,
            name: renaming.identity.name.clone(),
            kind: renaming.identity.kind,
            uses,
        })
    }
}

impl<'r> Renaming<'r> {
    fn new(
        service: &'r Service<'r>,
        here: Option<Occurrence>,
        name: &'r str,
    ) -> Result<Self, RenameError> {
        let identity = here.ok_or(RenameError::NoName)?.identity;
        if identity.kind == SymbolKind::Action {
            return Err(RenameError::File);
        }
        Ok(Self {
            service,
            all: service.occurrences(),
            identity,
            name,
        })
    }

    fn edits(&self) -> Result<Vec<Edit>, RenameError> {
        let places = self.defined()?;
        if self.identity.name == self.name {
            return Ok(Vec::new());
        }
        self.check_taken(&places)?;
        self.check_shared(&places)?;
        let files = self.files(&places)?;
        let known = places
            .iter()
            .filter_map(|one| Some((files.get(&one.file)?, one)));
        known
            .map(|(file, one)| self.edit(&file.text, one))
            .collect()
    }

    /// All places of the name, in order; one of them has to define it.
    fn defined(&self) -> Result<Vec<&Occurrence>, RenameError> {
        let all = self.all.iter();
        let mut places: Vec<&Occurrence> =
            all.filter(|one| one.identity == self.identity).collect();
        places.sort_by_key(|one| (one.file.as_str(), one.span, !one.definition));
        places.dedup_by_key(|one| (one.file.as_str(), one.span));
        match places.iter().any(|one| one.definition) {
            true => Ok(places),
            false => Err(self.undefined()),
        }
    }

    /// The files that change, by path.
    fn files(&self, places: &[&Occurrence]) -> Result<IndexMap<String, File>, RenameError> {
        let changed = |file: &File| places.iter().any(|one| one.file == file.path);
        let mut files = IndexMap::new();
        for file in self.service.files().into_iter().filter(changed) {
            if file.is_broken() {
                return Err(RenameError::Broken { file: file.path });
            }
            self.check_readable(&file)?;
            files.insert(file.path.clone(), file);
        }
        Ok(files)
    }

    /// What could not be read must not have the old name in it: it could be a use.
    fn check_readable(&self, file: &File) -> Result<(), RenameError> {
        let name = self.identity.name.as_str();
        let mut found = None;
        exprs(&file.tree, &mut |expr| {
            let unread = matches!(expr.body, Body::Broken);
            let mut words = file.text.slice(expr.span).split(|one| !is_name(one));
            if unread && found.is_none() && words.any(|word| word == name) {
                found = Some(expr.span);
            }
        });
        match found {
            None => Ok(()),
            Some(span) => Err(RenameError::Unreadable {
                name: name.to_owned(),
                file: file.path.clone(),
                line: file.text.position(span.start).line,
            }),
        }
    }

    fn edit(&self, text: &Text, one: &Occurrence) -> Result<Edit, RenameError> {
        if written(text, one) != self.identity.name {
            return Err(RenameError::Disguised {
                name: self.identity.name.clone(),
                file: one.file.clone(),
                line: text.position(one.span.start).line,
            });
        }
        Ok(Edit {
            file: one.file.clone(),
            span: one.span,
            text: self.name.to_owned(),
        })
    }

    /// The new name must not be written anywhere where the old one can be meant.
    fn check_taken(&self, places: &[&Occurrence]) -> Result<(), RenameError> {
        let kind = self.identity.kind;
        let own = matches!(
            kind,
            SymbolKind::Param | SymbolKind::Input | SymbolKind::Output
        );
        let near = |one: &&Occurrence| {
            let shared = places.iter().any(|place| place.file == one.file);
            one.identity.home == self.identity.home || (shared && !own)
        };
        let same = |one: &&Occurrence| one.identity.kind == kind && one.identity.name == self.name;
        match self.all.iter().filter(same).find(near) {
            None => Ok(()),
            Some(one) => Err(RenameError::Taken {
                kind: kind.noun(),
                name: self.name.to_owned(),
                line: self.line(one),
                file: one.file.clone(),
            }),
        }
    }

    /// Uses in mixins and modules whose owner is only known where they are used.
    fn check_shared(&self, places: &[&Occurrence]) -> Result<(), RenameError> {
        let Identity { kind, name, home } = &self.identity;
        let project = self.service.project.file.as_ref();
        let project = project.map(|file| file.path.as_str());
        let file = home.split('#').next().unwrap_or(home);
        let open = |one: &&Occurrence| {
            let loose = one.file == file && one.identity.home.contains("#mixins.");
            let elsewhere = Some(one.file.as_str()) == project && one.file != file;
            let here = |place: &&Occurrence| place.file == one.file && place.span == one.span;
            let same = one.identity.kind == *kind && one.identity.name == *name;
            same && (loose || elsewhere || places.iter().any(here))
        };
        let mut open = self.all.iter().filter(|one| !one.definition).filter(open);
        match open.find(|one| one.identity != self.identity) {
            None => Ok(()),
            Some(one) => Err(RenameError::Shared {
                name: name.clone(),
                line: self.line(one),
                file: one.file.clone(),
            }),
        }
    }

    fn undefined(&self) -> RenameError {
        let Identity { kind, name, .. } = &self.identity;
        let known = self.all.iter().filter(|one| one.definition);
        let known = known.filter(|one| one.identity.kind == *kind);
        let near = nearest(name, known.map(|one| one.identity.name.as_str()));
        let hint = near.first().map(|it| format!(": did you mean `{it}`?"));
        RenameError::Undefined {
            kind: kind.noun(),
            name: name.clone(),
            hint: hint.unwrap_or_default(),
        }
    }

    fn line(&self, one: &Occurrence) -> usize {
        let file = self.service.file(&one.file);
        file.map_or(1, |file| file.text.position(one.span.start).line)
    }
}

/// Whether a name can be written as an id, in YAML without quotes, and behind a dot.
fn check_name(name: &str) -> Result<(), RenameError> {
    let invalid = |reason: String| RenameError::Invalid {
        name: name.to_owned(),
        reason,
    };
    check_id(name).map_err(invalid)?;
    let text = Text::new("name", name);
    let plain = yaml::read(&text).tree.map(|node| yaml::value(&node));
    if !matches!(plain, Some(Ok(expression::Value::Str(_)))) {
        return Err(invalid("YAML does not read it as text".to_owned()));
    }
    let text = Text::new("name", format!("${{{{ needs.{name}.outputs }}}}"));
    if !expression::parse_text(&text).is_sound() {
        return Err(invalid(
            "it is a word of the expression language".to_owned(),
        ));
    }
    Ok(())
}
