//! Counts pairs in the wrong order: that is how often lines cross.

/// The crossings of two vertices with these keys, as they stand and exchanged.
pub(super) fn inversions_both_ways(a: &[f32], b: &[f32]) -> (i64, i64) {
    let (Some(a_first), Some(a_last)) = (a.first(), a.last()) else {
        return (0, 0);
    };
    let (Some(b_first), Some(b_last)) = (b.first(), b.last()) else {
        return (0, 0);
    };
    let all = || i64::try_from(a.len() * b.len()).unwrap_or(i64::MAX);
    if a_last < b_first {
        (0, all())
    } else if b_last < a_first {
        (all(), 0)
    } else {
        (inversions_of_two(a, b), inversions_of_two(b, a))
    }
}

/// Pairs in which the key of the first is the greater; both sorted.
fn inversions_of_two(first: &[f32], second: &[f32]) -> i64 {
    let mut sum = 0;
    let mut smaller = 0;
    let mut rest = second.iter().peekable();
    for key in first {
        while rest.next_if(|other| *other < key).is_some() {
            smaller += 1;
        }
        sum += smaller;
    }
    sum
}

/// Pairs in the wrong order; sorts the keys.
pub(super) fn inversions(keys: &mut [f32], spare: &mut Vec<f32>) -> usize {
    let count = keys.len();
    let mut width = 1;
    let mut sum = 0;
    while width < count {
        spare.clear();
        for start in (0..count).step_by(2 * width) {
            let middle = (start + width).min(count);
            let end = (start + 2 * width).min(count);
            let (mut left, mut right) = (start, middle);
            while left < middle && right < end {
                if keys[right] < keys[left] {
                    sum += middle - left;
                    spare.push(keys[right]);
                    right += 1;
                } else {
                    spare.push(keys[left]);
                    left += 1;
                }
            }
            spare.extend_from_slice(&keys[left..middle]);
            spare.extend_from_slice(&keys[right..end]);
        }
        keys.copy_from_slice(spare);
        width *= 2;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_counted() {
        let mut keys = vec![3.0, 1.0, 2.0, 0.0, 2.0];
        assert_eq!(inversions(&mut keys, &mut Vec::new()), 6);
        assert_eq!(keys, [0.0, 1.0, 2.0, 2.0, 3.0]);
        assert_eq!(inversions_of_two(&[1.0, 3.0], &[0.0, 2.0]), 3);
    }
}
