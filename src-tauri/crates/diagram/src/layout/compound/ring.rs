//! Finds rings of items: groups that need each other.

/// The rings of a directed graph: sets of at least two vertices of which each
/// reaches each other one (after Tarjan, without recursion).
pub(super) fn rings(count: usize, arcs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in arcs {
        out[*from].push(*to);
    }
    let mut number = vec![0; count];
    let mut low = vec![0; count];
    let mut open = vec![false; count];
    let (mut path, mut rings, mut next) = (Vec::new(), Vec::new(), 1);
    for start in 0..count {
        let mut stack = if number[start] == 0 {
            vec![(start, 0)]
        } else {
            Vec::new()
        };
        while let Some((vertex, at)) = stack.pop() {
            if at == 0 {
                number[vertex] = next;
                low[vertex] = next;
                next += 1;
                path.push(vertex);
                open[vertex] = true;
            }
            if let Some(&to) = out[vertex].get(at) {
                stack.push((vertex, at + 1));
                if number[to] == 0 {
                    stack.push((to, 0));
                } else if open[to] {
                    low[vertex] = low[vertex].min(number[to]);
                }
                continue;
            }
            if low[vertex] == number[vertex] {
                let from = path.iter().rposition(|other| *other == vertex).unwrap_or(0);
                let ring = path.split_off(from);
                for &member in &ring {
                    open[member] = false;
                }
                if ring.len() > 1 {
                    rings.push(ring);
                }
            }
            if let Some((parent, _)) = stack.last() {
                low[*parent] = low[*parent].min(low[vertex]);
            }
        }
    }
    rings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_found_and_lone_vertices_are_none() {
        let mut found = rings(5, &[(0, 1), (1, 2), (2, 0), (2, 3), (4, 4)]);
        for ring in &mut found {
            ring.sort_unstable();
        }
        assert_eq!(found, [[0, 1, 2]]);
    }
}
