//! The order within each rank: sweeps by barycentre and median, and exchanges
//! of neighbours, until fewer crossings are not found.

use super::sketch::{Role, Sketch};

/// How often the ranks are swept down and up, and how many vain sweeps end it.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;
/// Above so many segments the search is kept short.
const LARGE: usize = 12_000;

/// Orders every rank and returns the number of crossings left.
pub(super) fn order(sketch: &mut Sketch) -> usize {
    for rank in &mut sketch.ranks {
        let wish = &sketch.wish;
        rank.sort_by(|a, b| wish[*a].total_cmp(&wish[*b]));
    }
    let mut sorter = Sorter::new(sketch);
    let (mut best, mut least) = sorter.search(sketch, sketch.ranks.clone());
    if least > 0 {
        let (other, fewer) = sorter.search(sketch, walked(sketch));
        if fewer < least {
            (best, least) = (other, fewer);
        }
    }
    sketch.ranks = best;
    least
}

/// The order in which a walk along the segments meets the vertices.
fn walked(sketch: &Sketch) -> Vec<Vec<usize>> {
    let mut ranks: Vec<Vec<usize>> = vec![Vec::new(); sketch.ranks.len()];
    let mut seen = vec![false; sketch.role.len()];
    for &start in sketch.ranks.iter().flatten() {
        let mut stack = vec![start];
        while let Some(vertex) = stack.pop() {
            if std::mem::replace(&mut seen[vertex], true) {
                continue;
            }
            ranks[sketch.rank_of[vertex]].push(vertex);
            let ups = sketch.ups[vertex].iter().map(|s| sketch.segments[*s].from);
            let downs = sketch.downs[vertex].iter().map(|s| sketch.segments[*s].to);
            let next: Vec<usize> = ups.chain(downs).filter(|v| !seen[*v]).collect();
            stack.extend(next.into_iter().rev());
        }
    }
    for border in [0, ranks.len() - 1] {
        ranks[border].clone_from(&sketch.ranks[border]);
    }
    ranks
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
        if number % 2 == 0 {
            for rank in inner.clone() {
                self.sort(sketch, &mut ranks[rank], Side::Up, median);
            }
        } else {
            for rank in inner.clone().rev() {
                self.sort(sketch, &mut ranks[rank], Side::Down, median);
            }
        }
        for _ in 0..4 {
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
    fn crossings_of_two(&self, a: usize, b: usize) -> (usize, usize) {
        let mut both = (0, 0);
        for keys in [&self.up_keys, &self.down_keys] {
            let (a, b) = (keys.of(a), keys.of(b));
            if !a.is_empty() && !b.is_empty() {
                both.0 += inversions_of_two(a, b);
                both.1 += inversions_of_two(b, a);
            }
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

/// Pairs in which the key of the first is the greater; both sorted.
fn inversions_of_two(first: &[f32], second: &[f32]) -> usize {
    let mut sum = 0;
    let mut smaller = 0;
    for key in first {
        while second.get(smaller).is_some_and(|other| other < key) {
            smaller += 1;
        }
        sum += smaller;
    }
    sum
}

/// Pairs in the wrong order; sorts the keys.
fn inversions(keys: &mut [f32], spare: &mut Vec<f32>) -> usize {
    let count = keys.len();
    let mut width = 1;
    let mut sum = 0;
    while width < count {
        spare.clear();
        for start in (0..count).step_by(2 * width) {
            let middle = (start + width).min(count);
            let end = (start + 2 * width).min(count);
            let (mut left, mut right) = (start, middle);
            while left < middle && right < end {
                if keys[right] < keys[left] {
                    sum += middle - left;
                    spare.push(keys[right]);
                    right += 1;
                } else {
                    spare.push(keys[left]);
                    left += 1;
                }
            }
            spare.extend_from_slice(&keys[left..middle]);
            spare.extend_from_slice(&keys[right..end]);
        }
        keys.copy_from_slice(spare);
        width *= 2;
    }
    sum
}

/// Whether the vertex takes part in the order of boxes and lines.
pub(super) fn is_placed(role: Role) -> bool {
    role != Role::Border
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_counted() {
        let mut keys = vec![3.0, 1.0, 2.0, 0.0, 2.0];
        assert_eq!(inversions(&mut keys, &mut Vec::new()), 6);
        assert_eq!(keys, [0.0, 1.0, 2.0, 2.0, 3.0]);
        assert_eq!(inversions_of_two(&[1.0, 3.0], &[0.0, 2.0]), 3);
    }
}
