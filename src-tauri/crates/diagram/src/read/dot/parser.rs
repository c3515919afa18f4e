//! Tokens → a draft of the graph.

use super::{
    DotProblem, Fault,
    attribute::{Attributes, Key},
    draft::{Draft, Part},
    token::{Token, Tokens, Word, WordKind},
};

/// Deeper braces than these are refused.
const MOST_DEPTH: usize = 200;

/// Reads the first graph of the text.
pub(super) fn read(text: &str) -> Result<Draft<'_>, Fault> {
    let mut tokens = Tokens::new(text);
    let (token, at) = tokens.next()?;
    let mut parser = Parser {
        tokens,
        token,
        at,
        draft: Draft::default(),
    };
    parser.file()?;
    Ok(parser.draft)
}

struct Parser<'t> {
    tokens: Tokens<'t>,
    /// The token that is not taken yet, and where it begins.
    token: Token<'t>,
    at: usize,
    draft: Draft<'t>,
}

/// What new things get in a part of the file.
#[derive(Debug, Clone, Default)]
struct Defaults<'t> {
    node: Attributes<'t>,
    edge: Attributes<'t>,
    graph: Attributes<'t>,
}

impl<'t> Parser<'t> {
    fn file(&mut self) -> Result<(), Fault> {
        self.draft.strict = self.take_keyword("strict")?;
        self.draft.directed = self.take_keyword("digraph")?;
        if !self.draft.directed && !self.take_keyword("graph")? {
            let found = self.token.shown();
            return Err(self.fault(DotProblem::NotDot { found }));
        }
        if let Token::Word(word) = &self.token {
            self.draft.name = word.text.clone();
            self.take()?;
        }
        self.draft.parts.push(Part::default());
        self.body((0, 0), Defaults::default())?;
        let more = ["strict", "graph", "digraph"];
        self.draft.more = more.iter().any(|word| self.is_keyword(word));
        if self.draft.more || self.token == Token::End {
            return Ok(());
        }
        Err(self.expected("the end of the file"))
    }

    /// `{ statements }` of a part.
    fn body(
        &mut self,
        (part, depth): (usize, usize),
        mut defaults: Defaults<'t>,
    ) -> Result<(), Fault> {
        let open = self.at;
        if depth > MOST_DEPTH {
            return Err(self.fault(DotProblem::TooDeep { most: MOST_DEPTH }));
        }
        self.need('{', "`{`")?;
        loop {
            match &self.token {
                Token::Sign('}') => return self.take().map(|_| ()),
                Token::Sign(';') => {
                    self.take()?;
                }
                Token::End => {
                    let problem = DotProblem::OpenBrace;
                    return Err(Fault { at: open, problem });
                }
                _ => self.statement((part, depth), &mut defaults)?,
            }
        }
    }

    fn statement(
        &mut self,
        (part, depth): (usize, usize),
        defaults: &mut Defaults<'t>,
    ) -> Result<(), Fault> {
        if self.take_keyword("node")? {
            return self.attributes(&mut defaults.node);
        }
        if self.take_keyword("edge")? {
            return self.attributes(&mut defaults.edge);
        }
        if self.take_keyword("graph")? {
            return self.graph_attributes(part, defaults);
        }
        if self.is_keyword("subgraph") || self.token == Token::Sign('{') {
            let inner = self.subgraph((part, depth), defaults)?;
            return self.arrows(Ends::Part(inner), (part, depth), defaults);
        }
        let name = self.word("a node, an arrow, an attribute or `}`")?;
        if self.token == Token::Sign('=') {
            self.take()?;
            let value = self.word("the value of the attribute")?;
            if let Some(key) = Key::named(&name.text) {
                defaults.graph.set(key, value.clone());
                self.draft.parts[part].attributes.set(key, value);
            }
            return Ok(());
        }
        let node = self.node(name, part, defaults)?;
        if matches!(self.token, Token::Arrow | Token::Line) {
            return self.arrows(Ends::Node(node), (part, depth), defaults);
        }
        let mut own = Attributes::default();
        self.attributes(&mut own)?;
        self.draft.nodes[node].attributes.set_all(&own);
        Ok(())
    }

    fn graph_attributes(&mut self, part: usize, defaults: &mut Defaults<'t>) -> Result<(), Fault> {
        let mut own = Attributes::default();
        self.attributes(&mut own)?;
        defaults.graph.set_all(&own);
        self.draft.parts[part].attributes.set_all(&own);
        Ok(())
    }

    /// `subgraph NAME { … }`, `{ … }`, or only `subgraph NAME`.
    fn subgraph(
        &mut self,
        (part, depth): (usize, usize),
        defaults: &Defaults<'t>,
    ) -> Result<usize, Fault> {
        let mut name = None;
        if self.take_keyword("subgraph")?
            && let Token::Word(word) = &self.token
        {
            name = Some(word.text.clone());
            self.take()?;
        }
        let only_named = name.is_some() && self.token != Token::Sign('{');
        let made = self.draft.parts.len();
        let inner = self
            .draft
            .part(name, part)
            .map_err(|problem| self.fault(problem))?;
        if inner == made {
            self.inherit(inner, defaults);
        }
        if !only_named {
            self.body((inner, depth + 1), defaults.clone())?;
        }
        Ok(inner)
    }

    /// Colours and styles of a part go on in the parts within; its label does not.
    fn inherit(&mut self, inner: usize, defaults: &Defaults<'t>) {
        for key in [Key::Color, Key::FillColor, Key::Style] {
            if let Some(word) = defaults.graph.word(key) {
                self.draft.parts[inner].attributes.set(key, word.clone());
            }
        }
    }

    /// `-> end -> end [attributes]`, after the first end.
    fn arrows(
        &mut self,
        first: Ends,
        (part, depth): (usize, usize),
        defaults: &mut Defaults<'t>,
    ) -> Result<(), Fault> {
        let start = self.at;
        let mut ends = vec![first];
        while let Some(found) = self.arrow()? {
            if (found == "->") != self.draft.directed {
                let directed = self.draft.directed;
                return Err(self.fault(DotProblem::WrongArrow { found, directed }));
            }
            self.take()?;
            ends.push(
                if self.is_keyword("subgraph") || self.token == Token::Sign('{') {
                    Ends::Part(self.subgraph((part, depth), defaults)?)
                } else {
                    let name = self.word("the node at the end of the arrow")?;
                    Ends::Node(self.node(name, part, defaults)?)
                },
            );
        }
        if ends.len() == 1 {
            return Ok(());
        }
        let mut attributes = defaults.edge.clone();
        self.attributes(&mut attributes)?;
        let joined = self.join(&ends, &attributes);
        joined.map_err(|problem| Fault { at: start, problem })
    }

    fn arrow(&self) -> Result<Option<&'static str>, Fault> {
        Ok(match self.token {
            Token::Arrow => Some("->"),
            Token::Line => Some("--"),
            _ => None,
        })
    }

    fn join(&mut self, ends: &[Ends], attributes: &Attributes<'t>) -> Result<(), DotProblem> {
        let mut tails = self.nodes_of(&ends[0])?;
        for end in &ends[1..] {
            let heads = self.nodes_of(end)?;
            for from in &tails {
                for to in &heads {
                    self.draft.edge((*from, *to), attributes)?;
                }
            }
            tails = heads;
        }
        Ok(())
    }

    fn nodes_of(&mut self, end: &Ends) -> Result<Vec<usize>, DotProblem> {
        match end {
            Ends::Node(node) => Ok(vec![*node]),
            Ends::Part(part) => self.draft.members(*part),
        }
    }

    /// The node of this name, after its port.
    fn node(
        &mut self,
        name: Word<'t>,
        part: usize,
        defaults: &Defaults<'t>,
    ) -> Result<usize, Fault> {
        let node = self.draft.node(name.text, part, &defaults.node);
        let node = node.map_err(|problem| self.fault(problem))?;
        for _ in 0..2 {
            if self.token == Token::Sign(':') {
                self.take()?;
                self.word("the name of a port")?;
            }
        }
        Ok(node)
    }

    /// Any number of `[name=value, …]`.
    fn attributes(&mut self, into: &mut Attributes<'t>) -> Result<(), Fault> {
        while self.token == Token::Sign('[') {
            self.take()?;
            while self.token != Token::Sign(']') {
                let name = self.word("the name of an attribute or `]`")?;
                self.need('=', "`=` and the value of the attribute")?;
                let value = self.word("the value of the attribute")?;
                if let Some(key) = Key::named(&name.text) {
                    into.set(key, value);
                }
                if matches!(self.token, Token::Sign(',' | ';')) {
                    self.take()?;
                }
            }
            self.take()?;
        }
        Ok(())
    }

    fn word(&mut self, expected: &'static str) -> Result<Word<'t>, Fault> {
        match self.take_if(|token| matches!(token, Token::Word(_)))? {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(self.expected(expected)),
        }
    }

    fn need(&mut self, sign: char, expected: &'static str) -> Result<(), Fault> {
        match self.take_if(|token| *token == Token::Sign(sign))? {
            Some(_) => Ok(()),
            None => Err(self.expected(expected)),
        }
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(&self.token, Token::Word(word)
            if word.kind == WordKind::Bare && word.text.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> Result<bool, Fault> {
        let there = self.is_keyword(keyword);
        if there {
            self.take()?;
        }
        Ok(there)
    }

    fn take_if(
        &mut self,
        fits: impl FnOnce(&Token<'t>) -> bool,
    ) -> Result<Option<Token<'t>>, Fault> {
        if fits(&self.token) {
            return self.take().map(Some);
        }
        Ok(None)
    }

    fn take(&mut self) -> Result<Token<'t>, Fault> {
        let (next, at) = self.tokens.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn expected(&self, expected: &'static str) -> Fault {
        let found = self.token.shown();
        self.fault(DotProblem::Expected { expected, found })
    }

    fn fault(&self, problem: DotProblem) -> Fault {
        Fault {
            at: self.at,
            problem,
        }
    }
}

/// One end of arrows.
enum Ends {
    Node(usize),
    /// All nodes of a subgraph.
    Part(usize),
}
