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

/// How strongly a box stays where it was before.
const STAY: f32 = 4000.0;

/// Which neighbours draw.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    Ups,
    Downs,
    Both,
}

/// Places that keep order and distances and make the lines short.
pub(super) fn pull(sketch: &Sketch) -> Vec<f32> {
    let mut cross = if sketch.follows() {
        sketch.wish.clone()
    } else {
        packed(sketch)
    };
    let inner = 1..sketch.ranks.len() - 1;
    let mut pool = Pool {
        runs: Vec::new(),
        offsets: Vec::new(),
        stretch: f32::INFINITY,
        springs: Springs::new(sketch),
    };
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

struct Pool {
    runs: Vec<Run>,
    offsets: Vec<f32>,
    stretch: f32,
    springs: Springs,
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
            let (weight, sum) = if sketch.kept[vertex] {
                (STAY, STAY * sketch.wish[vertex])
            } else {
                let springs = self.springs.of(vertex, towards);
                wish(cross[vertex], springs, cross, self.stretch)
            };
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

/// What draws at a vertex.
#[derive(Debug, Clone, Copy)]
struct Spring {
    other: u32,
    /// Where the vertex would be, counted from the other, for the line to be level.
    shift: f32,
    weight: f32,
}

/// The springs of all vertices, one vertex after the other: first those to the rank
/// before, then those to the rank after.
struct Springs {
    /// Where the springs of each vertex begin, and where those to the rank after do.
    start: Vec<(u32, u32)>,
    springs: Vec<Spring>,
}

impl Springs {
    fn new(sketch: &Sketch) -> Self {
        let count = sketch.role.len();
        let mut all = Self {
            start: Vec::with_capacity(count + 1),
            springs: Vec::with_capacity(sketch.segments.len() * 2),
        };
        for vertex in 0..count {
            let start = short(all.springs.len());
            for segment in sketch.ups[vertex].iter().map(|s| &sketch.segments[*s]) {
                let shift = segment.from_port - segment.to_port;
                all.add(sketch, segment.from, shift, weight(sketch, segment));
            }
            all.start.push((start, short(all.springs.len())));
            for segment in sketch.downs[vertex].iter().map(|s| &sketch.segments[*s]) {
                let shift = segment.to_port - segment.from_port;
                all.add(sketch, segment.to, shift, weight(sketch, segment));
            }
        }
        let end = short(all.springs.len());
        all.start.push((end, end));
        all
    }

    fn add(&mut self, sketch: &Sketch, other: usize, shift: f32, weight: f32) {
        if sketch.role[other] != Role::Border {
            self.springs.push(Spring {
                other: short(other),
                shift,
                weight,
            });
        }
    }

    fn of(&self, vertex: usize, towards: Towards) -> &[Spring] {
        let ((first, middle), (last, _)) = (self.start[vertex], self.start[vertex + 1]);
        let range = match towards {
            Towards::Ups => first..middle,
            Towards::Downs => middle..last,
            Towards::Both => first..last,
        };
        &self.springs[range.start as usize..range.end as usize]
    }
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How strongly, and times that, whereto a vertex is drawn that does not have to stay.
fn wish(own: f32, springs: &[Spring], cross: &[f32], stretch: f32) -> (f32, f32) {
    // a faint wish to stay keeps vertices without neighbours in their place
    let stay = 0.01;
    let mut weights = stay;
    let mut sum = stay * own;
    for spring in springs {
        let place = cross[spring.other as usize] + spring.shift;
        let off = (place - own).abs();
        let weight = if off > stretch {
            spring.weight * stretch / off
        } else {
            spring.weight
        };
        weights += weight;
        sum += weight * place;
    }
    (weights, sum)
}
