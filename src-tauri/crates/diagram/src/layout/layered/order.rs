//! The order within each rank: sweeps by barycentre and median, and exchanges
//! of neighbours, until fewer crossings are not found.

use super::sketch::Sketch;

mod inversion;
mod start;

use inversion::{inversions, inversions_both_ways};
use start::{shuffled, walked};

/// How often the ranks are swept down and up, and how many vain sweeps end it.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;
/// Above so many segments the search is kept short.
const LARGE: usize = 12_000;

/// How many pairs of vertices the polish may compare, and how often it goes over them.
const PAIRS: usize = 300_000;
const MOST_PASSES: usize = 24;
/// Small graphs are also tried from mixed orders.
const SHUFFLED: usize = 2_000;
const MOST_SHUFFLES: usize = 8;
/// How many neighbours a vertex looks past on either side.
const REACH: usize = 40;

/// Orders every rank and returns the number of crossings left.
pub(super) fn order(sketch: &mut Sketch) -> usize {
    for rank in &mut sketch.ranks {
        let wish = &sketch.wish;
        rank.sort_by(|a, b| wish[*a].total_cmp(&wish[*b]));
    }
    let mut sorter = Sorter::new(sketch);
    let (mut best, mut least) = sorter.search(sketch, sketch.ranks.clone());
    let shuffles = (SHUFFLED / sketch.segments.len().max(1)).min(MOST_SHUFFLES);
    for start in 0..=shuffles {
        if least == 0 {
            break;
        }
        let ranks = match start {
            0 => walked(sketch),
            number => shuffled(sketch, number),
        };
        let (other, fewer) = sorter.search(sketch, ranks);
        if fewer < least {
            (best, least) = (other, fewer);
        }
    }
    sorter.polish(sketch, &mut best, &mut least);
    if is_upside_down(&best) {
        best.iter_mut().for_each(|rank| rank.reverse());
    }
    sketch.ranks = best;
    least
}

/// Whether more neighbours stand against the order of the input than in it, and
/// no end at the border says where up is.
fn is_upside_down(ranks: &[Vec<usize>]) -> bool {
    let bound = ranks.first().is_some_and(|rank| !rank.is_empty())
        || ranks.last().is_some_and(|rank| !rank.is_empty());
    let pairs = || ranks.iter().flat_map(|rank| rank.windows(2));
    let against = pairs().filter(|pair| pair[0] > pair[1]).count();
    !bound && against * 2 > pairs().count()
}

/// Whether a vertex moves to a place that is as good as its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Stay,
    Wander,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Up,
    Down,
}

struct Sorter {
    /// The place of each vertex in its rank.
    place: Vec<f32>,
    /// How far along its vertex each segment begins and ends, 0 to 1.
    from_share: Vec<f32>,
    to_share: Vec<f32>,
    /// Sorted keys of the neighbours of a rank, for exchanges.
    up_keys: Keys,
    down_keys: Keys,
}

#[derive(Default)]
struct Keys {
    keys: Vec<f32>,
    range: Vec<(usize, usize)>,
}

impl Keys {
    fn clear(&mut self) {
        self.keys.clear();
        self.range.clear();
    }

    fn of(&self, index: usize) -> &[f32] {
        let (start, end) = self.range[index];
        &self.keys[start..end]
    }
}

impl Sorter {
    fn new(sketch: &Sketch) -> Self {
        let share = |port: f32, vertex: usize| {
            let size = sketch.size[vertex];
            if size > 0.0 {
                0.01 + 0.98 * (port / size + 0.5)
            } else {
                0.5
            }
        };
        let segments = sketch.segments.iter();
        Self {
            place: vec![0.0; sketch.role.len()],
            from_share: segments
                .clone()
                .map(|s| share(s.from_port, s.from))
                .collect(),
            to_share: segments.map(|s| share(s.to_port, s.to)).collect(),
            up_keys: Keys::default(),
            down_keys: Keys::default(),
        }
    }

    fn search(&mut self, sketch: &Sketch, mut ranks: Vec<Vec<usize>>) -> (Vec<Vec<usize>>, usize) {
        self.note_places(&ranks);
        let mut best = ranks.clone();
        let mut least = self.crossings(sketch, &ranks);
        let (sweeps, patience) = match sketch.segments.len() {
            LARGE.. => (SWEEPS / 3, PATIENCE / 3),
            _ => (SWEEPS, PATIENCE),
        };
        let mut vain = 0;
        for sweep in 0..sweeps {
            if least == 0 || vain >= patience {
                break;
            }
            self.sweep(sketch, &mut ranks, sweep);
            let now = self.crossings(sketch, &ranks);
            vain += 1;
            if now < least {
                least = now;
                best.clone_from(&ranks);
                vain = 0;
            }
        }
        (best, least)
    }

    fn note_places(&mut self, ranks: &[Vec<usize>]) {
        for rank in ranks {
            self.note_rank(rank);
        }
    }

    fn note_rank(&mut self, rank: &[usize]) {
        let mut place = 0.0;
        for &vertex in rank {
            self.place[vertex] = place;
            place += 1.0;
        }
    }

    fn sweep(&mut self, sketch: &Sketch, ranks: &mut [Vec<usize>], number: usize) {
        let inner = 1..ranks.len() - 1;
        let median = number % 4 >= 2;
        if number.is_multiple_of(2) {
            for rank in inner.clone() {
                self.sort(sketch, &mut ranks[rank], Side::Up, median);
            }
        } else {
            for rank in inner.clone().rev() {
                self.sort(sketch, &mut ranks[rank], Side::Down, median);
            }
        }
        for _ in 0..2 {
            let mut better = false;
            for rank in inner.clone() {
                better |= self.exchange(sketch, &mut ranks[rank]);
            }
            for rank in inner.clone().rev() {
                better |= self.exchange(sketch, &mut ranks[rank]);
            }
            if !better {
                break;
            }
        }
    }

    /// Sifts the ranks again and again; where that leads nowhere, a sweep shakes
    /// them. How often depends on what it costs.
    fn polish(&mut self, sketch: &Sketch, best: &mut Vec<Vec<usize>>, least: &mut usize) {
        self.note_places(best);
        let widths = best
            .iter()
            .map(|rank| rank.len() * rank.len().min(2 * REACH));
        let passes = (PAIRS / widths.sum::<usize>().max(1)).clamp(2, MOST_PASSES);
        let mut ranks = best.clone();
        let mut vain = 0;
        for pass in 0..passes {
            if *least == 0 {
                break;
            }
            let level = if pass.is_multiple_of(2) {
                Level::Wander
            } else {
                Level::Stay
            };
            if pass.is_multiple_of(2) {
                for rank in 1..ranks.len() - 1 {
                    self.sift(sketch, &mut ranks[rank], level);
                }
            } else {
                for rank in (1..ranks.len() - 1).rev() {
                    self.sift(sketch, &mut ranks[rank], level);
                }
            }
            let now = self.crossings(sketch, &ranks);
            vain += 1;
            if now < *least {
                *least = now;
                best.clone_from(&ranks);
                vain = 0;
            } else if vain >= 4 {
                self.sweep(sketch, &mut ranks, pass / 4);
                vain = 0;
            }
        }
    }

    /// The place of the other end of a segment, with its port.
    fn key(&self, sketch: &Sketch, segment: usize, side: Side) -> f32 {
        match side {
            Side::Up => self.place[sketch.segments[segment].from] + self.from_share[segment],
            Side::Down => self.place[sketch.segments[segment].to] + self.to_share[segment],
        }
    }

    /// Sorts a rank by its neighbours; vertices without any keep their places.
    fn sort(&mut self, sketch: &Sketch, rank: &mut [usize], side: Side, median: bool) {
        let mut keyed = Vec::with_capacity(rank.len());
        let mut slots = Vec::with_capacity(rank.len());
        let mut keys = Vec::new();
        for (slot, &vertex) in rank.iter().enumerate() {
            let segments = match side {
                Side::Up => &sketch.ups[vertex],
                Side::Down => &sketch.downs[vertex],
            };
            if segments.is_empty() {
                continue;
            }
            keys.clear();
            keys.extend(segments.iter().map(|s| self.key(sketch, *s, side)));
            keyed.push((middle(&mut keys, median), vertex));
            slots.push(slot);
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (slot, (_, vertex)) in slots.into_iter().zip(keyed) {
            rank[slot] = vertex;
        }
        self.note_rank(rank);
    }

    /// Exchanges neighbours of a rank as long as that takes crossings away.
    fn exchange(&mut self, sketch: &Sketch, rank: &mut [usize]) -> bool {
        self.collect_keys(sketch, rank);
        let mut at: Vec<usize> = (0..rank.len()).collect();
        let mut better = false;
        for _ in 0..rank.len().min(8) {
            let mut changed = false;
            for left in 0..rank.len().saturating_sub(1) {
                let (a, b) = (at[left], at[left + 1]);
                let (now, then) = self.crossings_of_two(a, b);
                if then < now {
                    at.swap(left, left + 1);
                    changed = true;
                }
            }
            better |= changed;
            if !changed {
                break;
            }
        }
        if better {
            let sorted: Vec<usize> = at.iter().map(|index| rank[*index]).collect();
            rank.copy_from_slice(&sorted);
            self.note_rank(rank);
        }
        better
    }

    /// Moves each vertex of a rank to where its lines cross least, the others
    /// staying as they are.
    fn sift(&mut self, sketch: &Sketch, rank: &mut [usize], level: Level) {
        if rank.len() < 2 {
            return;
        }
        self.collect_keys(sketch, rank);
        let mut order: Vec<usize> = (0..rank.len()).collect();
        let mut moved = false;
        for vertex in 0..rank.len() {
            if self.up_keys.of(vertex).is_empty() && self.down_keys.of(vertex).is_empty() {
                continue;
            }
            let at = order
                .iter()
                .position(|other| *other == vertex)
                .unwrap_or(vertex);
            let to = self.best_place(&order, at, level);
            if to != at {
                order.remove(at);
                order.insert(to, vertex);
                moved = true;
            }
        }
        if moved {
            let sorted: Vec<usize> = order.iter().map(|index| rank[*index]).collect();
            rank.copy_from_slice(&sorted);
            self.note_rank(rank);
        }
    }

    /// Where the vertex at `at` would cross least.
    fn best_place(&self, order: &[usize], at: usize, level: Level) -> usize {
        let vertex = order[at];
        let (mut best, mut most) = (at, 0);
        let better = |gain: i64, most: i64| match level {
            Level::Stay => gain > most,
            Level::Wander => gain >= most,
        };
        let mut gain = 0;
        for to in (at.saturating_sub(REACH)..at).rev() {
            let (now, then) = self.crossings_of_two(order[to], vertex);
            gain += now - then;
            if better(gain, most) {
                (best, most) = (to, gain);
            }
        }
        gain = 0;
        for (to, other) in order.iter().enumerate().skip(at + 1).take(REACH) {
            let (now, then) = self.crossings_of_two(vertex, *other);
            gain += now - then;
            if better(gain, most) {
                (best, most) = (to, gain);
            }
        }
        best
    }

    fn collect_keys(&mut self, sketch: &Sketch, rank: &[usize]) {
        for side in [Side::Up, Side::Down] {
            let mut all = std::mem::take(match side {
                Side::Up => &mut self.up_keys,
                Side::Down => &mut self.down_keys,
            });
            all.clear();
            for &vertex in rank {
                let segments = match side {
                    Side::Up => &sketch.ups[vertex],
                    Side::Down => &sketch.downs[vertex],
                };
                let start = all.keys.len();
                all.keys
                    .extend(segments.iter().map(|s| self.key(sketch, *s, side)));
                all.keys[start..].sort_unstable_by(f32::total_cmp);
                all.range.push((start, all.keys.len()));
            }
            match side {
                Side::Up => self.up_keys = all,
                Side::Down => self.down_keys = all,
            }
        }
    }

    /// The crossings between two neighbours as they stand, and exchanged.
    fn crossings_of_two(&self, a: usize, b: usize) -> (i64, i64) {
        let mut both = (0, 0);
        for keys in [&self.up_keys, &self.down_keys] {
            let (a, b) = (keys.of(a), keys.of(b));
            let (now, then) = inversions_both_ways(a, b);
            both.0 += now;
            both.1 += then;
        }
        both
    }

    /// All crossings between segments, ends at the border included.
    fn crossings(&self, sketch: &Sketch, ranks: &[Vec<usize>]) -> usize {
        let mut pairs = Vec::new();
        let mut ends = Vec::new();
        let mut spare = Vec::new();
        let mut sum = 0;
        for rank in ranks {
            pairs.clear();
            for &vertex in rank {
                for &segment in &sketch.downs[vertex] {
                    let from = self.place[vertex] + self.from_share[segment];
                    pairs.push((from, self.key(sketch, segment, Side::Down)));
                }
            }
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            ends.clear();
            ends.extend(pairs.iter().map(|pair| pair.1));
            sum += inversions(&mut ends, &mut spare);
        }
        sum
    }
}

fn middle(keys: &mut [f32], median: bool) -> f32 {
    let count = keys.len();
    if !median || count < 3 {
        #[expect(clippy::cast_precision_loss, reason = "far fewer neighbours than 2^24")]
        let all = count as f32;
        return keys.iter().sum::<f32>() / all;
    }
    keys.sort_unstable_by(f32::total_cmp);
    if count % 2 == 1 {
        return keys[count / 2];
    }
    let (low, high) = (keys[count / 2 - 1], keys[count / 2]);
    let (left, right) = (low - keys[0], keys[count - 1] - high);
    if left + right > 0.0 {
        (low * right + high * left) / (left + right)
    } else {
        f32::midpoint(low, high)
    }
}
