//! From finished levels to a finished layout: places from the corner of the
//! whole, lines put together from their parts.

use super::{
    Arranger, Direction, EdgeRoute, GroupFrame, Layout, Level, NodeBox, Point, Rect, Spot, measure,
};

/// The room around the whole.
const MARGIN: f32 = 0.0;

/// A level with its corner counted from the corner of the whole.
fn origins(levels: &[Level]) -> Vec<(usize, Spot)> {
    let Some(top) = levels.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut open = vec![(top, (MARGIN, MARGIN))];
    let mut found = Vec::with_capacity(levels.len());
    while let Some((level, origin)) = open.pop() {
        found.push((level, origin));
        let inner = levels[level].levels.iter().rev();
        open.extend(inner.map(|(inner, spot)| (*inner, add(*spot, origin))));
    }
    found
}

fn add(a: Spot, b: Spot) -> Spot {
    (a.0 + b.0, a.1 + b.1)
}

/// The middle of each node along the cross axis.
pub(super) fn middles(arranger: &Arranger<'_>) -> Vec<f32> {
    let mut middles = vec![0.0; arranger.graph.nodes.len()];
    for (level, origin) in origins(&arranger.levels) {
        for (node, spot) in &arranger.levels[level].nodes {
            middles[*node] = spot.1 + origin.1 + arranger.brick_of_node(*node).cross / 2.0;
        }
    }
    middles
}

/// The layout from all levels.
pub(super) fn assemble(arranger: &Arranger<'_>) -> Layout {
    let graph = arranger.graph;
    let direction = arranger.direction;
    let mut nodes = vec![Rect::default(); graph.nodes.len()];
    let mut groups = Vec::new();
    let mut parts: Vec<Vec<(i32, Vec<Point>)>> = vec![Vec::new(); graph.edges.len()];
    for (index, origin) in origins(&arranger.levels) {
        let level = &arranger.levels[index];
        for (node, spot) in &level.nodes {
            let brick = arranger.brick_of_node(*node);
            nodes[*node] = rect(add(*spot, origin), (brick.main, brick.cross), direction);
        }
        if let Some(group) = level.group {
            groups.push(GroupFrame {
                id: graph.groups[group].id.clone(),
                group,
                rect: rect(origin, level.size, direction),
                members: level.members.clone(),
            });
        }
        collect_lines(level, origin, direction, &mut parts);
    }
    let bounds = nodes
        .iter()
        .chain(groups.iter().map(|frame| &frame.rect))
        .copied()
        .reduce(|all, rect| all.union(&rect))
        .unwrap_or_default();
    let edges: Vec<EdgeRoute> = parts
        .into_iter()
        .enumerate()
        .map(|(edge, parts)| EdgeRoute {
            edge,
            points: join(parts),
        })
        .collect();
    let bounds = edges
        .iter()
        .flat_map(|route| &route.points)
        .fold(bounds, |all, point| {
            all.union(&Rect::new(point.x, point.y, 0.0, 0.0))
        });
    let boxes = graph.nodes.iter().zip(nodes);
    Layout {
        direction,
        bounds,
        nodes: boxes
            .map(|(node, rect)| NodeBox {
                id: node.id.clone(),
                rect,
            })
            .collect(),
        groups,
        edges,
        corner: measure::CORNER,
    }
}

fn collect_lines(
    level: &Level,
    origin: Spot,
    direction: Direction,
    parts: &mut [Vec<(i32, Vec<Point>)>],
) {
    for line in &level.lines {
        for (edge, turned) in &line.arrows {
            let corners = line
                .corners
                .iter()
                .map(|spot| point(add(*spot, origin), direction));
            let mut corners: Vec<Point> = corners.collect();
            let mut order = line.order;
            if *turned {
                corners.reverse();
                order = -order;
            }
            parts[*edge].push((order, corners));
        }
    }
}

/// One line from its parts, without corners that turn nowhere.
fn join(mut parts: Vec<(i32, Vec<Point>)>) -> Vec<Point> {
    parts.sort_by_key(|part| part.0);
    let mut line: Vec<Point> = Vec::new();
    for point in parts.into_iter().flat_map(|part| part.1) {
        if let [.., before, last] = line[..] {
            let level = same(before.y, last.y) && same(last.y, point.y);
            let upright = same(before.x, last.x) && same(last.x, point.x);
            if level || upright {
                line.pop();
            }
        }
        if line
            .last()
            .is_none_or(|last| !(same(last.x, point.x) && same(last.y, point.y)))
        {
            line.push(point);
        }
    }
    line
}

fn same(a: f32, b: f32) -> bool {
    (a - b).abs() < 0.01
}

fn point(spot: Spot, direction: Direction) -> Point {
    match direction {
        Direction::LeftToRight => Point::new(spot.0, spot.1),
        Direction::TopDown => Point::new(spot.1, spot.0),
    }
}

fn rect(corner: Spot, size: Spot, direction: Direction) -> Rect {
    match direction {
        Direction::LeftToRight => Rect::new(corner.0, corner.1, size.0, size.1),
        Direction::TopDown => Rect::new(corner.1, corner.0, size.1, size.0),
    }
}
