//! DOT as Graphviz and the tools around it write it.
//!
//! Nodes, arrows, clusters, labels, colours and links are read; what only
//! steers Graphviz's own layout is left out, and a hint says so.

use std::fmt;

use thiserror::Error;

use crate::{graph::Graph, layout::Direction};

mod attribute;
mod color;
mod color_names;
mod draft;
mod finish;
mod label;
mod mark_up;
mod parser;
mod token;

/// What a DOT file says.
#[derive(Debug, Clone, PartialEq)]
pub struct DotDrawing {
    /// Its nodes, arrows and clusters.
    pub graph: Graph,
    /// Which way it runs, where the file says so.
    pub direction: Option<Direction>,
    /// The label of the whole graph, else its name; may be empty.
    pub title: String,
    /// What was read in another way than Graphviz would, for people.
    pub hints: Vec<String>,
}

/// A place in a text, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a text is no DOT, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {problem}")]
pub struct DotError {
    /// Where it went wrong.
    pub place: Place,
    /// What is wrong, and what to do.
    pub problem: DotProblem,
}

/// What is wrong with a DOT file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DotProblem {
    /// The file does not begin like DOT.
    #[error("this is no DOT file: it has to begin with `digraph {{`, but begins with {found}")]
    NotDot {
        /// What stands there.
        found: String,
    },
    /// Something else was due.
    #[error("{found} stands where {expected} should be")]
    Expected {
        /// What is due.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A brace has no partner.
    #[error("this `{{` is never closed: add a `}}` where it ends")]
    OpenBrace,
    /// A comment has no end.
    #[error("this comment is never closed: add `*/` where it ends")]
    OpenComment,
    /// A quoted string has no end.
    #[error(
        "this string is never closed: add `\"` where it ends, and write `\\\"` for a quote in it"
    )]
    OpenString,
    /// An HTML string has no end.
    #[error(
        "this HTML label is never closed: each `<` needs a `>`; write `&lt;` for the sign itself"
    )]
    OpenHtml,
    /// A character that has no meaning.
    #[error(
        "`{character}` means nothing here: put names with such characters between double quotes"
    )]
    OddCharacter {
        /// The character.
        character: char,
    },
    /// A name begins like a number.
    #[error("`{name}` begins like a number and goes on as a name: put it between double quotes")]
    NumberAndName {
        /// The beginning of the name.
        name: String,
    },
    /// A `+` that joins nothing.
    #[error("`+` joins two strings: write a string between double quotes after it")]
    NothingToJoin,
    /// The arrow of the other kind of graph.
    #[error("`{found}` is for a {}: write `{}` here", if *directed {"graph without directions"} else {"digraph"}, if *directed {"->"} else {"--"})]
    WrongArrow {
        /// What stands there.
        found: &'static str,
        /// Whether the graph is a digraph.
        directed: bool,
    },
    /// Subgraphs lie too deep in each other.
    #[error("more than {most} braces lie in each other here: draw a flatter graph")]
    TooDeep {
        /// What is allowed.
        most: usize,
    },
    /// The graph is larger than anybody could look at.
    #[error("the graph has more than {most} {things}: draw a part of it")]
    TooMany {
        /// What is allowed.
        most: usize,
        /// What there is too much of.
        things: &'static str,
    },
}

/// A problem at a byte of the text.
#[derive(Debug)]
struct Fault {
    at: usize,
    problem: DotProblem,
}

/// Reads the first graph of a DOT text.
///
/// # Errors
/// Says with line and column what Graphviz would not read, or what is too large.
pub fn dot(text: &str) -> Result<DotDrawing, DotError> {
    let draft = parser::read(text).map_err(|fault| DotError {
        place: place_of(text, fault.at),
        problem: fault.problem,
    })?;
    Ok(finish::drawing(draft))
}

fn place_of(text: &str, at: usize) -> Place {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let characters = before[line_start..]
        .iter()
        .filter(|byte| **byte & 0xC0 != 0x80);
    Place {
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: characters.count() + 1,
    }
}
