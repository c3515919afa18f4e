//! Once the ranks are in order, wires share knots.

use super::{Role, Sketch};
use crate::graph::EdgeKind;

/// Of each knot with a route of its own: that route, and the knot's place in it.
type Owners = Vec<Option<(usize, usize)>>;

/// Where the line of a knot comes from, or goes to.
type Neighbour = (usize, u32, EdgeKind);

impl Sketch {
    /// Joins knots of one rank that stand beside each other and lead from one
    /// source or to one target: their lines run together until they have to part.
    pub(in super::super) fn share(&mut self) {
        let joined = self.joined();
        let mut number = vec![usize::MAX; self.role.len()];
        let mut kept = 0;
        for vertex in (0..joined.len()).filter(|vertex| joined[*vertex] == *vertex) {
            number[vertex] = kept;
            self.rank_of[kept] = self.rank_of[vertex];
            self.role[kept] = self.role[vertex];
            self.size[kept] = self.size[vertex];
            self.wish[kept] = self.wish[vertex];
            self.kept[kept] = self.kept[vertex];
            kept += 1;
        }
        self.rank_of.truncate(kept);
        self.role.truncate(kept);
        self.size.truncate(kept);
        self.wish.truncate(kept);
        self.kept.truncate(kept);
        for rank in &mut self.ranks {
            rank.retain(|vertex| joined[*vertex] == *vertex);
            rank.iter_mut().for_each(|vertex| *vertex = number[*vertex]);
        }
        for stop in self.routes.iter_mut().flat_map(|route| &mut route.stops) {
            stop.0 = number[joined[stop.0]];
        }
        self.link();
    }

    /// With which vertex each one becomes one.
    fn joined(&self) -> Vec<usize> {
        let owners = self.owners();
        let mut joined: Vec<usize> = (0..self.role.len()).collect();
        for rank in &self.ranks {
            self.join_rank(rank, true, &owners, &mut joined);
        }
        for rank in self.ranks.iter().rev() {
            self.join_rank(rank, false, &owners, &mut joined);
        }
        joined
    }

    fn owners(&self) -> Owners {
        let mut owners = vec![None; self.role.len()];
        let mut several = vec![false; self.role.len()];
        for (number, route) in self.routes.iter().enumerate() {
            for (at, (vertex, _)) in route.stops.iter().enumerate() {
                several[*vertex] |= owners[*vertex].is_some();
                owners[*vertex] = Some((number, at));
            }
        }
        for (vertex, owner) in owners.iter_mut().enumerate() {
            if several[vertex] || self.role[vertex] != Role::Knot {
                *owner = None;
            }
        }
        owners
    }

    fn join_rank(&self, rank: &[usize], by_source: bool, owners: &Owners, joined: &mut [usize]) {
        let mut last: Option<(usize, Neighbour)> = None;
        for &vertex in rank {
            let neighbour = owners[vertex].and_then(|(number, at)| {
                let route = &self.routes[number];
                let next = route.stops[if by_source { at - 1 } else { at + 1 }];
                let neighbour = (joined[next.0], next.1, route.kind);
                (route.by_source == by_source).then_some(neighbour)
            });
            match (last, neighbour) {
                (Some((kept, other)), Some(neighbour)) if neighbour == other => {
                    joined[vertex] = kept;
                }
                _ => last = neighbour.map(|neighbour| (vertex, neighbour)),
            }
        }
    }
}
