//! Reading of single values: constants are checked at once, expressions are parsed.

use std::sync::Arc;

use expression::{Part, Value};
use source::{Diagnostic, Span};

use super::Reader;
use crate::coercion::noun;
use crate::keys::Scalar;
use crate::tree::{Body, Expr};
use crate::yaml::{self, Node, NodeKind};
use expression::Form;

impl Reader<'_> {
    /// A value of a type.
    pub(super) fn scalar(&mut self, scalar: Scalar, node: &Arc<Node>) -> Expr {
        let raw = self.raw(node);
        let body = match &raw {
            Some(raw) => self.body(scalar, raw, node),
            None => Body::Broken,
        };
        self.expr(scalar.coercion, raw, body, node)
    }

    /// A value that becomes text before its type is looked at.
    pub(super) fn stringified(&mut self, scalar: Scalar, node: &Arc<Node>) -> Option<Expr> {
        let raw = self.raw(node);
        let raw = raw.map(|raw| match raw {
            Value::None | Value::Str(_) => raw,
            other => Value::Str(other.to_string()),
        });
        let body = match &raw {
            Some(raw) => self.body(scalar, raw, node),
            None => Body::Broken,
        };
        Some(self.expr(scalar.coercion, raw, body, node))
    }

    /// An expression that stands for a whole list or mapping.
    pub(super) fn whole(&mut self, node: &Arc<Node>, what: &str) -> Option<Expr> {
        let raw = self.raw(node)?;
        match &raw {
            Value::None if what == "a list" => {
                let body = Body::Constant(Value::None);
                Some(self.expr(Form::Str, Some(raw), body, node))
            }
            Value::None => {
                self.error(
                    "missing-value",
                    node.span,
                    format!("{what} was expected here"),
                );
                None
            }
            Value::Str(text) if text.contains("${{") || text.contains("$[[") => {
                let body = self.template(node, text, None);
                Some(self.expr(Form::Str, Some(raw), body, node))
            }
            other => {
                let message = format!("{what} was expected here, not {}", other.repr());
                let found = Diagnostic::error("wrong-shape", self.text, node.span, message);
                let help = match what {
                    "a list" => format!("write `[{}]`", self.text.slice(node.span)),
                    _ => "write `{name: value}`".to_owned(),
                };
                self.report(found.help(help));
                None
            }
        }
    }

    fn expr(&self, coercion: Form, raw: Option<Value>, body: Body, node: &Node) -> Expr {
        let raw = raw.unwrap_or(Value::None);
        Expr {
            text: self.text.clone(),
            span: node.span,
            coercion,
            raw,
            body,
        }
    }

    /// What YAML makes of a scalar.
    fn raw(&mut self, node: &Node) -> Option<Value> {
        if node.scalar().is_none() {
            let message = format!("one value was expected here, not {}", node.noun());
            let found = Diagnostic::error("wrong-shape", self.text, node.span, message);
            self.report(match doubled_braces(node) {
                Some(inner) => found
                    .label(self.text, inner.span, "a mapping inside a mapping")
                    .help("write expressions as `${{ … }}`, with the dollar sign"),
                None => found.help("put it into quotes if it is meant as text"),
            });
            return None;
        }
        match yaml::value(node) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.scalar_problem(node, &problem);
                None
            }
        }
    }

    fn body(&mut self, scalar: Scalar, raw: &Value, node: &Node) -> Body {
        match raw {
            Value::None if scalar.optional => Body::Constant(Value::None),
            Value::None => {
                let message = format!("{} was expected here", noun(scalar.coercion));
                self.error("missing-value", node.span, message);
                Body::Broken
            }
            Value::Str(text) if text.contains("${{") || text.contains("$[[") => {
                let body = self.template(node, text, Some(scalar.coercion));
                if scalar.expressions {
                    return body;
                }
                self.error(
                    "no-expressions",
                    node.span,
                    "expressions cannot be used here",
                );
                Body::Broken
            }
            Value::Str(text) if text.is_empty() && !scalar.coercion.concatenates() => {
                let message = format!("{} was expected, not empty text", noun(scalar.coercion));
                self.error("missing-value", node.span, message);
                Body::Broken
            }
            other => self.constant(scalar.coercion, other, node),
        }
    }

    fn constant(&mut self, coercion: Form, raw: &Value, node: &Node) -> Body {
        if matches!(coercion, Form::ResourceUri | Form::ImageRef) {
            return self.place(coercion, raw, node);
        }
        match coercion.coerce(raw, node.span) {
            Ok(value) => {
                self.suspicious_truth(coercion, raw, node.span);
                Body::Constant(value)
            }
            Err(error) => {
                let found = error.diagnostic(self.text);
                self.report(found);
                Body::Broken
            }
        }
    }

    /// A place on the platform: its final form depends on the account, so only text is kept.
    fn place(&mut self, coercion: Form, raw: &Value, node: &Node) -> Body {
        match (coercion, raw) {
            (_, Value::Str(_)) => Body::Constant(raw.clone()),
            (Form::ImageRef, other) => Body::Constant(Value::Str(other.to_string())),
            (_, other) => {
                let message = format!("a place such as `storage:data` was expected, not {other}");
                self.error("wrong-value", node.span, message);
                Body::Broken
            }
        }
    }

    fn suspicious_truth(&mut self, coercion: Form, raw: &Value, span: Span) {
        let truthy = matches!(coercion, Form::Bool | Form::Enable);
        let Value::Str(text) = raw else { return };
        let negative = matches!(&*text.to_lowercase(), "false" | "no" | "off" | "0" | "none");
        if truthy && negative {
            let message = format!("the text `{text}` counts as true");
            let found = Diagnostic::warning("text-is-true", self.text, span, message);
            self.report(found.help("remove the quotes"));
        }
    }

    fn template(&mut self, node: &Node, text: &str, coercion: Option<Form>) -> Body {
        let Some(scalar) = node.scalar() else {
            return Body::Broken;
        };
        let start = node.span.start;
        let place = |offset: usize| scalar.offsets.in_file(offset).unwrap_or(start);
        let parsed = expression::parse_template(text, &place, self.text);
        let broken = !parsed.is_sound();
        self.found.extend(parsed.diagnostics);
        if broken {
            return Body::Broken;
        }
        let single = coercion.is_none_or(|coercion| !coercion.concatenates());
        if single && parsed.tree.parts.len() > 1 {
            self.mixed(node, &parsed.tree.parts, coercion);
            return Body::Broken;
        }
        Body::Template(Arc::new(parsed.tree))
    }

    fn mixed(&mut self, node: &Node, parts: &[Part], coercion: Option<Form>) {
        let what = coercion.map_or("a list or mapping", noun);
        let message = format!("{what} is one expression, without text before or after it");
        let found = Diagnostic::error("mixed-text", self.text, node.span, message);
        let only_blanks = parts.iter().all(|part| match part {
            Part::Text { text, .. } => text.trim().is_empty(),
            Part::Expression { .. } => true,
        });
        self.report(if only_blanks {
            found.help("remove the blanks around the expression")
        } else {
            found.help("put everything into one `${{ }}`")
        });
    }
}

/// The inner mapping of `{{ … }}`: YAML takes it for a mapping with a mapping as its key.
fn doubled_braces(node: &Node) -> Option<&Node> {
    let NodeKind::Mapping(pairs) = &node.kind else {
        return None;
    };
    pairs
        .first()
        .map(|(key, _)| &**key)
        .filter(|key| key.scalar().is_none())
}
