use std::collections::HashMap;

use diagram::{
    Direction, DrawOptions, Edge, EdgeKind, Graph, GroupKind, Layout, LayoutOptions, Mark, Node,
    NodeKind, NodeState, Owner, Rect, Theme, draw, layout,
};
use proptest::prelude::*;

use crate::sample::group;

/// Few by default, as they are slow without optimisation; `PROPTEST_CASES` asks for more.
pub(crate) fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").is_ok();
    let default = ProptestConfig::default();
    let cases = if asked { default.cases } else { 40 };
    ProptestConfig { cases, ..default }
}

/// A graph whose arrows lead from earlier to later nodes, with nested groups.
pub(crate) fn graphs() -> impl Strategy<Value = Graph> {
    (1_usize..28, 0_usize..5).prop_flat_map(|(nodes, groups)| {
        let parents = proptest::collection::vec(0..groups.max(1) + 1, groups);
        let homes = proptest::collection::vec((0..groups * 2 + 1, 0_u8..6), nodes);
        let arrows = proptest::collection::vec((0..nodes, 0..nodes, any::<bool>()), 0..nodes * 2);
        (parents, homes, arrows).prop_map(|parts| graph(&parts.0, &parts.1, &parts.2))
    })
}

fn graph(parents: &[usize], homes: &[(usize, u8)], arrows: &[(usize, usize, bool)]) -> Graph {
    let groups = parents.iter().enumerate().map(|(number, parent)| {
        let mut group = group(&format!("g{number}"), "a group");
        group.kind = GroupKind::Matrix;
        // only earlier groups, so that none lies in itself
        group.parent = (*parent < number).then(|| format!("g{parent}"));
        group
    });
    let nodes = homes.iter().enumerate().map(|(number, (home, kind))| {
        let mut node = Node::task(format!("n{number}"), format!("task-{number}"));
        node.group = (*home < parents.len()).then(|| format!("g{home}"));
        if *kind == 0 {
            node.kind = NodeKind::Matrix {
                cells: vec![NodeState::Running; 5],
            };
        }
        node
    });
    let arrows = arrows.iter().filter(|(a, b, _)| a != b);
    let edges = arrows.map(|(a, b, running)| {
        let (from, to) = (format!("n{}", a.min(b)), format!("n{}", a.max(b)));
        if *running {
            Edge::running(from, to)
        } else {
            Edge::completed(from, to)
        }
    });
    Graph {
        nodes: nodes.collect(),
        edges: edges.collect(),
        groups: groups.collect(),
    }
}

pub(crate) fn directions() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::LeftToRight), Just(Direction::TopDown)]
}

pub(crate) fn laid(graph: &Graph, direction: Direction) -> Layout {
    layout(graph, &LayoutOptions::towards(direction)).unwrap()
}

/// The groups around each node, from inside.
fn around(graph: &Graph, node: usize) -> Vec<String> {
    let parents: HashMap<&str, Option<&String>> = graph
        .groups
        .iter()
        .map(|group| (group.id.as_str(), group.parent.as_ref()))
        .collect();
    let mut found = Vec::new();
    let mut next = graph.nodes[node].group.as_ref();
    while let Some(group) = next {
        found.push(group.clone());
        next = parents[group.as_str()];
    }
    found
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn boxes_do_not_overlap(graph in graphs(), direction in directions()) {
        let layout = laid(&graph, direction);
        for (at, a) in layout.nodes.iter().enumerate() {
            for b in &layout.nodes[at + 1..] {
                prop_assert!(!a.rect.overlaps(&b.rect), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn no_arrow_goes_back(graph in graphs(), direction in directions()) {
        let layout = laid(&graph, direction);
        let end: HashMap<&str, Rect> =
            layout.nodes.iter().map(|node| (node.id.as_str(), node.rect)).collect();
        for (edge, route) in graph.edges.iter().zip(&layout.edges) {
            let (from, to) = (end[edge.from.as_str()], end[edge.to.as_str()]);
            prop_assert!(route.points.len() >= 2);
            match direction {
                Direction::LeftToRight => {
                    prop_assert!(from.right() < to.x, "{edge:?}");
                    prop_assert!(route.points.windows(2).all(|pair| pair[0].x <= pair[1].x), "{edge:?} {:?}", route.points);
                }
                Direction::TopDown => {
                    prop_assert!(from.bottom() < to.y, "{edge:?}");
                    prop_assert!(route.points.windows(2).all(|pair| pair[0].y <= pair[1].y), "{edge:?} {:?}", route.points);
                }
            }
        }
    }

    #[test]
    fn lines_run_from_box_to_box_level_at_their_ends_and_through_no_other(
        graph in graphs(),
        direction in directions(),
    ) {
        let layout = laid(&graph, direction);
        for (edge, route) in graph.edges.iter().zip(&layout.edges) {
            let along = |a: diagram::Point, b: diagram::Point| match direction {
                Direction::LeftToRight => (a.y - b.y).abs() < 0.01,
                Direction::TopDown => (a.x - b.x).abs() < 0.01,
            };
            let [first, second, .., before, last] = route.points[..] else {
                prop_assert!(along(route.points[0], route.points[1]), "{route:?}");
                continue;
            };
            prop_assert!(along(first, second) && along(before, last), "{route:?}");
            for pair in route.points.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                let line = Rect::new(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs());
                for node in &layout.nodes {
                    let grown = Rect::new(line.x - 0.1, line.y - 0.1, line.width + 0.2, line.height + 0.2);
                    let own = node.id == edge.from || node.id == edge.to;
                    prop_assert!(own || !grown.overlaps(&node.rect), "{edge:?} {node:?}");
                }
            }
            let touches = |id: &str, point: &diagram::Point| {
                let rect = layout.nodes.iter().find(|node| node.id == id).map(|node| node.rect);
                rect.is_some_and(|rect| rect.inset(-0.1).holds(&Rect::new(point.x, point.y, 0.0, 0.0)))
            };
            prop_assert!(touches(&edge.from, route.points.first().unwrap()));
            prop_assert!(touches(&edge.to, route.points.last().unwrap()));
        }
    }

    #[test]
    fn frames_hold_their_members_and_nothing_else(graph in graphs(), direction in directions()) {
        let layout = laid(&graph, direction);
        for (number, node) in layout.nodes.iter().enumerate() {
            let around = around(&graph, number);
            for frame in &layout.groups {
                let holds = frame.rect.holds(&node.rect);
                prop_assert!(holds || !frame.rect.overlaps(&node.rect), "{frame:?} {node:?}");
                prop_assert_eq!(holds, frame.members.contains(&number));
                prop_assert!(!holds || around.contains(&frame.id));
            }
            for group in &around {
                let frames = layout.groups.iter().filter(|frame| frame.id == *group);
                prop_assert_eq!(frames.filter(|frame| frame.rect.holds(&node.rect)).count(), 1);
            }
        }
        for (at, a) in layout.groups.iter().enumerate() {
            for b in &layout.groups[at + 1..] {
                let nested = a.rect.holds(&b.rect) || b.rect.holds(&a.rect);
                prop_assert!(nested || !a.rect.overlaps(&b.rect), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn everything_lies_within_the_bounds(graph in graphs(), direction in directions()) {
        let layout = laid(&graph, direction);
        let nodes = layout.nodes.iter().map(|node| node.rect);
        let frames = layout.groups.iter().map(|frame| frame.rect);
        let points = layout.edges.iter().flat_map(|route| &route.points);
        let points = points.map(|point| Rect::new(point.x, point.y, 0.0, 0.0));
        for rect in nodes.chain(frames).chain(points) {
            prop_assert!(layout.bounds.inset(-0.01).holds(&rect), "{rect:?} {:?}", layout.bounds);
        }
    }

    #[test]
    fn the_same_graph_gives_the_same_layout(graph in graphs(), direction in directions()) {
        prop_assert_eq!(laid(&graph, direction), laid(&graph, direction));
    }

    #[test]
    fn a_change_of_state_moves_nothing(
        graph in graphs(),
        direction in directions(),
        states in proptest::collection::vec(0..NodeState::ALL.len(), 28),
    ) {
        let mut changed = graph.clone();
        for (node, state) in changed.nodes.iter_mut().zip(states) {
            node.state = NodeState::ALL[state];
            "another line".clone_into(&mut node.second_line);
            node.label.push_str("-with-a-longer-name");
            node.progress = Some(0.5);
        }
        prop_assert_eq!(laid(&graph, direction), laid(&changed, direction));
    }

    #[test]
    fn labels_stay_within_their_boxes(graph in graphs(), direction in directions()) {
        let layout = laid(&graph, direction);
        let list = draw(&graph, &layout, Theme::Light, &DrawOptions::default());
        for piece in &list.pieces {
            if matches!(piece.owner, Owner::Edge { .. }) {
                continue;
            }
            for mark in &piece.marks {
                if let Mark::Text(text) = mark {
                    let body = Rect::new(text.left(), text.at.y - text.size * 0.75, text.width, text.size);
                    prop_assert!(piece.bounds.holds(&body), "{text:?} {:?}", piece.bounds);
                }
            }
        }
    }

    #[test]
    fn rings_of_arrows_are_drawn_all_the_same(
        count in 1_usize..12,
        arrows in proptest::collection::vec((0_usize..12, 0_usize..12), 0..30),
    ) {
        let nodes = (0..count).map(|number| {
            let mut node = Node::task(format!("n{number}"), "x");
            node.group = (number % 3 == 0).then(|| "g0".to_owned());
            node
        });
        let edges = arrows.iter().map(|(a, b)| {
            let name = |number: usize| match number % count {
                0 => "g0".to_owned(),
                number => format!("n{number}"),
            };
            Edge::new(name(*a), name(*b), EdgeKind::Completed)
        });
        let graph = Graph {
            nodes: nodes.collect(),
            edges: edges.collect(),
            groups: vec![group("g0", "g")],
        };
        let layout = laid(&graph, Direction::LeftToRight);
        prop_assert_eq!(layout.edges.len(), graph.edges.len());
        for (at, a) in layout.nodes.iter().enumerate() {
            for b in &layout.nodes[at + 1..] {
                prop_assert!(!a.rect.overlaps(&b.rect));
            }
        }
    }
}

#[test]
fn an_empty_graph_is_an_empty_picture() {
    let layout = laid(&Graph::default(), Direction::LeftToRight);
    assert_eq!(layout.bounds, Rect::default());
    let list = draw(
        &Graph::default(),
        &layout,
        Theme::Light,
        &DrawOptions::default(),
    );
    assert!(list.pieces.is_empty());
    assert!(list.width > 0.0 && list.height > 0.0);
}

#[test]
fn a_long_chain_and_a_wide_fan_are_laid_out_without_overflow() {
    let name = |number: usize| format!("n{number}");
    let nodes = || {
        (0..3000)
            .map(|number| Node::task(name(number), "x"))
            .collect()
    };
    let chain = Graph {
        nodes: nodes(),
        edges: (1..3000)
            .map(|to| Edge::completed(name(to - 1), name(to)))
            .collect(),
        groups: Vec::new(),
    };
    let straight = laid(&chain, Direction::LeftToRight);
    assert!(straight.edges.iter().all(|route| route.points.len() == 2));
    let fan = Graph {
        nodes: nodes(),
        edges: (1..2999)
            .flat_map(|middle| {
                [
                    Edge::completed(name(0), name(middle)),
                    Edge::completed(name(middle), name(2999)),
                ]
            })
            .collect(),
        groups: Vec::new(),
    };
    let wide = laid(&fan, Direction::LeftToRight);
    // all lines into one box share a channel, so the gaps stay narrow
    assert!(wide.bounds.width < 800.0, "{}", wide.bounds.width);
}
