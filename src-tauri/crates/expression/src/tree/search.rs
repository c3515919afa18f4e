//! Finding the part of an expression under a cursor, and the parts of a part.

use source::Span;

use super::{Call, Lookup, Node, NodeKind, Template, Trailer};

impl Node {
    /// The nodes directly inside this one, in the order of the text where there is one.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            NodeKind::Literal(_) | NodeKind::Broken => Vec::new(),
            NodeKind::List(items) => items.iter().collect(),
            NodeKind::Dict(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            NodeKind::Comprehension(it) => {
                let fixed = [&it.element, &it.source].into_iter();
                fixed.chain(&it.condition).collect()
            }
            NodeKind::Lookup(lookup) => keys(&lookup.trailers).collect(),
            NodeKind::Call(call) => call.arguments.iter().chain(keys(&call.trailers)).collect(),
            NodeKind::Unary(_, operand) => vec![operand],
            NodeKind::Chain(first, rest) => {
                let rest = rest.iter().map(|(_, node)| node);
                std::iter::once(&**first).chain(rest).collect()
            }
            NodeKind::Choice(it) => vec![&it.then, &it.condition, &it.otherwise],
        }
    }

    /// The smallest part under a place that has a value of its own: a context with what is read
    /// from it up to the place, a call, a literal. Inside a comprehension it is the whole
    /// comprehension, as its variable has no value outside.
    #[must_use]
    pub fn at(&self, offset: usize) -> Self {
        if matches!(self.kind, NodeKind::Comprehension(_)) {
            return self.clone();
        }
        let inner = self.children().into_iter();
        if let Some(inner) = inner.rev().find(|node| node.span.touches(offset)) {
            return inner.at(offset);
        }
        match &self.kind {
            NodeKind::Lookup(lookup) => lookup.until(offset, self.span),
            _ => self.clone(),
        }
    }

    fn calls<'t>(&'t self, found: &mut Vec<&'t Call>) {
        if let NodeKind::Call(call) = &self.kind {
            found.push(call);
        }
        for child in self.children() {
            child.calls(found);
        }
    }
}

impl Lookup {
    /// The same lookup without the steps that begin behind a place.
    fn until(&self, offset: usize, whole: Span) -> Node {
        let kept = self.trailers.iter();
        let kept: Vec<Trailer> = kept
            .take_while(|trailer| trailer.span().start <= offset)
            .cloned()
            .collect();
        let span = match kept.last() {
            _ if kept.len() == self.trailers.len() => whole,
            Some(last) => self.name.span.to(last.span()),
            None => self.name.span,
        };
        let lookup = Self {
            name: self.name.clone(),
            trailers: kept,
        };
        Node {
            span,
            kind: NodeKind::Lookup(lookup),
        }
    }
}

impl Template {
    /// All calls of functions, an outer one before those in its arguments.
    #[must_use]
    pub fn calls(&self) -> Vec<&Call> {
        let mut found = Vec::new();
        for node in self.expressions() {
            node.calls(&mut found);
        }
        found
    }
}

fn keys(trailers: &[Trailer]) -> impl Iterator<Item = &Node> {
    trailers.iter().filter_map(|trailer| match trailer {
        Trailer::Item(key) => Some(key),
        Trailer::Attribute(_) => None,
    })
}
