//! Evaluates a tree against contexts and a world.
//!
//! Evaluation may be partial: where a value is not known yet, the error says so
//! ([`EvalError::is_unknown`]) and tells why.

mod steps;

use std::borrow::Cow;

use source::{Span, nearest};

use self::steps::{attribute, item, step};
use crate::error::{EvalError, Fault};
use crate::functions::Site;
use crate::limit::{self, Budget};
use crate::operators;
use crate::scope::{Found, Layered, Scope};
use crate::tree::{
    Binary, Call, Comprehension, Lookup, Name, Node, NodeKind, Part, Template, Trailer,
};
use crate::value::{Dict, Key, Value};
use crate::world::World;

type Answer = Result<Value, EvalError>;

/// The value of a text: of its only part as it is, of several parts their joined textual forms.
///
/// # Errors
/// If a part has no value, or none yet.
pub fn evaluate(template: &Template, scope: &dyn Scope, world: &mut dyn World) -> Answer {
    match template.parts.as_slice() {
        [] => Ok(Value::Str(String::new())),
        [part] => Evaluator::new(world).part(part, scope),
        parts => {
            let mut evaluator = Evaluator::new(world);
            let mut text = String::new();
            for part in parts {
                let value = evaluator.part(part, scope)?.to_string();
                limit::text_of(text.len() + value.len()).map_err(|fault| fault.at(part.span()))?;
                text.push_str(&value);
            }
            Ok(Value::Str(text))
        }
    }
}

/// The value of one expression.
///
/// # Errors
/// If it has no value, or none yet.
pub fn evaluate_node(node: &Node, scope: &dyn Scope, world: &mut dyn World) -> Answer {
    Evaluator::new(world).node(
        node,
        Place {
            scope,
            inner: false,
        },
    )
}

/// One part of a text with what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The place of the part, delimiters included.
    pub span: Span,
    /// Its value, or why it has none (yet).
    pub value: Result<Value, EvalError>,
}

/// Evaluates every part on its own, for previews: what is known is shown, the rest explained.
pub fn evaluate_pieces(
    template: &Template,
    scope: &dyn Scope,
    world: &mut dyn World,
) -> Vec<Piece> {
    let mut evaluator = Evaluator::new(world);
    let mut piece = |part: &Part| {
        let (Part::Text { span, .. } | Part::Expression { span, .. }) = part;
        Piece {
            span: *span,
            value: evaluator.part(part, scope),
        }
    };
    template.parts.iter().map(&mut piece).collect()
}

/// Where a node stands: what it sees, and whether that is inside a comprehension.
#[derive(Clone, Copy)]
struct Place<'a> {
    scope: &'a dyn Scope,
    inner: bool,
}

struct Evaluator<'w> {
    world: &'w mut dyn World,
    budget: Budget,
}

impl<'w> Evaluator<'w> {
    fn new(world: &'w mut dyn World) -> Self {
        Self {
            world,
            budget: Budget::default(),
        }
    }

    fn part(&mut self, part: &Part, scope: &dyn Scope) -> Answer {
        match part {
            Part::Text { text, .. } => Ok(Value::Str(text.clone())),
            Part::Expression { node, .. } => self.node(
                node,
                Place {
                    scope,
                    inner: false,
                },
            ),
        }
    }

    fn node(&mut self, node: &Node, place: Place<'_>) -> Answer {
        let value = match &node.kind {
            NodeKind::Literal(value) => value.clone(),
            NodeKind::List(items) => Value::List(self.all(items, place)?),
            NodeKind::Dict(pairs) => self.dict(pairs, place)?,
            NodeKind::Comprehension(comprehension) => self.comprehension(comprehension, place)?,
            NodeKind::Lookup(lookup) => self.lookup(lookup, place)?,
            NodeKind::Call(call) => self.call(call, place)?,
            NodeKind::Unary(operator, operand) => {
                let operand = self.node(operand, place)?;
                operators::unary(*operator, &operand).map_err(|fault| fault.at(node.span))?
            }
            NodeKind::Chain(first, rest) => self.chain(first, rest, place)?,
            NodeKind::Choice(choice) => {
                let holds = self.node(&choice.condition, place)?.is_true();
                self.node(
                    if holds {
                        &choice.then
                    } else {
                        &choice.otherwise
                    },
                    place,
                )?
            }
            NodeKind::Broken => return Err(EvalError::new(node.span, "this cannot be read")),
        };
        self.budget
            .pay(&value)
            .map_err(|fault| fault.at(node.span))?;
        Ok(value)
    }

    fn all(&mut self, nodes: &[Node], place: Place<'_>) -> Result<Vec<Value>, EvalError> {
        nodes.iter().map(|node| self.node(node, place)).collect()
    }

    fn dict(&mut self, pairs: &[(Node, Node)], place: Place<'_>) -> Answer {
        let mut dict = Dict::new();
        for (key, value) in pairs {
            let name = self.node(key, place)?;
            let value = self.node(value, place)?;
            dict.insert(
                Key::new(name).map_err(|error| Fault::from(error).at(key.span))?,
                value,
            );
        }
        Ok(Value::Dict(dict))
    }

    fn chain(&mut self, first: &Node, rest: &[(Binary, Node)], place: Place<'_>) -> Answer {
        let mut left = self.node(first, place)?;
        for (operator, node) in rest {
            let right = self.node(node, place)?;
            let span = first.span.to(node.span);
            left = operators::binary(*operator, &left, &right).map_err(|fault| fault.at(span))?;
            self.budget.pay(&left).map_err(|fault| fault.at(span))?;
        }
        Ok(left)
    }

    fn comprehension(&mut self, comprehension: &Comprehension, place: Place<'_>) -> Answer {
        let Comprehension {
            element,
            variable,
            source,
            condition,
        } = comprehension;
        let items = self.node(source, place)?;
        let items = operators::items(&items).map_err(|fault| fault.at(source.span))?;
        let mut list = Vec::new();
        for item in items {
            let variable = Variable {
                name: variable,
                value: item,
            };
            let scope = Layered {
                upper: &variable,
                lower: place.scope,
            };
            let inside = Place {
                scope: &scope,
                inner: true,
            };
            let taken = match condition {
                Some(condition) => self.node(condition, inside)?.is_true(),
                None => true,
            };
            if taken {
                list.push(self.node(element, inside)?);
            }
        }
        Ok(Value::List(list))
    }

    fn lookup(&mut self, lookup: &Lookup, place: Place<'_>) -> Answer {
        let Lookup { name, trailers } = lookup;
        let found = match place.scope.find(&name.text) {
            Found::Known(value) => value,
            Found::Unknown(unknown) => return Err(EvalError::not_yet(name.span, &unknown)),
            Found::Missing => return Err(missing(name, place.scope)),
        };
        let value = self.walk(found, trailers, name.span, place)?;
        settled(value, name.span, trailers)
    }

    fn call(&mut self, call: &Call, place: Place<'_>) -> Answer {
        let Call {
            name,
            function,
            arguments,
            trailers,
        } = call;
        let arguments = self.all(arguments, place)?;
        let function = function
            .ok_or_else(|| EvalError::new(name.span, format!("Unknown function {}", name.text)))?;
        function
            .bind(arguments.len())
            .map_err(|message| EvalError::new(name.span, message))?;
        let mut site = Site {
            scope: place.scope,
            world: &mut *self.world,
            inner: place.inner,
        };
        let value = (function.run)(&mut site, arguments).map_err(|fault| fault.at(name.span))?;
        if trailers.is_empty() {
            return Ok(value);
        }
        let value = self.walk(Cow::Owned(value), trailers, name.span, place)?;
        settled(value, name.span, trailers)
    }

    /// Follows `.name` and `[key]` into a value.
    fn walk<'v>(
        &mut self,
        mut value: Cow<'v, Value>,
        trailers: &[Trailer],
        start: Span,
        place: Place<'_>,
    ) -> Result<Cow<'v, Value>, EvalError> {
        for trailer in trailers {
            let span = start.to(trailer.span());
            if let Value::Unknown(unknown) = value.as_ref() {
                return Err(EvalError::not_yet(span, unknown));
            }
            value = match trailer {
                Trailer::Attribute(name) => step(value, |value| attribute(value, &name.text)),
                Trailer::Item(node) => {
                    let key = self.node(node, place)?;
                    step(value, |value| item(value, &key))
                }
            }
            .map_err(|fault| fault.at(span))?;
        }
        Ok(value)
    }
}

/// The value at the end of a lookup; nothing inside may be unknown.
fn settled(value: Cow<'_, Value>, start: Span, trailers: &[Trailer]) -> Answer {
    match value.unknown() {
        Some(unknown) => {
            let span = trailers.last().map_or(start, |last| start.to(last.span()));
            Err(EvalError::not_yet(span, unknown))
        }
        None => Ok(value.into_owned()),
    }
}

fn missing(name: &Name, scope: &dyn Scope) -> EvalError {
    let names = scope.names();
    let fault = Fault::new(format!("The '{}' context is not available", name.text));
    let fault = fault.candidates(nearest(&name.text, names.iter().map(String::as_str)));
    match scope.why_missing(&name.text) {
        Some(why) => fault.help(why),
        None => fault,
    }
    .at(name.span)
}

/// The variable of a comprehension.
struct Variable<'a> {
    name: &'a Name,
    value: Value,
}

impl Scope for Variable<'_> {
    fn find(&self, name: &str) -> Found<'_> {
        if name == self.name.text {
            Found::Known(Cow::Borrowed(&self.value))
        } else {
            Found::Missing
        }
    }

    fn names(&self) -> Vec<String> {
        vec![self.name.text.clone()]
    }
}
