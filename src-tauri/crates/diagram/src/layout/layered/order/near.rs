//! An order that follows the one before: boxes that were there keep their order,
//! and only what is new, or a line, goes past others to take crossings away.

use super::web::{Order, Web};

/// How often the ranks are gone over at most.
const PASSES: usize = 24;

/// The order wished for, with what is new where it crosses least.
pub(super) fn order(web: &mut Web, mut ranks: Vec<Vec<usize>>, kept: &[bool]) -> Order {
    web.note(&ranks);
    for pass in 0..PASSES {
        let mut moved = false;
        for rank in &mut ranks[1..] {
            for step in 1..rank.len() {
                let at = if pass % 2 == 0 {
                    step
                } else {
                    rank.len() - step
                };
                let (upper, lower) = (rank[at - 1], rank[at]);
                if !(kept[upper] && kept[lower]) && web.gain(upper, lower) > 0 {
                    web.swap(upper, lower);
                    rank.swap(at - 1, at);
                    moved = true;
                }
            }
        }
        if !moved {
            break;
        }
    }
    web.order(ranks)
}
