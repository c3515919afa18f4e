//! Which channel each elbow uses. Between two ranks every line runs level, then
//! along one channel, then level again. Lines with the same targets share a
//! channel; other lines whose channels would touch get different ones, in the
//! order that crosses least.

use std::collections::HashMap;

use super::sketch::{Gap, Sketch};
use crate::graph::EdgeKind;

/// Above so many touching pairs in one gap the order is only estimated.
const MANY_PAIRS: usize = 400_000;
/// Lines closer than this along the cross axis count as touching.
const TOUCH: f32 = 3.0;

/// The channels of all gaps.
#[derive(Debug)]
pub(super) struct Channels {
    /// The gap after each rank.
    pub(super) gaps: Vec<Gap>,
    /// The channel of each segment; none where it is straight.
    pub(super) track: Vec<Option<usize>>,
}

/// Segments that share one channel.
#[derive(Debug, Default)]
struct Net {
    segments: Vec<usize>,
    /// Where its lines come from and go to, sorted.
    from: Vec<f32>,
    to: Vec<f32>,
    low: f32,
    high: f32,
}

/// Finds a channel for every elbow.
pub(super) fn channels(sketch: &Sketch, cross: &[f32]) -> Channels {
    let mut channels = Channels {
        gaps: vec![Gap::default(); sketch.ranks.len()],
        track: vec![None; sketch.segments.len()],
    };
    for rank in 1..sketch.ranks.len() - 1 {
        let nets = nets(sketch, cross, rank);
        let (tracks, count) = tracks(&nets);
        channels.gaps[rank].tracks = count;
        for (net, track) in nets.iter().zip(tracks) {
            for &segment in &net.segments {
                channels.track[segment] = Some(track);
            }
        }
    }
    for (index, segment) in sketch.segments.iter().enumerate() {
        let from = cross[segment.from] + segment.from_port;
        let to = cross[segment.to] + segment.to_port;
        if (from - to).abs() < 0.5 {
            channels.track[index] = None;
        }
    }
    channels
}

/// A place where lines leave or arrive: vertex and port.
type Place = (usize, u32);

fn nets(sketch: &Sketch, cross: &[f32], rank: usize) -> Vec<Net> {
    let mut sources: Vec<(Place, EdgeKind, Vec<usize>)> = Vec::new();
    for &vertex in &sketch.ranks[rank] {
        let first = sources.len();
        for &index in &sketch.downs[vertex] {
            let segment = &sketch.segments[index];
            let place = (vertex, segment.from_port.to_bits());
            let known = sources[first..]
                .iter_mut()
                .find(|source| source.0 == place && source.1 == segment.kind);
            match known {
                Some(source) => source.2.push(index),
                None => sources.push((place, segment.kind, vec![index])),
            }
        }
    }
    let mut found: HashMap<(EdgeKind, Vec<Place>), usize> = HashMap::new();
    let mut nets: Vec<Net> = Vec::new();
    for (_, kind, segments) in sources {
        let mut targets: Vec<Place> = segments
            .iter()
            .map(|s| {
                (
                    sketch.segments[*s].to,
                    sketch.segments[*s].to_port.to_bits(),
                )
            })
            .collect();
        targets.sort_unstable();
        let net = *found.entry((kind, targets)).or_insert(nets.len());
        if net == nets.len() {
            nets.push(Net::default());
        }
        nets[net].segments.extend(segments);
    }
    for net in &mut nets {
        net.measure(sketch, cross);
    }
    nets.retain(|net| net.high - net.low >= 0.5);
    nets
}

impl Net {
    fn measure(&mut self, sketch: &Sketch, cross: &[f32]) {
        for &index in &self.segments {
            let segment = &sketch.segments[index];
            self.from.push(cross[segment.from] + segment.from_port);
            self.to.push(cross[segment.to] + segment.to_port);
        }
        for places in [&mut self.from, &mut self.to] {
            places.sort_by(f32::total_cmp);
            places.dedup();
        }
        let all = || self.from.iter().chain(&self.to).copied();
        let (low, high) = (
            all().fold(f32::INFINITY, f32::min),
            all().fold(f32::NEG_INFINITY, f32::max),
        );
        (self.low, self.high) = (low, high);
    }

    /// How bad it is to run before `other`: its lines to the targets cross the
    /// channel of the other, and the lines of the other cross its own channel.
    fn cost_before(&self, other: &Self) -> i64 {
        let crossing = within(&self.to, other) + within(&other.from, self);
        let touching = self.to.iter().filter(|to| near(&other.from, **to)).count();
        i64::try_from(crossing + 6 * touching).unwrap_or(i64::MAX)
    }
}

fn within(places: &[f32], net: &Net) -> usize {
    let start = places.partition_point(|place| *place < net.low - 0.1);
    let end = places.partition_point(|place| *place <= net.high + 0.1);
    end - start
}

fn near(sorted: &[f32], place: f32) -> bool {
    let at = sorted.partition_point(|other| *other < place - 0.6);
    sorted.get(at).is_some_and(|other| *other <= place + 0.6)
}

/// The channel of each net, and how many there are.
fn tracks(nets: &[Net]) -> (Vec<usize>, usize) {
    let (touching, complete) = touching(nets);
    let mut balance = vec![0_i64; nets.len()];
    for (net, others) in touching.iter().enumerate() {
        for &(_, cost) in others {
            balance[net] += cost;
        }
    }
    let sorted = if complete && nets.len() <= 600 {
        by_least_cost(&touching, balance)
    } else {
        let mut sorted: Vec<usize> = (0..nets.len()).collect();
        sorted.sort_by_key(|net| balance[*net]);
        sorted
    };
    if !complete {
        return interval_tracks(nets, &sorted);
    }
    let mut tracks = vec![0; nets.len()];
    let mut done = vec![false; nets.len()];
    for net in sorted {
        let before = touching[net].iter().filter(|(other, _)| done[*other]);
        tracks[net] = before
            .map(|(other, _)| tracks[*other] + 1)
            .max()
            .unwrap_or(0);
        done[net] = true;
    }
    let count = tracks.iter().max().map_or(0, |last| last + 1);
    (tracks, count)
}

/// For each net those whose channels it would touch, with what it costs to run
/// before rather than after them. False where there were too many to look at.
fn touching(nets: &[Net]) -> (Vec<Vec<(usize, i64)>>, bool) {
    let mut sorted: Vec<usize> = (0..nets.len()).collect();
    sorted.sort_by(|a, b| nets[*a].low.total_cmp(&nets[*b].low));
    let mut touching: Vec<Vec<(usize, i64)>> = vec![Vec::new(); nets.len()];
    let mut pairs = 0;
    for (at, &upper) in sorted.iter().enumerate() {
        for &lower in &sorted[at + 1..] {
            if nets[lower].low > nets[upper].high + TOUCH {
                break;
            }
            pairs += 1;
            if pairs > MANY_PAIRS {
                return (touching, false);
            }
            let cost =
                nets[upper].cost_before(&nets[lower]) - nets[lower].cost_before(&nets[upper]);
            touching[upper].push((lower, cost));
            touching[lower].push((upper, -cost));
        }
    }
    (touching, true)
}

/// Takes again and again the net that costs least before all that are left.
fn by_least_cost(touching: &[Vec<(usize, i64)>], mut balance: Vec<i64>) -> Vec<usize> {
    let mut left: Vec<usize> = (0..balance.len()).collect();
    let mut sorted = Vec::with_capacity(left.len());
    while let Some(at) = (0..left.len()).min_by_key(|at| (balance[left[*at]], left[*at])) {
        let net = left.remove(at);
        sorted.push(net);
        for &(other, cost) in &touching[net] {
            balance[other] += cost;
        }
    }
    sorted
}

/// Channels for a crowd: each net takes the first one that is free along it.
fn interval_tracks(nets: &[Net], sorted: &[usize]) -> (Vec<usize>, usize) {
    let mut by_place = sorted.to_vec();
    by_place.sort_by(|a, b| nets[*a].low.total_cmp(&nets[*b].low));
    let mut ends: Vec<f32> = Vec::new();
    let mut tracks = vec![0; nets.len()];
    for net in by_place {
        let free = ends.iter().position(|end| *end + TOUCH < nets[net].low);
        let track = free.unwrap_or(ends.len());
        if track == ends.len() {
            ends.push(0.0);
        }
        ends[track] = nets[net].high;
        tracks[net] = track;
    }
    (tracks, ends.len())
}
