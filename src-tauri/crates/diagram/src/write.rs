//! Writers: the display list as SVG, PDF and PNG, and the graph as DOT.
//!
//! They return text or bytes; the caller decides where these go.

mod dot;
mod pdf;
mod png;
mod svg;

pub use dot::dot;
pub use pdf::{PdfOptions, pdf};
pub use png::{PngError, png};
pub use svg::svg;
