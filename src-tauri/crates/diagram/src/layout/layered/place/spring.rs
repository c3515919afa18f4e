//! Draws every rank towards its neighbours.

use super::{distance, weight};
use crate::layout::layered::sketch::{Role, Sketch};

/// Sweeps that look one way only, and sweeps that look both ways.
const ONE_WAY: usize = 4;
const BOTH_WAYS: usize = 8;
/// How far lines may stretch, in sweep after sweep, before they draw less than in
/// proportion. In the end it is the sum of lengths that becomes small, not that
/// of their squares: a few lines bend and the others lie level.
const STRETCH: [f32; 8] = [160.0, 110.0, 75.0, 50.0, 35.0, 24.0, 24.0, 24.0];

/// Which neighbours draw.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    Ups,
    Downs,
    Both,
}

/// Places that keep order and distances and make the lines short.
pub(super) fn pull(sketch: &Sketch) -> Vec<f32> {
    let mut cross = packed(sketch);
    let inner = 1..sketch.ranks.len() - 1;
    let mut pool = Pool::default();
    for sweep in 0..ONE_WAY + BOTH_WAYS + STRETCH.len() {
        let down = sweep % 2 == 0;
        let stretch = sweep.checked_sub(ONE_WAY + BOTH_WAYS);
        pool.stretch = stretch.map_or(f32::INFINITY, |at| STRETCH[at]);
        let towards = match (sweep < ONE_WAY, down) {
            (true, true) => Towards::Ups,
            (true, false) => Towards::Downs,
            (false, _) => Towards::Both,
        };
        if down {
            for rank in inner.clone() {
                pool.draw(sketch, &sketch.ranks[rank], &mut cross, towards);
            }
        } else {
            for rank in inner.clone().rev() {
                pool.draw(sketch, &sketch.ranks[rank], &mut cross, towards);
            }
        }
    }
    cross
}

/// Every rank as tight as allowed, its middle at 0.
fn packed(sketch: &Sketch) -> Vec<f32> {
    let mut cross = vec![0.0; sketch.role.len()];
    for rank in &sketch.ranks[1..sketch.ranks.len() - 1] {
        let mut at = 0.0;
        for pair in rank.windows(2) {
            at += distance(sketch, pair[0], pair[1]);
            cross[pair[1]] = at;
        }
        for &vertex in rank {
            cross[vertex] -= at / 2.0;
        }
    }
    cross
}

/// Vertices that touch and therefore move together.
#[derive(Debug, Clone, Copy)]
struct Run {
    weight: f32,
    sum: f32,
    count: usize,
}

impl Run {
    fn mean(&self) -> f32 {
        self.sum / self.weight
    }
}

#[derive(Default)]
struct Pool {
    runs: Vec<Run>,
    offsets: Vec<f32>,
    stretch: f32,
}

impl Pool {
    fn draw(&mut self, sketch: &Sketch, rank: &[usize], cross: &mut [f32], towards: Towards) {
        self.runs.clear();
        self.offsets.clear();
        let mut offset = 0.0;
        for (at, &vertex) in rank.iter().enumerate() {
            if at > 0 {
                offset += distance(sketch, rank[at - 1], vertex);
            }
            self.offsets.push(offset);
            let (weight, sum) = wish(sketch, (cross, self.stretch), vertex, towards);
            self.push(Run {
                weight,
                sum: sum - offset * weight,
                count: 1,
            });
        }
        let mut at = 0;
        for run in &self.runs {
            for _ in 0..run.count {
                cross[rank[at]] = run.mean() + self.offsets[at];
                at += 1;
            }
        }
    }

    fn push(&mut self, mut run: Run) {
        while let Some(last) = self.runs.last().filter(|last| last.mean() > run.mean()) {
            run = Run {
                weight: last.weight + run.weight,
                sum: last.sum + run.sum,
                count: last.count + run.count,
            };
            self.runs.pop();
        }
        self.runs.push(run);
    }
}

/// How strongly, and times that, whereto a vertex is drawn.
fn wish(
    sketch: &Sketch,
    (cross, stretch): (&[f32], f32),
    vertex: usize,
    towards: Towards,
) -> (f32, f32) {
    // a faint wish to stay keeps vertices without neighbours in their place
    let stay = 0.01;
    let mut weights = stay;
    let mut sum = stay * cross[vertex];
    let mut add = |place: f32, weight: f32| {
        let off = (place - cross[vertex]).abs();
        let weight = if off > stretch {
            weight * stretch / off
        } else {
            weight
        };
        weights += weight;
        sum += weight * place;
    };
    if towards != Towards::Downs {
        for &index in &sketch.ups[vertex] {
            let segment = &sketch.segments[index];
            if sketch.role[segment.from] != Role::Border {
                let place = cross[segment.from] + segment.from_port - segment.to_port;
                add(place, weight(sketch, segment));
            }
        }
    }
    if towards != Towards::Ups {
        for &index in &sketch.downs[vertex] {
            let segment = &sketch.segments[index];
            if sketch.role[segment.to] != Role::Border {
                let place = cross[segment.to] + segment.to_port - segment.from_port;
                add(place, weight(sketch, segment));
            }
        }
    }
    (weights, sum)
}
