//! The sheet around the graph: header, legend, footer, and where the graph is.

use crate::{
    display::{Mark, Owner, Piece, Stroke, TextMark},
    font::Face,
    graph::Graph,
    shape::{Outline, Point, Rect},
};

use super::{
    DrawOptions, FactStyle, Footer, Header, Legend, MARGIN,
    line::{Style, stroke},
    palette::Palette,
};

pub(super) mod legend;

use legend::Rows;

/// The sides of a sheet, and its least width: that of an A4 page at this scale.
const SIDE: f32 = 48.0;
const LEAST_WIDTH: f32 = 1202.0;
/// How much larger words become at most on a wide sheet.
const MOST_SCALE: f32 = 3.0;
/// The heights of the parts of a sheet.
const HEADER: f32 = 112.0;
const FOOTER: f32 = 54.0;
const AROUND_GRAPH: f32 = 36.0;
/// How wide a fact may be: the id of a bake has to be whole.
const FACT: f32 = 320.0;

/// The measures of a sheet and what is written on it.
pub(super) struct Sheet<'a> {
    options: &'a DrawOptions,
    legend: Option<(&'a Legend, Rows)>,
    /// How much larger than on one page words are, so that they stay readable
    /// on a sheet that is shown smaller.
    scale: f32,
    bounds: Rect,
    width: f32,
    /// What the page leaves free above and below the graph.
    spare: f32,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(graph: &'a Graph, bounds: Rect, options: &'a DrawOptions) -> Self {
        let legend = options.legend.as_ref();
        let mut sheet = Self {
            options,
            legend: legend.map(|legend| (legend, Rows::new(graph, legend))),
            scale: 1.0,
            bounds,
            width: bounds.width + 2.0 * MARGIN,
            spare: 0.0,
        };
        if sheet.has_words() {
            // words and sides grow with the sheet, so that it looks alike at any size
            let share = 1.0 - 2.0 * SIDE / LEAST_WIDTH;
            sheet.scale = (bounds.width / share / LEAST_WIDTH).clamp(1.0, MOST_SCALE);
            sheet.width = (bounds.width + 2.0 * SIDE * sheet.scale).max(LEAST_WIDTH);
        }
        sheet.width = sheet.width.ceil();
        sheet.fill_page();
        sheet
    }

    /// Makes a sheet with words as high, or as wide, as its page.
    fn fill_page(&mut self) {
        let (width, height) = self.size();
        let Some(ratio) = self
            .options
            .page
            .ratio((width, height))
            .filter(|_| self.has_words())
        else {
            return;
        };
        if height < width * ratio {
            self.spare = width * ratio - height;
        } else {
            self.width = (height / ratio).ceil();
        }
    }

    fn has_words(&self) -> bool {
        self.options.header.is_some() || self.legend.is_some() || self.options.footer.is_some()
    }

    /// The size of the whole picture.
    pub(super) fn size(&self) -> (f32, f32) {
        let below = self.legend_height() + self.footer_height();
        let graph = self.graph_origin().y + self.bounds.height;
        let gap = if self.has_words() {
            AROUND_GRAPH * self.scale
        } else {
            MARGIN
        };
        (self.width, (graph + gap + self.spare / 2.0 + below).ceil())
    }

    fn legend_height(&self) -> f32 {
        let height = self.legend.as_ref().map_or(0.0, |(_, rows)| rows.height());
        height * self.scale
    }

    fn footer_height(&self) -> f32 {
        let height = match (&self.options.footer, self.has_words()) {
            (Some(_), _) => FOOTER,
            (None, true) => 24.0,
            (None, false) => 0.0,
        };
        height * self.scale
    }

    /// Where the upper left corner of the graph is.
    pub(super) fn graph_origin(&self) -> Point {
        let top = match (&self.options.header, self.has_words()) {
            (Some(_), _) => (HEADER + AROUND_GRAPH) * self.scale,
            (None, true) => AROUND_GRAPH * self.scale,
            (None, false) => MARGIN,
        };
        let left = (self.width - self.bounds.width) / 2.0;
        Point::new(left.round(), (top + self.spare / 2.0).round())
    }

    /// The marks of header, legend and footer.
    pub(super) fn pieces(&self, palette: &Palette) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if let Some(header) = &self.options.header {
            pieces.push(self.piece(self.header(header, palette), 0.0));
        }
        let (_, height) = self.size();
        let legend_top = height - self.footer_height() - self.legend_height();
        if let Some((_, rows)) = &self.legend {
            pieces.push(self.piece(
                legend::legend(rows, self.inner_width() - SIDE, palette),
                legend_top,
            ));
        }
        if let Some(footer) = &self.options.footer {
            let marks = self.footer(footer, palette);
            pieces.push(self.piece(marks, height - self.footer_height()));
        }
        pieces
    }

    /// The width of the sheet in the measures of its words.
    fn inner_width(&self) -> f32 {
        self.width / self.scale
    }

    fn piece(&self, marks: Vec<Mark>, top: f32) -> Piece {
        let scale = self.scale;
        let place = |mark: Mark| match mark {
            Mark::Path(mut path) => {
                path.d = path.d.placed(scale, 0.0, top);
                if let Some(stroke) = &mut path.stroke {
                    stroke.width *= scale;
                    stroke.dash.iter_mut().for_each(|length| *length *= scale);
                }
                Mark::Path(path)
            }
            Mark::Text(mut text) => {
                text.at = Point::new(text.at.x * scale, text.at.y * scale + top);
                text.size *= scale;
                text.width *= scale;
                Mark::Text(text)
            }
        };
        Piece {
            owner: Owner::Sheet,
            bounds: Rect::new(0.0, top, self.width, self.size().1 - top),
            note: None,
            link: None,
            marks: marks.into_iter().map(place).collect(),
        }
    }

    fn header(&self, header: &Header, palette: &Palette) -> Vec<Mark> {
        let right = self.inner_width() - SIDE;
        let rule = Outline::polyline(&[(SIDE, HEADER), (right, HEADER)]);
        let mut marks = vec![stroke(rule, Stroke::new(palette.text, 1.5))];
        let (facts, facts_left) = facts(&header.facts, right, palette);
        marks.extend(facts.into_iter().map(Mark::Text));
        let room = facts_left - 28.0 - SIDE;
        let project = Style::new(Face::SemiBold, 11.0, palette.text_second);
        let title = Style::new(Face::SemiBold, 26.0, palette.text);
        let note = Style::new(Face::Regular, 26.0, palette.text_third);
        let project = project.line(&header.project, Point::new(SIDE, 56.0), room);
        let title = title.line(&header.title, Point::new(SIDE, 88.0), room);
        let used = title.as_ref().map_or(0.0, |title| title.width + 9.0);
        let note = (room - used > 40.0)
            .then(|| {
                note.line(
                    &header.title_note,
                    Point::new(SIDE + used, 88.0),
                    room - used,
                )
            })
            .flatten();
        marks.extend([project, title, note].into_iter().flatten().map(Mark::Text));
        marks
    }

    fn footer(&self, footer: &Footer, palette: &Palette) -> Vec<Mark> {
        let right = self.inner_width() - SIDE;
        let style = Style::new(Face::Regular, 10.0, palette.text_third);
        let room = (right - SIDE) / 2.0 - 12.0;
        let left = style.line(&footer.left, Point::new(SIDE, 20.0), room);
        let at_right = style.line_to(&footer.right, Point::new(right, 20.0), room);
        [left, at_right]
            .into_iter()
            .flatten()
            .map(Mark::Text)
            .collect()
    }
}

/// The facts at the right, and where they begin.
fn facts(facts: &[super::Fact], right: f32, palette: &Palette) -> (Vec<TextMark>, f32) {
    let mut marks = Vec::new();
    let mut edge = right;
    for fact in facts.iter().rev() {
        let label = Style::new(Face::Regular, 11.0, palette.text_third);
        let value = match fact.style {
            FactStyle::Words => Style::new(Face::Medium, 12.0, palette.text),
            FactStyle::Code => Style::new(Face::Mono, 11.0, palette.text),
        };
        let at = |y: f32| Point::new(0.0, y);
        let label = label.line(&fact.label, at(72.0), FACT);
        let value = value.line(&fact.value, at(90.0), FACT);
        let both = [label, value].into_iter().flatten();
        let width = both.clone().map(|mark| mark.width).fold(0.0, f32::max);
        let left = edge - width;
        if left < SIDE + 200.0 {
            break;
        }
        marks.extend(both.map(|mark| TextMark {
            at: Point::new(left, mark.at.y),
            ..mark
        }));
        edge = left - 28.0;
    }
    (marks, edge + 28.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeState;

    #[test]
    fn the_legend_explains_what_occurs_and_nothing_else() {
        let mut node = crate::Node::task("a", "a");
        node.state = NodeState::Failed;
        let graph = Graph {
            nodes: vec![node],
            ..Graph::default()
        };
        let options = DrawOptions {
            legend: Some(Legend::default()),
            ..DrawOptions::default()
        };
        let sheet = Sheet::new(&graph, Rect::new(0.0, 0.0, 200.0, 44.0), &options);
        let rows = &sheet.legend.as_ref().unwrap().1;
        assert_eq!(rows.states, [(NodeState::Failed, 1)]);
        assert!(rows.arrows.is_empty());
    }

    #[test]
    fn the_id_of_a_bake_is_written_as_a_whole() {
        let fact = super::super::Fact {
            label: "Bake".to_owned(),
            value: "bake-1fa73e86-7501-4a82-93f4-dfb3b83559b0".to_owned(),
            style: FactStyle::Code,
        };
        let palette = Palette::of(crate::Theme::Light, crate::Ground::Paper);
        let (marks, _) = facts(std::slice::from_ref(&fact), LEAST_WIDTH - SIDE, &palette);
        assert!(
            marks.iter().any(|mark| mark.text == fact.value),
            "{marks:?}"
        );
    }
}
