//! The legend: the states and arrows that occur, and the parameters.

use crate::{
    display::{Mark, Stroke, TextMark},
    draw::{
        Legend, arrow, card,
        count::Counts,
        icon,
        line::{Style, both, stroke},
        palette::Palette,
    },
    font::Face,
    graph::{EdgeKind, Graph, NodeKind, NodeState},
    shape::{Outline, Point, Rect},
};

use super::SIDE;

const ROW: f32 = 22.0;
/// More parameters than these are counted only.
const MOST_PARAMETERS: usize = 8;

/// What the legend explains.
pub(in crate::draw) struct Rows {
    pub(in crate::draw) states: Vec<(NodeState, usize)>,
    pub(in crate::draw) arrows: Vec<EdgeKind>,
    matrix: bool,
    parameters: Vec<(String, String)>,
}

impl Rows {
    pub(in crate::draw) fn new(graph: &Graph, legend: &Legend) -> Self {
        let counts = Counts::of_graph(graph);
        let kinds = [EdgeKind::Completed, EdgeKind::Running];
        let has = |kind: &EdgeKind| graph.edges.iter().any(|edge| edge.kind == *kind);
        let shown = legend.parameters.iter().take(MOST_PARAMETERS);
        let mut parameters: Vec<(String, String)> = shown
            .map(|parameter| (parameter.name.clone(), parameter.value.clone()))
            .collect();
        let rest = legend.parameters.len() - parameters.len();
        if rest > 0 {
            parameters.push((format!("and {rest} more"), String::new()));
        }
        Self {
            states: NodeState::ALL
                .into_iter()
                .filter(|state| *state != NodeState::Plain)
                .map(|state| (state, counts.get(state)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            arrows: kinds.into_iter().filter(has).collect(),
            matrix: graph
                .nodes
                .iter()
                .any(|node| matches!(node.kind, NodeKind::Matrix { .. })),
            parameters,
        }
    }

    fn state_rows(&self) -> usize {
        self.states.len().div_ceil(2)
    }

    fn rows(&self) -> usize {
        let arrows = self.arrows.len() + if self.matrix { 2 } else { 0 };
        self.state_rows().max(arrows).max(self.parameters.len())
    }

    pub(super) fn height(&self) -> f32 {
        16.0 + 24.0 + rows_height(self.rows()) + 12.0
    }
}

fn rows_height(rows: usize) -> f32 {
    ROW * f32::from(u16::try_from(rows).unwrap_or(u16::MAX))
}

/// The marks of the legend, its upper side at 0.
pub(super) fn legend(rows: &Rows, right: f32, palette: &Palette) -> Vec<Mark> {
    let rule = Outline::polyline(&[(SIDE, 0.5), (right, 0.5)]);
    let mut marks = vec![stroke(rule, Stroke::new(palette.rule, 1.0))];
    let mut left = SIDE;
    if !rows.states.is_empty() {
        marks.extend(heading("States", left, palette));
        marks.extend(state_rows(rows, left, palette));
        left += if rows.states.len() > 1 { 372.0 } else { 196.0 };
    }
    if !rows.arrows.is_empty() || rows.matrix {
        marks.extend(heading("Arrows", left, palette));
        marks.extend(arrow_rows(rows, left, palette));
        left += 282.0;
    }
    if !rows.parameters.is_empty() {
        marks.extend(heading("Parameters", left, palette));
        marks.extend(
            parameter_rows(rows, left, right, palette)
                .into_iter()
                .map(Mark::Text),
        );
    }
    marks
}

fn heading(text: &str, left: f32, palette: &Palette) -> Option<Mark> {
    Style::new(Face::SemiBold, 11.0, palette.text)
        .line(text, Point::new(left, 27.0), 200.0)
        .map(Mark::Text)
}

/// The middle of a row of the legend.
fn row_middle(row: usize) -> f32 {
    40.0 + rows_height(row) + ROW / 2.0
}

fn words(text: &str, left: f32, row: usize, palette: &Palette) -> Option<Mark> {
    Style::new(Face::Regular, 11.0, palette.text)
        .line(text, Point::new(left, row_middle(row) + 4.0), 220.0)
        .map(Mark::Text)
}

fn state_rows(rows: &Rows, left: f32, palette: &Palette) -> Vec<Mark> {
    let mut marks = Vec::new();
    let per_column = rows.state_rows();
    for (number, (state, count)) in rows.states.iter().enumerate() {
        let row = number % per_column;
        let x = left + if number < per_column { 0.0 } else { 180.0 };
        let middle = row_middle(row);
        let rect = Rect::new(x, middle - 8.0, 52.0, 16.0);
        marks.extend(card::outline(*state, rect, palette));
        marks.extend(match state {
            NodeState::Succeeded => {
                icon::check_in_band(palette, Point::new(x + 1.0, middle - 6.5), 0.8125)
            }
            NodeState::Cached => {
                icon::state(*state, palette, Point::new(x + 8.0, middle - 6.0), 0.75)
            }
            other => icon::state(*other, palette, Point::new(x + 3.5, middle - 6.0), 0.75),
        });
        marks.extend(words(state.word(), x + 62.0, row, palette));
        let after = x + 62.0 + Face::Regular.width(state.word(), 11.0) + 10.0;
        let count = Style::new(Face::Regular, 11.0, palette.text_third).line(
            &count.to_string(),
            Point::new(after, middle + 4.0),
            60.0,
        );
        marks.extend(count.map(Mark::Text));
    }
    marks
}

fn arrow_rows(rows: &Rows, left: f32, palette: &Palette) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (row, kind) in rows.arrows.iter().enumerate() {
        let (start, tip) = (
            Point::new(left, row_middle(row)),
            Point::new(left + 54.0, row_middle(row)),
        );
        let towards = Point::new(1.0, 0.0);
        marks.extend(arrow::marks(
            *kind,
            &[start, tip],
            (tip, towards),
            (8.0, palette.edge, palette.ground),
        ));
        let text = match kind {
            EdgeKind::Completed => "needs it completed",
            EdgeKind::Running => "needs it running",
        };
        marks.extend(words(text, left + 66.0, row, palette));
    }
    if rows.matrix {
        let row = rows.arrows.len();
        let top = row_middle(row) - 9.0;
        for by in [6.0, 3.0, 0.0] {
            let card = Rect::new(left + 2.0 + by, top + by, 36.0, 16.0);
            let pen = Stroke::new(palette.edge, 1.0);
            marks.push(both(Outline::rounded(card, 4.0), palette.node, pen));
        }
        marks.extend(words(
            "one task per matrix value",
            left + 66.0,
            row,
            palette,
        ));
    }
    marks
}

fn parameter_rows(rows: &Rows, left: f32, right: f32, palette: &Palette) -> Vec<TextMark> {
    let name = Style::new(Face::Mono, 11.0, palette.text_third);
    let value = Style::new(Face::Mono, 11.0, palette.text);
    let widths = rows
        .parameters
        .iter()
        .map(|row| Face::Mono.width(&row.0, 11.0));
    let names = widths.fold(80.0, f32::max).min(180.0);
    let mut marks = Vec::new();
    for (row, parameter) in rows.parameters.iter().enumerate() {
        let y = row_middle(row) + 4.0;
        let value_at = left + names + 16.0;
        marks.extend(name.line(&parameter.0, Point::new(left, y), names));
        marks.extend(value.line(&parameter.1, Point::new(value_at, y), right - value_at));
    }
    marks
}
