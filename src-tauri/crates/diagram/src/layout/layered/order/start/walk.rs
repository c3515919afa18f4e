//! Unfolds a folded graph: all vertices in an order in which branches that part
//! and join again stand beside each other.

use super::{Folding, Part};

/// What a walk still has to do.
#[derive(Clone, Copy)]
enum Step {
    /// A vertex with what lies behind it.
    Vertex(usize),
    /// The vertex alone.
    Note(usize),
    /// An arc of the folded graph, with what lies behind it.
    Onward(usize),
    Inside(usize),
}

/// Walks through trees, those above and those below what leads on.
struct Hanging {
    upper: Vec<Step>,
    lower: Vec<Step>,
}

pub(super) struct Walk<'a> {
    folding: &'a Folding,
    seen: Vec<bool>,
    done: Vec<bool>,
    found: Vec<usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(folding: &'a Folding) -> Self {
        Self {
            folding,
            seen: vec![false; folding.gone.len()],
            done: vec![false; folding.arcs.len()],
            found: Vec::with_capacity(folding.gone.len()),
        }
    }

    /// All vertices found, in their order.
    pub(super) fn found(self) -> Vec<usize> {
        self.found
    }

    pub(super) fn from(&mut self, start: usize) {
        let mut steps = vec![Step::Vertex(start)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Vertex(vertex) => self.vertex(vertex, &mut steps),
                Step::Note(vertex) => {
                    self.note(vertex);
                }
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

    /// Whether the vertex is new.
    fn note(&mut self, vertex: usize) -> bool {
        let new = !std::mem::replace(&mut self.seen[vertex], true);
        if new {
            self.found.push(vertex);
        }
        new
    }

    fn vertex(&mut self, vertex: usize, steps: &mut Vec<Step>) {
        if !self.note(vertex) {
            return;
        }
        let folding = self.folding;
        let outs = folding.outs[vertex].iter().copied();
        let mut outs: Vec<usize> = outs.filter(|arc| !folding.arcs[*arc].gone).collect();
        outs.sort_by_key(|arc| {
            folding.arcs[*arc]
                .first
                .min(folding.place[folding.arcs[*arc].to])
        });
        let hanging = self.hanging(vertex, !outs.is_empty());
        steps.extend(hanging.lower.into_iter().rev());
        steps.extend(outs.into_iter().rev().map(Step::Onward));
        steps.extend(hanging.upper.into_iter().rev());
    }

    /// The walks through the trees that hang at a vertex. What leads on, or else
    /// the largest tree, stands in the middle of the others: then it steps neither
    /// up nor down.
    fn hanging(&self, vertex: usize, leads_on: bool) -> Hanging {
        let folding = self.folding;
        let mut trees = folding.hanging[vertex].clone();
        trees.sort_by_key(|(_, other)| folding.place[*other]);
        let size = |tree: &(usize, usize)| folding.size[tree.1];
        let largest = trees.iter().map(size).max().filter(|_| !leads_on);
        let middle = trees.iter().position(|tree| Some(size(tree)) == largest);
        let middle = middle.map(|at| trees.remove(at));
        let (all, mut above) = (trees.iter().map(size).sum::<usize>(), 0);
        let half = trees.iter().take_while(|tree| {
            above += size(tree);
            above * 2 <= all
        });
        let lower = trees.split_off(half.count());
        let steps = |(arc, other): (usize, usize)| [Step::Inside(arc), Step::Vertex(other)];
        Hanging {
            upper: trees.into_iter().chain(middle).flat_map(steps).collect(),
            lower: lower.into_iter().flat_map(steps).collect(),
        }
    }

    fn inside(&self, arc: usize, steps: &mut Vec<Step>) {
        match self.folding.arcs[arc].part {
            Part::Line => {}
            Part::Row(above, vertex, below) => {
                let hanging = self.hanging(vertex, true);
                steps.extend(hanging.lower.into_iter().rev());
                steps.push(Step::Inside(below));
                steps.extend(hanging.upper.into_iter().rev());
                steps.extend([Step::Note(vertex), Step::Inside(above)]);
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
