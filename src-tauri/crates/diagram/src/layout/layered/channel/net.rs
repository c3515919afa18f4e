//! Segments that share one channel.

use crate::layout::layered::sketch::Sketch;

/// Above so many pairs of lines their crossings are only estimated.
const MANY_LINES: usize = 4096;

/// Segments that share one channel.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) segments: Vec<usize>,
    /// Where each of its lines comes from and goes to.
    lines: Vec<(f32, f32)>,
    pub(super) low: f32,
    pub(super) high: f32,
    /// The nets of one bundle have the same targets, or one source.
    pub(super) bundle: usize,
}

/// Where a segment begins and ends along the cross axis.
pub(super) fn ends(sketch: &Sketch, cross: &[f32], index: usize) -> (f32, f32) {
    let segment = &sketch.segments[index];
    (
        cross[segment.from] + segment.from_port,
        cross[segment.to] + segment.to_port,
    )
}

/// Puts segments into the net at `same`, or into a new one.
pub(super) fn add(
    nets: &mut Vec<Net>,
    same: Option<usize>,
    (sketch, cross): (&Sketch, &[f32]),
    segments: Vec<usize>,
    bundle: usize,
) {
    let at = same.unwrap_or(nets.len());
    if at == nets.len() {
        nets.push(Net {
            segments: Vec::new(),
            lines: Vec::new(),
            low: f32::INFINITY,
            high: f32::NEG_INFINITY,
            bundle,
        });
    }
    let net = &mut nets[at];
    for index in segments {
        let (from, to) = ends(sketch, cross, index);
        net.low = net.low.min(from).min(to);
        net.high = net.high.max(from).max(to);
        net.lines.push((from, to));
        net.segments.push(index);
    }
}

impl Net {
    /// How bad it is to run before `other`: how many of its lines cross lines of
    /// the other then, and, which is worse, run on one level with them.
    pub(super) fn cost_before(&self, other: &Self) -> i64 {
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

    /// Whether more than one line comes here.
    pub(super) fn has_several_sources(&self) -> bool {
        self.lines
            .windows(2)
            .any(|pair| (pair[0].0 - pair[1].0).abs() > 0.1)
    }

    /// Whether the first line goes down.
    pub(super) fn goes_down(&self) -> bool {
        self.lines.first().is_some_and(|line| line.0 < line.1)
    }
}

fn count<T>(things: impl Iterator<Item = T>) -> i64 {
    i64::try_from(things.count()).unwrap_or(i64::MAX)
}

fn is_between(place: f32, one: f32, two: f32) -> bool {
    one.min(two) - 0.1 < place && place < one.max(two) + 0.1
}
