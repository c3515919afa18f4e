//! The frame of a group: ground, name, kind and a bar of counts.

use crate::{
    display::{Detail, Mark, Owner, Piece, Stroke},
    font::Face,
    graph::Graph,
    layout::GroupFrame,
    shape::{Outline, Point, Rect},
};

use super::{
    count::{self, Counts},
    line::{Style, both, from_detail},
    palette::Palette,
};

const RADIUS: f32 = 10.0;
const BAR: (f32, f32) = (64.0, 5.0);
const PADDING: f32 = 12.0;

/// All marks of a frame; none where the graph has no such group.
pub(super) fn piece(
    graph: &Graph,
    frame: &GroupFrame,
    rect: Rect,
    palette: &Palette,
) -> Option<Piece> {
    let group = graph.groups.get(frame.group)?;
    let line = Stroke::new(palette.frame_line, 1.0);
    let mut marks = vec![both(
        Outline::rounded(rect.inset(0.5), RADIUS),
        palette.frame,
        line,
    )];
    let members = frame
        .members
        .iter()
        .filter_map(|node| graph.nodes.get(*node));
    let counts = Counts::of(members.flat_map(count::states));
    let bar = Rect::new(rect.right() - PADDING - BAR.0, rect.y + 15.0, BAR.0, BAR.1);
    let bar = counts.bar(bar, palette).into_iter();
    marks.extend(bar.map(|mark| from_detail(mark, Detail::Name)));
    let room = rect.width - 3.0 * PADDING - BAR.0;
    let left = Point::new(rect.x + PADDING, rect.y + 21.5);
    let label = if group.label.trim().is_empty() {
        &group.id
    } else {
        &group.label
    };
    let name = Style::new(Face::SemiBold, 12.0, palette.text)
        .from(Detail::Name)
        .line(label, left, room);
    let used = name.as_ref().map_or(0.0, |name| name.width + 10.0);
    let note = group.note.as_deref().unwrap_or_else(|| group.kind.word());
    let note = (room - used > 30.0)
        .then(|| {
            Style::new(Face::Regular, 11.0, palette.text_third)
                .from(Detail::Full)
                .line(note, Point::new(left.x + used, left.y), room - used)
        })
        .flatten();
    marks.extend([name, note].into_iter().flatten().map(Mark::Text));
    Some(Piece {
        owner: Owner::Group {
            id: group.id.clone(),
        },
        bounds: rect,
        note: None,
        link: None,
        marks,
    })
}
