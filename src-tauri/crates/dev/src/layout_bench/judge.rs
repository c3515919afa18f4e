//! Judges drawings, all by the same rules.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::crossing;
use super::drawing::{Drawing, Spot};

/// What can be said about a drawing in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) nodes: usize,
    pub(crate) edges: usize,
    /// Pairs of lines without a common end that cross.
    pub(crate) crossings: usize,
    /// Lines that run through a foreign box.
    pub(crate) through: usize,
    /// Pairs of boxes that overlap.
    pub(crate) overlaps: usize,
    /// Arrows against the direction.
    pub(crate) upward: usize,
    /// All lines together, in heights of a box.
    pub(crate) length: f64,
    /// The whole, in areas of a box.
    pub(crate) area: f64,
    pub(crate) aspect: f64,
}

impl Verdict {
    pub(crate) fn json(&self) -> Value {
        json!({
            "nodes": self.nodes, "edges": self.edges, "crossings": self.crossings,
            "through": self.through, "overlaps": self.overlaps, "upward": self.upward,
            "length": self.length.round(), "area": self.area.round(),
            "aspect": (self.aspect * 100.0).round() / 100.0,
        })
    }
}

/// Looks at everything.
pub(crate) fn judge(drawing: &Drawing) -> Verdict {
    let room = Room::new(drawing);
    let [left, top, right, bottom] = bounds(drawing);
    let (width, height) = (right - left, bottom - top);
    let heights = middle(drawing.boxes.iter().map(|b| b[3] - b[1]));
    let areas = middle(drawing.boxes.iter().map(|b| (b[3] - b[1]) * (b[2] - b[0])));
    let length: f64 = pieces(drawing)
        .map(|(_, a, b)| (a.0 - b.0).hypot(a.1 - b.1))
        .sum();
    Verdict {
        nodes: drawing.boxes.len(),
        edges: drawing.lines.len(),
        crossings: crossing::crossings(drawing, room.cell),
        through: room.through(drawing),
        overlaps: room.overlaps(drawing),
        upward: upward(drawing),
        length: length / heights,
        area: width * height / areas,
        aspect: width / height,
    }
}

fn bounds(drawing: &Drawing) -> [f64; 4] {
    let empty = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    drawing.boxes.iter().fold(empty, |all, b| {
        [
            all[0].min(b[0]),
            all[1].min(b[1]),
            all[2].max(b[2]),
            all[3].max(b[3]),
        ]
    })
}

fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(1.0)
}

/// Every straight piece with the number of its line.
pub(crate) fn pieces(drawing: &Drawing) -> impl Iterator<Item = (usize, Spot, Spot)> + '_ {
    let lines = drawing.lines.iter().enumerate();
    lines.flat_map(|(number, line)| line.points.windows(2).map(move |p| (number, p[0], p[1])))
}

fn upward(drawing: &Drawing) -> usize {
    let centre =
        |number: usize, axis: usize| drawing.boxes[number][axis] + drawing.boxes[number][axis + 2];
    let forth = |axis: usize| {
        let lines = drawing.lines.iter();
        lines
            .filter(|line| centre(line.to, axis) > centre(line.from, axis))
            .count()
    };
    drawing.lines.len() - forth(0).max(forth(1))
}

/// Boxes by the cells of a grid.
struct Room {
    cell: f64,
    boxes: BTreeMap<(i64, i64), Vec<usize>>,
}

/// The cells between two values.
#[expect(
    clippy::cast_possible_truncation,
    reason = "drawings are far smaller than 2^63 cells"
)]
fn cells(a: f64, b: f64, cell: f64) -> std::ops::RangeInclusive<i64> {
    (a.min(b) / cell).floor() as i64..=(a.max(b) / cell).floor() as i64
}

impl Room {
    fn new(drawing: &Drawing) -> Self {
        let sizes = drawing
            .boxes
            .iter()
            .flat_map(|b| [b[2] - b[0], b[3] - b[1]]);
        let cell = sizes.fold(0.5_f64, f64::max) * 2.0;
        let mut boxes: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
        for (number, b) in drawing.boxes.iter().enumerate() {
            for place in met((b[0], b[1]), (b[2], b[3]), cell) {
                boxes.entry(place).or_default().push(number);
            }
        }
        Self { cell, boxes }
    }

    fn overlaps(&self, drawing: &Drawing) -> usize {
        let mut found = HashSet::new();
        for near in self.boxes.values() {
            for (at, &one) in near.iter().enumerate() {
                let others = near[at + 1..].iter().copied();
                let over =
                    others.filter(|other| overlap(drawing.boxes[one], drawing.boxes[*other]));
                found.extend(over.map(|other| (one.min(other), one.max(other))));
            }
        }
        found.len()
    }

    fn through(&self, drawing: &Drawing) -> usize {
        let mut found = HashSet::new();
        for (number, a, b) in pieces(drawing) {
            let line = &drawing.lines[number];
            for cell in met(a, b, self.cell) {
                let near = self.boxes.get(&cell).into_iter().flatten().copied();
                let foreign = near.filter(|other| *other != line.from && *other != line.to);
                let hit = foreign.filter(|other| hits(a, b, drawing.boxes[*other]));
                found.extend(hit.map(|other| (number, other)));
            }
        }
        found.len()
    }
}

/// The cells of the smallest box around a piece.
pub(crate) fn met(a: Spot, b: Spot, cell: f64) -> impl Iterator<Item = (i64, i64)> {
    let rows = cells(a.1, b.1, cell);
    cells(a.0, b.0, cell).flat_map(move |x| rows.clone().map(move |y| (x, y)))
}

/// Whether boxes share more than a pixel's breadth.
fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
    let shared = |low: usize| {
        let off = (a[low] + a[low + 2] - b[low] - b[low + 2]).abs();
        off < a[low + 2] - a[low] + b[low + 2] - b[low] - 1.0
    };
    shared(0) && shared(1)
}

/// Whether a piece runs through a box, the outermost pixel left out.
fn hits(a: Spot, b: Spot, sides: [f64; 4]) -> bool {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let axes = [
        (a.0, b.0 - a.0, sides[0] + 1.0, sides[2] - 1.0),
        (a.1, b.1 - a.1, sides[1] + 1.0, sides[3] - 1.0),
    ];
    for (start, delta, from, to) in axes {
        if delta.abs() < 1e-9 {
            if start <= from || start >= to {
                return false;
            }
            continue;
        }
        let (one, two) = ((from - start) / delta, (to - start) / delta);
        low = low.max(one.min(two));
        high = high.min(one.max(two));
        if low >= high {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Line;
    use super::*;

    fn line(from: usize, to: usize, points: &[Spot]) -> Line {
        Line {
            from,
            to,
            points: points.to_vec(),
        }
    }

    fn four() -> Drawing {
        let at = |x: f64, y: f64| [x, y, x + 100.0, y + 40.0];
        Drawing {
            boxes: vec![
                at(0.0, 0.0),
                at(0.0, 100.0),
                at(200.0, 0.0),
                at(200.0, 100.0),
            ],
            lines: Vec::new(),
        }
    }

    #[test]
    fn slanted_and_upright_crossings_count_once_for_each_pair() {
        let mut drawing = four();
        drawing.lines = vec![
            line(0, 3, &[(100.0, 20.0), (200.0, 120.0)]),
            line(1, 2, &[(100.0, 120.0), (200.0, 20.0)]),
        ];
        assert_eq!(judge(&drawing).crossings, 1);
        drawing.lines = vec![
            line(
                0,
                3,
                &[(100.0, 20.0), (150.0, 20.0), (150.0, 120.0), (200.0, 120.0)],
            ),
            line(
                1,
                2,
                &[(100.0, 120.0), (130.0, 120.0), (130.0, 10.0), (200.0, 10.0)],
            ),
        ];
        assert_eq!(judge(&drawing).crossings, 1);
        drawing.lines[1].to = 3;
        assert_eq!(judge(&drawing).crossings, 0);
    }

    #[test]
    fn overlaps_and_lines_through_boxes_and_back_are_seen() {
        let mut drawing = four();
        drawing.lines = vec![line(2, 1, &[(250.0, 20.0), (50.0, 20.0), (50.0, 120.0)])];
        drawing.boxes[3] = [150.0, 10.0, 250.0, 50.0];
        let verdict = judge(&drawing);
        assert_eq!((verdict.through, verdict.overlaps), (2, 1));
        assert_eq!(verdict.upward, 0);
        drawing.boxes[1] = [0.0, -90.0, 100.0, -50.0];
        assert_eq!(judge(&drawing).upward, 1);
    }
}
