use std::collections::{BTreeSet, HashMap};

use diagram::{Direction, Edge, Fold, Graph, Layout, Node, Rect, fold, layout_near};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use crate::properties::{cases, directions, graphs, laid};

/// The height of a box with the room below it.
const ROW: f32 = 68.0;

/// Where the boxes of both layouts were and are, along the main and the cross axis.
fn pairs(before: &Layout, after: &Layout) -> Vec<((f32, f32), (f32, f32))> {
    let spot = |rect: &Rect| match before.direction {
        Direction::LeftToRight => (rect.x, rect.centre().y),
        Direction::TopDown => (rect.y, rect.centre().x),
    };
    let now: HashMap<&str, (f32, f32)> = after
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), spot(&node.rect)))
        .collect();
    let old = before.nodes.iter();
    old.filter_map(|node| Some((spot(&node.rect), *now.get(node.id.as_str())?)))
        .collect()
}

/// How far boxes moved across on average, in rows; a move of all together does not count.
fn moved(before: &Layout, after: &Layout) -> f32 {
    let mut steps: Vec<f32> = pairs(before, after)
        .iter()
        .map(|(was, is)| is.1 - was.1)
        .collect();
    steps.sort_by(f32::total_cmp);
    let Some(middle) = steps.get(steps.len() / 2).copied() else {
        return 0.0;
    };
    let row = match before.direction {
        Direction::LeftToRight => ROW,
        Direction::TopDown => 224.0,
    };
    #[expect(clippy::cast_precision_loss, reason = "a few boxes")]
    let count = steps.len() as f32;
    steps.iter().map(|step| (step - middle).abs()).sum::<f32>() / count / row
}

/// How many pairs of boxes of one rank changed their order.
fn turned(before: &Layout, after: &Layout) -> usize {
    let pairs = pairs(before, after);
    let of_one_rank = |a: (f32, f32), b: (f32, f32)| (a.0 - b.0).abs() < 1.0;
    let mut turned = 0;
    for (at, (was, is)) in pairs.iter().enumerate() {
        for (other_was, other_is) in &pairs[at + 1..] {
            let both = of_one_rank(*was, *other_was) && of_one_rank(*is, *other_is);
            turned += usize::from(both && (was.1 < other_was.1) != (is.1 < other_is.1));
        }
    }
    turned
}

/// The graph with one more task, needed by nothing.
fn with_one_more(graph: &Graph, need: usize) -> Graph {
    let mut changed = graph.clone();
    let need = &graph.nodes[need];
    let mut node = Node::task("new", "new");
    node.group.clone_from(&need.group);
    changed.nodes.push(node);
    changed.edges.push(Edge::completed(need.id.clone(), "new"));
    changed
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn nothing_new_moves_next_to_nothing(graph in graphs(), direction in directions()) {
        let before = laid(&graph, direction);
        let after = layout_near(&graph, &before).unwrap();
        prop_assert!(moved(&before, &after) <= 1.5);
        prop_assert_eq!(turned(&before, &after), 0);
    }

    #[test]
    fn a_new_task_leaves_the_others_in_their_order_and_near_their_places(
        graph in graphs(),
        direction in directions(),
        need in any::<prop::sample::Index>(),
    ) {
        let before = laid(&graph, direction);
        let changed = with_one_more(&graph, need.index(graph.nodes.len()));
        let after = layout_near(&changed, &before).unwrap();
        prop_assert!(moved(&before, &after) <= 2.5);
        prop_assert_eq!(turned(&before, &after), 0);
    }

    #[test]
    fn folding_and_unfolding_leaves_the_others_near_their_places(
        graph in graphs(),
        direction in directions(),
        group in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!graph.groups.is_empty());
        let name = graph.groups[group.index(graph.groups.len())].id.clone();
        let folded = fold(&graph, &Fold::Groups(BTreeSet::from([name])));
        let open = laid(&graph, direction);
        let shut = layout_near(&folded, &open).unwrap();
        prop_assert!(moved(&open, &shut) <= 2.5);
        let again = layout_near(&graph, &shut).unwrap();
        prop_assert!(moved(&shut, &again) <= 2.5);
    }
}

/// The mean over graphs made by chance.
fn mean(of: impl Fn(&Graph) -> f32) -> f32 {
    let count = if std::env::var("PROPTEST_CASES").is_ok() {
        400
    } else {
        40
    };
    let mut runner = TestRunner::deterministic();
    let drawn = (0..count).map(|_| graphs().new_tree(&mut runner).unwrap().current());
    let all: Vec<f32> = drawn.map(|graph| of(&graph)).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few graphs")]
    let count = all.len() as f32;
    all.iter().sum::<f32>() / count
}

#[test]
fn on_average_a_new_task_moves_the_others_by_less_than_a_third_of_a_row() {
    let mean = mean(|graph| {
        let before = laid(graph, Direction::LeftToRight);
        let changed = with_one_more(graph, graph.nodes.len() / 2);
        moved(&before, &layout_near(&changed, &before).unwrap())
    });
    assert!(mean < 0.33, "{mean}");
}

#[test]
fn on_average_folding_a_group_moves_the_others_by_less_than_a_third_of_a_row() {
    let mean = mean(|graph| {
        let before = laid(graph, Direction::LeftToRight);
        let first = graph.groups.first().map(|group| group.id.clone());
        let folded = fold(graph, &Fold::Groups(first.into_iter().collect()));
        moved(&before, &layout_near(&folded, &before).unwrap())
    });
    assert!(mean < 0.33, "{mean}");
}
