//! Orders to start from.

use crate::layout::layered::sketch::Sketch;

/// A mixed order, always the same for the same number: a start from elsewhere.
pub(super) fn shuffled(sketch: &Sketch, number: usize) -> Vec<Vec<usize>> {
    let mut ranks = sketch.ranks.clone();
    let last = ranks.len() - 1;
    let mut state = number.wrapping_mul(0x9E37_79B9).wrapping_add(0x7F4A_7C15);
    for rank in &mut ranks[1..last] {
        for at in (1..rank.len()).rev() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) & 0xFFFF_FFFF;
            rank.swap(at, (state >> 8) % (at + 1));
        }
    }
    ranks
}

/// The order in which a walk along the segments meets the vertices: branches
/// that join again lie beside each other.
pub(super) fn walked(sketch: &Sketch) -> Vec<Vec<usize>> {
    let mut ranks: Vec<Vec<usize>> = vec![Vec::new(); sketch.ranks.len()];
    let mut seen = vec![false; sketch.role.len()];
    for &start in sketch.ranks.iter().flatten() {
        let mut stack = vec![start];
        while let Some(vertex) = stack.pop() {
            if std::mem::replace(&mut seen[vertex], true) {
                continue;
            }
            ranks[sketch.rank_of[vertex]].push(vertex);
            let downs = sketch.downs[vertex].iter().map(|s| sketch.segments[*s].to);
            let next: Vec<usize> = downs.filter(|v| !seen[*v]).collect();
            stack.extend(next.into_iter().rev());
        }
    }
    for border in [0, ranks.len() - 1] {
        ranks[border].clone_from(&sketch.ranks[border]);
    }
    ranks
}
