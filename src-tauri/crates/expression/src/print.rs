//! Writes a tree back as text. What is printed is read as the same tree.

use std::fmt::{self, Write as _};

use crate::tree::{Binary, Lookup, Node, NodeKind, Part, Rank, Template, Trailer};
use crate::value::{Value, real_text};

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text { text, .. } => f.write_str(text)?,
                Part::Expression { node, fence, .. } => {
                    write!(f, "{} {node} {}", fence.open(), fence.close())?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { out: String::new() };
        printer.node(self, Rank::Choice);
        f.write_str(&printer.out)
    }
}

/// Larger integers are written with base 16, which is how they must have been written.
const MOST_BITS: u64 = 14_000;

struct Printer {
    out: String,
}

impl Printer {
    /// Two closing brackets in a row would close the expression.
    fn close(&mut self, bracket: char) {
        if self.out.ends_with(bracket) {
            self.out.push(' ');
        }
        self.out.push(bracket);
    }

    /// Writes a node where operators of lower rank than `least` need parentheses.
    fn node(&mut self, node: &Node, least: Rank) {
        if rank(node) < least {
            self.out.push('(');
            self.bare(node);
            self.out.push(')');
        } else {
            self.bare(node);
        }
    }

    fn bare(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Literal(value) => self.literal(value),
            NodeKind::List(items) => {
                self.out.push('[');
                self.separated(items);
                self.close(']');
            }
            NodeKind::Dict(pairs) => self.dict(pairs),
            NodeKind::Comprehension(it) => {
                self.out.push('[');
                self.node(&it.element, Rank::Choice);
                self.word(&format!(" for {} in ", it.variable.text));
                self.node(&it.source, Rank::Or);
                if let Some(condition) = &it.condition {
                    self.word(" if ");
                    self.node(condition, Rank::Or);
                }
                self.close(']');
            }
            NodeKind::Lookup(lookup) => {
                let fenced = ends_like_an_operator(lookup);
                self.word(if fenced { "(" } else { "" });
                self.word(&lookup.name.text);
                self.trailers(&lookup.trailers);
                self.word(if fenced { ")" } else { "" });
            }
            NodeKind::Call(call) => {
                self.word(&call.name.text);
                self.out.push('(');
                self.separated(&call.arguments);
                self.out.push(')');
                self.trailers(&call.trailers);
            }
            NodeKind::Unary(operator, operand) => {
                let start = self.out.len();
                self.word(operator.sign());
                self.out.push(' ');
                let not = operator.sign() == "not";
                self.node(operand, if not { Rank::Not } else { Rank::Sign });
                self.fence_from(start, operand);
            }
            NodeKind::Chain(first, rest) => self.chain(first, rest),
            NodeKind::Choice(it) => {
                self.node(&it.then, Rank::Or);
                self.word(" if ");
                self.node(&it.condition, Rank::Or);
                self.word(" else ");
                self.node(&it.otherwise, Rank::Choice);
            }
            NodeKind::Broken => self.word("…"),
        }
    }

    fn chain(&mut self, first: &Node, rest: &[(Binary, Node)]) {
        let level = rest
            .first()
            .map_or(Rank::Choice, |(operator, _)| operator.rank());
        let start = self.out.len();
        self.node(first, level.next());
        let mut last = first;
        for (operator, node) in rest {
            self.word(if is_bare_not(last) { "" } else { " " });
            self.word(&format!("{} ", operator.sign()));
            self.node(node, level.next());
            last = node;
        }
        self.fence_from(start, last);
    }

    /// Puts what was written since a place into parentheses if it ends with the name `not`, which
    /// must not stand before a blank, and not alone in parentheses.
    fn fence_from(&mut self, start: usize, last: &Node) {
        if is_bare_not(last) {
            self.out.insert(start, '(');
            self.out.push(')');
        }
    }

    fn word(&mut self, word: &str) {
        self.out.push_str(word);
    }

    fn separated(&mut self, nodes: &[Node]) {
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.node(node, Rank::Choice);
        }
    }

    fn dict(&mut self, pairs: &[(Node, Node)]) {
        self.out.push('{');
        for (at, (key, value)) in pairs.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.node(key, Rank::Choice);
            self.out.push_str(": ");
            self.node(value, Rank::Choice);
        }
        self.close('}');
    }

    fn trailers(&mut self, trailers: &[Trailer]) {
        for trailer in trailers {
            match trailer {
                Trailer::Attribute(name) => {
                    self.out.push('.');
                    self.out.push_str(&name.text);
                }
                Trailer::Item(key) => {
                    self.out.push('[');
                    self.node(key, Rank::Choice);
                    self.close(']');
                }
            }
        }
    }

    fn literal(&mut self, value: &Value) {
        match value {
            Value::Str(text) => self.text(text),
            Value::Float(number) => self.real(*number),
            // Written out it would have more digits than can be read.
            Value::Int(number) if number.bits() > MOST_BITS => {
                self.word(&format!("{number:#x}"));
            }
            other => self.out.push_str(&other.repr()),
        }
    }

    /// Floats need a point; there is no way to write infinity but a number that is too large.
    fn real(&mut self, number: f64) {
        if number.is_infinite() {
            self.out
                .push_str(if number > 0.0 { "1.0e999" } else { "-1.0e999" });
            return;
        }
        let text = real_text(number);
        match text.split_once('e') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => {
                self.out.push_str(&format!("{mantissa}.0e{exponent}"));
            }
            _ => self.out.push_str(&text),
        }
    }

    /// A quote of the same kind cannot stand in a text, so it is written by its code.
    fn text(&mut self, text: &str) {
        let quote = if text.contains('\'') && !text.contains('"') {
            '"'
        } else {
            '\''
        };
        self.out.push(quote);
        for c in text.chars() {
            match c {
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                c if c == quote || c.is_control() => {
                    let written = write!(self.out, "\\x{:02x}", u32::from(c));
                    debug_assert!(written.is_ok(), "writing to a string does not fail");
                }
                c => self.out.push(c),
            }
        }
        self.out.push(quote);
    }
}

/// Before a blank `or`, `and` and `not` are operators: as names they stand before a parenthesis.
fn ends_like_an_operator(lookup: &Lookup) -> bool {
    let last = match lookup.trailers.last() {
        None => return matches!(lookup.name.text.as_str(), "or" | "and"),
        Some(Trailer::Attribute(name)) => name,
        Some(Trailer::Item(_)) => return false,
    };
    matches!(last.text.as_str(), "or" | "and" | "not")
}

/// Whether a node is the name `not` alone; it can only be an operand.
fn is_bare_not(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Lookup(lookup) => lookup.name.text == "not" && lookup.trailers.is_empty(),
        _ => false,
    }
}

fn rank(node: &Node) -> Rank {
    match &node.kind {
        NodeKind::Choice(_) => Rank::Choice,
        NodeKind::Chain(_, rest) => rest
            .first()
            .map_or(Rank::Choice, |(operator, _)| operator.rank()),
        NodeKind::Unary(operator, _) if operator.sign() == "not" => Rank::Not,
        NodeKind::Unary(..) => Rank::Sign,
        _ => Rank::Atom,
    }
}
