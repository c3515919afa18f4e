//! The frame of a group: ground, name, kind and a bar of counts.

use std::collections::HashMap;

use crate::{
    display::{Color, Detail, Mark, Owner, Piece, Stroke, TextMark},
    font::Face,
    graph::{Graph, Group},
    layout::{GroupFrame, Layout},
    shape::{Outline, Point, Rect},
};

use super::{
    count::{self, Counts},
    line::{Style, both, fill, from_detail},
    palette::{Palette, over},
};

const RADIUS: f32 = 10.0;
const BAR: (f32, f32) = (64.0, 5.0);
const PADDING: f32 = 12.0;
/// How much a chosen colour covers the ground.
const TINT: u8 = 40;

/// The ground and the line of a frame; none where the graph has no such group.
pub(super) fn piece(
    graph: &Graph,
    frame: &GroupFrame,
    rect: Rect,
    palette: &Palette,
) -> Option<Piece> {
    let group = graph.groups.get(frame.group)?;
    let line = group.tint.filter(|tint| palette.shows(*tint));
    let line = Stroke::new(line.unwrap_or(palette.frame_line), 1.0);
    let ground = ground(group, palette);
    let marks = vec![both(
        Outline::rounded(rect.inset(0.5), RADIUS),
        ground,
        line,
    )];
    whole(graph, frame, rect, marks)
}

fn ground(group: &Group, palette: &Palette) -> Color {
    group.tint.map_or(palette.frame, |tint| tint.alpha(TINT))
}

/// What each frame of the layout looks like at last, on the frames around it.
pub(super) fn grounds(graph: &Graph, layout: &Layout, palette: &Palette) -> Vec<Color> {
    let mut of_group: HashMap<&str, Color> = HashMap::new();
    let mut found = Vec::with_capacity(layout.groups.len());
    // outer frames come before inner ones
    for frame in &layout.groups {
        let Some(group) = graph.groups.get(frame.group) else {
            found.push(palette.ground);
            continue;
        };
        let around = group.parent.as_deref().and_then(|id| of_group.get(id));
        let color = over(
            ground(group, palette),
            around.copied().unwrap_or(palette.ground),
        );
        of_group.insert(&group.id, color);
        found.push(color);
    }
    found
}

/// Name, kind and counts of a frame. Where it is drawn after the arrows, one
/// that comes in from above gives way to the words: they lie on a `patch`.
pub(super) fn title(
    graph: &Graph,
    frame: &GroupFrame,
    rect: Rect,
    (palette, patch): (&Palette, Option<Color>),
) -> Option<Piece> {
    let words = words(graph, frame, rect, palette)?;
    let members = frame
        .members
        .iter()
        .filter_map(|node| graph.nodes.get(*node));
    let counts = Counts::of(members.flat_map(count::states));
    let bar = Rect::new(rect.right() - PADDING - BAR.0, rect.y + 15.0, BAR.0, BAR.1);
    let mut marks = Vec::new();
    let width: f32 = words
        .iter()
        .map(|word| word.at.x + word.width)
        .fold(0.0, f32::max);
    let behind_words = Rect::new(
        rect.x + PADDING - 2.0,
        rect.y + 10.0,
        width - rect.x - PADDING + 4.0,
        16.0,
    );
    let behind_bar = Rect::new(bar.x - 2.0, bar.y - 2.0, bar.width + 3.0, bar.height + 4.0);
    let bar = counts.bar(bar, palette);
    if let Some(color) = patch {
        let patches = [
            Some(behind_words),
            Some(behind_bar).filter(|_| !bar.is_empty()),
        ];
        let patches = patches.into_iter().flatten();
        marks.extend(patches.map(|rect| fill(Outline::rounded(rect, 2.0), color)));
    }
    marks.extend(bar.into_iter().map(|mark| from_detail(mark, Detail::Name)));
    marks.extend(words.into_iter().map(Mark::Text));
    whole(graph, frame, rect, marks)
}

fn words(
    graph: &Graph,
    frame: &GroupFrame,
    rect: Rect,
    palette: &Palette,
) -> Option<Vec<TextMark>> {
    let group = graph.groups.get(frame.group)?;
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
    let style = Style::new(Face::Regular, 11.0, palette.text_third).from(Detail::Full);
    let note = (room - used > 30.0)
        .then(|| style.line(note, Point::new(left.x + used, left.y), room - used))
        .flatten();
    Some([name, note].into_iter().flatten().collect())
}

fn whole(graph: &Graph, frame: &GroupFrame, rect: Rect, marks: Vec<Mark>) -> Option<Piece> {
    Some(Piece {
        owner: Owner::Group {
            id: graph.groups.get(frame.group)?.id.clone(),
        },
        bounds: rect,
        note: None,
        link: None,
        marks,
    })
}
