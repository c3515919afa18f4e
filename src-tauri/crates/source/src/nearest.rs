//! "Did you mean": the names nearest to a misspelt one.

/// No more names are looked at, so that very many mistakes in a very long file take no hours.
const MOST: usize = 1_000;

/// Names out of `known` near enough to `name` to be offered, nearest first, at most three.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .take(MOST)
        .filter(|candidate| *candidate != name)
        .filter_map(|candidate| within_reach(name, candidate).map(|far| (far, candidate)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .take(3)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

/// How much longer a name may become when it is written in small letters.
const LOWERED: usize = 2;

/// How many single edits lie between two names, if so few that one was probably meant.
#[must_use]
pub fn within_reach(name: &str, candidate: &str) -> Option<usize> {
    let (length, other) = (name.chars().count(), candidate.chars().count());
    let reach = length.max(other).div_ceil(3).min(4);
    if length.abs_diff(other) > reach + LOWERED {
        return None;
    }
    let far = distance(&name.to_lowercase(), &candidate.to_lowercase());
    (far <= reach).then_some(far)
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::with_capacity(to.len() + 1);
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut line: Vec<usize> = Vec::with_capacity(to.len() + 1);
    for (row, left) in from.iter().enumerate() {
        line.clear();
        line.push(row + 1);
        for (column, right) in to.iter().enumerate() {
            let replaced = last[column] + usize::from(left != right);
            let mut best = replaced.min(last[column + 1] + 1).min(line[column] + 1);
            let swapped =
                row > 0 && column > 0 && *left == to[column - 1] && from[row - 1] == *right;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            line.push(best);
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut line);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let known = ["params", "project", "paths", "matrix"];
        assert_eq!(nearest("parms", known), ["params", "paths"]);
        assert_eq!(nearest("mtarix", known), ["matrix"]);
    }

    #[test]
    fn names_far_away_are_not_offered() {
        assert!(nearest("zebra", ["params", "matrix"]).is_empty());
    }
}
