//! Groups in groups: every level is laid out by itself, the inner ones first,
//! and then stands as one box in the level around it. Lines that leave a group
//! end at its border and go on outside.
//!
//! The inner levels have to know where the other ends of their lines will be.
//! That comes from a layout without groups, and then from the first layout with
//! them; of both the one with fewer crossings is kept.

use std::collections::HashMap;

use super::{
    Direction, EdgeRoute, GroupFrame, Layout, NodeBox,
    layered::{self, Brick, End, Placed, Spot, Wire},
    measure, pack,
    tree::{Arrow, Tip, Tree},
};
use crate::{
    graph::{EdgeKind, Graph, Index, Thing},
    shape::{Point, Rect},
};

mod cable;
mod level;
mod near;
mod parts;
mod result;
mod ring;

use level::Task;
use near::Before;

/// More layouts than this do not take less time each.
const SHARERS: usize = 12;

/// Lays the whole graph out.
pub(super) fn arrange(
    graph: &Graph,
    index: &Index,
    sizes: &[(f32, f32)],
    direction: Direction,
) -> Layout {
    let tree = Tree::new(graph, index);
    let mut arranger = Arranger::new(graph, &tree, sizes, direction);
    if graph.groups.is_empty() {
        arranger.run();
        return result::assemble(&arranger);
    }
    arranger.wishes = flat_wishes(&arranger);
    arranger.run();
    if arranger.crossings == 0 {
        return result::assemble(&arranger);
    }
    let mut second = Arranger::new(graph, &tree, sizes, direction);
    second.wishes = result::middles(&arranger);
    second.run();
    if second.crossings < arranger.crossings {
        arranger = second;
    }
    result::assemble(&arranger)
}

/// Lays the graph out so that what was there before stays where it was, as far as
/// new boxes and arrows allow.
pub(super) fn arrange_near(
    graph: &Graph,
    index: &Index,
    sizes: &[(f32, f32)],
    before: &Layout,
) -> Layout {
    let tree = Tree::new(graph, index);
    let mut arranger = Arranger::new(graph, &tree, sizes, before.direction);
    arranger.before = Before::new(graph, before);
    let flat = if arranger.before.nodes.contains(&None) {
        flat_wishes(&arranger)
    } else {
        Vec::new()
    };
    arranger.wishes = arranger.before.wishes(index, &tree, &flat);
    arranger.run();
    result::assemble(&arranger)
}

/// Where the nodes would be along the cross axis if there were no groups.
fn flat_wishes(arranger: &Arranger<'_>) -> Vec<f32> {
    let mut bricks = arranger.bricks_of_nodes();
    for brick in &mut bricks {
        brick.wish = 0.0;
        brick.before = None;
    }
    let wires: Vec<Wire> = arranger
        .tree
        .arrows
        .iter()
        .filter(|arrow| {
            matches!(
                (arrow.from.thing, arrow.to.thing),
                (Thing::Node(_), Thing::Node(_))
            )
        })
        .map(|arrow| {
            let end = |node: usize| End::Brick {
                brick: node,
                port: bricks[node].cross / 2.0,
            };
            Wire {
                from: end(arrow.from.node),
                to: end(arrow.to.node),
                kind: EdgeKind::Completed,
                weight: 1,
            }
        })
        .collect();
    let placed = layered::lay(&bricks, &wires, arranger.sharers());
    let middles = placed.bricks.iter().zip(&bricks);
    middles
        .map(|(spot, brick)| spot.1 + brick.cross / 2.0)
        .collect()
}

/// What a level learns about its frame.
#[derive(Debug, Clone, Copy)]
struct Frame {
    main_start: f32,
    main_end: f32,
    cross_start: f32,
    cross_end: f32,
}

impl Frame {
    const NONE: Self = Self {
        main_start: 0.0,
        main_end: 0.0,
        cross_start: 0.0,
        cross_end: 0.0,
    };

    fn of_group(direction: Direction) -> Self {
        let (main_start, cross_start) = match direction {
            Direction::LeftToRight => (measure::FRAME, measure::FRAME_TOP),
            Direction::TopDown => (measure::FRAME_TOP, measure::FRAME),
        };
        Self {
            main_start,
            main_end: measure::FRAME,
            cross_start,
            cross_end: measure::FRAME,
        }
    }
}

/// Lays out level by level and remembers every level.
struct Arranger<'a> {
    graph: &'a Graph,
    tree: &'a Tree,
    sizes: &'a [(f32, f32)],
    direction: Direction,
    /// Where each node would like its middle to be along the cross axis.
    wishes: Vec<f32>,
    before: Before,
    levels: Vec<Level>,
    crossings: u64,
    /// The item of each node in the level that is being sorted, and its level.
    item_of: Vec<(usize, usize)>,
    tasks: usize,
}

/// A finished level; places count from its own corner.
#[derive(Debug, Default)]
struct Level {
    group: Option<usize>,
    members: Vec<usize>,
    size: Spot,
    /// Inner levels and nodes with their places.
    levels: Vec<(usize, Spot)>,
    nodes: Vec<(usize, Spot)>,
    /// Parts of lines: the edge, how deep and on which side the part lies, its corners.
    lines: Vec<Line>,
}

/// A part of the line of one arrow or of several.
#[derive(Debug)]
struct Line {
    arrows: Vec<(usize, bool)>,
    /// Parts are joined in this order.
    order: i32,
    corners: Vec<Spot>,
}

impl<'a> Arranger<'a> {
    fn new(
        graph: &'a Graph,
        tree: &'a Tree,
        sizes: &'a [(f32, f32)],
        direction: Direction,
    ) -> Self {
        Self {
            graph,
            tree,
            sizes,
            direction,
            wishes: vec![0.0; graph.nodes.len()],
            before: Before::nothing(graph),
            levels: Vec::new(),
            crossings: 0,
            item_of: vec![(usize::MAX, usize::MAX); graph.nodes.len()],
            tasks: 0,
        }
    }

    fn run(&mut self) {
        let task = Task {
            nodes: (0..self.graph.nodes.len()).collect(),
            depth: 0,
            group: None,
            arrows: self.tree.arrows.clone(),
        };
        self.arrange(task);
    }

    /// How many layouts share the time: one without groups and one for each group.
    fn sharers(&self) -> usize {
        (self.graph.groups.len() + 1).min(SHARERS)
    }

    fn bricks_of_nodes(&self) -> Vec<Brick> {
        (0..self.graph.nodes.len())
            .map(|node| self.brick_of_node(node))
            .collect()
    }

    fn brick_of_node(&self, node: usize) -> Brick {
        let (width, height) = self.sizes[node];
        let (main, cross) = match self.direction {
            Direction::LeftToRight => (width, height),
            Direction::TopDown => (height, width),
        };
        Brick {
            main,
            cross,
            wish: self.wishes[node],
            before: self.before.nodes[node],
        }
    }
}
