//! How a platform on one computer runs jobs. Only ours tells; the cloud has no such answer.

use serde::{Deserialize, Serialize};

/// The answer of `GET runner`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalRunner {
    /// Whether jobs run in their images. If not, images need not be there.
    pub uses_images: bool,
    /// In words, and why not otherwise.
    pub description: String,
}
