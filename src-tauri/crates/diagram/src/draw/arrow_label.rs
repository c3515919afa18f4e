//! Words on arrows: where neither a box nor other words are, else only in the tip.

use crate::{
    display::{Anchor, Detail, Mark, TextMark},
    font::Face,
    graph::Graph,
    layout::Layout,
    shape::{Outline, Point, Rect},
};

use super::{
    line::{Style, fill, from_detail},
    palette::Palette,
};

const SIZE: f32 = 10.0;
/// Longer words are shortened.
const WIDEST: f32 = 120.0;
/// Shorter pieces of a line carry no words.
const SHORTEST: f32 = 16.0;

/// Finds room for the words of one arrow after the other.
pub(super) struct Labels {
    taken: Vec<Rect>,
}

impl Labels {
    /// The boxes are taken from the start. Without words on any arrow nothing is looked at.
    pub(super) fn new(graph: &Graph, layout: &Layout) -> Self {
        let any = graph.edges.iter().any(|edge| edge.label.is_some());
        let boxes = layout.nodes.iter().filter(|_| any).map(|node| node.rect);
        Self {
            taken: boxes.collect(),
        }
    }

    /// The words on the line, and a patch of the ground under them. `points` are those of the layout,
    /// `shift` moves them to the sheet.
    pub(super) fn place(
        &mut self,
        label: &str,
        points: &[Point],
        shift: (f32, f32),
        palette: &Palette,
    ) -> Vec<Mark> {
        let style = Style::new(Face::Regular, SIZE, palette.text_second).from(Detail::Full);
        let Some(words) = style.line(label, Point::default(), WIDEST) else {
            return Vec::new();
        };
        let Some(patch) = self.free(points, words.width + 6.0) else {
            return Vec::new();
        };
        self.taken.push(patch);
        let patch = Rect::new(
            patch.x + shift.0,
            patch.y + shift.1,
            patch.width,
            patch.height,
        );
        let words = TextMark {
            at: Point::new(patch.x + patch.width / 2.0, patch.y + patch.height - 3.6),
            anchor: Anchor::Middle,
            ..words
        };
        let ground = fill(Outline::rounded(patch, 3.0), palette.ground);
        vec![from_detail(ground, Detail::Full), Mark::Text(words)]
    }

    fn free(&self, points: &[Point], width: f32) -> Option<Rect> {
        let mut pieces: Vec<(Point, Point)> =
            points.windows(2).map(|two| (two[0], two[1])).collect();
        let length = |(a, b): &(Point, Point)| (b.x - a.x).hypot(b.y - a.y);
        pieces.retain(|piece| length(piece) >= SHORTEST);
        pieces.sort_by(|a, b| length(b).total_cmp(&length(a)));
        let spots = pieces.iter().flat_map(|(a, b)| {
            let at = |share: f32| Point::new(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share);
            [0.5, 0.35, 0.65, 0.2, 0.8].map(at)
        });
        let mut patches = spots.map(|at| Rect::new(at.x - width / 2.0, at.y - 7.0, width, 14.0));
        patches.find(|patch| !self.taken.iter().any(|taken| taken.overlaps(patch)))
    }
}
