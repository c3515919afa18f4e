//! What stands around a part of a picture that is divided over pages.

use crate::{
    display::{DisplayList, Mark, Owner, Piece, Stroke},
    font::Face,
    graph::Graph,
    page::Page,
    shape::{Outline, Point, Rect},
};

use super::{
    DrawOptions, Legend, Theme, icon,
    line::{Style, both, stroke},
    palette::Palette,
    sheet::legend::Rows,
};

/// One page of a divided picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tile {
    /// The row and column, from 0, of how many.
    pub(crate) row: u16,
    pub(crate) column: u16,
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    /// The part of the picture.
    pub(crate) part: Rect,
    /// The page, in points.
    pub(crate) paper: (f32, f32),
    /// Where the part lies on the page.
    pub(crate) area: Rect,
    /// How much neighbours share, in points.
    pub(crate) overlap: f32,
}

/// One box of the small map.
const CELL: (f32, f32) = (9.0, 6.5);
/// The left and right border of words.
const SIDE: f32 = Page::BORDER + 8.0;

impl Tile {
    fn name(&self) -> String {
        format!("row {}, column {}", self.row + 1, self.column + 1)
    }

    fn neighbour(&self, tiles: &[Self], (down, right): (i32, i32)) -> Option<String> {
        let at = |from: u16, by: i32| i32::from(from) + by;
        let found = tiles.iter().find(|tile| {
            i32::from(tile.row) == at(self.row, down)
                && i32::from(tile.column) == at(self.column, right)
        });
        found.map(Self::name)
    }

    /// Its outline and name on the picture of everything. `offset` leads there.
    pub(crate) fn mark(&self, offset: Point, theme: Theme, options: &DrawOptions) -> Piece {
        let palette = Palette::of(theme, options.ground);
        let part = &self.part;
        let at = Rect::new(
            part.x + offset.x,
            part.y + offset.y,
            part.width,
            part.height,
        );
        let size = part.height.min(part.width) / 12.0;
        let pen = Stroke::new(palette.rule, size / 16.0).dashed(&[size / 4.0, size / 4.0]);
        let corner = Point::new(at.x + size * 0.4, at.bottom() - size * 0.4);
        let name = format!("{} · {}", self.row + 1, self.column + 1);
        let name =
            Style::new(Face::Medium, size * 0.6, palette.text_third).line(&name, corner, at.width);
        let mut marks = vec![stroke(Outline::rounded(at, 0.0), pen)];
        marks.extend(name.map(Mark::Text));
        sheet_piece(at, marks)
    }

    /// Head, foot and marks of the page, in points.
    pub(crate) fn sheet(
        &self,
        graph: &Graph,
        theme: Theme,
        (options, tiles): (&DrawOptions, &[Self]),
    ) -> DisplayList {
        let palette = Palette::of(theme, options.ground);
        let (width, height) = self.paper;
        let mut marks = self.head(options, &palette);
        marks.extend(self.map(tiles, &palette));
        marks.extend(self.overlaps(tiles, &palette));
        marks.extend(self.foot(graph, (options, tiles), &palette));
        let all = Rect::new(0.0, 0.0, width, height);
        DisplayList {
            width,
            height,
            background: palette.background,
            pieces: vec![sheet_piece(all, marks)],
        }
    }

    fn head(&self, options: &DrawOptions, palette: &Palette) -> Vec<Mark> {
        let right = self.paper.0 - SIDE - f32::from(self.columns) * CELL.0 - 14.0;
        let where_at = format!(
            "row {} of {}, column {} of {}",
            self.row + 1,
            self.rows,
            self.column + 1,
            self.columns
        );
        let place = Style::new(Face::Medium, 9.0, palette.text);
        let place = place.line_to(&where_at, Point::new(right, 28.0), 240.0);
        let mut room = right - SIDE - place.as_ref().map_or(0.0, |place| place.width) - 16.0;
        let mut marks: Vec<Mark> = place.map(Mark::Text).into_iter().collect();
        let Some(header) = &options.header else {
            return marks;
        };
        let mut left = SIDE;
        let facts = header.facts.iter().map(|fact| fact.value.as_str());
        let quiet: Vec<&str> = std::iter::once(header.title_note.as_str())
            .chain(facts)
            .collect();
        let quiet = quiet.join("  ·  ");
        for (text, face, color) in [
            (header.title.as_str(), Face::SemiBold, palette.text),
            (quiet.as_str(), Face::Regular, palette.text_third),
        ] {
            let line =
                Style::new(face, 10.0, color).line(text, Point::new(left, 28.0), room.max(0.0));
            let used = line.as_ref().map_or(0.0, |line| line.width + 8.0);
            left += used;
            room -= used;
            marks.extend(line.map(Mark::Text));
            if room < 40.0 {
                break;
            }
        }
        marks
    }

    /// A small map of the pages at the upper right.
    fn map(&self, tiles: &[Self], palette: &Palette) -> Vec<Mark> {
        let left = self.paper.0 - SIDE - f32::from(self.columns) * CELL.0;
        let height = f32::from(self.rows) * CELL.1;
        // a high map takes what is there
        let scale = (26.0 / height).min(1.0);
        let top = 26.0 - height * scale / 2.0;
        let boxes = tiles.iter().map(|tile| {
            let rect = Rect::new(
                left + f32::from(tile.column) * CELL.0,
                top + f32::from(tile.row) * CELL.1 * scale,
                CELL.0 - 1.0,
                CELL.1 * scale - 0.6,
            );
            let here = tile.row == self.row && tile.column == self.column;
            let fill = if here { palette.text } else { palette.node };
            both(
                Outline::rounded(rect, 0.0),
                fill,
                Stroke::new(palette.text_third, 0.4),
            )
        });
        boxes.collect()
    }

    /// The lines at which neighbours are joined, and where the picture goes on.
    fn overlaps(&self, tiles: &[Self], palette: &Palette) -> Vec<Mark> {
        let area = &self.area;
        let half = self.overlap / 2.0;
        let pen = || Stroke::new(palette.rule, 0.5).dashed(&[3.0, 2.5]);
        let style = Style::new(Face::Regular, 6.5, palette.text_third);
        let middle_x = area.centre().x;
        let mut marks = Vec::new();
        let sides = [
            (
                (0, -1),
                (area.x + half, true),
                Point::new(area.x + half, area.y - 3.0),
                "←",
            ),
            (
                (0, 1),
                (area.right() - half, true),
                Point::new(area.right() - half, area.y - 3.0),
                "→",
            ),
            (
                (-1, 0),
                (area.y + half, false),
                Point::new(middle_x, area.y - 3.0),
                "↑",
            ),
            (
                (1, 0),
                (area.bottom() - half, false),
                Point::new(middle_x, area.bottom() + 7.5),
                "↓",
            ),
        ];
        for (side, (at, upright), words_at, arrow) in sides {
            let Some(name) = self.neighbour(tiles, side) else {
                continue;
            };
            let line = match upright {
                true => [(at, area.y - 2.0), (at, area.bottom() + 2.0)],
                false => [(area.x - 2.0, at), (area.right() + 2.0, at)],
            };
            marks.push(stroke(Outline::polyline(&line), pen()));
            let text = format!("{arrow} {name}");
            let width = style.face.width(&text, style.size);
            let left = (words_at.x - width / 2.0).clamp(SIDE, self.paper.0 - SIDE - width);
            marks.extend(
                style
                    .line(&text, Point::new(left, words_at.y), 200.0)
                    .map(Mark::Text),
            );
        }
        marks
    }

    /// The states that occur at the left, address and page at the right.
    fn foot(
        &self,
        graph: &Graph,
        (options, tiles): (&DrawOptions, &[Self]),
        palette: &Palette,
    ) -> Vec<Mark> {
        let base = self.paper.1 - Page::BORDER - 2.0;
        let number = tiles.iter().position(|tile| tile == self).unwrap_or(0) + 2;
        let mut words = format!("Page {number} of {}", tiles.len() + 1);
        if let Some(footer) = &options.footer {
            words = format!("{}   ·   {words}", footer.right);
        }
        let style = Style::new(Face::Regular, 7.5, palette.text_third);
        let right = style.line_to(&words, Point::new(self.paper.0 - SIDE, base), 300.0);
        let end = self.paper.0 - SIDE - right.as_ref().map_or(0.0, |words| words.width) - 20.0;
        let mut marks: Vec<Mark> = right.map(Mark::Text).into_iter().collect();
        let mut left = SIDE;
        for (state, _) in Rows::new(graph, &Legend::default()).states {
            let word = Style::new(Face::Regular, 7.5, palette.text_second);
            let word = word.line(state.word(), Point::new(left + 12.5, base), 80.0);
            let width = word.as_ref().map_or(0.0, |word| word.width) + 24.0;
            if left + width > end {
                break;
            }
            marks.extend(icon::state(
                state,
                palette,
                Point::new(left, base - 7.6),
                0.6,
            ));
            marks.extend(word.map(Mark::Text));
            left += width;
        }
        marks
    }
}

fn sheet_piece(bounds: Rect, marks: Vec<Mark>) -> Piece {
    Piece {
        owner: Owner::Sheet,
        bounds,
        note: None,
        link: None,
        marks,
    }
}
