//! What is said about the place under a pointer.

use expression::{Function, Value};
use source::Span;

use super::Service;
use super::complete::{floor, noun};
use super::file::File;
use super::level::{Level, follow};
use super::place::{Slot, place};
use super::value::{ValueAt, brief};
use super::walk::expr_at;
use crate::keys;
use crate::preview::Preview;
use crate::tree::Body;

/// What is said about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is said about.
    pub span: Span,
    /// One line: a key with its type, an expression with its value, a signature.
    pub title: String,
    /// Further lines, as Markdown.
    pub text: String,
}

impl Service<'_> {
    /// What is to be said about a place in a file.
    #[must_use]
    pub fn hover(&self, path: &str, offset: usize) -> Option<Hover> {
        let file = self.file(path)?;
        let offset = floor(&file.text, offset);
        let said = function_at(&file, offset).map(|(function, span)| of_function(function, span));
        said.or_else(|| self.of_expression(&file, offset))
            .or_else(|| of_key(&file, offset))
            .or_else(|| self.of_name(&file, offset))
    }

    fn of_expression(&self, file: &File, offset: usize) -> Option<Hover> {
        let expr = expr_at(&file.tree, offset)?;
        let Body::Template(template) = &expr.body else {
            return None;
        };
        let mut nodes = template.expressions();
        nodes.find(|node| node.span.touches(offset))?;
        Some(of_value(&self.value_at(&file.path, offset)?))
    }

    /// A name that is not an expression: what it stands for, and where it is defined.
    fn of_name(&self, file: &File, offset: usize) -> Option<Hover> {
        let here = self.occurrence_at(&file.path, offset)?;
        let place = self.definition(&file.path, offset)?;
        let text = self.file(&place.file)?.text;
        let line = text.position(place.span.start).line;
        let mut lines = vec![format!("Defined in {}:{line}.", place.file)];
        let symbols = self.outline(&place.file);
        let inner = symbols.iter().flat_map(|symbol| &symbol.children);
        let mut symbols = symbols.iter().chain(inner);
        let symbol = symbols.find(|symbol| symbol.key.touches(place.span.start));
        let detail = symbol.map(|symbol| symbol.detail.clone());
        lines.extend(detail.filter(|detail| !detail.is_empty()));
        lines.reverse();
        Some(Hover {
            span: here.span,
            title: format!("{} `{}`", here.identity.kind.noun(), here.identity.name),
            text: lines.join("\n\n"),
        })
    }
}

fn function_at(file: &File, offset: usize) -> Option<(&'static Function, Span)> {
    let expr = expr_at(&file.tree, offset)?;
    let Body::Template(template) = &expr.body else {
        return None;
    };
    let calls = template.calls();
    let call = calls.iter().find(|call| call.name.span.touches(offset))?;
    Some((call.function?, call.name.span))
}

fn of_function(function: &Function, span: Span) -> Hover {
    Hover {
        span,
        title: function.signature.to_owned(),
        text: format!("{}\n\n    {}", function.doc, function.example),
    }
}

fn of_key(file: &File, offset: usize) -> Option<Hover> {
    let place = place(&file.text, offset);
    let name = file.text.slice(place.word);
    let Level::Block(kind) = follow(file.kind(), &place.path).level else {
        return None;
    };
    let key = keys::find(kind, name).filter(|_| place.slot == Slot::Key)?;
    let need = if key.required { ", required" } else { "" };
    Some(Hover {
        span: place.word,
        title: format!("{name}: {}{need}", noun(key.shape)),
        text: format!("{}\n\nA key of {}.", key.doc, kind.noun()),
    })
}

fn of_value(found: &ValueAt) -> Hover {
    let written = found.written.trim();
    let (title, mut lines) = match &found.preview {
        Preview::Known(value) => (
            format!("{written} = {}", shown(value)),
            vec![format!("Type `{}`.", value.type_name())],
        ),
        Preview::NotYet(unknown) => (
            format!("{written}: not known yet"),
            vec![format!("{}.", unknown.why)],
        ),
        Preview::Wrong(found) => {
            let help = found.help.iter().map(|help| format!("{help}."));
            let said = std::iter::once(format!("{}.", found.message));
            (
                format!("{written}: has no value"),
                said.chain(help).collect(),
            )
        }
    };
    if found.rows > 1 {
        lines.push(format!("The first of {} tasks of the matrix.", found.rows));
    }
    let whole = found.inputs.iter().all(|input| input.path == written);
    for input in found.inputs.iter().filter(|_| !whole) {
        let value = match &input.preview {
            Preview::Known(value) => shown(value),
            Preview::NotYet(unknown) => unknown.why.clone(),
            Preview::Wrong(found) => found.message.clone(),
        };
        lines.push(format!("- `{}`: {value}", input.path));
    }
    Hover {
        span: found.span,
        title,
        text: lines.join("\n\n").replace("\n\n- ", "\n- "),
    }
}

/// A value as a person would write it.
fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("'{}'", brief(&Value::from(text.as_str()))),
        other => brief(other),
    }
}
