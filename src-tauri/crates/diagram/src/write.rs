//! Writers: the display list as SVG, PDF and PNG, the graph as DOT and
//! Mermaid, and the graph with its places as JSON.
//!
//! They return text or bytes; the caller decides where these go.

mod dot;
mod json;
mod mermaid;
mod nesting;
mod pdf;
mod png;
mod svg;

pub use dot::dot;
pub(crate) use dot::{EDGE, FRAME, FRAME_GROUND};
pub use json::json;
pub use mermaid::mermaid;
pub use pdf::{PdfOptions, pdf, pdf_of};
pub use png::{PngError, png};
pub use svg::{svg, svg_titled};
