//! The paper a picture is made for.

use serde::{Deserialize, Serialize};

/// The paper; a picture wider than high lies on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// As large as the picture.
    #[default]
    Fit,
    /// 210 × 297 mm.
    A4,
    /// 297 × 420 mm.
    A3,
    /// 8.5 × 11 inches.
    Letter,
}

/// How a page lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orientation {
    /// As fits the picture.
    #[default]
    Auto,
    /// Higher than wide.
    Portrait,
    /// Wider than high.
    Landscape,
}

/// A page and how it lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The page.
    pub page: Page,
    /// How it lies.
    #[serde(default)]
    pub orientation: Orientation,
}

impl From<Page> for Paper {
    fn from(page: Page) -> Self {
        Self {
            page,
            orientation: Orientation::Auto,
        }
    }
}

impl Paper {
    /// The width and height in points for a picture of this shape; none where the
    /// page has no size of its own.
    pub(crate) fn size(self, picture: (f32, f32)) -> Option<(f32, f32)> {
        let shape = match self.orientation {
            Orientation::Auto => picture,
            Orientation::Portrait => (1.0, 2.0),
            Orientation::Landscape => (2.0, 1.0),
        };
        self.page.size(shape)
    }

    /// The height of the printed part as a share of its width.
    pub(crate) fn ratio(self, picture: (f32, f32)) -> Option<f32> {
        let (width, height) = self.size(picture)?;
        Some((height - 2.0 * Page::BORDER) / (width - 2.0 * Page::BORDER))
    }
}

impl Page {
    /// The white border of a sheet of paper, in points.
    pub(crate) const BORDER: f32 = 18.0;

    /// The width and height in points for a picture of this shape; none where the
    /// page has no size of its own.
    pub(crate) fn size(self, (width, height): (f32, f32)) -> Option<(f32, f32)> {
        let (short, long) = match self {
            Self::Fit => return None,
            Self::A4 => (595.28, 841.89),
            Self::A3 => (841.89, 1190.55),
            Self::Letter => (612.0, 792.0),
        };
        Some(if width > height {
            (long, short)
        } else {
            (short, long)
        })
    }
}
