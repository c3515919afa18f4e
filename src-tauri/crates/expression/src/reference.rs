//! Which contexts a text uses: for hovering, for checks, for "what does this depend on".

use source::Span;

use crate::tree::{Lookup, Name, Node, NodeKind, Template, Trailer};
use crate::value::Value;

/// One use of a context.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The context.
    pub name: Name,
    /// What is read from it, as far as it can be told without evaluating.
    pub steps: Vec<Step>,
    /// From the name to the last step.
    pub span: Span,
    /// Whether it stands in the condition of a comprehension.
    pub in_condition: bool,
}

/// One step into a context.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`
    Attribute(Name),
    /// `['name']` or `[0]`
    Item(Value, Span),
    /// `[…]` with something that has to be evaluated
    Computed(Span),
}

impl Step {
    /// The place of the name or of the key.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Attribute(name) => name.span,
            Self::Item(_, span) | Self::Computed(span) => *span,
        }
    }

    /// The name, if the step is one, with a dot or in brackets.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Attribute(name) => Some(&name.text),
            Self::Item(key, _) => key.as_str(),
            Self::Computed(_) => None,
        }
    }
}

impl Reference {
    /// The path as it would be written: `needs.build.outputs`; it ends where a key is computed.
    #[must_use]
    pub fn path(&self) -> String {
        let names = self.steps.iter().map_while(Step::name);
        std::iter::once(self.name.text.as_str())
            .chain(names)
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// All uses of contexts in a text, in order; variables of comprehensions are left out.
#[must_use]
pub fn references(template: &Template) -> Vec<Reference> {
    let mut walk = Walk {
        found: Vec::new(),
        bound: Vec::new(),
        in_condition: false,
    };
    for node in template.expressions() {
        walk.node(node);
    }
    walk.found
}

struct Walk<'t> {
    found: Vec<Reference>,
    bound: Vec<&'t str>,
    in_condition: bool,
}

impl<'t> Walk<'t> {
    fn nodes(&mut self, nodes: impl IntoIterator<Item = &'t Node>) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &'t Node) {
        match &node.kind {
            NodeKind::Literal(_) | NodeKind::Broken => {}
            NodeKind::List(items) => self.nodes(items),
            NodeKind::Dict(pairs) => self.nodes(pairs.iter().flat_map(|(key, value)| [key, value])),
            NodeKind::Comprehension(it) => {
                self.node(&it.source);
                self.bound.push(&it.variable.text);
                self.node(&it.element);
                let before = std::mem::replace(&mut self.in_condition, true);
                self.nodes(&it.condition);
                self.in_condition = before;
                self.bound.pop();
            }
            NodeKind::Lookup(lookup) => self.lookup(lookup, node.span),
            NodeKind::Call(call) => {
                self.nodes(&call.arguments);
                self.keys(&call.trailers);
            }
            NodeKind::Unary(_, operand) => self.node(operand),
            NodeKind::Chain(first, rest) => {
                self.node(first);
                self.nodes(rest.iter().map(|(_, node)| node));
            }
            NodeKind::Choice(it) => self.nodes([&it.then, &it.condition, &it.otherwise]),
        }
    }

    fn keys(&mut self, trailers: &'t [Trailer]) {
        for trailer in trailers {
            if let Trailer::Item(key) = trailer {
                self.node(key);
            }
        }
    }

    fn lookup(&mut self, lookup: &'t Lookup, span: Span) {
        if !self.bound.contains(&lookup.name.text.as_str()) {
            let steps = lookup.trailers.iter().map(step).collect();
            let (name, in_condition) = (lookup.name.clone(), self.in_condition);
            self.found.push(Reference {
                name,
                steps,
                span,
                in_condition,
            });
        }
        self.keys(&lookup.trailers);
    }
}

fn step(trailer: &Trailer) -> Step {
    match trailer {
        Trailer::Attribute(name) => Step::Attribute(name.clone()),
        Trailer::Item(key) => match &key.kind {
            NodeKind::Literal(value) => Step::Item(value.clone(), key.span),
            _ => Step::Computed(key.span),
        },
    }
}
