//! The segments in the form in which their crossings are counted fast.

use crate::layout::layered::sketch::Sketch;

/// An order with what it costs.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) ranks: Vec<Vec<usize>>,
    pub(super) crossings: u64,
}

/// The other end of a segment.
#[derive(Debug, Clone, Copy)]
struct Tie {
    vertex: u32,
    /// Where along its side the vertex is met.
    share: u32,
    /// How many lines run there.
    weight: i32,
}

/// The segments on one side of all vertices, one vertex after the other.
#[derive(Debug, Default)]
struct Ties {
    start: Vec<u32>,
    ties: Vec<Tie>,
}

impl Ties {
    fn of(&self, vertex: usize) -> &[Tie] {
        &self.ties[self.start[vertex] as usize..self.start[vertex + 1] as usize]
    }
}

/// All vertices with their neighbours and present places.
#[derive(Debug)]
pub(super) struct Web {
    /// The place of each vertex in its rank.
    place: Vec<u32>,
    ups: Ties,
    downs: Ties,
    /// Where along their vertex the segments below leave, in the order of `downs`.
    leave: Vec<u32>,
    spare: (Vec<Weighted>, Vec<Weighted>),
}

/// A key with its weight.
type Weighted = (u32, u32);

/// How finely ports of one vertex are told apart.
const SHARE_BITS: u32 = 10;

impl Web {
    pub(super) fn new(sketch: &Sketch) -> Self {
        let share = |port: f32, vertex: usize| share(port, sketch.size[vertex]);
        let (mut ups, mut downs) = (Ties::default(), Ties::default());
        let mut leave = Vec::with_capacity(sketch.segments.len());
        for vertex in 0..sketch.role.len() {
            ups.start.push(short(ups.ties.len()));
            downs.start.push(short(downs.ties.len()));
            let tie = |other: usize, port: f32, weight: u32| Tie {
                vertex: short(other),
                share: share(port, other),
                weight: i32::try_from(weight).unwrap_or(i32::MAX).min(1 << 10),
            };
            for segment in sketch.ups[vertex].iter().map(|s| &sketch.segments[*s]) {
                ups.ties
                    .push(tie(segment.from, segment.from_port, segment.weight));
            }
            for segment in sketch.downs[vertex].iter().map(|s| &sketch.segments[*s]) {
                downs
                    .ties
                    .push(tie(segment.to, segment.to_port, segment.weight));
                leave.push(share(segment.from_port, vertex));
            }
        }
        ups.start.push(short(ups.ties.len()));
        downs.start.push(short(downs.ties.len()));
        Self {
            place: vec![0; sketch.role.len()],
            ups,
            downs,
            leave,
            spare: Default::default(),
        }
    }

    /// These ranks as they are, counted.
    pub(super) fn order(&mut self, ranks: Vec<Vec<usize>>) -> Order {
        self.note(&ranks);
        let crossings = self.crossings(&ranks);
        Order { ranks, crossings }
    }

    pub(super) fn note(&mut self, ranks: &[Vec<usize>]) {
        for rank in ranks {
            self.note_rank(rank);
        }
    }

    pub(super) fn note_rank(&mut self, rank: &[usize]) {
        for (place, &vertex) in (0..).zip(rank) {
            self.place[vertex] = place;
        }
    }

    /// Exchanges two vertices of one rank.
    pub(super) fn swap(&mut self, a: usize, b: usize) {
        self.place.swap(a, b);
    }

    /// Whether both have lines from the same places, and from somewhere.
    pub(super) fn has_same_ups(&self, one: usize, other: usize) -> bool {
        same(self.ups.of(one), self.ups.of(other))
    }

    /// Whether both have lines to the same places, and to somewhere.
    pub(super) fn has_same_downs(&self, one: usize, other: usize) -> bool {
        same(self.downs.of(one), self.downs.of(other))
    }

    pub(super) fn has_no_ups(&self, vertex: usize) -> bool {
        self.ups.of(vertex).is_empty()
    }

    pub(super) fn has_no_downs(&self, vertex: usize) -> bool {
        self.downs.of(vertex).is_empty()
    }

    fn key(&self, tie: &Tie) -> u32 {
        (self.place[tie.vertex as usize] << SHARE_BITS) | tie.share
    }

    /// The middle of the neighbours on one side or on both, as places.
    pub(super) fn middle(&self, vertex: usize, ups: bool, downs: bool) -> Option<f32> {
        let ups = if ups { self.ups.of(vertex) } else { &[] };
        let downs = if downs { self.downs.of(vertex) } else { &[] };
        let count = ups.len() + downs.len();
        let keys = ups.iter().chain(downs).map(|tie| u64::from(self.key(tie)));
        (count > 0).then(|| ratio(keys.sum(), count))
    }

    /// How many crossings it takes away to exchange two neighbours of a rank.
    pub(super) fn gain(&self, upper: usize, lower: usize) -> i32 {
        self.gain_of(&self.ups, upper, lower) + self.gain_of(&self.downs, upper, lower)
    }

    fn gain_of(&self, ties: &Ties, upper: usize, lower: usize) -> i32 {
        let (upper, lower) = (ties.of(upper), ties.of(lower));
        if upper.len() * lower.len() > 96 {
            return self.gain_of_many(upper, lower);
        }
        let mut gain = 0;
        for a in upper {
            let key = self.key(a);
            for b in lower {
                let other = self.key(b);
                let sign = i32::from(key > other) - i32::from(key < other);
                gain += sign * a.weight * b.weight;
            }
        }
        gain
    }

    fn gain_of_many(&self, upper: &[Tie], lower: &[Tie]) -> i32 {
        let sorted = |ties: &[Tie]| {
            let mut keys: Vec<(u32, i32)> =
                ties.iter().map(|tie| (self.key(tie), tie.weight)).collect();
            keys.sort_unstable();
            keys
        };
        let (upper, lower) = (sorted(upper), sorted(lower));
        let all: i32 = lower.iter().map(|(_, weight)| *weight).sum();
        let (mut below, mut up_to) = (0, 0);
        let (mut first, mut second) = (lower.iter().peekable(), lower.iter().peekable());
        let mut gain = 0_i32;
        for (key, weight) in upper {
            while let Some((_, other)) = first.next_if(|(other, _)| *other < key) {
                below += other;
            }
            while let Some((_, other)) = second.next_if(|(other, _)| *other <= key) {
                up_to += other;
            }
            gain = gain.saturating_add(weight.saturating_mul(below - (all - up_to)));
        }
        gain
    }

    /// All crossings between segments, ends at the border included.
    pub(super) fn crossings(&mut self, ranks: &[Vec<usize>]) -> u64 {
        let (mut lines, mut spare) = std::mem::take(&mut self.spare);
        let mut sum = 0;
        let mut sorted: Vec<(u32, u32, u32)> = Vec::new();
        for rank in ranks {
            lines.clear();
            for &vertex in rank {
                let start = self.downs.start[vertex] as usize;
                sorted.clear();
                let ties = self.downs.of(vertex).iter().zip(&self.leave[start..]);
                sorted.extend(
                    ties.map(|(tie, leave)| (*leave, self.key(tie), tie.weight.unsigned_abs())),
                );
                sorted.sort_unstable();
                lines.extend(sorted.iter().map(|(_, key, weight)| (*key, *weight)));
            }
            sum += inversions(&mut lines, &mut spare);
        }
        self.spare = (lines, spare);
        sum
    }
}

fn same(one: &[Tie], other: &[Tie]) -> bool {
    let ends = |tie: &Tie| (tie.vertex, tie.share);
    !one.is_empty() && one.iter().map(ends).eq(other.iter().map(ends))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share is between 0 and 1"
)]
#[expect(clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
fn share(port: f32, size: f32) -> u32 {
    let share = if size > 0.0 { port / size + 0.5 } else { 0.5 };
    (share.clamp(0.0, 1.0) * 1000.0).round() as u32
}

#[expect(clippy::cast_precision_loss, reason = "compared only roughly")]
fn ratio(sum: u64, count: usize) -> f32 {
    sum as f32 / count as f32 / f32::from(1_u16 << SHARE_BITS)
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Pairs in the wrong order, by their weights; sorts them.
fn inversions(lines: &mut Vec<(u32, u32)>, spare: &mut Vec<(u32, u32)>) -> u64 {
    let count = lines.len();
    let mut width = 1;
    let mut sum = 0;
    while width < count {
        spare.clear();
        for start in (0..count).step_by(2 * width) {
            let middle = (start + width).min(count);
            let end = (start + 2 * width).min(count);
            sum += merge(&lines[start..middle], &lines[middle..end], spare);
        }
        std::mem::swap(lines, spare);
        width *= 2;
    }
    sum
}

fn merge(left: &[(u32, u32)], right: &[(u32, u32)], to: &mut Vec<(u32, u32)>) -> u64 {
    let mut waiting: u64 = left.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let mut sum = 0;
    let mut left = left.iter().peekable();
    for line in right {
        while let Some(before) = left.next_if(|before| before.0 <= line.0) {
            waiting -= u64::from(before.1);
            to.push(*before);
        }
        sum += waiting * u64::from(line.1);
        to.push(*line);
    }
    to.extend(left);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_counted_by_their_weights() {
        let mut lines: Vec<(u32, u32)> = [3, 1, 2, 0, 2].map(|key| (key, 1)).to_vec();
        assert_eq!(inversions(&mut lines, &mut Vec::new()), 6);
        assert_eq!(
            lines.iter().map(|line| line.0).collect::<Vec<_>>(),
            [0, 1, 2, 2, 3]
        );
        assert_eq!(inversions(&mut vec![(5, 2), (4, 3)], &mut Vec::new()), 6);
    }
}
