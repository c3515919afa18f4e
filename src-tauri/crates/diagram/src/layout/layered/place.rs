//! Places along the cross axis, in three steps.
//!
//! First every rank is drawn towards its neighbours, as if lines were springs,
//! with the order and the distances kept exactly (pooling of adjacent violators).
//! Then what is nearly level becomes level: knots of one stretch and boxes that
//! line up form blocks, which are pushed apart only where they would touch. At
//! last the blocks settle in the middle of their neighbours.

use super::sketch::{Role, Segment, Sketch};
use crate::{graph::EdgeKind, layout::measure};

mod block;
mod settle;
mod spring;

/// How often blocks are formed anew: settling brings more lines near to level.
const ROUNDS: usize = 3;

/// The middle of each vertex; the uppermost box begins at 0.
pub(super) fn place(sketch: &Sketch) -> Vec<f32> {
    let mut cross = spring::pull(sketch);
    let mut loose = vec![false; sketch.segments.len()];
    for round in 0..ROUNDS {
        let mut blocks = block::Blocks::new(sketch, &cross, &loose);
        while !blocks.apart(sketch, &mut cross, &mut loose) {
            blocks = block::Blocks::new(sketch, &cross, &loose);
        }
        let mut settling = settle::Settling::new(&blocks, sketch);
        settling.settle(&mut cross, round);
        settling.snap(&mut cross);
    }
    round_off(sketch, &mut cross);
    level_borders(sketch, &mut cross);
    cross
}

/// How far the middles of two neighbours of a rank are at least apart.
fn distance(sketch: &Sketch, upper: usize, lower: usize) -> f32 {
    let gap = match (sketch.role[upper], sketch.role[lower]) {
        (Role::Brick, Role::Brick) => measure::BOX_GAP,
        (Role::Knot, Role::Knot) => measure::LINE_GAP,
        _ => measure::LINE_TO_BOX,
    };
    sketch.size[upper] / 2.0 + gap + sketch.size[lower] / 2.0
}

/// How much it matters that a segment is level.
fn weight(sketch: &Sketch, segment: &Segment) -> f32 {
    let knot = |vertex: usize| sketch.role[vertex] == Role::Knot;
    let weight = match (knot(segment.from), knot(segment.to)) {
        (true, true) => 8.0,
        (false, false) => 1.0,
        _ => 2.0,
    };
    match segment.kind {
        EdgeKind::Completed => weight,
        EdgeKind::Running => weight / 2.0,
    }
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

/// Starts at 0 and puts the upper sides of all boxes on whole pixels. Lines
/// that were level stay so, as ports are whole pixels below the upper side.
fn round_off(sketch: &Sketch, cross: &mut [f32]) {
    let placed = (0..sketch.role.len()).filter(|v| sketch.role[*v] != Role::Border);
    let tops = placed.map(|vertex| cross[vertex] - sketch.size[vertex] / 2.0);
    let top = tops.fold(f32::INFINITY, f32::min);
    if !top.is_finite() {
        return;
    }
    for (place, size) in cross.iter_mut().zip(&sketch.size) {
        *place = (*place - size / 2.0 - top).round() + size / 2.0;
    }
}
