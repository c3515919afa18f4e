//! Places along the cross axis, after Brandes and Köpf: vertices are aligned
//! into blocks from four sides, each way packed tightly, and the middle of the
//! four taken. Stretches of knots thus become straight. Ports shift the
//! vertices within their block, so that lines, not boxes, are level.
//!
//! At last the blocks settle: each moves to the middle of its neighbours as far
//! as the room around it allows.

use super::sketch::{Role, Sketch};
use crate::layout::measure;

mod settle;

/// The middle of each vertex; the uppermost box begins at 0.
pub(super) fn place(sketch: &Sketch) -> Vec<f32> {
    let conflicts = conflicts(sketch);
    let runs = [(false, false), (false, true), (true, false), (true, true)]
        .map(|(upwards, mirrored)| run(&View::new(sketch, upwards, mirrored), &conflicts));
    let mut cross = middle_of_four(sketch, runs);
    settle::settle(sketch, &mut cross);
    level_borders(sketch, &mut cross);
    round_off(sketch, &mut cross);
    cross
}

/// The room that two neighbours of a rank keep between them.
fn gap(sketch: &Sketch, upper: usize, lower: usize) -> f32 {
    match (sketch.role[upper], sketch.role[lower]) {
        (Role::Brick, Role::Brick) => measure::BOX_GAP,
        (Role::Knot, Role::Knot) => measure::LINE_GAP,
        _ => measure::LINE_TO_BOX,
    }
}

/// How far the middles of two neighbours of a rank are at least apart.
fn distance(sketch: &Sketch, upper: usize, lower: usize) -> f32 {
    sketch.size[upper] / 2.0 + gap(sketch, upper, lower) + sketch.size[lower] / 2.0
}

/// The segments that must not be made straight, because a long straight
/// stretch crosses them or leaves from the same vertex.
fn conflicts(sketch: &Sketch) -> Vec<bool> {
    let mut place = vec![0; sketch.role.len()];
    for rank in &sketch.ranks {
        for (at, &vertex) in rank.iter().enumerate() {
            place[vertex] = at;
        }
    }
    let mut conflict = vec![false; sketch.segments.len()];
    for rank in &sketch.ranks {
        let segments = || rank.iter().flat_map(|v| &sketch.downs[*v]).copied();
        let mut inner: Vec<(usize, usize)> = segments()
            .filter(|s| sketch.is_inner(*s))
            .map(|s| (place[sketch.segments[s].from], place[sketch.segments[s].to]))
            .collect();
        if inner.is_empty() {
            continue;
        }
        inner.sort_unstable();
        let highest = running(inner.iter().map(|pair| pair.1), usize::max);
        let mut lowest = running(inner.iter().rev().map(|pair| pair.1), usize::min);
        lowest.reverse();
        for segment in segments().filter(|s| !sketch.is_inner(*s)) {
            let ends = &sketch.segments[segment];
            let (from, to) = (place[ends.from], place[ends.to]);
            let before = inner.partition_point(|pair| pair.0 < from);
            let after = inner.partition_point(|pair| pair.0 <= from);
            conflict[segment] = before != after
                || inner.iter().any(|pair| pair.1 == to)
                || before.checked_sub(1).is_some_and(|at| highest[at] >= to)
                || lowest.get(after).is_some_and(|lowest| *lowest <= to);
        }
    }
    conflict
}

fn running(values: impl Iterator<Item = usize>, keep: fn(usize, usize) -> usize) -> Vec<usize> {
    let mut kept = Vec::new();
    for value in values {
        kept.push(kept.last().map_or(value, |last| keep(*last, value)));
    }
    kept
}

/// The sketch as seen from one of its four sides.
struct View<'a> {
    sketch: &'a Sketch,
    upwards: bool,
    sign: f32,
    ranks: Vec<Vec<usize>>,
    place: Vec<usize>,
}

impl<'a> View<'a> {
    fn new(sketch: &'a Sketch, upwards: bool, mirrored: bool) -> Self {
        let mut ranks: Vec<Vec<usize>> = sketch.ranks[1..sketch.ranks.len() - 1].to_vec();
        if upwards {
            ranks.reverse();
        }
        if mirrored {
            for rank in &mut ranks {
                rank.reverse();
            }
        }
        let mut place = vec![0; sketch.role.len()];
        for rank in &ranks {
            for (at, &vertex) in rank.iter().enumerate() {
                place[vertex] = at;
            }
        }
        Self {
            sketch,
            upwards,
            sign: if mirrored { -1.0 } else { 1.0 },
            ranks,
            place,
        }
    }

    /// The segments to the rank before: other end, own port, other port, segment.
    fn before(&self, vertex: usize) -> impl Iterator<Item = (usize, f32, f32, usize)> + '_ {
        let list = if self.upwards {
            &self.sketch.downs[vertex]
        } else {
            &self.sketch.ups[vertex]
        };
        list.iter().filter_map(move |&index| {
            let segment = &self.sketch.segments[index];
            let (other, own_port, other_port) = if self.upwards {
                (segment.to, segment.from_port, segment.to_port)
            } else {
                (segment.from, segment.to_port, segment.from_port)
            };
            (self.sketch.role[other] != Role::Border).then_some((
                other,
                own_port * self.sign,
                other_port * self.sign,
                index,
            ))
        })
    }
}

/// Vertices that are level, as a ring through `next`.
struct Blocks {
    root: Vec<usize>,
    /// How far each vertex lies below the reference line of its block.
    shift: Vec<f32>,
}

fn align(view: &View<'_>, conflicts: &[bool]) -> Blocks {
    let count = view.sketch.role.len();
    let mut blocks = Blocks {
        root: (0..count).collect(),
        shift: vec![0.0; count],
    };
    let mut near: Vec<(usize, f32, f32, usize)> = Vec::new();
    for rank in &view.ranks {
        let mut free_from = 0;
        for &vertex in rank {
            near.clear();
            near.extend(view.before(vertex));
            let inner = near
                .iter()
                .find(|near| view.sketch.is_inner(near.3))
                .copied();
            near.sort_by(|a, b| {
                (view.place[a.0], a.2)
                    .partial_cmp(&(view.place[b.0], b.2))
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
            let candidates = match (inner, near.len()) {
                (Some(inner), _) => [Some(inner), None],
                (None, 0) => [None, None],
                (None, length) => [Some(near[(length - 1) / 2]), Some(near[length / 2])],
            };
            for (other, own_port, other_port, segment) in candidates.into_iter().flatten() {
                if !conflicts[segment] && view.place[other] >= free_from {
                    blocks.root[vertex] = blocks.root[other];
                    blocks.shift[vertex] = blocks.shift[other] + other_port - own_port;
                    free_from = view.place[other] + 1;
                    break;
                }
            }
        }
    }
    blocks
}

/// One of the four ways: aligns and packs, and gives the middles.
fn run(view: &View<'_>, conflicts: &[bool]) -> Vec<f32> {
    let blocks = align(view, conflicts);
    let count = blocks.root.len();
    let mut after: Vec<Vec<(usize, f32)>> = vec![Vec::new(); count];
    let mut missing = vec![0_usize; count];
    for rank in &view.ranks {
        for pair in rank.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let apart = distance(view.sketch, a, b) + blocks.shift[a] - blocks.shift[b];
            after[blocks.root[a]].push((blocks.root[b], apart));
            missing[blocks.root[b]] += 1;
        }
    }
    let mut sorted: Vec<usize> = (0..count)
        .filter(|v| blocks.root[*v] == *v && missing[*v] == 0)
        .collect();
    let mut at = vec![0.0_f32; count];
    let mut next = 0;
    while let Some(&block) = sorted.get(next) {
        next += 1;
        for &(other, apart) in &after[block] {
            at[other] = at[other].max(at[block] + apart);
            missing[other] -= 1;
            if missing[other] == 0 {
                sorted.push(other);
            }
        }
    }
    for &block in sorted.iter().rev() {
        let room = after[block].iter().map(|(other, apart)| at[*other] - apart);
        let room = room.fold(f32::INFINITY, f32::min);
        if room.is_finite() {
            at[block] = at[block].max(room);
        }
    }
    (0..count)
        .map(|v| (at[blocks.root[v]] + blocks.shift[v]) * view.sign)
        .collect()
}

/// Lays the four over each other, the narrowest giving the measure.
fn middle_of_four(sketch: &Sketch, mut runs: [Vec<f32>; 4]) -> Vec<f32> {
    let extents = [0, 1, 2, 3].map(|run| extent(sketch, &runs[run]));
    let narrowest = (0..4)
        .min_by(|a, b| {
            let width = |run: &usize| extents[*run].1 - extents[*run].0;
            width(a).total_cmp(&width(b))
        })
        .unwrap_or(0);
    for (number, run) in runs.iter_mut().enumerate() {
        let shift = if number % 2 == 0 {
            extents[narrowest].0 - extents[number].0
        } else {
            extents[narrowest].1 - extents[number].1
        };
        for place in run {
            *place += shift;
        }
    }
    (0..sketch.role.len())
        .map(|vertex| {
            let mut four = [0, 1, 2, 3].map(|run: usize| runs[run][vertex]);
            four.sort_by(f32::total_cmp);
            f32::midpoint(four[1], four[2])
        })
        .collect()
}

fn extent(sketch: &Sketch, cross: &[f32]) -> (f32, f32) {
    let placed = (0..sketch.role.len()).filter(|v| super::order::is_placed(sketch.role[*v]));
    placed.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), vertex| {
        let half = sketch.size[vertex] / 2.0;
        (
            low.min(cross[vertex] - half),
            high.max(cross[vertex] + half),
        )
    })
}

/// An end at the border lies level with what it leads to.
fn level_borders(sketch: &Sketch, cross: &mut [f32]) {
    for vertex in 0..sketch.role.len() {
        if sketch.role[vertex] != Role::Border {
            continue;
        }
        if let Some(&segment) = sketch.downs[vertex].first() {
            let segment = &sketch.segments[segment];
            cross[vertex] = cross[segment.to] + segment.to_port;
        } else if let Some(&segment) = sketch.ups[vertex].first() {
            let segment = &sketch.segments[segment];
            cross[vertex] = cross[segment.from] + segment.from_port;
        }
    }
}

/// Starts at 0 and puts everything on whole pixels.
fn round_off(sketch: &Sketch, cross: &mut [f32]) {
    let top = extent(sketch, cross).0;
    if !top.is_finite() {
        return;
    }
    for place in cross.iter_mut() {
        *place = (*place - top).round();
    }
}
