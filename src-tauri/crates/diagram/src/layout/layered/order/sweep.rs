//! Sweeps: every rank is sorted by the middles of its neighbours, down and up.

use super::web::{Order, Web};

/// How often the ranks are swept, and how many vain sweeps end it.
const SWEEPS: usize = 16;
const PATIENCE: usize = 4;

/// The best order that sweeps lead to.
pub(super) fn search(web: &mut Web, start: Order) -> Order {
    let mut best = start;
    web.note(&best.ranks);
    let mut ranks = best.ranks.clone();
    let mut vain = 0;
    for sweep in 0..SWEEPS {
        if best.crossings == 0 || vain >= PATIENCE {
            break;
        }
        pass(web, &mut ranks, sweep);
        let crossings = web.crossings(&ranks);
        vain += 1;
        if crossings < best.crossings {
            best.crossings = crossings;
            best.ranks.clone_from(&ranks);
            vain = 0;
        }
    }
    best
}

fn pass(web: &mut Web, ranks: &mut [Vec<usize>], sweep: usize) {
    let inner = 1..ranks.len() - 1;
    let mut keyed = Vec::new();
    if sweep.is_multiple_of(2) {
        for rank in inner {
            sort(web, &mut ranks[rank], true, &mut keyed);
        }
    } else {
        for rank in inner.rev() {
            sort(web, &mut ranks[rank], false, &mut keyed);
        }
    }
    for rank in &mut ranks[1..] {
        exchange(web, rank);
    }
}

/// Sorts a rank by its neighbours; vertices without any keep their places.
fn sort(web: &mut Web, rank: &mut [usize], ups: bool, keyed: &mut Vec<(f32, usize)>) {
    keyed.clear();
    let mut slots = Vec::with_capacity(rank.len());
    for (slot, &vertex) in rank.iter().enumerate() {
        if let Some(middle) = web.middle(vertex, ups, !ups) {
            keyed.push((middle, vertex));
            slots.push(slot);
        }
    }
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (slot, (_, vertex)) in slots.into_iter().zip(&*keyed) {
        rank[slot] = *vertex;
    }
    web.note_rank(rank);
}

/// Exchanges neighbours once where that takes crossings away.
fn exchange(web: &mut Web, rank: &mut [usize]) {
    for at in 1..rank.len() {
        if web.gain(rank[at - 1], rank[at]) > 0 {
            web.swap(rank[at - 1], rank[at]);
            rank.swap(at - 1, at);
        }
    }
}
