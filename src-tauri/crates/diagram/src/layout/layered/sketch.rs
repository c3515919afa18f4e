//! The layered graph between input and result: every wire is cut into segments
//! from rank to rank, with a knot where it passes a rank without stopping.
//!
//! Once the ranks are in order, wires share knots: those that leave one port for
//! distant boxes run together until they have to part, and many that come from
//! afar to one port join on the way. A shared stretch thus has always one source
//! or one target.

mod gap;
mod sharing;

use std::collections::HashMap;

use super::{Brick, End, Placed, Spot, Wire, channel::Channels, is_known};
use crate::graph::EdgeKind;

pub(super) use gap::Gap;

/// A box, a knot or an end at the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Brick,
    Knot,
    Border,
}

/// A piece of a wire between neighbouring ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    pub(super) from: usize,
    pub(super) to: usize,
    /// How far from the middle of its vertex it begins and ends.
    pub(super) from_port: f32,
    pub(super) to_port: f32,
    pub(super) kind: EdgeKind,
    /// How many lines run here.
    pub(super) weight: u32,
}

/// The layered graph. Rank 0 and the last rank hold only ends at the border.
#[derive(Debug)]
pub(super) struct Sketch {
    /// The vertices of each rank in their order.
    pub(super) ranks: Vec<Vec<usize>>,
    pub(super) rank_of: Vec<usize>,
    pub(super) role: Vec<Role>,
    /// The size along the cross axis.
    pub(super) size: Vec<f32>,
    pub(super) wish: Vec<f32>,
    /// Which vertices stand where they stood before. None, if nothing was before.
    pub(super) kept: Vec<bool>,
    pub(super) segments: Vec<Segment>,
    /// The segments that end, and that begin, at each vertex.
    pub(super) ups: Vec<Vec<usize>>,
    pub(super) downs: Vec<Vec<usize>>,
    /// The segments of each wire.
    paths: Vec<Vec<usize>>,
    routes: Vec<Route>,
}

/// The way of one wire through the ranks.
#[derive(Debug)]
struct Route {
    /// The vertices it meets, each with the bits of the port.
    stops: Vec<(usize, u32)>,
    kind: EdgeKind,
    weight: u32,
    /// Whether it may share knots with others from its source; else with others to its target.
    by_source: bool,
}

/// A port of a vertex for one kind of wire.
type Port = (usize, u32, EdgeKind);

/// How many knots there may be that are not shared from the start.
const KNOTS: usize = 400_000;

/// What wires share from the start, because there are too many.
#[derive(Default)]
struct Shared {
    leaving: HashMap<Port, usize>,
    coming: HashMap<Port, usize>,
    /// Knots that begin at a port, by how far they are from it.
    trunks: HashMap<(Port, bool), Vec<usize>>,
    /// Longer wires share.
    longest: usize,
}

impl Sketch {
    pub(super) fn new(bricks: &[Brick], wires: &[Wire], ranks: &[usize]) -> Self {
        let last = ranks.iter().copied().max().unwrap_or(0) + 2;
        let mut sketch = Self {
            ranks: vec![Vec::new(); last + 1],
            rank_of: Vec::new(),
            role: Vec::new(),
            size: Vec::new(),
            wish: Vec::new(),
            kept: Vec::new(),
            segments: Vec::new(),
            ups: Vec::new(),
            downs: Vec::new(),
            paths: Vec::new(),
            routes: Vec::new(),
        };
        for (brick, rank) in bricks.iter().zip(ranks) {
            sketch.vertex(Role::Brick, rank + 1, brick.cross, brick.wish);
        }
        let known = is_known(bricks);
        let ends: Vec<_> = wires.iter().map(|wire| sketch.ends(wire, last)).collect();
        let mut shared = Shared::default();
        let mut spans = Vec::new();
        for (from, to) in &ends {
            let span = sketch.rank_of[to.0].saturating_sub(sketch.rank_of[from.0] + 1);
            if span > 0 {
                spans.push(span);
                *shared.leaving.entry(*from).or_default() += 1;
                *shared.coming.entry(*to).or_default() += 1;
            }
        }
        shared.longest = longest(spans);
        for ((from, to), wire) in ends.into_iter().zip(wires) {
            let route = sketch.route(from, to, wire.weight, &mut shared);
            sketch.routes.push(route);
        }
        sketch.kept = vec![false; sketch.role.len()];
        for (kept, brick) in sketch.kept.iter_mut().zip(bricks) {
            *kept = known && brick.before.is_some();
        }
        sketch.link();
        sketch
    }

    /// Whether the layout follows one before.
    pub(super) fn follows(&self) -> bool {
        self.kept.contains(&true)
    }

    fn vertex(&mut self, role: Role, rank: usize, size: f32, wish: f32) -> usize {
        let vertex = self.rank_of.len();
        self.ranks[rank].push(vertex);
        self.rank_of.push(rank);
        self.role.push(role);
        self.size.push(size);
        self.wish.push(wish);
        vertex
    }

    /// Both ends as ports; an end outside gets a vertex at the border.
    fn ends(&mut self, wire: &Wire, last: usize) -> (Port, Port) {
        let mut port = |end: End, border: usize| match end {
            End::Brick { brick, port } => {
                (brick, (port - self.size[brick] / 2.0).to_bits(), wire.kind)
            }
            End::Outside { wish } => {
                let vertex = self.vertex(Role::Border, border, 0.0, wish);
                (vertex, 0.0_f32.to_bits(), wire.kind)
            }
        };
        (port(wire.from, 0), port(wire.to, last))
    }

    fn route(&mut self, from: Port, to: Port, weight: u32, shared: &mut Shared) -> Route {
        let (first, last) = (self.rank_of[from.0], self.rank_of[to.0]);
        let length = last.saturating_sub(first + 1);
        let by_source = shared.leaving.get(&from) >= shared.coming.get(&to);
        let mut own = Vec::new();
        let trunk = if length > shared.longest {
            let port = if by_source { from } else { to };
            shared.trunks.entry((port, by_source)).or_default()
        } else {
            &mut own
        };
        let (a, b) = (self.wish[from.0], self.wish[to.0]);
        while trunk.len() < length {
            let rank = if by_source {
                first + 1 + trunk.len()
            } else {
                last - 1 - trunk.len()
            };
            let share = count(rank - first) / count(last - first);
            trunk.push(self.vertex(Role::Knot, rank, 0.0, a + (b - a) * share));
        }
        let mut knots: Vec<usize> = trunk[..length].to_vec();
        if !by_source {
            knots.reverse();
        }
        let middle = 0.0_f32.to_bits();
        let mut stops = vec![(from.0, from.1)];
        stops.extend(knots.into_iter().map(|knot| (knot, middle)));
        stops.push((to.0, to.1));
        Route {
            stops,
            kind: from.2,
            weight,
            by_source,
        }
    }

    /// Makes the segments from the routes.
    fn link(&mut self) {
        let count = self.role.len();
        self.segments.clear();
        self.ups = vec![Vec::new(); count];
        self.downs = vec![Vec::new(); count];
        let mut paths = Vec::with_capacity(self.routes.len());
        for route in &self.routes {
            let mut path = Vec::with_capacity(route.stops.len());
            for pair in route.stops.windows(2) {
                let new = Segment {
                    from: pair[0].0,
                    to: pair[1].0,
                    from_port: f32::from_bits(pair[0].1),
                    to_port: f32::from_bits(pair[1].1),
                    kind: route.kind,
                    weight: route.weight,
                };
                path.push(add_segment(
                    &mut self.segments,
                    (&mut self.downs, &mut self.ups),
                    new,
                ));
            }
            paths.push(path);
        }
        self.paths = paths;
    }

    /// Whether the segment is part of a long straight stretch.
    pub(super) fn is_inner(&self, segment: usize) -> bool {
        let Segment { from, to, .. } = self.segments[segment];
        self.role[from] == Role::Knot && self.role[to] == Role::Knot
    }

    /// Puts places and channels together.
    pub(super) fn finish(
        &self,
        bricks: &[Brick],
        cross: &[f32],
        channels: &Channels,
        crossings: u64,
    ) -> Placed {
        let starts = self.rank_starts(bricks, channels);
        let main_end = starts.last().copied().unwrap_or(0.0);
        let corner = |vertex: usize| {
            (
                starts[self.rank_of[vertex]],
                cross[vertex] - self.size[vertex] / 2.0,
            )
        };
        let cross_end = (0..bricks.len()).map(|brick| corner(brick).1 + self.size[brick]);
        let lowest = cross_end.chain(self.knots(cross)).fold(0.0, f32::max);
        let wires = self
            .paths
            .iter()
            .map(|path| self.corners(path, cross, &starts, (bricks, channels)));
        Placed {
            main: main_end,
            cross: lowest,
            bricks: (0..bricks.len()).map(corner).collect(),
            wires: wires.collect(),
            crossings,
        }
    }

    fn knots<'a>(&'a self, cross: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let knots = (0..self.role.len()).filter(|vertex| self.role[*vertex] == Role::Knot);
        knots.map(|vertex| cross[vertex])
    }

    /// Where each rank begins along the main axis.
    fn rank_starts(&self, bricks: &[Brick], channels: &Channels) -> Vec<f32> {
        let mut starts = Vec::with_capacity(self.ranks.len());
        let mut at = 0.0;
        for (rank, vertices) in self.ranks.iter().enumerate() {
            starts.push(at);
            let boxes = vertices.iter().filter_map(|vertex| bricks.get(*vertex));
            at += boxes.map(|brick| brick.main).fold(0.0, f32::max);
            if rank > 0 && rank + 2 < self.ranks.len() {
                at += channels.gaps[rank].width();
            }
        }
        starts
    }

    fn corners(
        &self,
        path: &[usize],
        cross: &[f32],
        starts: &[f32],
        (bricks, channels): (&[Brick], &Channels),
    ) -> Vec<Spot> {
        let mut corners = Vec::with_capacity(2 + path.len() * 2);
        for (at, &index) in path.iter().enumerate() {
            let segment = &self.segments[index];
            let from = cross[segment.from] + segment.from_port;
            let to = cross[segment.to] + segment.to_port;
            if at == 0 {
                let width = bricks.get(segment.from).map_or(0.0, |brick| brick.main);
                corners.push((starts[self.rank_of[segment.from]] + width, from));
            }
            if let Some(track) = channels.track[index] {
                let rank = self.rank_of[segment.from];
                let gap = &channels.gaps[rank];
                let (leave, reach) = gap.place(track);
                let start = starts[rank + 1] - gap.width();
                corners.extend([(start + leave, from), (start + reach, to)]);
            }
            if at + 1 == path.len() {
                corners.push((starts[self.rank_of[segment.to]], to));
            }
        }
        corners
    }
}

/// The longest span whose knots can be afforded one by one.
fn longest(mut spans: Vec<usize>) -> usize {
    spans.sort_unstable();
    let mut knots = 0;
    for span in spans {
        knots += span;
        if knots > KNOTS {
            return span - 1;
        }
    }
    usize::MAX
}

/// The number of a segment, which may be there already.
fn add_segment(
    segments: &mut Vec<Segment>,
    (downs, ups): (&mut [Vec<usize>], &mut [Vec<usize>]),
    new: Segment,
) -> usize {
    let (leaving, coming) = (&downs[new.from], &ups[new.to]);
    let known = if leaving.len() < coming.len() {
        leaving
    } else {
        coming
    };
    let same = |segment: &Segment| {
        Segment {
            weight: new.weight,
            ..*segment
        } == new
    };
    if let Some(index) = known.iter().copied().find(|index| same(&segments[*index])) {
        segments[index].weight += new.weight;
        return index;
    }
    let index = segments.len();
    downs[new.from].push(index);
    ups[new.to].push(index);
    segments.push(new);
    index
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are far fewer channels than 2^24"
)]
fn count(value: usize) -> f32 {
    value as f32
}
