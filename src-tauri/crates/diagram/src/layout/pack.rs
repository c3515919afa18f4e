//! Puts parts that no line joins beside and below each other.

/// The size of a part along both axes.
pub(super) type Size = (f32, f32);

/// Where each part goes, and the size of all together. Parts stand in shelves
/// along the main axis, the largest first; `aspect` is the wished ratio of the
/// main to the cross size.
pub(super) fn pack(parts: &[Size], aspect: f32, gap: f32) -> (Vec<Size>, Size) {
    let mut sorted: Vec<usize> = (0..parts.len()).collect();
    sorted.sort_by(|a, b| parts[*b].1.total_cmp(&parts[*a].1));
    let area: f32 = parts
        .iter()
        .map(|(main, cross)| (main + gap) * (cross + gap))
        .sum();
    let widest = parts.iter().map(|part| part.0).fold(0.0, f32::max);
    let limit = widest.max((area * aspect).sqrt());
    let mut places = vec![(0.0, 0.0); parts.len()];
    let mut shelf = Shelf::default();
    let mut size = (0.0_f32, 0.0_f32);
    for part in sorted {
        let (main, cross) = parts[part];
        if shelf.main > 0.0 && shelf.main + main > limit {
            shelf = Shelf {
                start: shelf.start + shelf.cross + gap,
                ..Shelf::default()
            };
        }
        places[part] = (shelf.main, shelf.start);
        size = (
            size.0.max(shelf.main + main),
            size.1.max(shelf.start + cross),
        );
        shelf.main += main + gap;
        shelf.cross = shelf.cross.max(cross);
    }
    (places, size)
}

/// Where each part goes so that those that were somewhere stay there; where two
/// would touch, the later one gives way by as little as possible. New ones follow below.
pub(super) fn pack_near(parts: &[Size], before: &[Option<Size>], gap: f32) -> (Vec<Size>, Size) {
    let known = || before.iter().flatten();
    let least = |axis: fn(&Size) -> f32| known().map(axis).fold(f32::INFINITY, f32::min);
    let start = (least(|place| place.0), least(|place| place.1));
    let mut sorted: Vec<usize> = (0..parts.len()).collect();
    let key = |part: usize| before[part].map_or((f32::INFINITY, 0.0), |at| (at.1, at.0));
    sorted.sort_by(|a, b| {
        let (a, b) = (key(*a), key(*b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let mut places = vec![(0.0, 0.0); parts.len()];
    let mut done: Vec<(Size, Size)> = Vec::with_capacity(parts.len());
    let mut size = (0.0_f32, 0.0_f32);
    for part in sorted {
        let wished = before[part].map(|place| (place.0 - start.0, place.1 - start.1));
        let place = free(
            wished.unwrap_or((0.0, size.1 + gap)),
            parts[part],
            &done,
            gap,
        );
        done.push((place, parts[part]));
        places[part] = place;
        let (main, cross) = parts[part];
        size = (size.0.max(place.0 + main), size.1.max(place.1 + cross));
    }
    (places, size)
}

/// The wished place, moved on until nothing is too near.
fn free(mut place: Size, size: Size, done: &[(Size, Size)], gap: f32) -> Size {
    loop {
        let near = done.iter().find_map(|(other, taken)| {
            let by = (
                other.0 + taken.0 + gap - place.0,
                other.1 + taken.1 + gap - place.1,
            );
            let before = place.0 + size.0 + gap > other.0 && place.1 + size.1 + gap > other.1;
            (by.0 > 0.01 && by.1 > 0.01 && before).then_some(by)
        });
        match near {
            Some((main, cross)) if main < cross => place.0 += main,
            Some((_, cross)) => place.1 += cross,
            None => return place,
        }
    }
}

#[derive(Default)]
struct Shelf {
    start: f32,
    main: f32,
    cross: f32,
}

/// The parts of a whole of `count` things joined by `ties`, in the order of their first things.
pub(super) fn parts(count: usize, ties: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..count).collect();
    for (a, b) in ties {
        let (a, b) = (find(&mut leader, *a), find(&mut leader, *b));
        leader[a.max(b)] = a.min(b);
    }
    let mut number = vec![usize::MAX; count];
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for thing in 0..count {
        let first = find(&mut leader, thing);
        if first == thing {
            number[thing] = parts.len();
            parts.push(Vec::new());
        }
        parts[number[first]].push(thing);
    }
    parts
}

fn find(leader: &mut [usize], thing: usize) -> usize {
    let mut at = thing;
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_in_the_order_of_their_first_things() {
        assert_eq!(
            parts(5, &[(3, 0), (2, 4)]),
            [vec![0, 3], vec![1], vec![2, 4]]
        );
    }

    #[test]
    fn many_small_parts_make_a_block_of_the_wished_shape() {
        let (_, (main, cross)) = pack(&[(200.0, 44.0); 60], 1.6, 28.0);
        let aspect = main / cross;
        assert!((1.0..2.6).contains(&aspect), "{aspect}");
    }
}
