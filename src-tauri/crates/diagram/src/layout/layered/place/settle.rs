//! Moves blocks towards the middle of their lines, never past a neighbour.

use super::{block::Blocks, distance, weight};
use crate::layout::layered::sketch::{Role, Sketch};

/// Single lines that miss being level by no more than this are made level in the end.
const SNAP: f32 = 26.0;
/// Lines closer than this to level are level.
const LEVEL: f32 = 0.5;
/// How often every block is visited at most.
const VISITS: usize = 6;

/// A segment that leads out of a block, and how it would be level.
#[derive(Debug, Clone, Copy)]
struct Lead {
    own: usize,
    other: usize,
    /// How far the port at the other end lies below that of its own.
    shift: f32,
    weight: f32,
}

/// Blocks that settle.
pub(super) struct Settling<'a> {
    blocks: &'a Blocks,
    sketch: &'a Sketch,
    /// The segments that lead from each block to others.
    leads: Vec<Vec<Lead>>,
    /// The blocks that have to be looked at.
    awake: Vec<bool>,
}

impl<'a> Settling<'a> {
    pub(super) fn new(blocks: &'a Blocks, sketch: &'a Sketch) -> Self {
        Self {
            leads: all_leads(blocks, sketch),
            awake: vec![true; blocks.members.len()],
            blocks,
            sketch,
        }
    }

    /// Moves every block towards the middle of its lines, never past a neighbour.
    pub(super) fn settle(&mut self, cross: &mut [f32], round: usize) {
        let count = self.blocks.members.len();
        let mut wishes = Vec::new();
        for visit in 0..VISITS {
            let mut moved = false;
            for step in 0..count {
                let forth = (visit + round).is_multiple_of(2);
                let block = if forth { step } else { count - 1 - step };
                if std::mem::take(&mut self.awake[block])
                    && self.move_block(cross, block, &mut wishes)
                {
                    moved = true;
                    self.wake(block);
                }
            }
            if !moved {
                break;
            }
        }
    }

    /// Has everything looked at again that a move of a block concerns.
    fn wake(&mut self, block: usize) {
        let (blocks, ranks) = (self.blocks, &self.sketch.ranks);
        for lead in &self.leads[block] {
            self.awake[blocks.block_of[lead.other]] = true;
        }
        for &vertex in &blocks.members[block] {
            let rank = &ranks[self.sketch.rank_of[vertex]];
            let at = blocks.place[vertex];
            let upper = at.checked_sub(1).and_then(|at| rank.get(at));
            for neighbour in upper.into_iter().chain(rank.get(at + 1)) {
                self.awake[blocks.block_of[*neighbour]] = true;
            }
        }
    }

    /// Makes single lines level that miss it by little, where that moves a block
    /// past nobody and bends no other line.
    pub(super) fn snap(&self, cross: &mut [f32]) {
        let (sketch, blocks) = (self.sketch, self.blocks);
        for segment in &sketch.segments {
            let border = |vertex: usize| sketch.role[vertex] == Role::Border;
            if border(segment.from) || border(segment.to) {
                continue;
            }
            let off = cross[segment.from] + segment.from_port - cross[segment.to] - segment.to_port;
            let (from, to) = (blocks.block_of[segment.from], blocks.block_of[segment.to]);
            if off.abs() < LEVEL || off.abs() > SNAP || from == to {
                continue;
            }
            let mut moves = [(to, off), (from, -off)].into_iter();
            let free = moves.find(|(block, by)| self.may_move(cross, *block, *by));
            if let Some((block, by)) = free {
                self.move_by(cross, block, by);
            }
        }
    }

    fn move_by(&self, cross: &mut [f32], block: usize, by: f32) {
        for &vertex in &self.blocks.members[block] {
            cross[vertex] += by;
        }
    }

    fn may_move(&self, cross: &[f32], block: usize, by: f32) -> bool {
        let bends = |lead: &Lead| wish(cross, lead).abs() >= LEVEL;
        let (up, down) = self.room(cross, block);
        up <= by && by <= down && self.leads[block].iter().all(bends)
    }

    /// How far the block may go up and down.
    fn room(&self, cross: &[f32], block: usize) -> (f32, f32) {
        let sketch = self.sketch;
        let (mut up, mut down) = (f32::NEG_INFINITY, f32::INFINITY);
        for &vertex in &self.blocks.members[block] {
            let rank = &sketch.ranks[sketch.rank_of[vertex]];
            let at = self.blocks.place[vertex];
            if let Some(&upper) = at.checked_sub(1).and_then(|at| rank.get(at)) {
                up = up.max(cross[upper] + distance(sketch, upper, vertex) - cross[vertex]);
            }
            if let Some(&lower) = rank.get(at + 1) {
                down = down.min(cross[lower] - distance(sketch, vertex, lower) - cross[vertex]);
            }
        }
        (up, down)
    }

    fn move_block(&self, cross: &mut [f32], block: usize, wishes: &mut Vec<(f32, f32)>) -> bool {
        let sketch = self.sketch;
        // ends at the border stand alone, and what was there before stays
        let stays = |vertex: &usize| sketch.role[*vertex] == Role::Border || sketch.kept[*vertex];
        if self.blocks.members[block].iter().any(stays) {
            return false;
        }
        wishes.clear();
        let leads = self.leads[block].iter();
        wishes.extend(leads.map(|lead| (wish(cross, lead), lead.weight)));
        let (up, down) = self.room(cross, block);
        let by = median(wishes).max(up.min(0.0)).min(down.max(0.0));
        if by.abs() < 0.5 {
            return false;
        }
        self.move_by(cross, block, by);
        true
    }
}

fn all_leads(blocks: &Blocks, sketch: &Sketch) -> Vec<Vec<Lead>> {
    let mut leads: Vec<Vec<Lead>> = vec![Vec::new(); blocks.members.len()];
    for segment in &sketch.segments {
        let (from, to) = (blocks.block_of[segment.from], blocks.block_of[segment.to]);
        let border = |vertex: usize| sketch.role[vertex] == Role::Border;
        if from == to || border(segment.from) || border(segment.to) {
            continue;
        }
        let lead = Lead {
            own: segment.from,
            other: segment.to,
            shift: segment.to_port - segment.from_port,
            weight: weight(sketch, segment),
        };
        leads[from].push(lead);
        leads[to].push(Lead {
            own: segment.to,
            other: segment.from,
            shift: -lead.shift,
            ..lead
        });
    }
    leads
}

/// How far the block would have to move for the segment to be level.
fn wish(cross: &[f32], lead: &Lead) -> f32 {
    cross[lead.other] + lead.shift - cross[lead.own]
}

/// The weighted median; between two middle ones any place is as good, so the
/// block then stays or goes as little as needed.
fn median(wishes: &mut [(f32, f32)]) -> f32 {
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = wishes.iter().map(|wish| wish.1).sum::<f32>() / 2.0;
    let mut passed = 0.0;
    for (at, (by, weight)) in wishes.iter().enumerate() {
        passed += weight;
        if passed > half + 0.001 {
            return *by;
        }
        if passed > half - 0.001 {
            let next = wishes.get(at + 1).map_or(*by, |wish| wish.0);
            return if wishes.len() == 2 {
                f32::midpoint(*by, next)
            } else {
                0.0_f32.clamp(*by, next)
            };
        }
    }
    0.0
}
