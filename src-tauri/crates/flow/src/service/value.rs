//! What stands under a cursor comes to: the one evaluation that editors, hover texts and dry runs
//! share.

use expression::{Node, Reference, Template, Value, references};
use source::Span;

use super::Service;
use super::file::File;
use super::surroundings::{Owner, Surroundings};
use super::walk::expr_at;
use crate::eval::Evaluator;
use crate::outside::Outside;
use crate::preview::{Preview, preview, preview_part};
use crate::tree::{Body, Expr};

/// Longer values are cut in short descriptions.
const BRIEF: usize = 60;

/// What a part of a file comes to.
#[derive(Debug, Clone)]
pub struct ValueAt {
    /// The part: a context with what is read from it, an expression, or a whole value.
    pub span: Span,
    /// The part as it is written.
    pub written: String,
    /// What it comes to.
    pub preview: Preview,
    /// The contexts it reads, each once.
    pub inputs: Vec<Input>,
    /// How many tasks the place stands for; with more than one the value is that of the first.
    pub rows: usize,
}

/// A context that an expression reads.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its path, such as `needs.build.outputs`.
    pub path: String,
    /// What it comes to.
    pub preview: Preview,
}

impl Service<'_> {
    /// What the part of a file under an offset comes to; nothing where no value is written.
    #[must_use]
    pub fn value_at(&self, path: &str, offset: usize) -> Option<ValueAt> {
        let file = self.file(path)?;
        let expr = expr_at(&file.tree, offset)?;
        let owner = Owner::at(&file.tree, offset);
        let around = self.surroundings(&file, &owner);
        let place = Placed {
            service: self,
            file: &file,
            expr,
            around: &around,
        };
        Some(place.at(offset))
    }
}

/// A value in a file with what it can read.
struct Placed<'p> {
    service: &'p Service<'p>,
    file: &'p File,
    expr: &'p Expr,
    around: &'p Surroundings,
}

impl Placed<'_> {
    fn at(&self, offset: usize) -> ValueAt {
        if let Body::Template(template) = &self.expr.body {
            let part = template
                .expressions()
                .find(|node| node.span.touches(offset));
            if let Some(node) = part {
                let node = node.at(offset);
                let preview = self.node(&node);
                return self.found(node.span, preview, &lone(&node));
            }
        }
        let around = self.around;
        let mut outside = self.outside();
        let evaluator = Evaluator::new(&around.values, &mut outside, around.home.as_ref());
        let preview = preview(evaluator, self.expr);
        match &self.expr.body {
            Body::Template(template) => self.found(self.expr.span, preview, template),
            _ => self.found(self.expr.span, preview, &Template::text("", self.expr.span)),
        }
    }

    fn found(&self, span: Span, preview: Preview, template: &Template) -> ValueAt {
        let mut inputs: Vec<Input> = Vec::new();
        for reference in references(template) {
            let path = reference.path();
            if inputs.iter().all(|known| known.path != path) {
                let preview = self.node(&as_node(&reference));
                inputs.push(Input { path, preview });
            }
        }
        ValueAt {
            span,
            written: self.file.text.slice(span).to_owned(),
            preview,
            inputs,
            rows: self.around.rows,
        }
    }

    fn node(&self, node: &Node) -> Preview {
        let around = self.around;
        let mut outside = self.outside();
        let evaluator = Evaluator::new(&around.values, &mut outside, around.home.as_ref());
        preview_part(evaluator, (node, &self.expr.text))
    }

    fn outside(&self) -> Outside<'_> {
        let mut outside = Outside::new(self.service.session);
        outside.flow_tags = self.around.flow_tags.clone();
        outside
    }
}

/// A text that is nothing but one expression.
fn lone(node: &Node) -> Template {
    Template {
        parts: vec![expression::Part::Expression {
            node: node.clone(),
            span: node.span,
            fence: expression::tree::Fence::Braces,
        }],
        source: String::new(),
        span: node.span,
    }
}

/// A reference as an expression, up to the first key that is computed.
fn as_node(reference: &Reference) -> Node {
    use expression::Step;
    use expression::tree::{Lookup, NodeKind, Trailer};
    let steps = reference.steps.iter();
    let trailers = steps.map_while(|step| match step {
        Step::Attribute(name) => Some(Trailer::Attribute(name.clone())),
        Step::Item(key, span) => Some(Trailer::Item(Node {
            span: *span,
            kind: NodeKind::Literal(key.clone()),
        })),
        Step::Computed(_) => None,
    });
    let lookup = Lookup {
        name: reference.name.clone(),
        trailers: trailers.collect(),
    };
    Node {
        span: reference.span,
        kind: NodeKind::Lookup(lookup),
    }
}

/// A value in a few words.
pub(super) fn brief(value: &Value) -> String {
    let written = match value {
        Value::Unknown(unknown) => return unknown.why.clone(),
        Value::Dict(dict) => return format!("{} names", dict.len()),
        Value::Record(record) => return record.type_name().to_owned(),
        Value::Str(text) => text.clone(),
        other => other.to_string(),
    };
    let line = written.lines().next().unwrap_or_default();
    if line.chars().count() > BRIEF || line.len() < written.len() {
        let cut: String = line.chars().take(BRIEF).collect();
        return format!("{cut}…");
    }
    line.to_owned()
}
