//! Which channel each elbow uses. Between two ranks every line runs level, then
//! along one channel, then level again.
//!
//! Where a whole level is too crowded for channels that can be told apart, its
//! lines cross the gaps slantwise.
//!
//! Lines that go down take their channels in the order of their sources from
//! below, lines that go up from above: then no two of them cross that need not
//! (the proof goes through the cases of two lines). Lines of one source share a
//! channel, and so do those of neighbouring sources with one common target, or
//! of sources with the same targets.

use std::collections::HashMap;

use super::sketch::{Gap, Sketch};
use crate::graph::EdgeKind;

mod net;
mod track;

use net::Net;

/// With more channels than this in a gap on average, lines are slanted.
const CROWDED: usize = 12;

/// The channels of all gaps.
#[derive(Debug)]
pub(super) struct Channels {
    /// The gap after each rank.
    pub(super) gaps: Vec<Gap>,
    /// The channel of each segment; none where it is straight.
    pub(super) track: Vec<Option<usize>>,
}

/// Finds a channel for every elbow.
pub(super) fn channels(sketch: &Sketch, cross: &[f32]) -> Channels {
    let mut channels = Channels {
        gaps: vec![Gap::default(); sketch.ranks.len()],
        track: vec![None; sketch.segments.len()],
    };
    for rank in 1..sketch.ranks.len() - 1 {
        let nets = in_sequence(nets(sketch, cross, rank));
        let (tracks, count) = track::tracks(&nets);
        channels.gaps[rank].tracks = count;
        for (net, track) in nets.iter().zip(tracks) {
            for &segment in &net.segments {
                channels.track[segment] = Some(track);
            }
        }
    }
    let all: usize = channels.gaps.iter().map(|gap| gap.tracks).sum();
    let used = channels.gaps.iter().filter(|gap| gap.tracks > 0).count();
    if all > CROWDED * used {
        channels.gaps.iter_mut().for_each(|gap| gap.slanted = true);
    }
    channels
}

/// The nets of one gap, by how they go.
#[derive(Debug, Default)]
struct Nets {
    /// In the order of their sources.
    up: Vec<Net>,
    down: Vec<Net>,
    /// Several sources with the same targets.
    both: Vec<Net>,
}

/// A place where lines leave or arrive: vertex and port.
type Place = (usize, u32);

/// The lines that leave one port.
struct Source {
    place: Place,
    kind: EdgeKind,
    segments: Vec<usize>,
}

fn sources(sketch: &Sketch, rank: usize) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for &vertex in &sketch.ranks[rank] {
        let first = sources.len();
        for &index in &sketch.downs[vertex] {
            let segment = &sketch.segments[index];
            let place = (vertex, segment.from_port.to_bits());
            let mut own = sources[first..].iter_mut();
            match own.find(|source| source.place == place && source.kind == segment.kind) {
                Some(source) => source.segments.push(index),
                None => sources.push(Source {
                    place,
                    kind: segment.kind,
                    segments: vec![index],
                }),
            }
        }
        let port = |source: &Source| sketch.segments[source.segments[0]].from_port;
        sources[first..].sort_by(|a, b| port(a).total_cmp(&port(b)));
    }
    sources
}

fn nets(sketch: &Sketch, cross: &[f32], rank: usize) -> Nets {
    let sources = sources(sketch, rank);
    let mut known: HashMap<(EdgeKind, Vec<Place>), usize> = HashMap::new();
    let mut bundles: Vec<(usize, usize)> = Vec::new();
    let mut bundle_of = Vec::with_capacity(sources.len());
    for source in &sources {
        let targets = source.segments.iter().map(|s| &sketch.segments[*s]);
        let mut targets: Vec<Place> = targets.map(|s| (s.to, s.to_port.to_bits())).collect();
        targets.sort_unstable();
        let count = targets.len();
        let bundle = *known.entry((source.kind, targets)).or_insert(bundles.len());
        if bundle == bundles.len() {
            bundles.push((0, count));
        }
        bundles[bundle].0 += 1;
        bundle_of.push(bundle);
    }
    let mut nets = Nets::default();
    for (source, bundle) in sources.into_iter().zip(bundle_of) {
        let shares = bundles[bundle].0 > 1;
        if shares && bundles[bundle].1 > 1 {
            let same = nets.both.iter().position(|net| net.bundle == bundle);
            net::add(
                &mut nets.both,
                same,
                (sketch, cross),
                source.segments,
                bundle,
            );
            continue;
        }
        let level = |index: &usize| {
            let (from, to) = net::ends(sketch, cross, *index);
            (from - to).abs() < 0.5
        };
        let bent = source.segments.into_iter().filter(|index| !level(index));
        let (up, down): (Vec<usize>, Vec<usize>) = bent.partition(|index| {
            let (from, to) = net::ends(sketch, cross, *index);
            to < from
        });
        for (segments, list) in [(up, &mut nets.up), (down, &mut nets.down)] {
            if !segments.is_empty() {
                let last = list.len().checked_sub(1);
                let same = last.filter(|last| shares && list[*last].bundle == bundle);
                net::add(list, same, (sketch, cross), segments, bundle);
            }
        }
    }
    nets.both.retain(|net| net.high - net.low >= 0.5);
    nets
}

/// All nets in the order in which they may take channels.
fn in_sequence(nets: Nets) -> Vec<Net> {
    let mut sequence = Vec::with_capacity(nets.up.len() + nets.down.len() + nets.both.len());
    let mut ups = nets.up.into_iter().peekable();
    let mut downs = nets.down.into_iter().rev().peekable();
    loop {
        let up_first = match (ups.peek(), downs.peek()) {
            (Some(up), Some(down)) => up.cost_before(down) <= down.cost_before(up),
            (up, _) => up.is_some(),
        };
        let next = if up_first { ups.next() } else { downs.next() };
        match next {
            Some(net) => sequence.push(net),
            None => break,
        }
    }
    for net in nets.both {
        let at = best_place(&sequence, &net);
        sequence.insert(at, net);
    }
    sequence
}

/// Where a net costs least between the others.
fn best_place(sequence: &[Net], net: &Net) -> usize {
    let (mut best, mut least, mut cost) = (0, 0, 0);
    for (at, other) in sequence.iter().enumerate() {
        if other.low <= net.high && net.low <= other.high {
            cost += other.cost_before(net) - net.cost_before(other);
        }
        if cost < least {
            (best, least) = (at + 1, cost);
        }
    }
    best
}
