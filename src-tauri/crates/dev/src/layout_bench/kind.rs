//! Task graphs of many kinds, made by chance.

use std::collections::BTreeSet;

use super::dice::Dice;
use super::task_graph::TaskGraph;

/// How a graph looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Random layers, one to three needs each, some from the first layer.
    Layered,
    /// Stages of matrix fans in groups, as real bakes look.
    Pipeline,
    /// One after the other.
    Chain,
    /// One to all to one.
    Fan,
    /// Branches that part and join again; planar.
    SeriesParallel,
    /// Many small parts.
    Sparse,
    /// A tree that grows from one root; planar.
    Tree,
    /// A lattice whose boxes need their left and upper neighbours; planar.
    Grid,
    /// Actions in actions, with lines across their frames.
    Nested,
    /// Few ranks, many tasks in each.
    Wide,
}

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::Layered,
        Self::Pipeline,
        Self::Chain,
        Self::Fan,
        Self::SeriesParallel,
        Self::Sparse,
        Self::Tree,
        Self::Grid,
        Self::Nested,
        Self::Wide,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Layered => "layered",
            Self::Pipeline => "pipeline",
            Self::Chain => "chain",
            Self::Fan => "fan",
            Self::SeriesParallel => "series-parallel",
            Self::Sparse => "sparse",
            Self::Tree => "tree",
            Self::Grid => "grid",
            Self::Nested => "nested",
            Self::Wide => "wide",
        }
    }

    /// Whether a second seed gives another graph.
    pub(crate) fn by_chance(self) -> bool {
        !matches!(self, Self::Chain | Self::Fan | Self::Grid)
    }

    /// A graph of so many tasks.
    pub(crate) fn graph(self, size: usize, seed: u64) -> TaskGraph {
        let dice = &mut Dice::new(seed);
        let mut graph = TaskGraph::of_size(size);
        let edges = match self {
            Self::Layered => layered(size, dice),
            Self::Pipeline => pipeline(size, dice, &mut graph.groups),
            Self::Chain => (1..size).map(|to| (to - 1, to)).collect(),
            Self::Fan => fan(size),
            Self::SeriesParallel => series_parallel(size, dice),
            Self::Sparse => sparse(size, dice),
            Self::Tree => (1..size).map(|to| (dice.below(to), to)).collect(),
            Self::Grid => grid(size),
            Self::Nested => nested(size, dice, &mut graph.groups),
            Self::Wide => wide(size, dice),
        };
        let unique: BTreeSet<(usize, usize)> = edges.into_iter().collect();
        graph.edges = unique.into_iter().collect();
        graph
    }
}

type Edges = Vec<(usize, usize)>;

/// The whole root.
fn root(number: usize) -> usize {
    number.isqrt()
}

fn layered(size: usize, dice: &mut Dice) -> Edges {
    let all: Vec<usize> = (0..size).collect();
    let layers: Vec<&[usize]> = all.chunks(root(size).max(3)).collect();
    let mut edges = Vec::new();
    for pair in layers.windows(2) {
        for &task in pair[1] {
            let count = dice.pick(&[1, 1, 2, 2, 3]).unwrap_or(1);
            let needs = dice.sample(pair[0], count);
            edges.extend(needs.into_iter().map(|need| (need, task)));
        }
        if layers.len() > 3 && dice.percent(30) {
            edges.extend(dice.pick(layers[0]).zip(dice.pick(pair[1])));
        }
    }
    edges
}

fn pipeline(size: usize, dice: &mut Dice, groups: &mut Vec<Vec<usize>>) -> Edges {
    let mut edges = Vec::new();
    let mut last = vec![0];
    let mut next = 1;
    while next < size {
        let count = dice
            .pick(&[1, 1, 2, 4, 8, 12])
            .unwrap_or(1)
            .min(size - next);
        let stage: Vec<usize> = (next..next + count).collect();
        for &task in &stage {
            if last.len() == 1 || count == 1 {
                edges.extend(last.iter().map(|need| (*need, task)));
            } else {
                edges.extend(dice.pick(&last).map(|need| (need, task)));
            }
        }
        if count > 2 {
            groups.push(stage.clone());
        }
        next += count;
        last = stage;
    }
    edges
}

fn fan(size: usize) -> Edges {
    let last = size.saturating_sub(1);
    (1..last)
        .flat_map(|task| [(0, task), (task, last)])
        .collect()
}

fn series_parallel(size: usize, dice: &mut Dice) -> Edges {
    let mut edges = vec![(0, 1)];
    for new in 2..size {
        let at = dice.below(edges.len());
        let (from, to) = edges[at];
        if dice.percent(50) {
            edges[at] = (from, new);
            edges.push((new, to));
        } else {
            edges.extend([(from, new), (new, to)]);
        }
    }
    edges
}

fn sparse(size: usize, dice: &mut Dice) -> Edges {
    let mut edges = Vec::new();
    let mut start = 0;
    while start < size {
        let count = (1 + dice.below(6)).min(size - start);
        edges.extend(
            (start + 1..start + count).map(|task| (start + dice.below(task - start), task)),
        );
        start += count;
    }
    edges
}

fn grid(size: usize) -> Edges {
    let width = root(size).max(1);
    let mut edges = Vec::new();
    for task in 0..size {
        if task % width > 0 {
            edges.push((task - 1, task));
        }
        if task >= width {
            edges.push((task - width, task));
        }
    }
    edges
}

fn nested(size: usize, dice: &mut Dice, groups: &mut Vec<Vec<usize>>) -> Edges {
    let mut edges = Vec::new();
    let mut start = 0;
    while start < size {
        let count = (4 + dice.below(12)).min(size - start);
        let stage: Vec<usize> = (start..start + count).collect();
        for &task in stage.iter().skip(1) {
            for _ in 0..=dice.below(2) {
                edges.push((start + dice.below(task - start), task));
            }
        }
        if start > 0 {
            for _ in 0..=dice.below(3) {
                let reach = start.min(30);
                edges.push((start - 1 - dice.below(reach), start + dice.below(count)));
            }
        }
        if count > 5 {
            let inner = count / 2;
            groups.push(stage[inner..].to_vec());
        }
        groups.push(stage);
        start += count;
    }
    edges
}

fn wide(size: usize, dice: &mut Dice) -> Edges {
    let all: Vec<usize> = (0..size).collect();
    let layers: Vec<&[usize]> = all.chunks((size / 5).max(1)).collect();
    let mut edges = Vec::new();
    for pair in layers.windows(2) {
        for &task in pair[1] {
            let count = dice.pick(&[1, 1, 1, 2]).unwrap_or(1);
            let needs = dice.sample(pair[0], count);
            edges.extend(needs.into_iter().map(|need| (need, task)));
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_has_an_arrow_that_goes_back_or_a_double_one() {
        for kind in Kind::ALL {
            let graph = kind.graph(150, 7);
            assert!(graph.edges.iter().all(|(from, to)| from != to && *to < 150));
            let mut after = graph.edges.clone();
            after.dedup();
            assert_eq!(after.len(), graph.edges.len(), "{}", kind.name());
        }
    }

    #[test]
    fn a_seed_always_gives_the_same_graph() {
        for kind in Kind::ALL {
            let same = kind.graph(90, 1) == kind.graph(90, 1);
            assert!(same, "{}", kind.name());
            let other = kind.graph(90, 1) != kind.graph(90, 2);
            assert_eq!(other, kind.by_chance(), "{}", kind.name());
        }
    }
}
