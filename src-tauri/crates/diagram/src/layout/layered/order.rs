//! The order within each rank: starts, sweeps by barycentre, then exchanges of
//! neighbours with a little heat that cools down, until fewer crossings are not
//! found. How much is tried depends on the size alone, never on the clock.

use super::sketch::Sketch;

mod heat;
mod near;
mod start;
mod sweep;
mod tidy;
mod web;

use web::{Order, Web};

/// Orders every rank and returns the number of crossings left.
pub(super) fn order(sketch: &mut Sketch, sharers: usize) -> u64 {
    let wished = wished(sketch);
    let mut web = Web::new(sketch);
    if sketch.follows() {
        let near = near::order(&mut web, wished, &sketch.kept);
        sketch.ranks = near.ranks;
        return near.crossings;
    }
    let mut best = web.order(start::walked(sketch, &wished));
    if best.crossings > 0 {
        let starts = [best.clone(), web.order(wished.clone())];
        for start in starts {
            let swept = sweep::search(&mut web, start);
            if swept.crossings < best.crossings {
                best = swept;
            }
        }
    }
    if best.crossings > 0 {
        best = heat::search(&mut web, best, sharers);
    }
    tidy::tidy(&mut web, &mut best, &wished);
    if is_upside_down(&best) {
        let mut ranks = best.ranks.clone();
        ranks.iter_mut().for_each(|rank| rank.reverse());
        // several ports of one box are not turned with it
        let turned = web.order(ranks);
        if turned.crossings <= best.crossings {
            best = turned;
        }
    }
    sketch.ranks = best.ranks;
    best.crossings
}

/// Every rank as its vertices wish to stand, those that wish the same in their order.
fn wished(sketch: &Sketch) -> Vec<Vec<usize>> {
    let mut ranks = sketch.ranks.clone();
    for rank in &mut ranks {
        rank.sort_by(|a, b| sketch.wish[*a].total_cmp(&sketch.wish[*b]));
    }
    ranks
}

/// Whether more neighbours stand against the order of the input than in it, and
/// no end at the border says where up is.
fn is_upside_down(order: &Order) -> bool {
    let ranks = &order.ranks;
    let bound = ranks.first().is_some_and(|rank| !rank.is_empty())
        || ranks.last().is_some_and(|rank| !rank.is_empty());
    let pairs = || ranks.iter().flat_map(|rank| rank.windows(2));
    let against = pairs().filter(|pair| pair[0] > pair[1]).count();
    !bound && against * 2 > pairs().count()
}
