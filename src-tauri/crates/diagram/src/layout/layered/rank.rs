//! Which rank each box stands in: as early as its needs allow, then moved so
//! that the sum of all wire lengths is the least there is (network simplex), and
//! where several ranks are as good, to the one with the fewest boxes.

use super::{Brick, End, Wire};

mod simplex;

use simplex::Arc;

/// Neighbours of each box, in both directions.
struct Ties {
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// How many more arrows leave than come.
    pull: Vec<i64>,
}

impl Ties {
    fn new(count: usize, wires: &[Wire]) -> Self {
        let mut ties = Self {
            before: vec![Vec::new(); count],
            after: vec![Vec::new(); count],
            pull: vec![0; count],
        };
        for wire in wires {
            if let End::Brick { brick, .. } = wire.from {
                ties.pull[brick] += i64::from(wire.weight);
            }
            if let End::Brick { brick, .. } = wire.to {
                ties.pull[brick] -= i64::from(wire.weight);
            }
            if let (End::Brick { brick: from, .. }, End::Brick { brick: to, .. }) =
                (wire.from, wire.to)
            {
                ties.before[to].push(from);
                ties.after[from].push(to);
            }
        }
        ties
    }

    fn sorted(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut sorted: Vec<usize> = (0..missing.len()).filter(|v| missing[*v] == 0).collect();
        let mut next = 0;
        while let Some(&vertex) = sorted.get(next) {
            next += 1;
            for &after in &self.after[vertex] {
                missing[after] -= 1;
                if missing[after] == 0 {
                    sorted.push(after);
                }
            }
        }
        sorted
    }
}

/// The rank of each box, the first being 0.
pub(super) fn ranks(count: usize, wires: &[Wire]) -> Vec<usize> {
    let ties = Ties::new(count, wires);
    let sorted = ties.sorted();
    let mut ranks = vec![0; count];
    for &vertex in &sorted {
        let earliest = ties.before[vertex].iter().map(|v| ranks[*v] + 1).max();
        ranks[vertex] = earliest.unwrap_or(0);
    }
    let last = ranks.iter().copied().max().unwrap_or(0);
    for _ in 0..6 {
        let back = pull_all(&ties, sorted.iter().rev(), &mut ranks, last);
        let forth = pull_all(&ties, sorted.iter(), &mut ranks, last);
        if !back && !forth {
            break;
        }
    }
    let mut ranks = shortened(&ties, wires, &ranks);
    balance(&ties, &mut ranks);
    ranks
}

/// The ranks from before, moved back only where the wires ask for it. New boxes
/// stand after their needs, or before what needs them.
pub(super) fn kept(bricks: &[Brick], wires: &[Wire]) -> Vec<usize> {
    let ties = Ties::new(bricks.len(), wires);
    let starts = bricks.iter().filter_map(|brick| brick.before);
    let mut starts: Vec<f32> = starts.map(|before| before.0).collect();
    starts.sort_by(f32::total_cmp);
    starts.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    let old = |vertex: usize| {
        let before = bricks[vertex].before;
        before.map(|before| starts.partition_point(|start| *start < before.0 - 1.0))
    };
    let sorted = ties.sorted();
    let mut ranks = vec![0; bricks.len()];
    for &vertex in &sorted {
        let needs = ties.before[vertex].iter().map(|v| ranks[*v] + 1).max();
        let after = ties.after[vertex].iter().filter_map(|v| old(*v)).min();
        let wanted = old(vertex).or(after
            .filter(|_| needs.is_none())
            .map(|v| v.saturating_sub(1)));
        ranks[vertex] = needs.max(wanted).unwrap_or(0);
    }
    without_gaps(&mut ranks);
    ranks
}

/// Leaves out ranks that no box stands in.
fn without_gaps(ranks: &mut [usize]) {
    let mut used = ranks.to_vec();
    used.sort_unstable();
    used.dedup();
    for rank in ranks {
        *rank = used.partition_point(|other| other < rank);
    }
}

/// The ranks with the least sum of lengths. Ends outside stand before the first
/// and after the last box.
fn shortened(ties: &Ties, wires: &[Wire], ranks: &[usize]) -> Vec<usize> {
    let count = ranks.len();
    let (first, last) = (count, count + 1);
    let mut arcs: Vec<Arc> = Vec::with_capacity(wires.len());
    for wire in wires {
        let (from, to) = match (wire.from, wire.to) {
            (End::Brick { brick: from, .. }, End::Brick { brick: to, .. }) => (from, to),
            (End::Brick { brick, .. }, End::Outside { .. }) => (brick, last),
            (End::Outside { .. }, End::Brick { brick, .. }) => (first, brick),
            (End::Outside { .. }, End::Outside { .. }) => continue,
        };
        let weight = i64::from(wire.weight);
        arcs.push(Arc { from, to, weight });
    }
    let bound = arcs.iter().any(|arc| arc.from >= count || arc.to >= count);
    let mut moved: Vec<i64> = ranks.iter().map(|rank| signed(*rank)).collect();
    if bound {
        let weight = 0;
        for vertex in (0..count).filter(|vertex| ties.before[*vertex].is_empty()) {
            arcs.push(Arc {
                from: first,
                to: vertex,
                weight,
            });
        }
        for vertex in (0..count).filter(|vertex| ties.after[*vertex].is_empty()) {
            arcs.push(Arc {
                from: vertex,
                to: last,
                weight,
            });
        }
        moved.push(-1);
        moved.push(moved.iter().copied().max().unwrap_or(0) + 1);
    }
    simplex::shorten(&arcs, &mut moved);
    moved.truncate(count);
    let least = moved.iter().copied().min().unwrap_or(0);
    let counted = moved.iter().map(|rank| usize::try_from(rank - least));
    counted.map(Result::unwrap_or_default).collect()
}

/// Moves boxes that could stand in several ranks to the one with the fewest.
fn balance(ties: &Ties, ranks: &mut [usize]) {
    let last = ranks.iter().copied().max().unwrap_or(0);
    let mut crowd = vec![0_usize; last + 1];
    for &rank in &*ranks {
        crowd[rank] += 1;
    }
    for vertex in 0..ranks.len() {
        let (before, after) = (&ties.before[vertex], &ties.after[vertex]);
        let same = ties.pull[vertex] == 0;
        let low = before.iter().map(|v| ranks[*v] + 1).max();
        let high = after.iter().map(|v| ranks[*v] - 1).min();
        let (Some(low), Some(high), true) = (low, high, same) else {
            continue;
        };
        let own = ranks[vertex];
        let best = (low..=high).min_by_key(|rank| crowd[*rank]).unwrap_or(own);
        if crowd[best] + 1 < crowd[own] {
            crowd[own] -= 1;
            crowd[best] += 1;
            ranks[vertex] = best;
        }
    }
}

/// Moves each box to the end of its free range to which more wires pull.
fn pull_all<'a>(
    ties: &Ties,
    vertices: impl Iterator<Item = &'a usize>,
    ranks: &mut [usize],
    last: usize,
) -> bool {
    let mut moved = false;
    for &vertex in vertices {
        let (before, after) = (&ties.before[vertex], &ties.after[vertex]);
        let low = before.iter().map(|v| ranks[*v] + 1).max().unwrap_or(0);
        let high = after.iter().map(|v| ranks[*v] - 1).min().unwrap_or(last);
        let wanted = match ties.pull[vertex] {
            1.. => high,
            0 => ranks[vertex],
            _ => low,
        };
        moved |= wanted != ranks[vertex];
        ranks[vertex] = wanted;
    }
    moved
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Which arcs have to be turned round so that no ring is left. Deterministic:
/// walks from the first vertex and turns the arcs that lead back.
pub(in crate::layout) fn acyclic(count: usize, arcs: &[(usize, usize)]) -> Vec<bool> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, (from, _)) in arcs.iter().enumerate() {
        out[*from].push(index);
    }
    let mut turned = vec![false; arcs.len()];
    let mut state = vec![Visit::New; count];
    for start in 0..count {
        if state[start] != Visit::New {
            continue;
        }
        state[start] = Visit::Open;
        let mut stack = vec![(start, 0)];
        while let Some((vertex, next)) = stack.pop() {
            let Some(&arc) = out[vertex].get(next) else {
                state[vertex] = Visit::Done;
                continue;
            };
            stack.push((vertex, next + 1));
            let to = arcs[arc].1;
            match state[to] {
                Visit::New => {
                    state[to] = Visit::Open;
                    stack.push((to, 0));
                }
                Visit::Open => turned[arc] = true,
                Visit::Done => {}
            }
        }
    }
    turned
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::EdgeKind;

    fn wire(from: usize, to: usize) -> Wire {
        Wire {
            from: End::Brick {
                brick: from,
                port: 0.0,
            },
            to: End::Brick {
                brick: to,
                port: 0.0,
            },
            kind: EdgeKind::Completed,
            weight: 1,
        }
    }

    #[test]
    fn a_chain_has_one_rank_per_box() {
        assert_eq!(ranks(3, &[wire(0, 1), wire(1, 2)]), [0, 1, 2]);
    }

    #[test]
    fn a_box_without_needs_stands_next_to_what_needs_it() {
        let wires = [wire(0, 1), wire(1, 2), wire(3, 2)];
        assert_eq!(ranks(4, &wires), [0, 1, 2, 1]);
    }

    #[test]
    fn a_ring_is_broken_at_one_arc() {
        assert_eq!(acyclic(3, &[(0, 1), (1, 2), (2, 0)]), [false, false, true]);
    }
}
