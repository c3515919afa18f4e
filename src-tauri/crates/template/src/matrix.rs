//! Combinations of answers a template is tried with: every value at least once, every pair of values
//! of two questions at least once, and all combinations where they are few.

/// All combinations are tried up to this many.
const FEW: usize = 24;

/// For each combination the number of the value of each question. `sizes` says how many values the
/// questions have; at most `most` combinations are given.
pub(crate) fn combinations(sizes: &[usize], most: usize) -> Vec<Vec<usize>> {
    if sizes.contains(&0) || most == 0 {
        return Vec::new();
    }
    let all = sizes
        .iter()
        .try_fold(1_usize, |all, size| all.checked_mul(*size));
    let mut rows = match all {
        Some(all) if all <= FEW => (0..all).map(|number| row(number, sizes)).collect(),
        _ => pairs(sizes),
    };
    rows.truncate(most);
    rows
}

fn row(mut number: usize, sizes: &[usize]) -> Vec<usize> {
    let digit = |size: &usize| {
        let digit = number % size;
        number /= size;
        digit
    };
    sizes.iter().map(digit).collect()
}

/// Rows in which every pair of values of two questions stands; the first row is all defaults.
fn pairs(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; sizes.len()]];
    let mut seen = Seen::new(sizes);
    seen.take(&rows[0]);
    while let Some((first, second)) = seen.open() {
        let mut row: Vec<Option<usize>> = vec![None; sizes.len()];
        row[first.0] = Some(first.1);
        row[second.0] = Some(second.1);
        for question in 0..sizes.len() {
            if row[question].is_none() {
                let best = (0..sizes[question]).max_by_key(|value| {
                    (
                        seen.gain((question, *value), &row),
                        std::cmp::Reverse(*value),
                    )
                });
                row[question] = best;
            }
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        seen.take(&row);
        rows.push(row);
    }
    rows
}

/// Which pairs of values have stood in a row.
struct Seen {
    /// Where the values of each question begin.
    starts: Vec<usize>,
    sizes: Vec<usize>,
    total: usize,
    pairs: Vec<bool>,
    /// Pairs before this one have all been seen.
    from: usize,
}

impl Seen {
    fn new(sizes: &[usize]) -> Self {
        let mut total = 0;
        let starts = sizes
            .iter()
            .map(|size| {
                total += size;
                total - size
            })
            .collect();
        Self {
            starts,
            sizes: sizes.to_vec(),
            total,
            pairs: vec![false; total * total],
            from: 0,
        }
    }

    fn place(&self, one: (usize, usize), other: (usize, usize)) -> usize {
        let number = |(question, value): (usize, usize)| self.starts[question] + value;
        number(one).min(number(other)) * self.total + number(one).max(number(other))
    }

    fn take(&mut self, row: &[usize]) {
        for one in 0..row.len() {
            for other in one + 1..row.len() {
                let place = self.place((one, row[one]), (other, row[other]));
                self.pairs[place] = true;
            }
        }
    }

    fn gain(&self, one: (usize, usize), row: &[Option<usize>]) -> usize {
        let others = row.iter().enumerate().filter(|(at, _)| *at != one.0);
        others
            .filter_map(|(at, value)| Some((at, (*value)?)))
            .filter(|other| !self.pairs[self.place(one, *other)])
            .count()
    }

    /// The first pair that has not stood in a row.
    fn open(&mut self) -> Option<((usize, usize), (usize, usize))> {
        for place in self.from..self.pairs.len() {
            let (one, other) = (
                self.question(place / self.total),
                self.question(place % self.total),
            );
            if !self.pairs[place] && one.0 < other.0 {
                self.from = place;
                return Some((one, other));
            }
        }
        None
    }

    fn question(&self, number: usize) -> (usize, usize) {
        let question = self.starts.partition_point(|start| *start <= number) - 1;
        debug_assert!(number - self.starts[question] < self.sizes[question]);
        (question, number - self.starts[question])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_combinations_are_all_tried() {
        assert_eq!(combinations(&[2, 3], 99).len(), 6);
        assert_eq!(combinations(&[], 99), [Vec::<usize>::new()]);
        assert!(combinations(&[2, 0], 99).is_empty());
    }

    #[test]
    fn of_many_every_pair_is_tried() {
        let sizes = [2, 2, 2, 5, 3, 2, 4];
        let rows = combinations(&sizes, 999);
        assert!(rows.len() <= 30, "{}", rows.len());
        let tried = |one: (usize, usize), other: (usize, usize)| {
            rows.iter()
                .any(|row| row[one.0] == one.1 && row[other.0] == other.1)
        };
        let values: Vec<(usize, usize)> = (0..sizes.len())
            .flat_map(|question| (0..sizes[question]).map(move |value| (question, value)))
            .collect();
        for one in &values {
            for other in values.iter().filter(|other| other.0 > one.0) {
                assert!(tried(*one, *other), "{one:?} {other:?}");
            }
        }
    }
}
