//! Why a byte of a rendered file stands there: the line of the template, the answers that flowed in,
//! and the conditions and loops around it.

use std::collections::BTreeSet;

use crate::context::{Resolved, resolve};
use crate::jinja::Tag;
use crate::mark::Piece;
use crate::{Answers, Content, Entry, Setting, Template};

/// Why a byte of a rendered file stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The file of the template, relative to its root.
    pub file: String,
    /// Its line there, from 1.
    pub line: usize,
    /// The line itself.
    pub text: String,
    /// The variables that were substituted here.
    pub variables: Vec<String>,
    /// The questions whose answers flowed in: the variables, and what their defaults were made from.
    pub answers: Vec<String>,
    /// The conditions and loops around the line, from the outside.
    pub reasons: Vec<Reason>,
    /// The questions whose answers decide name and place of the file.
    pub named_by: Vec<String>,
}

/// A condition or a loop around a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What kind.
    pub kind: ReasonKind,
    /// The line of its tag in the same file, from 1.
    pub line: usize,
    /// The tag as it stands there.
    pub text: String,
    /// The questions whose answers decide.
    pub answers: Vec<String>,
}

/// Kinds of tags around a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonKind {
    /// The line is written if something holds.
    Condition,
    /// The line is written because nothing before held.
    Otherwise,
    /// The line is written for each item of a list.
    Loop,
    /// The line is part of something else: a block, a macro, a filter.
    Part,
}

/// Explains a byte of an entry.
pub(crate) fn explain(
    template: &Template,
    entry: &Entry,
    byte: usize,
    (answers, setting): (&Answers, &Setting),
) -> Option<Explanation> {
    let Content::Rendered { bytes, pieces, .. } = &entry.content else {
        return None;
    };
    let resolved = resolve(template, answers, setting).ok()?;
    let flow = Flow {
        resolved: &resolved,
        template,
    };
    let named_by = flow.questions(resolved.jinja.follows(&entry.origin));
    let Some(piece) = at(&pieces.0, byte) else {
        let line = 1 + bytes
            .get(..byte)?
            .iter()
            .filter(|one| **one == b'\n')
            .count();
        return Some(Explanation {
            file: entry.origin.clone(),
            line,
            text: flow.line(&entry.origin, line),
            variables: Vec::new(),
            answers: Vec::new(),
            reasons: Vec::new(),
            named_by,
        });
    };
    let source = resolved.jinja.rewritten(&flow.text(&piece.file));
    let offset = if piece.is_value {
        piece.source.start
    } else {
        piece.source.start + (byte - piece.range.start).min(piece.source.len())
    };
    let line = 1 + count_lines(&source, offset);
    Some(Explanation {
        file: piece.file.to_string(),
        line,
        text: flow.line(&piece.file, line),
        variables: piece.variables.clone(),
        answers: flow.questions(piece.variables.clone()),
        reasons: flow.reasons(&source, offset),
        named_by,
    })
}

/// The piece a byte lies in; between pieces, the one before.
fn at(pieces: &[Piece], byte: usize) -> Option<&Piece> {
    let after = pieces.partition_point(|piece| piece.range.start <= byte);
    pieces.get(after.checked_sub(1)?).or_else(|| pieces.first())
}

fn count_lines(source: &str, offset: usize) -> usize {
    source
        .as_bytes()
        .iter()
        .take(offset)
        .filter(|one| **one == b'\n')
        .count()
}

/// How answers flow through a template.
struct Flow<'a> {
    resolved: &'a Resolved,
    template: &'a Template,
}

impl Flow<'_> {
    fn text(&self, file: &str) -> String {
        let bytes = self.template.tree.bytes(file);
        bytes.map_or_else(String::new, |bytes| {
            String::from_utf8_lossy(bytes).into_owned()
        })
    }

    fn line(&self, file: &str, line: usize) -> String {
        let text = self.text(file);
        let text = crate::newline::unified(&text);
        text.lines().nth(line - 1).unwrap_or_default().to_owned()
    }

    /// The questions behind variables: themselves, and what derived ones were made from.
    fn questions(&self, variables: Vec<String>) -> Vec<String> {
        let mut found = BTreeSet::new();
        let mut open = variables;
        while let Some(name) = open.pop() {
            if !found.insert(name.clone()) {
                continue;
            }
            let asked = self
                .resolved
                .answered
                .iter()
                .find(|one| one.variable.name == name);
            match asked {
                Some(asked) if !asked.typed => open.extend(asked.follows.iter().cloned()),
                Some(_) => {}
                None => open.extend(self.hidden(&name)),
            }
        }
        found.into_iter().collect()
    }

    /// What a variable that is not asked for was made from.
    fn hidden(&self, name: &str) -> Vec<String> {
        let default = self.resolved.options.get(name);
        match default {
            Some(default) if name.starts_with("__") => self.resolved.follows(default),
            _ => Vec::new(),
        }
    }

    /// The tags around a place, from the outside.
    fn reasons(&self, source: &str, offset: usize) -> Vec<Reason> {
        let jinja = &self.resolved.jinja;
        let locals = jinja.locals(source);
        let mut open: Vec<Vec<Tag<'_>>> = Vec::new();
        for tag in jinja.tags(source) {
            if tag.start >= offset {
                break;
            }
            let word = tag.word();
            if word.starts_with("end") {
                open.pop();
            } else if matches!(word, "elif" | "else") {
                if let Some(branches) = open.last_mut() {
                    branches.push(tag);
                }
            } else if tag.opens() {
                open.push(vec![tag]);
            }
        }
        let is_ours = |branches: &&Vec<Tag<'_>>| !branches[0].rest().starts_with("__");
        open.iter()
            .filter(is_ours)
            .map(|branches| {
                let tag = branches[branches.len() - 1];
                let mut read = Vec::new();
                for expression in branches.iter().filter_map(Tag::decides) {
                    read.extend(jinja.expression_follows(expression, &locals));
                }
                Reason {
                    kind: kind(&tag),
                    line: 1 + count_lines(source, tag.start),
                    text: source[tag.start..tag.end].to_owned(),
                    answers: self.questions(read),
                }
            })
            .collect()
    }
}

fn kind(tag: &Tag<'_>) -> ReasonKind {
    match tag.word() {
        "if" | "elif" => ReasonKind::Condition,
        "else" => ReasonKind::Otherwise,
        "for" => ReasonKind::Loop,
        _ => ReasonKind::Part,
    }
}
