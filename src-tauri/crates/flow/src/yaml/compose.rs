//! From tokens to the tree of a document.

use std::collections::HashMap;
use std::sync::Arc;

use source::{Parsed, Span, Text};

use super::node::{Node, NodeKind, Offsets, Pair, Scalar, Style};
use super::problem::Problem;
use super::scanner::{Scanned, Scanner};
use super::token::{Mark, Token, TokenKind};

/// Nodes may lie this deep in one another.
const DEEPEST: usize = 100;

/// What aliases may repeat altogether, in nodes, long texts counted several times.
const MOST_REPEATED: usize = 500_000;
/// How many bytes of text count as one node.
const TEXT: usize = 64;

/// Reads one document. The tree holds what could be read before the first problem, if any.
#[must_use]
pub fn read(text: &Text) -> Parsed<Option<Arc<Node>>> {
    if let Some(problem) = unprintable(text.content()) {
        return Parsed {
            tree: None,
            diagnostics: vec![problem.diagnostic(text)],
        };
    }
    let mut composer = Composer::new(text.content());
    let tree = composer.document();
    let diagnostics = composer.problem.map(|problem| problem.diagnostic(text));
    Parsed {
        tree,
        diagnostics: diagnostics.into_iter().collect(),
    }
}

fn unprintable(content: &str) -> Option<Problem> {
    let printable = |character: char| {
        matches!(character,
            '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    };
    let (at, character) = content
        .char_indices()
        .find(|(_, character)| !printable(*character))?;
    let message = format!(
        "the character U+{:04X} is not allowed in YAML",
        u32::from(character)
    );
    Some(Problem::new(at, message).help("remove it, or write it as an escape in double quotes"))
}

pub(super) struct Composer {
    pub(super) scanner: Scanner,
    anchors: HashMap<Arc<str>, Option<Anchored>>,
    prefixes: HashMap<Arc<str>, Arc<str>>,
    pub(super) problem: Option<Problem>,
    depth: usize,
    /// How many nodes there are, those that aliases repeat included.
    weight: usize,
    /// How many of these are repeated.
    repeated: usize,
}

/// A node with an anchor, and how many nodes it stands for.
struct Anchored {
    node: Arc<Node>,
    weight: usize,
}

/// What stands before a node: its anchor and tag.
struct Properties {
    start: Mark,
    end: Mark,
    anchor: Option<Arc<str>>,
    tag: Option<Arc<str>>,
    /// Whether there is a tag, be it the one that says nothing (`!`).
    tagged: bool,
}

/// Which constructs may stand at a place.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Flow,
    Block,
    /// A block value, where a list may stand at the column of its key.
    BlockValue,
}

impl Composer {
    fn new(content: &str) -> Self {
        Self {
            scanner: Scanner::new(content),
            anchors: HashMap::new(),
            prefixes: HashMap::new(),
            problem: None,
            depth: 0,
            weight: 0,
            repeated: 0,
        }
    }

    fn document(&mut self) -> Option<Arc<Node>> {
        match self.try_document() {
            Ok(tree) => tree,
            Err(problem) => {
                self.problem.get_or_insert(problem);
                None
            }
        }
    }

    fn try_document(&mut self) -> Scanned<Option<Arc<Node>>> {
        let first = self.scanner.peek_token()?.clone();
        let explicit = self.directives()?;
        if !explicit && self.scanner.peek_token()?.kind == TokenKind::StreamEnd {
            return Ok(None);
        }
        let empty = explicit
            && matches!(
                self.scanner.peek_token()?.kind,
                TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd
            );
        let tree = match empty {
            true => {
                let at = self.scanner.peek_token()?.start;
                Arc::new(empty_scalar(at))
            }
            false => self.node(Place::Block)?,
        };
        if self.problem.is_none() {
            let end = self.end_of_document(&first);
            self.problem = end.err();
        }
        Ok(Some(tree))
    }

    /// Reads directives and `---`; tells whether there was a `---`.
    fn directives(&mut self) -> Scanned<bool> {
        let mut any = false;
        loop {
            let token = self.scanner.peek_token()?.clone();
            match token.kind {
                TokenKind::Version(1, _) | TokenKind::OtherDirective => {}
                TokenKind::Version(..) => {
                    return Err(Problem::new(
                        token.start.byte,
                        "this version of YAML is not known",
                    )
                    .help("remove the line, or write `%YAML 1.1`"));
                }
                TokenKind::TagPrefix(handle, prefix) => {
                    self.prefixes.insert(handle, prefix);
                }
                TokenKind::DocumentStart => {
                    self.scanner.take_token()?;
                    return Ok(true);
                }
                _ if any => {
                    return Err(Problem::new(
                        token.start.byte,
                        "`---` must follow a directive",
                    ));
                }
                _ => return Ok(false),
            }
            any = true;
            self.scanner.take_token()?;
        }
    }

    fn end_of_document(&mut self, first: &Token) -> Scanned<()> {
        let mut ended = false;
        while self.scanner.peek_token()?.kind == TokenKind::DocumentEnd {
            self.scanner.take_token()?;
            ended = true;
        }
        let token = self.scanner.peek_token()?.clone();
        let directive = matches!(
            token.kind,
            TokenKind::Version(..) | TokenKind::TagPrefix(..) | TokenKind::OtherDirective
        );
        match token.kind {
            TokenKind::StreamEnd => Ok(()),
            TokenKind::DocumentStart => Err(self.second_document(&token, first)),
            _ if directive => {
                self.directives()?;
                Err(self.second_document(&token, first))
            }
            _ if ended => Err(self.second_document(&token, first)),
            other => Err(Problem::new(
                token.start.byte,
                format!(
                    "{} cannot stand here: the document is complete",
                    other.noun()
                ),
            )
            .help("mend the indentation of this line")),
        }
    }

    fn second_document(&self, token: &Token, first: &Token) -> Problem {
        Problem::new(
            token.start.byte,
            "a file holds one document, here begins a second one",
        )
        .within(first.start.byte, "the first document")
        .help("remove the line `---` and what follows")
    }

    pub(super) fn node(&mut self, place: Place) -> Scanned<Arc<Node>> {
        if self.depth >= DEEPEST {
            let at = self.scanner.peek_token()?.start.byte;
            return Err(Problem::new(
                at,
                format!("more than {DEEPEST} levels in one another"),
            ));
        }
        self.depth += 1;
        let node = self.node_inside(place);
        self.depth -= 1;
        node
    }

    fn node_inside(&mut self, place: Place) -> Scanned<Arc<Node>> {
        let token = self.scanner.peek_token()?.clone();
        if let TokenKind::Alias(name) = &token.kind {
            self.scanner.take_token()?;
            return self.alias(name, &token);
        }
        let properties = self.properties()?;
        self.announce(&properties)?;
        let before = self.weight;
        let (kind, end) = self.content(place, &properties)?;
        self.weight += match &kind {
            NodeKind::Scalar(scalar) => 1 + scalar.value.len() / TEXT,
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => 1,
        };
        let span = Span::new(properties.start.byte, end);
        let node = Arc::new(Node {
            span,
            tag: properties.tag,
            kind,
        });
        if let Some(anchor) = properties.anchor {
            let weight = self.weight - before;
            let node = Arc::clone(&node);
            self.anchors.insert(anchor, Some(Anchored { node, weight }));
        }
        Ok(node)
    }

    fn alias(&mut self, name: &Arc<str>, token: &Token) -> Scanned<Arc<Node>> {
        match self.anchors.get(name) {
            Some(Some(Anchored { node, weight })) => {
                self.weight = self.weight.saturating_add(*weight);
                self.repeated = self.repeated.saturating_add(*weight);
                match self.repeated > MOST_REPEATED {
                    true => Err(repeats_too_much(name, token)),
                    false => Ok(Arc::clone(node)),
                }
            }
            Some(None) => Err(Problem::new(
                token.start.byte,
                format!("`*{name}` stands inside `&{name}`"),
            )),
            None => {
                let mut known: Vec<&str> = self.anchors.keys().map(|name| &**name).collect();
                known.sort_unstable();
                let problem = Problem::new(
                    token.start.byte,
                    format!("no anchor `&{name}` stands before"),
                );
                match source::nearest(name, known).first() {
                    Some(best) => Err(problem.help(format!("did you mean `*{best}`?"))),
                    None => Err(problem),
                }
            }
        }
    }

    fn announce(&mut self, properties: &Properties) -> Scanned<()> {
        let Some(anchor) = &properties.anchor else {
            return Ok(());
        };
        if let Some(first) = self.anchors.get(anchor) {
            let problem = Problem::new(
                properties.start.byte,
                format!("the anchor `&{anchor}` occurs a second time"),
            );
            return Err(match first {
                Some(first) => problem.within(first.node.span.start, "the first one"),
                None => problem,
            });
        }
        self.anchors.insert(Arc::clone(anchor), None);
        Ok(())
    }

    fn properties(&mut self) -> Scanned<Properties> {
        let start = self.scanner.peek_token()?.start;
        let mut found = Properties {
            start,
            end: start,
            anchor: None,
            tag: None,
            tagged: false,
        };
        loop {
            let token = self.scanner.peek_token()?.clone();
            match token.kind {
                TokenKind::Anchor(name) if found.anchor.is_none() => found.anchor = Some(name),
                TokenKind::Tag(handle, suffix) if !found.tagged => {
                    found.tagged = true;
                    found.tag = self.tag(handle.as_deref(), &suffix, &token.start)?;
                }
                _ => return Ok(found),
            }
            found.end = token.end;
            self.scanner.take_token()?;
        }
    }

    fn tag(&self, handle: Option<&str>, suffix: &str, at: &Mark) -> Scanned<Option<Arc<str>>> {
        let Some(handle) = handle else {
            return Ok((suffix != "!").then(|| Arc::from(suffix)));
        };
        let prefix = match (self.prefixes.get(handle), handle) {
            (Some(prefix), _) => &**prefix,
            (None, "!") => "!",
            (None, "!!") => "tag:yaml.org,2002:",
            _ => {
                return Err(Problem::new(
                    at.byte,
                    format!("the tag handle `{handle}` is unknown"),
                ));
            }
        };
        Ok(Some(Arc::from(format!("{prefix}{suffix}"))))
    }

    fn content(&mut self, place: Place, before: &Properties) -> Scanned<(NodeKind, usize)> {
        let token = self.scanner.peek_token()?.clone();
        match token.kind {
            TokenKind::BlockEntry if place == Place::BlockValue => self.list_at_key_column(&token),
            TokenKind::Scalar(scalar) => {
                self.scanner.take_token()?;
                Ok((NodeKind::Scalar(scalar), token.end.byte))
            }
            TokenKind::FlowSequenceStart => self.flow_sequence(&token),
            TokenKind::FlowMappingStart => self.flow_mapping(&token),
            TokenKind::BlockSequenceStart if place != Place::Flow => self.block_sequence(&token),
            TokenKind::BlockMappingStart if place != Place::Flow => self.block_mapping(&token),
            _ if before.anchor.is_some() || before.tagged => {
                Ok((empty_scalar(before.start).kind, before.end.byte))
            }
            other => Err(Problem::new(
                token.start.byte,
                format!("a value was expected here, not {}", other.noun()),
            )),
        }
    }

    /// Keeps the first problem; tells whether reading may go on.
    pub(super) fn kept<T>(&mut self, result: Scanned<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problem.get_or_insert(problem);
                None
            }
        }
    }

    pub(super) fn next_is(&mut self, kinds: &[TokenKind]) -> Scanned<bool> {
        let next = &self.scanner.peek_token()?.kind;
        Ok(kinds.contains(next))
    }

    /// A node, or an empty scalar at `end` when one of `without` comes.
    pub(super) fn node_unless(
        &mut self,
        without: &[TokenKind],
        end: Mark,
        place: Place,
    ) -> Scanned<Arc<Node>> {
        match self.next_is(without)? {
            true => Ok(Arc::new(empty_scalar(end))),
            false => self.node(place),
        }
    }

    fn block_sequence(&mut self, start: &Token) -> Scanned<(NodeKind, usize)> {
        self.scanner.take_token()?;
        let mut items = Vec::new();
        let mut end = start.end.byte;
        while self.problem.is_none() {
            let item = self.block_item(start, &mut end);
            match self.kept(item).flatten() {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok((NodeKind::Sequence(items), end))
    }

    fn block_item(&mut self, start: &Token, end: &mut usize) -> Scanned<Option<Arc<Node>>> {
        let token = self.scanner.take_token()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let without = [TokenKind::BlockEntry, TokenKind::BlockEnd];
                let item = self.node_unless(&without, token.end, Place::Block)?;
                *end = item.span.end.max(token.end.byte);
                Ok(Some(item))
            }
            TokenKind::BlockEnd => Ok(None),
            other => Err(unexpected(&other, token.start, "the list", start.start)),
        }
    }

    fn list_at_key_column(&mut self, start: &Token) -> Scanned<(NodeKind, usize)> {
        let mut items = Vec::new();
        let mut end = start.end.byte;
        while self.problem.is_none() && self.next_is(&[TokenKind::BlockEntry])? {
            let token = self.scanner.take_token()?;
            let without = [
                TokenKind::BlockEntry,
                TokenKind::Key,
                TokenKind::Value,
                TokenKind::BlockEnd,
            ];
            let item = self.node_unless(&without, token.end, Place::Block);
            let Some(item) = self.kept(item) else { break };
            end = item.span.end.max(token.end.byte);
            items.push(item);
        }
        Ok((NodeKind::Sequence(items), end))
    }

    fn block_mapping(&mut self, start: &Token) -> Scanned<(NodeKind, usize)> {
        self.scanner.take_token()?;
        let mut pairs = Vec::new();
        let mut end = start.end.byte;
        while self.problem.is_none() {
            let pair = self.block_pair(start, &mut pairs);
            if self.kept(pair) != Some(true) {
                break;
            }
        }
        if let Some((_, value)) = pairs.last() {
            end = end.max(value.span.end);
        }
        Ok((NodeKind::Mapping(pairs), end))
    }

    fn block_pair(&mut self, start: &Token, pairs: &mut Vec<Pair>) -> Scanned<bool> {
        let without = [TokenKind::Key, TokenKind::Value, TokenKind::BlockEnd];
        let token = self.scanner.take_token()?;
        match token.kind {
            TokenKind::Key => {}
            TokenKind::BlockEnd => return Ok(false),
            other => return Err(unexpected(&other, token.start, "the mapping", start.start)),
        }
        let key = self.node_unless(&without, token.end, Place::BlockValue)?;
        let next = self.scanner.peek_token()?.clone();
        let value = match next.kind {
            TokenKind::Value => {
                self.scanner.take_token()?;
                self.node_unless(&without, next.end, Place::BlockValue)
            }
            _ => Ok(Arc::new(empty_scalar(next.start))),
        };
        match value {
            Ok(value) => pairs.push((key, value)),
            Err(problem) => {
                pairs.push((key, Arc::new(empty_scalar(next.end))));
                return Err(problem);
            }
        }
        Ok(true)
    }
}

fn repeats_too_much(name: &str, token: &Token) -> Problem {
    let message = format!("up to `*{name}` aliases repeat more than {MOST_REPEATED} values");
    Problem::new(token.start.byte, message)
        .help("write what is shared into `mixins` or `defaults`, where it is kept once")
}

fn unexpected(found: &TokenKind, at: Mark, what: &str, start: Mark) -> Problem {
    let message = match found {
        TokenKind::BlockMappingStart | TokenKind::BlockSequenceStart => {
            "the indentation of this line fits no line before it".to_owned()
        }
        other => format!("{what} cannot go on with {}", other.noun()),
    };
    Problem::new(at.byte, message)
        .within(start.byte, format!("{what} begins here"))
        .help("mend the indentation of this line")
}

pub(super) fn empty_scalar(at: Mark) -> Node {
    let offsets = Offsets::new(vec![(0, at.byte)]);
    let scalar = Scalar {
        value: Arc::from(""),
        style: Style::Plain,
        offsets,
    };
    Node {
        span: Span::at(at.byte),
        tag: None,
        kind: NodeKind::Scalar(scalar),
    }
}
