//! A node: outline, icon, name and second line; a matrix as a stacked card.

use crate::{
    display::{Color, Detail, Mark, Owner, Piece, Stroke},
    font::Face,
    graph::{Node, NodeKind, NodeState},
    layout::measure,
    shape::{Outline, Point, Rect},
};

use super::{
    card,
    count::{self, Counts},
    icon,
    line::{Style, both, fill, from_detail},
    palette::Palette,
};

/// Where the text begins, from the left side.
const TEXT_AT: f32 = 38.0;
/// The room between the text and the right side.
const TEXT_END: f32 = 8.0;
/// More cells than these become one bar.
const MOST_CELLS: usize = 32;

/// All marks of a node.
pub(super) fn piece(node: &Node, rect: Rect, palette: &Palette) -> Piece {
    let marks = match &node.kind {
        NodeKind::Matrix { cells } => matrix(node, cells, rect, palette),
        NodeKind::Task | NodeKind::Action => plain(node, rect, palette),
    };
    Piece {
        owner: Owner::Node {
            id: node.id.clone(),
        },
        bounds: rect,
        note: node.note.clone(),
        link: node.link.clone(),
        marks,
    }
}

fn plain(node: &Node, rect: Rect, palette: &Palette) -> Vec<Mark> {
    let mut marks = match tint(node) {
        Some(tint) => card::tinted(tint, rect, palette),
        None => card::outline(node.state, rect, palette),
    };
    let progress = node.progress.filter(|_| node.state == NodeState::Running);
    if let Some(done) = progress {
        marks.extend(progress_bar(rect, done, palette));
    }
    marks.extend(band_icon(node, rect, palette));
    let shift = if node.state == NodeState::Cached {
        4.0
    } else {
        0.0
    };
    let left = rect.x + TEXT_AT + shift;
    let room = rect.width - TEXT_AT - shift - TEXT_END;
    let lift = if progress.is_some() { 1.8 } else { 0.0 };
    let second = node.second_line();
    let name_at = if second.is_empty() {
        rect.y + rect.height / 2.0 + 4.5
    } else {
        rect.y + 20.0 - lift
    };
    let name = Style::new(Face::Medium, 13.0, palette.text).from(Detail::Name);
    let below = Style::new(Face::Regular, 11.0, palette.text_second).from(Detail::Full);
    let name = name.line(shown_name(node), Point::new(left, name_at), room);
    let below = below.line(second, Point::new(left, rect.y + 34.3 - lift), room);
    marks.extend([name, below].into_iter().flatten().map(Mark::Text));
    marks
}

/// The colour of a box that has no state to show.
fn tint(node: &Node) -> Option<Color> {
    node.tint.filter(|_| node.state == NodeState::Plain)
}

/// The label, or the id where there is none.
fn shown_name(node: &Node) -> &str {
    if node.label.trim().is_empty() {
        &node.id
    } else {
        &node.label
    }
}

fn band_icon(node: &Node, rect: Rect, palette: &Palette) -> Vec<Mark> {
    let y = rect.y + rect.height / 2.0 - 8.0;
    let at = |x: f32| Point::new(rect.x + x, y);
    match node.state {
        NodeState::Succeeded => icon::check_in_band(palette, at(7.0), 1.0),
        NodeState::Plain => match tint(node) {
            Some(tint) => icon::kind(&node.kind, Palette::on(tint), at(7.0), 1.0),
            None => icon::kind(&node.kind, palette.text_second, at(11.0), 1.0),
        },
        NodeState::Cached => icon::state(node.state, palette, at(14.0), 1.0),
        state => icon::state(state, palette, at(11.0), 1.0),
    }
}

fn progress_bar(rect: Rect, done: f32, palette: &Palette) -> [Mark; 2] {
    let color = palette.state(NodeState::Running);
    let width = rect.width - TEXT_AT - TEXT_END;
    let bar = |width: f32| Rect::new(rect.x + TEXT_AT, rect.bottom() - 6.0, width, 2.0);
    let done = if done.is_finite() {
        done.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let full = |mark| from_detail(mark, Detail::Full);
    [
        full(fill(Outline::rounded(bar(width), 1.0), color.alpha(64))),
        full(fill(
            Outline::rounded(bar((width * done).max(2.0)), 1.0),
            color,
        )),
    ]
}

fn matrix(node: &Node, cells: &[NodeState], rect: Rect, palette: &Palette) -> Vec<Mark> {
    let front = Rect::new(
        rect.x,
        rect.y,
        rect.width - measure::STACK,
        rect.height - measure::STACK,
    );
    let behind = |by: f32| {
        let card = Rect::new(front.x + by, front.y + by, front.width, front.height);
        both(
            Outline::rounded(card.inset(0.5), 8.0),
            palette.ground,
            Stroke::new(palette.edge, 1.0),
        )
    };
    let mut marks = vec![behind(measure::STACK), behind(measure::STACK / 2.0)];
    let outline = match node.state {
        NodeState::Succeeded => vec![both(
            Outline::rounded(front.inset(0.5), 8.0),
            palette.node,
            Stroke::new(palette.state(node.state), 1.0),
        )],
        NodeState::Waiting | NodeState::Skipped => {
            let ground = fill(Outline::rounded(front.inset(0.5), 8.0), palette.ground);
            let mut outline = vec![ground];
            outline.extend(card::outline(node.state, front, palette));
            outline
        }
        NodeState::Cached => card::outline(NodeState::Cached, front, palette),
        state => card::outline(state, front, palette),
    };
    marks.extend(outline);
    let shift = if node.state == NodeState::Cached {
        4.0
    } else {
        0.0
    };
    let left = front.x + 12.0 + shift;
    let room = front.width - 24.0 - shift;
    let icon_at = Point::new(left, front.y + 12.0);
    marks.extend(match node.state {
        NodeState::Plain => icon::kind(&node.kind, palette.text_second, icon_at, 1.0),
        state => icon::state(state, palette, icon_at, 1.0),
    });
    marks.extend(matrix_words(node, cells, (left, front.y, room), palette));
    let row = Rect::new(left, front.y + 40.0, room, 13.0);
    marks.extend(if cells.len() <= MOST_CELLS {
        count::cells(cells, row, palette)
    } else {
        Counts::of(cells.iter().copied()).bar(row, palette)
    });
    marks
}

fn matrix_words(
    node: &Node,
    cells: &[NodeState],
    (left, top, room): (f32, f32, f32),
    palette: &Palette,
) -> impl Iterator<Item = Mark> {
    let times = Style::new(Face::Regular, 13.0, palette.text_third).from(Detail::Full);
    let times_text = format!("× {}", cells.len());
    let times_room = Face::Regular.width(&times_text, 13.0) + 6.0;
    let name = Style::new(Face::Medium, 13.0, palette.text)
        .from(Detail::Name)
        .line(
            shown_name(node),
            Point::new(left + 26.0, top + 24.5),
            room - 26.0 - times_room,
        );
    let after = name
        .as_ref()
        .map_or(left + 26.0, |name| name.at.x + name.width + 6.0);
    let times = times.line(&times_text, Point::new(after, top + 24.5), room);
    let counts = Counts::of(cells.iter().copied()).words();
    let second = if node.second_line.is_empty() {
        &counts
    } else {
        &node.second_line
    };
    let below = Style::new(Face::Regular, 11.0, palette.text_second)
        .from(Detail::Full)
        .line(second, Point::new(left, top + 73.0), room);
    [name, times, below].into_iter().flatten().map(Mark::Text)
}
