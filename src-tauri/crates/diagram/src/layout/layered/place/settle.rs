//! Moves blocks of level vertices to the middle of their neighbours.

use super::distance;
use crate::layout::layered::sketch::{Role, Sketch};

/// How often all blocks are visited.
const ROUNDS: usize = 10;
/// Lines closer than this to level count as level.
const LEVEL: f32 = 0.51;

struct Blocks {
    /// The vertices of all blocks, one block after the other.
    members: Vec<Vec<usize>>,
    block_of: Vec<usize>,
}

impl Blocks {
    /// Joins vertices whose common line is straight, where both have no other.
    fn new(sketch: &Sketch, cross: &[f32]) -> Self {
        let count = sketch.role.len();
        let mut leader: Vec<usize> = (0..count).collect();
        for (index, segment) in sketch.segments.iter().enumerate() {
            let from = cross[segment.from] + segment.from_port;
            let to = cross[segment.to] + segment.to_port;
            let border = [segment.from, segment.to]
                .iter()
                .any(|vertex| sketch.role[*vertex] == Role::Border);
            let lone = sketch.downs[segment.from].len() == 1 && sketch.ups[segment.to].len() == 1;
            let knots =
                sketch.role[segment.from] == Role::Knot || sketch.role[segment.to] == Role::Knot;
            if !border && (from - to).abs() < LEVEL && (lone || knots || sketch.is_inner(index)) {
                let (a, b) = (
                    find(&mut leader, segment.from),
                    find(&mut leader, segment.to),
                );
                leader[a.max(b)] = a.min(b);
            }
        }
        let mut blocks = Self {
            members: Vec::new(),
            block_of: vec![usize::MAX; count],
        };
        for vertex in 0..count {
            let first = find(&mut leader, vertex);
            if first == vertex {
                blocks.block_of[vertex] = blocks.members.len();
                blocks.members.push(vec![vertex]);
            } else {
                blocks.block_of[vertex] = blocks.block_of[first];
                blocks.members[blocks.block_of[first]].push(vertex);
            }
        }
        blocks
    }
}

fn find(leader: &mut [usize], vertex: usize) -> usize {
    let mut at = vertex;
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

/// Moves every block towards the median of its lines, never past a neighbour.
pub(super) fn settle(sketch: &Sketch, cross: &mut [f32]) {
    let mut place = vec![0; cross.len()];
    for rank in &sketch.ranks {
        for (at, &vertex) in rank.iter().enumerate() {
            place[vertex] = at;
        }
    }
    for round in 0..ROUNDS {
        let blocks = Blocks::new(sketch, cross);
        let mut moved = false;
        for step in 0..blocks.members.len() {
            let block = if round % 2 == 0 {
                step
            } else {
                blocks.members.len() - 1 - step
            };
            moved |= move_block(sketch, cross, &place, (&blocks, block));
        }
        if !moved {
            break;
        }
    }
}

fn move_block(
    sketch: &Sketch,
    cross: &mut [f32],
    place: &[usize],
    (blocks, block): (&Blocks, usize),
) -> bool {
    let members = &blocks.members[block];
    let mut wishes = Vec::new();
    let (mut up, mut down) = (f32::NEG_INFINITY, f32::INFINITY);
    for &vertex in members {
        if sketch.role[vertex] == Role::Border {
            return false;
        }
        wishes.extend(wishes_of(sketch, cross, blocks, vertex));
        let rank = &sketch.ranks[sketch.rank_of[vertex]];
        let at = place[vertex];
        if let Some(&upper) = at.checked_sub(1).and_then(|at| rank.get(at)) {
            up = up.max(cross[upper] + distance(sketch, upper, vertex) - cross[vertex]);
        }
        if let Some(&lower) = rank.get(at + 1) {
            down = down.min(cross[lower] - distance(sketch, vertex, lower) - cross[vertex]);
        }
    }
    let by = median(&mut wishes).max(up.min(0.0)).min(down.max(0.0));
    if by.abs() < 0.5 {
        return false;
    }
    for &vertex in members {
        cross[vertex] += by;
    }
    true
}

/// How far the vertex would have to move for each of its lines to be level.
fn wishes_of(
    sketch: &Sketch,
    cross: &[f32],
    blocks: &Blocks,
    vertex: usize,
) -> impl Iterator<Item = f32> {
    let outside = move |other: usize| {
        sketch.role[other] != Role::Border && blocks.block_of[other] != blocks.block_of[vertex]
    };
    let ups = sketch.ups[vertex].iter().map(move |segment| {
        let s = &sketch.segments[*segment];
        (
            s.from,
            cross[s.from] + s.from_port - cross[vertex] - s.to_port,
        )
    });
    let downs = sketch.downs[vertex].iter().map(move |segment| {
        let s = &sketch.segments[*segment];
        (s.to, cross[s.to] + s.to_port - cross[vertex] - s.from_port)
    });
    ups.chain(downs)
        .filter(move |(other, _)| outside(*other))
        .map(|(_, by)| by)
}

fn median(wishes: &mut [f32]) -> f32 {
    if wishes.is_empty() {
        return 0.0;
    }
    wishes.sort_by(f32::total_cmp);
    let (low, high) = (wishes[(wishes.len() - 1) / 2], wishes[wishes.len() / 2]);
    if low <= 0.0 && high >= 0.0 && wishes.len() > 2 {
        // already between the two middle ones: any place is as good, stay
        return 0.0;
    }
    f32::midpoint(low, high)
}
