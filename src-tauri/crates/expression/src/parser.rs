//! Builds the tree. Reading never fails: what cannot be read becomes a broken node and a diagnostic.

use source::{Diagnostic, Parsed, Span, Text, nearest};

use crate::function::{Function, function, function_names};
use crate::lexer::{Token, TokenKind, complaint, tokens};
use crate::literal;
use crate::tree::{
    Binary, Call, Choice, Comprehension, Fence, Lookup, Name, Node, NodeKind, Part, Rank, Template,
    Trailer, Unary,
};
use crate::value::Value;

/// Expressions nested deeper than this are refused.
pub const DEEPEST: usize = 64;

/// Reads a text that may hold expressions.
///
/// `content` is the text after YAML has read it; `place` tells for each byte of it, and for its
/// end, where it stands in the file `text` (a scalar may have quotes, escapes and folded lines).
#[must_use]
pub fn parse_template(
    content: &str,
    place: &dyn Fn(usize) -> usize,
    text: &Text,
) -> Parsed<Template> {
    let mut parser = Parser {
        content,
        tokens: tokens(content),
        at: 0,
        depth: 0,
        fence: Fence::Braces,
        place,
        text,
        found: Vec::new(),
    };
    let mut parts = Vec::new();
    while let Some(token) = parser.peek() {
        parts.push(parser.part(token));
    }
    let span = parser.span(0, content.len());
    let mut diagnostics = parser.found;
    diagnostics.sort_by_key(|found| found.span.start);
    Parsed {
        tree: Template {
            parts,
            source: content.to_owned(),
            span,
        },
        diagnostics,
    }
}

/// Reads a text on its own, for tests and for input fields.
#[must_use]
pub fn parse_text(text: &Text) -> Parsed<Template> {
    parse_template(text.content(), &|offset| offset, text)
}

/// Somebody has already said what is wrong.
struct Stop;

type Read<T> = Result<T, Stop>;

struct Parser<'a> {
    content: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    fence: Fence,
    place: &'a dyn Fn(usize) -> usize,
    text: &'a Text,
    found: Vec<Diagnostic>,
}

/// Tokens and places.
impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    fn word(&self) -> &'a str {
        self.peek().map_or("", |token| self.slice(token))
    }

    fn slice(&self, token: Token) -> &'a str {
        if token.kind == TokenKind::Text {
            ""
        } else {
            &self.content[token.start..token.end]
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new((self.place)(start), (self.place)(end))
    }

    fn span_of(&self, token: Token) -> Span {
        self.span(token.start, token.end)
    }

    /// Takes the next token if it is this one.
    fn take(&mut self, word: &str) -> Option<Token> {
        let token = self.peek().filter(|_| self.word() == word)?;
        self.at += 1;
        Some(token)
    }

    fn need(&mut self, word: &str) -> Read<Token> {
        self.take(word)
            .ok_or_else(|| self.unexpected(&format!("`{word}`")))
    }

    fn name(&mut self) -> Read<Name> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Name => {
                self.at += 1;
                Ok(Name {
                    text: self.slice(token).to_owned(),
                    span: self.span_of(token),
                })
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn say(&mut self, code: &'static str, span: Span, message: String, help: Option<String>) {
        let found = Diagnostic::error(code, self.text, span, message);
        self.found.push(match help {
            Some(help) => found.help(help),
            None => found,
        });
    }

    /// Says that something else was expected here.
    fn unexpected(&mut self, wanted: &str) -> Stop {
        let Some(token) = self.peek() else {
            let span = Span::at((self.place)(self.content.len()));
            let message = format!("the expression ends too early, {wanted} is missing");
            self.say(
                "expression-syntax",
                span,
                message,
                Some("close it with `}}`".to_owned()),
            );
            return Stop;
        };
        let span = self.span_of(token);
        if token.kind == TokenKind::Bad {
            let (message, help) = complaint(&self.content[token.start..]);
            let first = self.content[token.start..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
            let span = self.span(token.start, token.start + first);
            self.say("expression-token", span, message, help);
            return Stop;
        }
        let message = format!(
            "expected {wanted}, found `{}`",
            &self.content[token.start..token.end]
        );
        let help = self.advice(token, wanted);
        self.say("expression-syntax", span, message, help);
        Stop
    }

    /// What can be done about a token nobody expected.
    fn advice(&self, token: Token, wanted: &str) -> Option<String> {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let advice = match (token.kind, self.slice(token)) {
            (TokenKind::Close(_), word) => return self.advice_on_closer(word, wanted),
            (TokenKind::Number, word) if word.starts_with('-') => {
                "put a blank after the minus to subtract".to_owned()
            }
            (_, "." | "[") => "only names and calls can be followed by `.` or `[`".to_owned(),
            (_, "(") => "values have no methods; call a function instead: `upper(x)`".to_owned(),
            (_, "in") => "there is no operator `in`".to_owned(),
            (_, "for") => "only a list can be built with one `for`: `[x for x in list]`".to_owned(),
            (_, ":") => "lists and texts cannot be sliced".to_owned(),
            (_, ")") if before.is_some_and(|token| self.slice(*token) == ",") => {
                "remove the last comma".to_owned()
            }
            _ => return None,
        };
        Some(advice)
    }

    /// What can be done about an expression that is closed where it should go on.
    fn advice_on_closer(&self, word: &str, wanted: &str) -> Option<String> {
        let (open, close) = (self.fence.open(), self.fence.close());
        let advice = match wanted {
            "`else`" => "`if` needs an `else`: write `a if condition else b`".to_owned(),
            "`}}`" | "`]]`" => format!("what begins with `{open}` has to end with `{close}`"),
            "`}`" | "`]`" if word.contains(wanted.trim_matches('`')) => {
                let bracket = wanted.trim_matches('`');
                format!("`{word}` always closes an expression: write `{bracket} {bracket}`")
            }
            "`)`" | "`}`" | "`]`" => "a bracket is not closed".to_owned(),
            _ => return None,
        };
        Some(advice)
    }
}

/// Parts.
impl Parser<'_> {
    fn part(&mut self, token: Token) -> Part {
        let TokenKind::Open(fence) = token.kind else {
            self.at += 1;
            let text = self.content[token.start..token.end].to_owned();
            return Part::Text {
                text,
                span: self.span_of(token),
            };
        };
        self.at += 1;
        self.depth = 0;
        self.fence = fence;
        let node = self.fenced(fence).unwrap_or_else(|Stop| self.broken(token));
        let end = self
            .tokens
            .get(self.at.saturating_sub(1))
            .map_or(token.end, |last| last.end);
        Part::Expression {
            node,
            span: self.span(token.start, end),
            fence,
        }
    }

    fn fenced(&mut self, fence: Fence) -> Read<Node> {
        self.refuse_bad_tokens()?;
        let node = self.expression()?;
        self.need(fence.close())?;
        Ok(node)
    }

    /// A token that cannot be read spoils the whole expression, wherever it stands.
    fn refuse_bad_tokens(&mut self) -> Read<()> {
        let start = self.at;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Bad => return Err(self.unexpected("an expression")),
                TokenKind::Close(_) | TokenKind::Text => break,
                _ => self.at += 1,
            }
        }
        self.at = start;
        Ok(())
    }

    /// Goes on behind the closer of an expression that could not be read.
    fn broken(&mut self, open: Token) -> Node {
        let start = open.end;
        while let Some(token) = self.peek() {
            self.at += 1;
            if matches!(token.kind, TokenKind::Close(_)) {
                return Node {
                    span: self.span(start, token.start),
                    kind: NodeKind::Broken,
                };
            }
        }
        Node {
            span: self.span(start, self.content.len()),
            kind: NodeKind::Broken,
        }
    }
}

/// Expressions, loosest first.
impl Parser<'_> {
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            let span = self
                .peek()
                .map_or(Span::at((self.place)(self.content.len())), |token| {
                    self.span_of(token)
                });
            let message = format!("expressions cannot be nested deeper than {DEEPEST} levels");
            self.say("expression-depth", span, message, None);
            return Err(Stop);
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn expression(&mut self) -> Read<Node> {
        self.deeper(|parser| {
            let then = parser.binary(Rank::Or)?;
            match parser.take("if") {
                Some(_) => {
                    let condition = parser.binary(Rank::Or)?;
                    parser.choice(then, condition)
                }
                None => Ok(then),
            }
        })
    }

    /// The rest of `then if condition else …`.
    fn choice(&mut self, then: Node, condition: Node) -> Read<Node> {
        self.need("else")?;
        let otherwise = self.expression()?;
        let span = then.span.to(otherwise.span);
        Ok(Node {
            span,
            kind: NodeKind::Choice(Box::new(Choice {
                then,
                condition,
                otherwise,
            })),
        })
    }

    fn binary(&mut self, least: Rank) -> Read<Node> {
        let mut level = Rank::Sign;
        let mut left = if least <= Rank::Not && self.word() == "not" {
            level = Rank::Not;
            self.unary(Unary::Not)?
        } else {
            self.signed()?
        };
        while let Some(operator) = self.operator(|rank| least <= rank && rank < level) {
            level = operator.rank();
            let mut rest = Vec::new();
            while let Some(operator) = self.operator(|rank| rank == level) {
                self.at += 1;
                rest.push((operator, self.binary(level.next())?));
            }
            let span = rest
                .last()
                .map_or(left.span, |(_, last)| left.span.to(last.span));
            left = Node {
                span,
                kind: NodeKind::Chain(Box::new(left), rest),
            };
        }
        Ok(left)
    }

    fn operator(&self, fits: impl Fn(Rank) -> bool) -> Option<Binary> {
        let word = self.word();
        Binary::ALL
            .into_iter()
            .find(|operator| operator.sign() == word && fits(operator.rank()))
    }

    fn unary(&mut self, operator: Unary) -> Read<Node> {
        let sign = self.need(operator.sign())?;
        let operand = self.deeper(|parser| match operator {
            Unary::Not => parser.binary(Rank::Not),
            Unary::Plus | Unary::Minus => parser.signed(),
        })?;
        let span = self.span_of(sign).to(operand.span);
        Ok(Node {
            span,
            kind: NodeKind::Unary(operator, Box::new(operand)),
        })
    }

    fn signed(&mut self) -> Read<Node> {
        match self.word() {
            "+" => self.unary(Unary::Plus),
            "-" => self.unary(Unary::Minus),
            _ => self.atom(),
        }
    }

    fn atom(&mut self) -> Read<Node> {
        let Some(token) = self.peek() else {
            return Err(self.unexpected("a value"));
        };
        match token.kind {
            TokenKind::None | TokenKind::Bool | TokenKind::Number | TokenKind::Str => {
                self.at += 1;
                Ok(self.literal(token))
            }
            TokenKind::Name => self.named(),
            TokenKind::Mark => match self.slice(token) {
                "(" => self.group(),
                "[" => self.list(),
                "{" => self.dict(),
                _ => Err(self.unexpected("a value")),
            },
            _ => Err(self.unexpected("a value")),
        }
    }

    fn literal(&mut self, token: Token) -> Node {
        let word = self.slice(token);
        let value = match token.kind {
            TokenKind::Bool => Ok(Value::Bool(word == "True")),
            TokenKind::Number => literal::number(word),
            TokenKind::Str => literal::string(word).map(Value::Str),
            _ => Ok(Value::None),
        };
        let span = self.span_of(token);
        let kind = match value {
            Ok(value) => NodeKind::Literal(value),
            Err(message) => {
                self.say("expression-literal", span, message, None);
                NodeKind::Broken
            }
        };
        Node { span, kind }
    }

    /// Parentheses; the span of what is inside takes them in.
    fn group(&mut self) -> Read<Node> {
        self.need("(")?;
        let node = self.expression()?;
        self.need(")")?;
        Ok(node)
    }
}

/// Lists, dictionaries, names and calls.
impl Parser<'_> {
    fn list(&mut self) -> Read<Node> {
        let open = self.need("[")?;
        if let Some(close) = self.take("]") {
            return Ok(self.node(open, close, NodeKind::List(Vec::new())));
        }
        let first = self.expression()?;
        if self.take("for").is_some() {
            return self.comprehension(open, first);
        }
        let mut items = vec![first];
        while self.take(",").is_some() && self.word() != "]" {
            items.push(self.expression()?);
        }
        let close = self.need("]")?;
        Ok(self.node(open, close, NodeKind::List(items)))
    }

    fn comprehension(&mut self, open: Token, element: Node) -> Read<Node> {
        let variable = self.name()?;
        self.need("in")?;
        let mut source = self.deeper(|parser| parser.binary(Rank::Or))?;
        let mut condition = None;
        if self.take("if").is_some() {
            let test = self.deeper(|parser| parser.binary(Rank::Or))?;
            if self.word() == "else" {
                source = self.choice(source, test)?;
            } else {
                condition = Some(self.choice_of(test)?);
            }
        }
        if condition.is_none() && self.take("if").is_some() {
            condition = Some(self.expression()?);
        }
        let close = self.need("]")?;
        let comprehension = Comprehension {
            element,
            variable,
            source,
            condition,
        };
        Ok(self.node(
            open,
            close,
            NodeKind::Comprehension(Box::new(comprehension)),
        ))
    }

    /// The whole expression that begins with a value read already.
    fn choice_of(&mut self, then: Node) -> Read<Node> {
        if self.take("if").is_none() {
            return Ok(then);
        }
        let condition = self.binary(Rank::Or)?;
        self.choice(then, condition)
    }

    fn dict(&mut self) -> Read<Node> {
        let open = self.need("{")?;
        let mut pairs = Vec::new();
        if let Some(close) = self.take("}") {
            return Ok(self.node(open, close, NodeKind::Dict(pairs)));
        }
        pairs.push(self.pair()?);
        while self.take(",").is_some() && self.word() != "}" {
            pairs.push(self.pair()?);
        }
        let close = self.need("}")?;
        Ok(self.node(open, close, NodeKind::Dict(pairs)))
    }

    fn pair(&mut self) -> Read<(Node, Node)> {
        let key = self.expression()?;
        self.need(":")?;
        Ok((key, self.expression()?))
    }

    fn named(&mut self) -> Read<Node> {
        let name = self.name()?;
        let start = name.span;
        if self.take("(").is_none() {
            let trailers = self.trailers()?;
            let span = self.span_to_here(start);
            return Ok(Node {
                span,
                kind: NodeKind::Lookup(Lookup { name, trailers }),
            });
        }
        let mut arguments = Vec::new();
        if self.word() != ")" {
            arguments.push(self.expression()?);
            while self.take(",").is_some() {
                arguments.push(self.expression()?);
            }
        }
        self.need(")")?;
        let function = self.called(&name, self.span_to_here(start), arguments.len());
        let trailers = self.trailers()?;
        let span = self.span_to_here(start);
        Ok(Node {
            span,
            kind: NodeKind::Call(Call {
                name,
                function,
                arguments,
                trailers,
            }),
        })
    }

    /// The function of this name, after a look at the number of arguments.
    fn called(&mut self, name: &Name, span: Span, count: usize) -> Option<&'static Function> {
        let Some(function) = function(&name.text) else {
            let candidates = nearest(&name.text, function_names());
            let message = format!("Unknown function {}", name.text);
            let found = Diagnostic::error("unknown-function", self.text, name.span, message);
            self.found.push(found.candidates(candidates));
            return None;
        };
        if let Err(message) = function.bind(count) {
            let help = Some(format!("write {}", function.signature));
            self.say("argument-count", span, message, help);
        }
        Some(function)
    }

    fn trailers(&mut self) -> Read<Vec<Trailer>> {
        let mut trailers = Vec::new();
        loop {
            if self.take(".").is_some() {
                trailers.push(Trailer::Attribute(self.name()?));
            } else if self.take("[").is_some() {
                let key = self.expression()?;
                self.need("]")?;
                trailers.push(Trailer::Item(key));
            } else {
                return Ok(trailers);
            }
        }
    }

    fn node(&self, open: Token, close: Token, kind: NodeKind) -> Node {
        Node {
            span: self.span(open.start, close.end),
            kind,
        }
    }

    /// From a place to the end of the last token that was taken.
    fn span_to_here(&self, start: Span) -> Span {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(start, |last| start.to(self.span_of(*last)))
    }
}
