//! An arrow: a line with round corners and a head.

use crate::{
    display::{Color, Mark, Owner, Piece, Stroke},
    graph::{EdgeKind, Graph},
    layout::EdgeRoute,
    shape::{Outline, Point, Rect},
};

use super::{
    line::{both, fill, stroke},
    palette::Palette,
};

const WIDTH: f32 = 1.25;
const HEAD: f32 = 7.0;
const HEAD_HALF: f32 = 3.6;

/// All marks of an arrow; none where it has no line.
pub(super) fn piece(
    graph: &Graph,
    route: &EdgeRoute,
    (dx, dy): (f32, f32),
    (corner, palette): (f32, &Palette),
) -> Option<Piece> {
    let edge = graph.edges.get(route.edge)?;
    let points = route.points.iter();
    let points: Vec<Point> = points.map(|at| Point::new(at.x + dx, at.y + dy)).collect();
    let [.., before, tip] = points[..] else {
        return None;
    };
    let towards = direction(before, tip);
    let tint = edge.tint.filter(|tint| palette.shows(*tint));
    let color = tint.unwrap_or(palette.edge);
    Some(Piece {
        owner: Owner::Edge { index: route.edge },
        bounds: bounds(&points),
        note: edge.label.clone(),
        link: None,
        marks: marks(
            edge.kind,
            &points,
            (tip, towards),
            (corner, color, palette.ground),
        ),
    })
}

/// A line with its head; also drawn in the legend.
pub(super) fn marks(
    kind: EdgeKind,
    points: &[Point],
    (tip, towards): (Point, Point),
    (corner, color, ground): (f32, Color, Color),
) -> Vec<Mark> {
    let pen = Stroke::new(color, WIDTH);
    let line = rounded(points, towards, corner);
    let head = head(tip, towards);
    match kind {
        EdgeKind::Completed => vec![stroke(line, pen), fill(head, color)],
        EdgeKind::Running => vec![
            stroke(line, pen.clone().dashed(&[3.0, 3.0])),
            both(head, ground, pen),
        ],
    }
}

fn head(tip: Point, towards: Point) -> Outline {
    let tip = Point::new(tip.x - towards.x * 0.5, tip.y - towards.y * 0.5);
    let back = Point::new(tip.x - towards.x * HEAD, tip.y - towards.y * HEAD);
    let side = Point::new(-towards.y * HEAD_HALF, towards.x * HEAD_HALF);
    Outline::polygon(&[
        (back.x + side.x, back.y + side.y),
        (tip.x, tip.y),
        (back.x - side.x, back.y - side.y),
    ])
}

/// The line up to the head, its corners round.
fn rounded(points: &[Point], towards: Point, corner: f32) -> Outline {
    let mut points = points.to_vec();
    if let Some(last) = points.last_mut() {
        *last = Point::new(last.x - towards.x * HEAD, last.y - towards.y * HEAD);
    }
    let mut outline = match points.first() {
        Some(first) => Outline::new().to(first.x, first.y),
        None => Outline::new(),
    };
    for three in points.windows(3) {
        let (before, at, after) = (three[0], three[1], three[2]);
        let radius = corner
            .min(length(before, at) / 2.0)
            .min(length(at, after) / 2.0);
        let (into, out) = (direction(before, at), direction(at, after));
        let start = Point::new(at.x - into.x * radius, at.y - into.y * radius);
        let end = Point::new(at.x + out.x * radius, at.y + out.y * radius);
        outline = outline.line(start.x, start.y).bend(start, at, end);
    }
    if let Some(last) = points.last() {
        outline = outline.line(last.x, last.y);
    }
    outline
}

fn length(a: Point, b: Point) -> f32 {
    (b.x - a.x).hypot(b.y - a.y)
}

fn direction(a: Point, b: Point) -> Point {
    let length = length(a, b);
    if length > 0.0 {
        Point::new((b.x - a.x) / length, (b.y - a.y) / length)
    } else {
        Point::new(1.0, 0.0)
    }
}

fn bounds(points: &[Point]) -> Rect {
    let around = |at: &Point| Rect::new(at.x - 4.0, at.y - 4.0, 8.0, 8.0);
    let boxes = points.iter().map(around);
    boxes
        .reduce(|all, rect| all.union(&rect))
        .unwrap_or_default()
}
