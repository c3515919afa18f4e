//! Blocks: vertices whose common lines are level and that move together.

use std::collections::BTreeMap;

use super::{distance, weight};
use crate::layout::layered::sketch::{Role, Sketch};

/// Lines that miss being level by no more than this are made level.
const NEAR: f32 = 16.0;
/// A block that would have to go farther than this is taken apart.
const FAR: f32 = 60.0;

/// All blocks.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) members: Vec<Vec<usize>>,
    pub(super) block_of: Vec<usize>,
    /// How far each vertex lies below the reference line of its block.
    shift: Vec<f32>,
    /// The place of each vertex in its rank.
    pub(super) place: Vec<usize>,
    /// The segment that holds each vertex in its block.
    above: Vec<Option<usize>>,
}

/// A segment that may become level.
struct Candidate {
    segment: usize,
    from: usize,
    to: usize,
    /// Long stretches come first, then the nearest to level.
    urgency: (u8, u32),
}

impl Blocks {
    /// Joins what should be level. Chosen segments of one gap never cross nor
    /// share an end, so the blocks of each rank can always be put in order.
    pub(super) fn new(sketch: &Sketch, cross: &[f32], loose: &[bool]) -> Self {
        let count = sketch.role.len();
        let mut place = vec![0; count];
        for rank in &sketch.ranks {
            for (at, &vertex) in rank.iter().enumerate() {
                place[vertex] = at;
            }
        }
        let mut above: Vec<Option<usize>> = vec![None; count];
        for rank in &sketch.ranks {
            for segment in chosen(sketch, (cross, loose), &place, rank) {
                above[sketch.segments[segment].to] = Some(segment);
            }
        }
        let mut blocks = Self {
            members: Vec::new(),
            block_of: vec![usize::MAX; count],
            shift: vec![0.0; count],
            place,
            above,
        };
        for rank in &sketch.ranks {
            for &vertex in rank {
                blocks.join(sketch, vertex);
            }
        }
        blocks
    }

    /// Puts the vertex into the block of the vertex above, or into a new one.
    fn join(&mut self, sketch: &Sketch, vertex: usize) {
        let Some(segment) = self.above[vertex].map(|segment| &sketch.segments[segment]) else {
            self.block_of[vertex] = self.members.len();
            self.members.push(vec![vertex]);
            return;
        };
        let block = self.block_of[segment.from];
        self.block_of[vertex] = block;
        self.shift[vertex] = self.shift[segment.from] + segment.from_port - segment.to_port;
        self.members[block].push(vertex);
    }

    /// Makes the blocks level where they are on average, pushed apart where
    /// they would touch: half of the way down, half of the way up.
    ///
    /// Where that would carry a block too far, it does nothing but say which
    /// segments have to stay loose.
    pub(super) fn apart(&self, sketch: &Sketch, cross: &mut [f32], loose: &mut [bool]) -> bool {
        let count = self.members.len();
        let mut after: Vec<Vec<(usize, f32)>> = vec![Vec::new(); count];
        let mut missing = vec![0_usize; count];
        for rank in &sketch.ranks[1..sketch.ranks.len() - 1] {
            for pair in rank.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                let apart = distance(sketch, a, b) + self.shift[a] - self.shift[b];
                after[self.block_of[a]].push((self.block_of[b], apart));
                missing[self.block_of[b]] += 1;
            }
        }
        let mut sorted: Vec<usize> = (0..count).filter(|block| missing[*block] == 0).collect();
        let mut next = 0;
        let wished: Vec<f32> = (0..count).map(|block| self.mean(cross, block)).collect();
        let (mut down, mut up) = (wished.clone(), wished.clone());
        while let Some(&block) = sorted.get(next) {
            next += 1;
            for &(other, apart) in &after[block] {
                down[other] = down[other].max(down[block] + apart);
                missing[other] -= 1;
                if missing[other] == 0 {
                    sorted.push(other);
                }
            }
        }
        for &block in sorted.iter().rev() {
            let room = after[block].iter().map(|(other, apart)| up[*other] - apart);
            up[block] = room.fold(up[block], f32::min);
        }
        let far = |block: &usize| {
            let off = f32::midpoint(down[*block], up[*block]) - wished[*block];
            off.abs() > FAR && self.members[*block].len() > 1
        };
        let mut loosened = false;
        for vertex in (0..count)
            .filter(far)
            .flat_map(|block| &self.members[block])
        {
            if let Some(segment) = self.above[*vertex] {
                loose[segment] = true;
                loosened = true;
            }
        }
        if loosened {
            return false;
        }
        for (vertex, place) in cross.iter_mut().enumerate() {
            let block = self.block_of[vertex];
            *place = f32::midpoint(down[block], up[block]) + self.shift[vertex];
        }
        true
    }

    /// The mean place of the reference line.
    fn mean(&self, cross: &[f32], block: usize) -> f32 {
        let members = self.members[block].iter();
        let (sum, count) = members.fold((0.0, 0.0_f32), |(sum, count), vertex| {
            (sum + cross[*vertex] - self.shift[*vertex], count + 1.0)
        });
        sum / count.max(1.0)
    }
}

/// The segments after a rank that become level.
fn chosen(
    sketch: &Sketch,
    (cross, loose): (&[f32], &[bool]),
    place: &[usize],
    rank: &[usize],
) -> Vec<usize> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for &index in rank.iter().flat_map(|vertex| &sketch.downs[*vertex]) {
        let segment = &sketch.segments[index];
        let border = |vertex: usize| sketch.role[vertex] == Role::Border;
        if loose[index] || border(segment.from) || border(segment.to) {
            continue;
        }
        let off = cross[segment.from] + segment.from_port - cross[segment.to] - segment.to_port;
        let lone = sketch.downs[segment.from].len() == 1 && sketch.ups[segment.to].len() == 1;
        let class = match (sketch.is_inner(index), lone, off.abs() <= NEAR) {
            (true, _, _) => 0,
            (_, true, near) if near || !sketch.follows() => 1,
            (_, _, true) => 2,
            _ => continue,
        };
        candidates.push(Candidate {
            segment: index,
            from: place[segment.from],
            to: place[segment.to],
            // the bits of a positive float sort as the float does
            urgency: (class, (off.abs() / weight(sketch, segment)).to_bits()),
        });
    }
    candidates.sort_by_key(|candidate| candidate.urgency);
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for candidate in candidates {
        let before = taken.range(..=candidate.from).next_back();
        let after = taken.range(candidate.from..).next();
        let fits = before.is_none_or(|(from, to)| *from < candidate.from && *to < candidate.to)
            && after.is_none_or(|(from, to)| *from > candidate.from && *to > candidate.to);
        if fits {
            taken.insert(candidate.from, candidate.to);
            chosen.push(candidate.segment);
        }
    }
    chosen
}
