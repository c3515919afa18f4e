//! An order to start from. Branches that part and join again, and trees, are
//! folded together step by step until nothing of them is left; unfolded, they
//! stand beside each other without a crossing.

use std::collections::HashMap;

use crate::layout::layered::sketch::Sketch;

mod walk;

use walk::Walk;

/// The ranks in the order in which the folded graph is walked.
pub(super) fn walked(sketch: &Sketch, ranks: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut folding = Folding::new(sketch, ranks);
    folding.fold();
    let mut walked: Vec<Vec<usize>> = vec![Vec::new(); ranks.len()];
    for vertex in folding.unfold(ranks) {
        walked[sketch.rank_of[vertex]].push(vertex);
    }
    for border in [0, ranks.len() - 1] {
        walked[border].clone_from(&ranks[border]);
    }
    walked
}

/// What an arc stands for.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// A segment.
    Line,
    /// One arc, a vertex, another arc.
    Row(usize, usize, usize),
    /// Two arcs beside each other.
    Pair(usize, usize),
}

#[derive(Debug, Clone, Copy)]
struct Arc {
    from: usize,
    to: usize,
    part: Part,
    /// The first vertex within, by the order given; decides which stands above.
    first: usize,
    gone: bool,
}

/// The graph as far as it is folded.
struct Folding {
    arcs: Vec<Arc>,
    between: HashMap<(usize, usize), usize>,
    ins: Vec<Vec<usize>>,
    outs: Vec<Vec<usize>>,
    degrees: Vec<(usize, usize)>,
    /// Trees that hang at a vertex: the arc and the vertex at its other end.
    hanging: Vec<Vec<(usize, usize)>>,
    /// How many vertices hang at each vertex, itself included.
    size: Vec<usize>,
    gone: Vec<bool>,
    /// The place of each vertex in the order given.
    place: Vec<usize>,
    open: Vec<usize>,
    fixed: Vec<bool>,
}

impl Folding {
    fn new(sketch: &Sketch, ranks: &[Vec<usize>]) -> Self {
        let count = sketch.role.len();
        let mut folding = Self {
            arcs: Vec::with_capacity(sketch.segments.len() * 2),
            between: HashMap::with_capacity(sketch.segments.len()),
            ins: vec![Vec::new(); count],
            outs: vec![Vec::new(); count],
            degrees: vec![(0, 0); count],
            hanging: vec![Vec::new(); count],
            size: vec![1; count],
            gone: vec![false; count],
            place: vec![0; count],
            open: Vec::new(),
            fixed: vec![false; count],
        };
        for rank in ranks {
            for (place, &vertex) in rank.iter().enumerate() {
                folding.place[vertex] = place;
            }
        }
        for border in [0, ranks.len() - 1] {
            for &vertex in &ranks[border] {
                folding.fixed[vertex] = true;
            }
        }
        for segment in &sketch.segments {
            folding.add(segment.from, segment.to, Part::Line, usize::MAX);
        }
        folding.open = ranks.iter().flatten().rev().copied().collect();
        folding
    }

    /// A new arc; beside another one between the same vertices it becomes a pair with it.
    fn add(&mut self, from: usize, to: usize, part: Part, first: usize) {
        let new = self.arcs.len();
        self.arcs.push(Arc {
            from,
            to,
            part,
            first,
            gone: false,
        });
        let Some(known) = self.between.get(&(from, to)).copied() else {
            self.between.insert((from, to), new);
            self.outs[from].push(new);
            self.ins[to].push(new);
            self.degrees[from].1 += 1;
            self.degrees[to].0 += 1;
            return;
        };
        let moved = self.arcs.len();
        self.arcs.push(Arc {
            from: usize::MAX,
            gone: true,
            ..self.arcs[known]
        });
        let first = first.min(self.arcs[known].first);
        self.arcs[known].first = first;
        self.arcs[known].part = Part::Pair(moved, new);
        self.open.extend([from, to]);
    }

    fn remove(&mut self, arc: usize) {
        let Arc { from, to, .. } = self.arcs[arc];
        self.arcs[arc].gone = true;
        self.between.remove(&(from, to));
        self.degrees[from].1 -= 1;
        self.degrees[to].0 -= 1;
    }

    fn only(&self, arcs: &[usize]) -> Option<usize> {
        arcs.iter().copied().find(|arc| !self.arcs[*arc].gone)
    }

    /// Folds until nothing can be folded. What only leads on is hung up last: a
    /// graph with one beginning then hangs at it as a whole.
    fn fold(&mut self) {
        let mut later = Vec::new();
        while let Some((vertex, last)) = self.next(&mut later) {
            if self.gone[vertex] || self.fixed[vertex] {
                continue;
            }
            let (above, below) = (self.only(&self.ins[vertex]), self.only(&self.outs[vertex]));
            match (self.degrees[vertex], above, below) {
                ((1, 1), Some(above), Some(below)) => self.fold_row(vertex, above, below),
                ((1, 0), Some(arc), _) => self.hang(vertex, arc, self.arcs[arc].from),
                ((0, 1), _, Some(arc)) if last => self.hang(vertex, arc, self.arcs[arc].to),
                ((0, 1), _, _) => later.push(vertex),
                _ => {}
            }
        }
    }

    /// The next vertex to be looked at, and whether no other is left but those for later.
    fn next(&mut self, later: &mut Vec<usize>) -> Option<(usize, bool)> {
        let open = self.open.pop().map(|vertex| (vertex, false));
        open.or_else(|| later.pop().map(|vertex| (vertex, true)))
    }

    fn fold_row(&mut self, vertex: usize, above: usize, below: usize) {
        self.gone[vertex] = true;
        self.remove(above);
        self.remove(below);
        let first = self.place[vertex]
            .min(self.arcs[above].first)
            .min(self.arcs[below].first);
        let (from, to) = (self.arcs[above].from, self.arcs[below].to);
        self.add(from, to, Part::Row(above, vertex, below), first);
    }

    fn hang(&mut self, vertex: usize, arc: usize, at: usize) {
        self.gone[vertex] = true;
        self.remove(arc);
        self.hanging[at].push((arc, vertex));
        self.size[at] += self.size[vertex];
        self.open.push(at);
    }

    /// All vertices in the order of a walk.
    fn unfold(&self, ranks: &[Vec<usize>]) -> Vec<usize> {
        let mut walk = Walk::new(self);
        for &start in ranks.iter().flatten() {
            if !self.gone[start] {
                walk.from(start);
            }
        }
        walk.found()
    }
}
