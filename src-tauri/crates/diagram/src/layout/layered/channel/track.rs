//! Channels for nets that come in their sequence: each one takes the first that
//! lies after those of all nets before it that it would touch.

use super::net::Net;

/// Lines closer than this along the cross axis count as touching.
const TOUCH: f32 = 3.0;

/// The channel of each net, and how many there are.
pub(super) fn tracks(nets: &[Net]) -> (Vec<usize>, usize) {
    let ranges: Vec<(f32, f32)> = nets.iter().map(range).collect();
    let mut marks: Vec<f32> = ranges.iter().flat_map(|range| [range.0, range.1]).collect();
    marks.sort_by(f32::total_cmp);
    marks.dedup();
    let at = |mark: f32| marks.partition_point(|other| *other < mark);
    let mut highest = Highest::new(marks.len());
    let mut count = 0;
    let tracks = ranges.iter().map(|range| {
        let (from, to) = (at(range.0), at(range.1));
        let track = highest.within(from, to);
        highest.raise(from, to, track + 1);
        count = count.max(track + 1);
        track
    });
    (tracks.collect(), count)
}

/// What a net takes up: both parts of one source, and of one target, may stand
/// in one channel.
fn range(net: &Net) -> (f32, f32) {
    let joins = net.has_several_sources();
    let (mut low, mut high) = (net.low - TOUCH, net.high + TOUCH);
    if net.goes_down() == joins {
        high = net.high - TOUCH / 8.0;
    } else {
        low = net.low + TOUCH / 8.0;
    }
    (low, high.max(low))
}

/// The highest number noted anywhere within a range.
struct Highest {
    size: usize,
    /// Of the whole below, and noted for all of the whole.
    most: Vec<usize>,
    all: Vec<usize>,
}

impl Highest {
    fn new(count: usize) -> Self {
        let size = count.next_power_of_two().max(1);
        Self {
            size,
            most: vec![0; 2 * size],
            all: vec![0; 2 * size],
        }
    }

    fn within(&self, from: usize, to: usize) -> usize {
        self.ask(1, (0, self.size), (from, to + 1))
    }

    fn ask(&self, at: usize, (low, high): (usize, usize), wanted: (usize, usize)) -> usize {
        if wanted.1 <= low || high <= wanted.0 {
            return 0;
        }
        if wanted.0 <= low && high <= wanted.1 {
            return self.most[at];
        }
        let middle = usize::midpoint(low, high);
        let left = self.ask(2 * at, (low, middle), wanted);
        let right = self.ask(2 * at + 1, (middle, high), wanted);
        left.max(right).max(self.all[at])
    }

    /// Notes a number that is not below any in the range.
    fn raise(&mut self, from: usize, to: usize, number: usize) {
        self.note(1, (0, self.size), (from, to + 1), number);
    }

    fn note(
        &mut self,
        at: usize,
        (low, high): (usize, usize),
        wanted: (usize, usize),
        number: usize,
    ) {
        if wanted.1 <= low || high <= wanted.0 {
            return;
        }
        self.most[at] = self.most[at].max(number);
        if wanted.0 <= low && high <= wanted.1 {
            self.all[at] = self.all[at].max(number);
            return;
        }
        let middle = usize::midpoint(low, high);
        self.note(2 * at, (low, middle), wanted, number);
        self.note(2 * at + 1, (middle, high), wanted, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_within_a_range_is_found() {
        let mut highest = Highest::new(9);
        highest.raise(2, 5, 3);
        highest.raise(7, 8, 1);
        let asked = [(0, 1), (0, 2), (4, 4), (6, 6), (6, 8), (0, 8)];
        let found = asked.map(|(from, to)| highest.within(from, to));
        assert_eq!(found, [0, 3, 3, 0, 1, 3]);
    }
}
