//! Finds pairs of lines that cross.

use std::collections::{BTreeMap, HashSet};

use super::drawing::{Drawing, Spot};
use super::judge::{met, pieces};

/// Pairs of lines without a common end that cross in a point inside of both.
pub(crate) fn crossings(drawing: &Drawing, cell: f64) -> usize {
    let mut found = Found {
        drawing,
        pairs: HashSet::new(),
    };
    let mut level = Vec::new();
    let mut upright = Vec::new();
    let mut slanted = Vec::new();
    for piece in pieces(drawing) {
        let (_, a, b) = piece;
        match ((a.1 - b.1).abs() < 1e-6, (a.0 - b.0).abs() < 1e-6) {
            (true, true) => {}
            (true, false) => level.push(piece),
            (false, true) => upright.push(piece),
            (false, false) => slanted.push(piece),
        }
    }
    along_axes(&level, &upright, &mut found);
    with_slanted(&slanted, level.iter().chain(&upright), cell, &mut found);
    found.pairs.len()
}

type Piece = (usize, Spot, Spot);

struct Found<'a> {
    drawing: &'a Drawing,
    pairs: HashSet<(usize, usize)>,
}

impl Found<'_> {
    fn add(&mut self, one: usize, other: usize) {
        let (a, b) = (&self.drawing.lines[one], &self.drawing.lines[other]);
        let common = a.from == b.from || a.from == b.to || a.to == b.from || a.to == b.to;
        if one != other && !common {
            self.pairs.insert((one.min(other), one.max(other)));
        }
    }
}

/// Goes from left to right and keeps the level pieces that lie open, by their height.
fn along_axes(level: &[Piece], upright: &[Piece], found: &mut Found<'_>) {
    enum What {
        End,
        Look,
        Begin,
    }
    let mut events: Vec<(f64, u8, What, usize)> = Vec::new();
    for (at, (_, a, b)) in level.iter().enumerate() {
        events.push((a.0.min(b.0), 2, What::Begin, at));
        events.push((a.0.max(b.0), 0, What::End, at));
    }
    events.extend(
        upright
            .iter()
            .enumerate()
            .map(|(at, piece)| (piece.1.0, 1, What::Look, at)),
    );
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut open: BTreeMap<(i64, usize), usize> = BTreeMap::new();
    for (_, _, what, at) in events {
        match what {
            What::Begin => {
                open.insert((exact(level[at].1.1), at), level[at].0);
            }
            What::End => {
                open.remove(&(exact(level[at].1.1), at));
            }
            What::Look => {
                let (line, a, b) = upright[at];
                let (low, high) = (exact(a.1.min(b.1)), exact(a.1.max(b.1)));
                for other in open.range((low + 1, 0)..(high, 0)).map(|(_, other)| *other) {
                    found.add(line, other);
                }
            }
        }
    }
}

/// Thousandths, as whole numbers can be sorted.
#[expect(
    clippy::cast_possible_truncation,
    reason = "drawings are far smaller than 2^63"
)]
fn exact(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

fn with_slanted<'a>(
    slanted: &'a [Piece],
    others: impl Iterator<Item = &'a Piece>,
    cell: f64,
    found: &mut Found<'_>,
) {
    if slanted.is_empty() {
        return;
    }
    let all: Vec<Piece> = slanted.iter().chain(others).copied().collect();
    let mut grid: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (at, (_, a, b)) in all.iter().enumerate() {
        for place in met(*a, *b, cell) {
            grid.entry(place).or_default().push(at);
        }
    }
    for near in grid.values() {
        for (at, &one) in near.iter().enumerate() {
            if one >= slanted.len() {
                break;
            }
            for &other in &near[at + 1..] {
                if cross(all[one], all[other]) {
                    found.add(all[one].0, all[other].0);
                }
            }
        }
    }
}

fn cross((_, p, q): Piece, (_, r, s): Piece) -> bool {
    let side = |a: Spot, b: Spot, c: Spot| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    side(p, q, r) * side(p, q, s) < 0.0 && side(r, s, p) * side(r, s, q) < 0.0
}
