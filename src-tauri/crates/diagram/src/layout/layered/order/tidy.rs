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

/// Whether the lower one would better stand above.
fn is_calmer(web: &Web, (upper, lower): (usize, usize), wish: &[usize]) -> bool {
    let middles = web
        .middle(upper, true, true)
        .zip(web.middle(lower, true, true));
    match middles {
        Some((above, below)) if (above - below).abs() > 0.01 => below < above,
        _ => wish[lower] < wish[upper],
    }
}
