//! The order in which things that need each other are written.

use std::collections::HashSet;

/// The first place from which the official tools find a circle that is none: they follow what it
/// needs, and reach something twice. It happens when things stand before those they need.
pub(crate) fn false_circle(needs: &[Vec<usize>]) -> Option<usize> {
    let mut done = vec![false; needs.len()];
    for start in 0..needs.len() {
        if done[start] {
            continue;
        }
        let mut reached = vec![start];
        let mut seen = HashSet::from([start]);
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            next += 1;
            for need in needs[at].iter().copied().filter(|need| !done[*need]) {
                if !seen.insert(need) {
                    return Some(start);
                }
                reached.push(need);
            }
        }
        reached.iter().for_each(|at| done[*at] = true);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diamond_is_a_circle_to_them_if_its_top_is_written_first() {
        let top_first = [vec![1, 2], vec![3], vec![3], vec![]];
        assert_eq!(false_circle(&top_first), Some(0));
        let bottom_first = [vec![], vec![0], vec![0], vec![1, 2]];
        assert_eq!(false_circle(&bottom_first), None);
    }

    #[test]
    fn a_chain_is_none_in_any_order() {
        assert_eq!(false_circle(&[vec![1], vec![2], vec![]]), None);
        assert_eq!(false_circle(&[vec![], vec![0], vec![1]]), None);
    }
}
