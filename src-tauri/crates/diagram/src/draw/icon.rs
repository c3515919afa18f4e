//! The icons, on a grid of 16. States are told apart by their outline alone.

use crate::{
    display::{Color, Detail, Mark, Stroke},
    graph::{NodeKind, NodeState},
    shape::{Outline, Point},
};

use super::{
    line::{fill, from_detail, stroke},
    palette::Palette,
};

/// The icon of a state with its upper left corner at `at`.
pub(super) fn state(state: NodeState, palette: &Palette, at: Point, scale: f32) -> Vec<Mark> {
    let color = palette.state(state);
    let pen = |width: f32| Stroke::new(color, width).round();
    let centre = Point::new(8.0, 8.0);
    let circle = |radius: f32| Outline::ellipse(centre, radius, radius);
    let on = Stroke::new(palette.on_state, 1.6).round();
    let marks = match state {
        NodeState::Waiting => vec![stroke(circle(5.75), pen(1.6).dashed(&[0.1, 2.9]))],
        NodeState::Pending => vec![
            stroke(circle(6.0), pen(1.4)),
            stroke(
                Outline::polyline(&[(8.0, 4.6), (8.0, 8.0), (10.3, 9.5)]),
                pen(1.4),
            ),
        ],
        NodeState::Running => vec![
            stroke(circle(6.0), pen(1.8)),
            fill(
                Outline::polygon(&[(6.4, 5.1), (6.4, 10.9), (11.1, 8.0)]),
                color,
            ),
        ],
        NodeState::Succeeded => vec![fill(circle(6.8), color), stroke(check(), on)],
        NodeState::Failed => failed(color, on),
        NodeState::Cancelled => cancelled(pen(1.5)),
        NodeState::Skipped => vec![stroke(chevrons(), pen(1.6))],
        NodeState::Cached => disks(color, &pen(1.5)),
        NodeState::Unknown => vec![
            stroke(question(), pen(1.7)),
            fill(Outline::ellipse(Point::new(8.0, 13.0), 1.1, 1.1), color),
        ],
        NodeState::Plain => Vec::new(),
    };
    placed(marks, at, scale)
}

/// The check in a filled band.
pub(super) fn check_in_band(palette: &Palette, at: Point, scale: f32) -> Vec<Mark> {
    let d = Outline::polyline(&[(3.6, 8.4), (6.6, 11.4), (12.4, 5.2)]);
    placed(
        vec![stroke(d, Stroke::new(palette.on_state, 2.0).round())],
        at,
        scale,
    )
}

/// The icon of a thing without a state.
pub(super) fn kind(kind: &NodeKind, color: Color, at: Point, scale: f32) -> Vec<Mark> {
    let pen = Stroke::new(color, 1.5).round();
    let lines: &[&[(f32, f32)]] = match kind {
        NodeKind::Task => &[
            &[(3.8, 4.6), (7.2, 8.0), (3.8, 11.4)],
            &[(8.6, 11.4), (12.4, 11.4)],
        ],
        NodeKind::Action => &[
            &[
                (8.0, 1.8),
                (13.4, 4.9),
                (13.4, 11.1),
                (8.0, 14.2),
                (2.6, 11.1),
                (2.6, 4.9),
                (8.0, 1.8),
            ],
            &[(2.6, 4.9), (8.0, 8.0), (13.4, 4.9)],
            &[(8.0, 8.0), (8.0, 14.2)],
        ],
        NodeKind::Matrix { .. } => &[
            &[(2.6, 2.6), (6.8, 2.6), (6.8, 6.8), (2.6, 6.8), (2.6, 2.6)],
            &[(9.2, 2.6), (13.4, 2.6), (13.4, 6.8), (9.2, 6.8), (9.2, 2.6)],
            &[(2.6, 9.2), (6.8, 9.2), (6.8, 13.4), (2.6, 13.4), (2.6, 9.2)],
            &[
                (9.2, 9.2),
                (13.4, 9.2),
                (13.4, 13.4),
                (9.2, 13.4),
                (9.2, 9.2),
            ],
        ],
    };
    let marks = lines
        .iter()
        .map(|line| stroke(Outline::polyline(line), pen.clone()));
    placed(marks.collect(), at, scale)
}

fn check() -> Outline {
    Outline::polyline(&[(5.0, 8.2), (7.1, 10.3), (11.0, 6.2)])
}

fn failed(color: Color, on: Stroke) -> Vec<Mark> {
    let octagon = Outline::polygon(&[
        (5.1, 1.0),
        (10.9, 1.0),
        (15.0, 5.1),
        (15.0, 10.9),
        (10.9, 15.0),
        (5.1, 15.0),
        (1.0, 10.9),
        (1.0, 5.1),
    ]);
    vec![
        fill(octagon, color),
        stroke(Outline::polyline(&[(5.7, 5.7), (10.3, 10.3)]), on.clone()),
        stroke(Outline::polyline(&[(10.3, 5.7), (5.7, 10.3)]), on),
    ]
}

fn cancelled(pen: Stroke) -> Vec<Mark> {
    let cut = Outline::polygon(&[
        (2.2, 4.4),
        (4.4, 2.2),
        (11.6, 2.2),
        (13.8, 4.4),
        (13.8, 11.6),
        (11.6, 13.8),
        (4.4, 13.8),
        (2.2, 11.6),
    ]);
    vec![
        stroke(cut, pen.clone()),
        stroke(Outline::polyline(&[(5.2, 10.8), (10.8, 5.2)]), pen),
    ]
}

fn chevrons() -> Outline {
    Outline::polyline(&[(3.4, 4.0), (7.4, 8.0), (3.4, 12.0)])
        .to(8.6, 4.0)
        .line(12.6, 8.0)
        .line(8.6, 12.0)
}

fn disks(color: Color, pen: &Stroke) -> Vec<Mark> {
    let rim = |y: f32| {
        Outline::new()
            .to(2.6, y)
            .curve(
                Point::new(2.6, y + 1.3),
                Point::new(5.0, y + 2.4),
                Point::new(8.0, y + 2.4),
            )
            .curve(
                Point::new(11.0, y + 2.4),
                Point::new(13.4, y + 1.3),
                Point::new(13.4, y),
            )
    };
    vec![
        fill(Outline::ellipse(Point::new(8.0, 4.4), 5.4, 2.4), color),
        stroke(rim(8.0), pen.clone()),
        stroke(rim(11.4), pen.clone()),
    ]
}

fn question() -> Outline {
    let point = Point::new;
    Outline::new()
        .to(5.2, 5.4)
        .bend(point(5.2, 5.4), point(5.2, 2.5), point(8.1, 2.5))
        .bend(point(8.1, 2.5), point(11.0, 2.5), point(11.0, 5.4))
        .curve(point(11.0, 6.5), point(10.4, 7.45), point(9.5, 8.0))
        .curve(point(8.6, 8.5), point(8.0, 9.0), point(8.0, 10.0))
}

/// Puts marks of the grid to their place.
fn placed(marks: Vec<Mark>, at: Point, scale: f32) -> Vec<Mark> {
    let place = |mark| match mark {
        Mark::Path(mut path) => {
            path.d = path.d.placed(scale, at.x, at.y);
            if let Some(stroke) = &mut path.stroke {
                stroke.width *= scale;
                for length in &mut stroke.dash {
                    *length *= scale;
                }
            }
            from_detail(Mark::Path(path), Detail::Name)
        }
        text @ Mark::Text(_) => text,
    };
    marks.into_iter().map(place).collect()
}
