//! Which channel each elbow uses. Between two ranks every line runs level, then
//! along one channel, then level again. Lines with the same targets share a
//! channel; other lines whose channels would touch get different ones, in the
//! order that crosses least.

use std::collections::HashMap;

use super::sketch::{Gap, Sketch};
use crate::graph::EdgeKind;

/// Above so many touching pairs in one gap the order is only estimated.
const MANY_PAIRS: usize = 400_000;
/// Above so many pairs of lines their crossings are only estimated.
const MANY_LINES: usize = 4096;
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
    /// Where each of its lines comes from and goes to.
    lines: Vec<(f32, f32)>,
    low: f32,
    high: f32,
    /// The nets of one bundle may run in one channel.
    bundle: usize,
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
    for (index, track) in channels.track.iter_mut().enumerate() {
        let (from, to) = ends(sketch, cross, index);
        if (from - to).abs() < 0.5 {
            *track = None;
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
    let mut bundles: Vec<(usize, Vec<usize>)> = Vec::new();
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
        let bundle = *found.entry((kind, targets)).or_insert(bundles.len());
        if bundle == bundles.len() {
            bundles.push((0, Vec::new()));
        }
        bundles[bundle].0 += 1;
        bundles[bundle].1.extend(segments);
    }
    let mut nets: Vec<Net> = Vec::new();
    for (number, (sources, segments)) in bundles.into_iter().enumerate() {
        let several_targets = segments.len() > sources;
        if sources > 1 && several_targets {
            nets.push(Net::new(sketch, cross, segments, number));
            continue;
        }
        let (up, down): (Vec<usize>, Vec<usize>) = segments.into_iter().partition(|index| {
            let (from, to) = ends(sketch, cross, *index);
            to < from
        });
        nets.push(Net::new(sketch, cross, up, number));
        nets.push(Net::new(sketch, cross, down, number));
    }
    nets.retain(|net| net.high - net.low >= 0.5);
    nets
}

/// Where a segment begins and ends along the cross axis.
fn ends(sketch: &Sketch, cross: &[f32], index: usize) -> (f32, f32) {
    let segment = &sketch.segments[index];
    (
        cross[segment.from] + segment.from_port,
        cross[segment.to] + segment.to_port,
    )
}

impl Net {
    fn new(sketch: &Sketch, cross: &[f32], segments: Vec<usize>, bundle: usize) -> Self {
        let lines: Vec<(f32, f32)> = segments.iter().map(|s| ends(sketch, cross, *s)).collect();
        let all = || lines.iter().flat_map(|(from, to)| [*from, *to]);
        Self {
            low: all().fold(f32::INFINITY, f32::min),
            high: all().fold(f32::NEG_INFINITY, f32::max),
            segments,
            lines,
            bundle,
        }
    }

    /// How bad it is to run before `other`: how many of its lines cross lines of
    /// the other then, and, which is worse, run on one level with them.
    fn cost_before(&self, other: &Self) -> i64 {
        let mut cost = 0;
        if self.lines.len() * other.lines.len() > MANY_LINES {
            let (low, high) = (other.low, other.high);
            cost += count(
                self.lines
                    .iter()
                    .filter(|line| (low..=high).contains(&line.1)),
            );
            let (low, high) = (self.low, self.high);
            cost += count(
                other
                    .lines
                    .iter()
                    .filter(|line| (low..=high).contains(&line.0)),
            );
            return cost;
        }
        for (from, to) in &self.lines {
            for (other_from, other_to) in &other.lines {
                cost += i64::from(is_between(*to, *other_from, *other_to));
                cost += i64::from(is_between(*other_from, *from, *to));
                cost += 6 * i64::from((to - other_from).abs() < 0.6);
            }
        }
        cost
    }
}

fn count<T>(things: impl Iterator<Item = T>) -> i64 {
    i64::try_from(things.count()).unwrap_or(i64::MAX)
}

fn is_between(place: f32, one: f32, two: f32) -> bool {
    one.min(two) - 0.1 < place && place < one.max(two) + 0.1
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
            if nets[lower].bundle == nets[upper].bundle {
                continue;
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
