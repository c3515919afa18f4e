//! The expression language of flows: `${{ … }}` and `$[[ … ]]` inside texts.
//!
//! [`parse_template`] turns a text into a [`Template`] and diagnostics, [`evaluate()`] turns the
//! template into a [`Value`] with the contexts of a [`Scope`] and the help of a [`World`].
//! Nothing here reads YAML, touches a disk or asks the platform.
//!
//! ```
//! use expression::{Dict, Nowhere, evaluate, parse_text};
//! use source::Text;
//!
//! let parsed = parse_text(&Text::new("live.yml", "train --lr ${{ params.lr }}"));
//! let params: Dict = [("lr", "0.1")].into_iter().collect();
//! let contexts: Dict = [("params", params)].into_iter().collect();
//! let value = evaluate(&parsed.tree, &contexts, &mut Nowhere)?;
//! assert_eq!(value, "train --lr 0.1".into());
//! # Ok::<(), expression::EvalError>(())
//! ```
//!
//! What is not known yet (a parameter nobody has given, an output of a running task) is a
//! [`Value::Unknown`] in a context; an expression that reads it fails with an error that
//! [says so](EvalError::is_unknown). [`Field`] reads a whole scalar as a typed field,
//! [`references`] tells what a text depends on, [`validate`] checks it before it is evaluated, and
//! [`functions()`] is the catalogue for people. `COMPATIBILITY.md` lists where we mean to differ
//! from the official tools; [`conformance`] replays what they answered.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

pub mod conformance;
mod error;
mod evaluate;
mod field;
mod form;
mod format;
mod function;
mod functions;
mod lexer;
mod limit;
mod literal;
mod operators;
mod parser;
mod percent;
mod print;
mod reference;
mod resource;
mod scope;
mod shape;
mod spec;
pub mod tree;
pub mod value;
mod world;

pub use error::EvalError;
pub use evaluate::{Piece, evaluate, evaluate_node, evaluate_pieces};
pub use field::{Content, Field, Scalar};
pub use form::{FieldType, Form, Item, check_id, shell_quoted};
pub use function::{Function, Parameter, function, function_names, functions};
pub use functions::volume;
pub use parser::{DEEPEST, parse_template, parse_text};
pub use reference::{Reference, Step, references};
pub use scope::{Found, Layered, NoScope, Scope};
pub use shape::{Absent, Shape, validate};
pub use tree::{Node, Part, Template};
pub use value::{
    Cause, Dict, Key, LocalPath, Record, RemotePath, Set, Unknown, Uri, UriError, Value,
};
pub use world::{Entry, EntryKind, Home, Nowhere, World, WorldError};
