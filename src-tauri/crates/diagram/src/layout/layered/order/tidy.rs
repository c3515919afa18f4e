//! Puts neighbours that could stand either way into the calmer order: nearer to
//! their lines, and where that says nothing, as in the input.

use super::web::{Order, Web};

/// How often the ranks are gone over.
const PASSES: usize = 3;
/// How far a vertex may be carried in one pass.
const REACH: usize = 200;

pub(super) fn tidy(web: &mut Web, order: &mut Order, wished: &[Vec<usize>]) {
    let mut wish = vec![0; wished.iter().map(Vec::len).sum()];
    for rank in wished {
        for (place, &vertex) in rank.iter().enumerate() {
            wish[vertex] = place;
        }
    }
    web.note(&order.ranks);
    let inner = 1..order.ranks.len() - 1;
    for _ in 0..PASSES {
        let mut moved = false;
        for rank in &mut order.ranks[inner.clone()] {
            moved |= insert(web, rank, &wish);
        }
        if !moved {
            break;
        }
    }
    for rank in &mut order.ranks[inner] {
        centre(web, rank);
    }
}

/// Of neighbours with the same needs, puts those that lead on into the middle of
/// those that do not, and the same the other way: what follows then stays level
/// instead of stepping up or down. Such neighbours may stand in any order.
fn centre(web: &mut Web, rank: &mut [usize]) {
    let mut start = 0;
    while start < rank.len() {
        let first = rank[start];
        let run = |alike: &dyn Fn(usize) -> bool| {
            let others = rank[start + 1..].iter();
            1 + others.take_while(|vertex| alike(**vertex)).count()
        };
        let up = run(&|vertex| web.has_same_ups(first, vertex));
        let down = run(&|vertex| web.has_same_downs(first, vertex));
        let length = up.max(down);
        let ends = |vertex: usize| {
            if up >= down {
                web.has_no_downs(vertex)
            } else {
                web.has_no_ups(vertex)
            }
        };
        let run = &mut rank[start..start + length];
        let (lone, on): (Vec<usize>, Vec<usize>) = run.iter().partition(|vertex| ends(**vertex));
        if !lone.is_empty() && !on.is_empty() {
            let (upper, lower) = lone.split_at(lone.len() / 2);
            let sorted = upper.iter().chain(&on).chain(lower);
            run.iter_mut()
                .zip(sorted)
                .for_each(|(to, from)| *to = *from);
        }
        start += length;
    }
    web.note_rank(rank);
}

/// Carries every vertex up as long as that costs nothing and is calmer.
fn insert(web: &mut Web, rank: &mut [usize], wish: &[usize]) -> bool {
    let mut moved = false;
    for start in 1..rank.len() {
        for at in (start.saturating_sub(REACH) + 1..=start).rev() {
            let (upper, lower) = (rank[at - 1], rank[at]);
            if !is_calmer(web, (upper, lower), wish) || web.gain(upper, lower) != 0 {
                break;
            }
            web.swap(upper, lower);
            rank.swap(at - 1, at);
            moved = true;
        }
    }
    moved
}

/// Whether the lower one would better stand above: its neighbours in both ranks
/// say so, or they say nothing and it comes first in the input.
fn is_calmer(web: &Web, (upper, lower): (usize, usize), wish: &[usize]) -> bool {
    let off = |ups: bool| {
        let middle = |vertex: usize| web.middle(vertex, ups, !ups);
        match (middle(upper), middle(lower)) {
            (Some(above), Some(below)) => Some(below - above),
            (None, None) => Some(0.0),
            _ => None,
        }
    };
    match (off(true), off(false)) {
        (Some(ups), Some(downs)) if ups.abs().max(downs.abs()) < 0.01 => wish[lower] < wish[upper],
        (Some(ups), Some(downs)) => ups + downs < -0.01,
        (Some(one), None) | (None, Some(one)) => one < -0.01,
        (None, None) => false,
    }
}
