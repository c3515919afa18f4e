//! The outline of a box in the shape language of the states.

use crate::{
    display::{Color, Mark, Stroke},
    graph::NodeState,
    shape::{Outline, Point, Rect},
};

use super::{
    line::{both, fill, stroke},
    palette::Palette,
};

/// The width of the band at the left.
pub(super) const BAND: f32 = 30.0;

/// The radius of the corners.
const RADIUS: f32 = 8.0;

/// The outline of a state, the band and bars included, without icon and words.
pub(super) fn outline(state: NodeState, rect: Rect, palette: &Palette) -> Vec<Mark> {
    let color = palette.state(state);
    let pen = |width: f32| Stroke::new(color, width);
    let radius = RADIUS.min(rect.height / 3.0);
    let small = rect.height < 30.0;
    let hair = rect.inset(0.5);
    match state {
        NodeState::Waiting => vec![stroke(
            Outline::rounded(hair, radius),
            pen(1.5).round().dashed(&[0.1, 3.4]),
        )],
        NodeState::Pending | NodeState::Plain => {
            vec![both(Outline::rounded(hair, radius), palette.node, pen(1.0))]
        }
        NodeState::Running => {
            let width = if small { 2.0 } else { 3.0 };
            let inner = rect.inset(width / 2.0);
            vec![both(
                Outline::rounded(inner, radius - 1.0),
                palette.node,
                pen(width),
            )]
        }
        NodeState::Succeeded => vec![
            both(Outline::rounded(hair, radius), palette.node, pen(1.0)),
            fill(band(rect, radius, if small { 15.0 } else { BAND }), color),
        ],
        NodeState::Failed => {
            let gap = if small { 2.0 } else { 3.0 };
            vec![
                both(
                    Outline::rounded(rect.inset(0.6), radius),
                    palette.node,
                    pen(1.2),
                ),
                stroke(
                    Outline::rounded(rect.inset(gap), radius - gap + 1.0),
                    pen(1.2),
                ),
            ]
        }
        NodeState::Cancelled => {
            vec![both(
                cut(hair, if small { 3.0 } else { 7.0 }),
                palette.node,
                pen(1.25),
            )]
        }
        NodeState::Skipped => vec![stroke(
            Outline::rounded(hair, radius),
            pen(1.1).dashed(&[5.0, 3.5]),
        )],
        NodeState::Cached => cached(rect, radius, small, palette),
        NodeState::Unknown => vec![both(wavy(hair, radius), palette.node, pen(1.0))],
    }
}

/// A box without a state in a colour that somebody chose.
pub(super) fn tinted(tint: Color, rect: Rect, palette: &Palette) -> Vec<Mark> {
    let tint = tint.alpha(255);
    let pen = if palette.shows(tint) {
        tint
    } else {
        palette.edge
    };
    let outline = Outline::rounded(rect.inset(0.5), RADIUS);
    vec![
        both(outline.clone(), palette.node, Stroke::new(pen, 1.0)),
        fill(band(rect, RADIUS, BAND), tint),
        stroke(outline, Stroke::new(pen, 1.0)),
    ]
}

/// The filled left part of a box.
fn band(rect: Rect, radius: f32, width: f32) -> Outline {
    let (left, top, right, bottom) = (rect.x, rect.y, rect.x + width, rect.bottom());
    let point = Point::new;
    Outline::new()
        .to(right, top)
        .line(left + radius, top)
        .bend(
            point(left + radius, top),
            point(left, top),
            point(left, top + radius),
        )
        .line(left, bottom - radius)
        .bend(
            point(left, bottom - radius),
            point(left, bottom),
            point(left + radius, bottom),
        )
        .line(right, bottom)
        .close()
}

fn cut(rect: Rect, by: f32) -> Outline {
    let (left, top, right, bottom) = (rect.x, rect.y, rect.right(), rect.bottom());
    Outline::polygon(&[
        (left + by, top),
        (right - by, top),
        (right, top + by),
        (right, bottom - by),
        (right - by, bottom),
        (left + by, bottom),
        (left, bottom - by),
        (left, top + by),
    ])
}

/// Two bars at the left: the first follows the corners, the second is straight.
fn cached(rect: Rect, radius: f32, small: bool, palette: &Palette) -> Vec<Mark> {
    let color = palette.state(NodeState::Cached);
    let width = if small { 2.0 } else { 3.2 };
    let second = rect.x + width * 2.0 + if small { 0.0 } else { 1.6 };
    let bar = Rect::new(second, rect.y + 0.5, width, rect.height - 1.0);
    vec![
        both(
            Outline::rounded(rect.inset(0.5), radius),
            palette.node,
            Stroke::new(color, 1.0),
        ),
        fill(left_bar(rect, radius, width + 1.6), color),
        fill(Outline::rounded(bar, 0.0), color),
    ]
}

/// The part of a rounded box within `width` of its left side.
fn left_bar(rect: Rect, radius: f32, width: f32) -> Outline {
    let right = rect.x + width;
    let inset = radius - (radius * radius - (radius - width).powi(2)).max(0.0).sqrt();
    let (left, top, bottom) = (rect.x, rect.y, rect.bottom());
    let point = Point::new;
    let near = inset + (radius - inset) * 0.42;
    Outline::new()
        .to(right, top + inset)
        .curve(
            point(left + width * 0.45, top + near * 0.75),
            point(left, top + near),
            point(left, top + radius),
        )
        .line(left, bottom - radius)
        .curve(
            point(left, bottom - near),
            point(left + width * 0.45, bottom - near * 0.75),
            point(right, bottom - inset),
        )
        .close()
}

/// A box whose upper side is a wave.
fn wavy(rect: Rect, radius: f32) -> Outline {
    let (left, right, bottom) = (rect.x, rect.right(), rect.bottom());
    let top = rect.y + 2.0;
    let waves = (rect.width / 8.4).round().max(2.0);
    let width = rect.width / waves;
    let mut outline = Outline::new().to(left, top);
    let (mut at, mut height) = (left, -3.4);
    while at + width / 2.0 < right {
        let handle = |share: f32| Point::new(at + width * share, top + height);
        outline = outline.curve(handle(0.34), handle(0.66), Point::new(at + width, top));
        at += width;
        height = -height;
    }
    let point = Point::new;
    outline
        .line(right, bottom - radius)
        .bend(
            point(right, bottom - radius),
            point(right, bottom),
            point(right - radius, bottom),
        )
        .line(left + radius, bottom)
        .bend(
            point(left + radius, bottom),
            point(left, bottom),
            point(left, bottom - radius),
        )
        .close()
}
