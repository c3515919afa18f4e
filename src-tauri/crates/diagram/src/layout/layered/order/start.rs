//! An order to start from. Branches that part and join again, and trees, are
//! folded together step by step until nothing of them is left; unfolded, they
//! stand beside each other without a crossing.

use std::collections::HashMap;

use crate::layout::layered::sketch::Sketch;

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

    fn fold(&mut self) {
        while let Some(vertex) = self.open.pop() {
            if self.gone[vertex] || self.fixed[vertex] {
                continue;
            }
            let (above, below) = (self.only(&self.ins[vertex]), self.only(&self.outs[vertex]));
            match (self.degrees[vertex], above, below) {
                ((1, 1), Some(above), Some(below)) => self.fold_row(vertex, above, below),
                ((1, 0), Some(arc), _) => self.hang(vertex, arc, self.arcs[arc].from),
                ((0, 1), _, Some(arc)) => self.hang(vertex, arc, self.arcs[arc].to),
                _ => {}
            }
        }
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
        self.open.push(at);
    }

    /// All vertices in the order of a walk.
    fn unfold(&self, ranks: &[Vec<usize>]) -> Vec<usize> {
        let mut walk = Walk {
            folding: self,
            seen: vec![false; self.gone.len()],
            done: vec![false; self.arcs.len()],
            found: Vec::with_capacity(self.gone.len()),
        };
        for &start in ranks.iter().flatten() {
            if !self.gone[start] {
                walk.from(start);
            }
        }
        walk.found
    }
}

/// What a walk still has to do.
#[derive(Clone, Copy)]
enum Step {
    Vertex(usize),
    /// An arc of the folded graph, with what lies behind it.
    Onward(usize),
    Inside(usize),
}

struct Walk<'a> {
    folding: &'a Folding,
    seen: Vec<bool>,
    done: Vec<bool>,
    found: Vec<usize>,
}

impl Walk<'_> {
    fn from(&mut self, start: usize) {
        let mut steps = vec![Step::Vertex(start)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Vertex(vertex) => self.vertex(vertex, &mut steps),
                Step::Onward(arc) => {
                    if !std::mem::replace(&mut self.done[arc], true) {
                        steps.push(Step::Vertex(self.folding.arcs[arc].to));
                        steps.push(Step::Inside(arc));
                    }
                }
                Step::Inside(arc) => self.inside(arc, &mut steps),
            }
        }
    }

    fn vertex(&mut self, vertex: usize, steps: &mut Vec<Step>) {
        if std::mem::replace(&mut self.seen[vertex], true) {
            return;
        }
        self.found.push(vertex);
        let folding = self.folding;
        let outs = folding.outs[vertex].iter().copied();
        let mut outs: Vec<usize> = outs.filter(|arc| !folding.arcs[*arc].gone).collect();
        outs.sort_by_key(|arc| {
            folding.arcs[*arc]
                .first
                .min(folding.place[folding.arcs[*arc].to])
        });
        steps.extend(outs.into_iter().rev().map(Step::Onward));
        let mut hanging = folding.hanging[vertex].clone();
        hanging.sort_by_key(|(_, other)| folding.place[*other]);
        for (arc, other) in hanging.into_iter().rev() {
            steps.extend([Step::Vertex(other), Step::Inside(arc)]);
        }
    }

    fn inside(&self, arc: usize, steps: &mut Vec<Step>) {
        match self.folding.arcs[arc].part {
            Part::Line => {}
            Part::Row(above, vertex, below) => {
                steps.extend([
                    Step::Inside(below),
                    Step::Vertex(vertex),
                    Step::Inside(above),
                ]);
            }
            Part::Pair(one, other) => {
                let first = |arc: usize| self.folding.arcs[arc].first;
                let (upper, lower) = if first(other) < first(one) {
                    (other, one)
                } else {
                    (one, other)
                };
                steps.extend([Step::Inside(lower), Step::Inside(upper)]);
            }
        }
    }
}
