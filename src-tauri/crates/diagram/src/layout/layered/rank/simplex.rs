//! Network simplex: ranks with the least sum of weighted lengths.
//!
//! A tree of tight arcs holds all vertices together. Each tree arc cuts the
//! vertices in two; where more weight leads against it than along it, the arc is
//! given up for the shortest one that leads against it, and one side moves up.
//! The sum of what leaves a subtree says all that is needed of a cut.

use std::{cmp::Reverse, collections::BinaryHeap};

/// From one vertex to another that stands at least one rank further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) weight: i64,
}

/// How many vertices may be visited while arcs are exchanged. The ranks are good
/// before, so that large graphs may end with a sum that is only nearly the least.
const VISITS: usize = 3_000_000;

/// Moves vertices between ranks until the sum of all lengths is least.
pub(super) fn shorten(arcs: &[Arc], ranks: &mut [i64]) {
    let mut simplex = Simplex::new(arcs, ranks);
    simplex.grow();
    simplex.sum_up();
    simplex.exchange();
}

struct Simplex<'a> {
    arcs: &'a [Arc],
    ranks: &'a mut [i64],
    /// The arcs at each vertex, in both directions.
    at: Vec<Vec<usize>>,
    in_tree: Vec<bool>,
    /// The tree arc towards the root.
    up: Vec<Option<usize>>,
    /// The vertices of the tree, each after the one above it.
    found: Vec<usize>,
    /// The weight that leaves the subtree of each vertex, less what comes to it.
    leaves: Vec<i64>,
    /// The number of the exchange that last visited each vertex.
    visited: Vec<usize>,
}

impl<'a> Simplex<'a> {
    fn new(arcs: &'a [Arc], ranks: &'a mut [i64]) -> Self {
        let count = ranks.len();
        let mut at = vec![Vec::new(); count];
        for (number, arc) in arcs.iter().enumerate() {
            at[arc.from].push(number);
            at[arc.to].push(number);
        }
        Self {
            arcs,
            ranks,
            at,
            in_tree: vec![false; arcs.len()],
            up: vec![None; count],
            found: Vec::with_capacity(count),
            leaves: vec![0; count],
            visited: vec![0; count],
        }
    }

    fn slack(&self, arc: usize) -> i64 {
        let Arc { from, to, .. } = self.arcs[arc];
        self.ranks[to] - self.ranks[from] - 1
    }

    fn other(&self, arc: usize, vertex: usize) -> usize {
        let Arc { from, to, .. } = self.arcs[arc];
        if from == vertex { to } else { from }
    }

    /// A tree of tight arcs over each part of the graph.
    fn grow(&mut self) {
        let mut known = vec![false; self.ranks.len()];
        for start in 0..known.len() {
            if !known[start] {
                Growth::default().grow(self, start, &mut known);
            }
        }
    }

    fn sum_up(&mut self) {
        for arc in self.arcs {
            self.leaves[arc.from] += arc.weight;
            self.leaves[arc.to] -= arc.weight;
        }
        for &vertex in self.found.iter().rev() {
            if let Some(arc) = self.up[vertex] {
                let above = self.other(arc, vertex);
                self.leaves[above] += self.leaves[vertex];
            }
        }
    }

    /// Exchanges tree arcs as long as one has more weight against it than along it.
    fn exchange(&mut self) {
        let count = self.ranks.len();
        let (mut vertex, mut idle, mut number, mut visits) = (0, 0, 0, 0);
        while idle < count && visits < VISITS {
            match self.up[vertex] {
                Some(arc) if self.is_against(arc, vertex) => {
                    number += 1;
                    visits += self.replace(arc, vertex, number);
                    idle = 0;
                }
                _ => idle += 1,
            }
            vertex = (vertex + 1) % count;
        }
    }

    fn is_against(&self, arc: usize, vertex: usize) -> bool {
        let leaves = self.leaves[vertex];
        if self.arcs[arc].from == vertex {
            leaves < 0
        } else {
            leaves > 0
        }
    }

    /// Gives up the arc above a vertex; how many vertices that visited.
    fn replace(&mut self, arc: usize, vertex: usize, number: usize) -> usize {
        let below = self.below(vertex, number);
        // the subtree moves away from the other end of the arc
        let earlier = self.arcs[arc].from == vertex;
        let crossing = |new: &usize| {
            let inner = if earlier {
                self.arcs[*new].to
            } else {
                self.arcs[*new].from
            };
            let outer = self.other(*new, inner);
            (self.visited[inner] == number && self.visited[outer] != number)
                .then_some((self.slack(*new), *new))
        };
        let arcs = below.iter().flat_map(|vertex| &self.at[*vertex]);
        let Some((slack, new)) = arcs.filter_map(crossing).min() else {
            return below.len();
        };
        let by = if earlier { -slack } else { slack };
        for &vertex in &below {
            self.ranks[vertex] += by;
        }
        below.len() + self.hang(vertex, (arc, new), number)
    }

    /// The subtree of a vertex, marked as visited.
    fn below(&mut self, top: usize, number: usize) -> Vec<usize> {
        let mut below = vec![top];
        self.visited[top] = number;
        let mut next = 0;
        while let Some(&vertex) = below.get(next) {
            next += 1;
            for &arc in &self.at[vertex] {
                let other = self.other(arc, vertex);
                if self.in_tree[arc] && self.up[other] == Some(arc) && self.visited[other] != number
                {
                    self.visited[other] = number;
                    below.push(other);
                }
            }
        }
        below
    }

    /// Hangs the subtree of a vertex at the new arc instead of the old one.
    fn hang(&mut self, top: usize, (old, new): (usize, usize), number: usize) -> usize {
        let sum = self.leaves[top];
        let (inner, outer) = match self.arcs[new] {
            Arc { from, to, .. } if self.visited[from] == number => (from, to),
            Arc { from, to, .. } => (to, from),
        };
        let mut steps = self.carry(self.other(old, top), -sum);
        steps += self.carry(outer, sum);
        self.in_tree[old] = false;
        self.in_tree[new] = true;
        // what lay above the inner end now lies below it
        let (mut vertex, mut link, mut below) = (inner, new, 0);
        loop {
            let above = self.up[vertex].replace(link);
            let own = std::mem::replace(&mut self.leaves[vertex], sum - below);
            steps += 1;
            match above.filter(|_| vertex != top) {
                Some(arc) => {
                    below = own;
                    vertex = self.other(arc, vertex);
                    link = arc;
                }
                None => break,
            }
        }
        steps
    }

    /// Adds to the sums of a vertex and all above it.
    fn carry(&mut self, mut vertex: usize, sum: i64) -> usize {
        let mut steps = 1;
        self.leaves[vertex] += sum;
        while let Some(arc) = self.up[vertex] {
            vertex = self.other(arc, vertex);
            self.leaves[vertex] += sum;
            steps += 1;
        }
        steps
    }
}

/// A tree that grows. Whenever no tight arc leads on, all of it moves by the
/// smallest slack; `moved` says how far in all.
#[derive(Default)]
struct Growth {
    moved: i64,
    /// Arcs that leave the tree and that come to it, by their slack before any move.
    leaving: BinaryHeap<Reverse<(i64, usize)>>,
    coming: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Growth {
    fn grow(mut self, simplex: &mut Simplex<'_>, start: usize, known: &mut [bool]) {
        let first = simplex.found.len();
        self.add(simplex, start, known);
        while let Some((arc, slack, forth)) = self.next(simplex, known) {
            self.moved += if forth { slack } else { -slack };
            let vertex = if forth {
                simplex.arcs[arc].to
            } else {
                simplex.arcs[arc].from
            };
            simplex.up[vertex] = Some(arc);
            simplex.in_tree[arc] = true;
            self.add(simplex, vertex, known);
        }
        for &vertex in &simplex.found[first..] {
            simplex.ranks[vertex] += self.moved;
        }
    }

    /// Takes in a vertex and all that tight arcs join to it.
    fn add(&mut self, simplex: &mut Simplex<'_>, vertex: usize, known: &mut [bool]) {
        let first = simplex.found.len();
        simplex.found.push(vertex);
        known[vertex] = true;
        let mut next = first;
        while let Some(&vertex) = simplex.found.get(next) {
            next += 1;
            for at in 0..simplex.at[vertex].len() {
                let arc = simplex.at[vertex][at];
                let other = simplex.other(arc, vertex);
                if !known[other] && simplex.slack(arc) == 0 {
                    known[other] = true;
                    simplex.up[other] = Some(arc);
                    simplex.in_tree[arc] = true;
                    simplex.found.push(other);
                }
            }
        }
        for at in first..simplex.found.len() {
            let vertex = simplex.found[at];
            for &arc in &simplex.at[vertex] {
                if known[simplex.other(arc, vertex)] {
                    continue;
                }
                let slack = simplex.slack(arc);
                if simplex.arcs[arc].from == vertex {
                    self.leaving.push(Reverse((slack + self.moved, arc)));
                } else {
                    self.coming.push(Reverse((slack - self.moved, arc)));
                }
            }
        }
        for &vertex in &simplex.found[first..] {
            simplex.ranks[vertex] -= self.moved;
        }
    }

    /// The arc with the smallest slack that leads out of the tree, and whether forwards.
    fn next(&mut self, simplex: &Simplex<'_>, known: &[bool]) -> Option<(usize, i64, bool)> {
        let inside = |arc: usize| known[simplex.arcs[arc].from] && known[simplex.arcs[arc].to];
        for heap in [&mut self.leaving, &mut self.coming] {
            while heap.peek().is_some_and(|Reverse((_, arc))| inside(*arc)) {
                heap.pop();
            }
        }
        let leaving = self.leaving.peek();
        let leaving = leaving.map(|Reverse((slack, arc))| (slack - self.moved, *arc));
        let coming = self.coming.peek();
        let coming = coming.map(|Reverse((slack, arc))| (slack + self.moved, *arc));
        match (leaving, coming) {
            (Some(one), Some(other)) if other.0 < one.0 => Some((other.1, other.0, false)),
            (Some(one), _) => Some((one.1, one.0, true)),
            (None, Some(other)) => Some((other.1, other.0, false)),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arc(from: usize, to: usize, weight: i64) -> Arc {
        Arc { from, to, weight }
    }

    fn sum(arcs: &[Arc], ranks: &[i64]) -> i64 {
        let lengths = arcs.iter();
        lengths
            .map(|arc| arc.weight * (ranks[arc.to] - ranks[arc.from]))
            .sum()
    }

    /// The least sum, by trying all ranks.
    fn least(arcs: &[Arc], ranks: &mut Vec<i64>, count: usize) -> i64 {
        if ranks.len() == count {
            let holds = arcs.iter().all(|arc| ranks[arc.to] > ranks[arc.from]);
            return if holds { sum(arcs, ranks) } else { i64::MAX };
        }
        let all = 0..i64::try_from(count).unwrap();
        all.map(|rank| {
            ranks.push(rank);
            let least = least(arcs, ranks, count);
            ranks.pop();
            least
        })
        .min()
        .unwrap()
    }

    /// As early as possible, vertices being sorted.
    fn earliest(arcs: &[Arc], count: usize) -> Vec<i64> {
        let mut ranks = vec![0; count];
        for vertex in 0..count {
            for arc in arcs.iter().filter(|arc| arc.to == vertex) {
                ranks[vertex] = ranks[vertex].max(ranks[arc.from] + 1);
            }
        }
        ranks
    }

    #[test]
    fn a_whole_side_moves_where_that_shortens_more_than_it_lengthens() {
        // two heavy arcs lead on from the short branch, one light arc leads to it
        let arcs = [
            arc(0, 1, 1),
            arc(1, 2, 1),
            arc(2, 3, 1),
            arc(0, 4, 1),
            arc(4, 5, 1),
            arc(4, 3, 2),
            arc(5, 3, 2),
        ];
        let mut ranks = earliest(&arcs, 6);
        shorten(&arcs, &mut ranks);
        assert_eq!(ranks[3] - ranks[5], 1);
        assert_eq!(ranks[3] - ranks[4], 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

        #[test]
        fn no_other_ranks_have_a_smaller_sum(
            drawn in proptest::collection::vec((0_usize..5, 0_usize..5, 1_i64..4), 1..9),
        ) {
            let arcs = drawn.iter().filter(|(a, b, _)| a != b);
            let arcs: Vec<Arc> = arcs.map(|(a, b, w)| arc(*a.min(b), *a.max(b), *w)).collect();
            let mut ranks = earliest(&arcs, 5);
            shorten(&arcs, &mut ranks);
            prop_assert!(arcs.iter().all(|arc| ranks[arc.to] > ranks[arc.from]));
            prop_assert_eq!(sum(&arcs, &ranks), least(&arcs, &mut Vec::new(), 5));
        }
    }
}
