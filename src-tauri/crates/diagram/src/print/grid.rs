//! How a picture is divided over pages.

use std::sync::Arc;

use super::{POINTS, Placed, PrintedPage};
use crate::{
    display::{DisplayList, Owner},
    draw::Tile,
    page::{Orientation, Page, Paper},
    shape::Rect,
};

/// The strips above and below the part of a picture, and the border around, in points.
const TOP: f32 = 46.0;
const BOTTOM: f32 = 40.0;
const SIDE: f32 = Page::BORDER + 8.0;
/// How much neighbours share, in points.
const OVERLAP: f32 = 22.0;
/// Points for a pixel on divided pages: at least, so that a name has 6.5 points. What is left
/// over on the pages makes the picture larger.
const SCALE: f32 = 0.5;

/// Rows and columns of pages.
pub(super) struct Grid {
    paper: (f32, f32),
    columns: u16,
    rows: u16,
    scale: f32,
    /// What one page shows, in pixels of the picture.
    room: (f32, f32),
    /// How far the next page begins, in pixels of the picture.
    step: (f32, f32),
    /// Where the first page begins, so that the picture lies in the middle.
    start: (f32, f32),
}

impl Grid {
    /// The grid with the fewest pages.
    pub(super) fn of(picture: (f32, f32), paper: Paper) -> Self {
        let lying = |orientation| {
            let page = paper.page;
            Self::lying(picture, Paper { page, orientation })
        };
        match paper.orientation {
            Orientation::Auto => {
                let (wide, high) = (lying(Orientation::Landscape), lying(Orientation::Portrait));
                if high.count() < wide.count() {
                    high
                } else {
                    wide
                }
            }
            orientation => lying(orientation),
        }
    }

    fn count(&self) -> u32 {
        u32::from(self.columns) * u32::from(self.rows)
    }

    fn lying(picture: (f32, f32), paper: Paper) -> Self {
        let paper = paper.size(picture).unwrap_or((picture.0, picture.1));
        let room = (paper.0 - 2.0 * SIDE, paper.1 - TOP - BOTTOM);
        let number = |length: f32, room: f32| {
            let pages = ((length * SCALE - OVERLAP) / (room - OVERLAP)).ceil();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the value is limited to what fits"
            )]
            let pages = pages.clamp(1.0, 500.0) as u16;
            pages
        };
        let (columns, rows) = (number(picture.0, room.0), number(picture.1, room.1));
        let covered = |pages: u16, room: f32| f32::from(pages) * (room - OVERLAP) + OVERLAP;
        let (width, height) = (covered(columns, room.0), covered(rows, room.1));
        // what is left over makes the picture larger
        let scale = (width / picture.0).min(height / picture.1).min(POINTS);
        let pixels = |points: f32| points / scale;
        Self {
            paper,
            columns,
            rows,
            scale,
            room: (pixels(room.0), pixels(room.1)),
            step: (pixels(room.0 - OVERLAP), pixels(room.1 - OVERLAP)),
            start: (
                (picture.0 - pixels(width)) / 2.0,
                (picture.1 - pixels(height)) / 2.0,
            ),
        }
    }

    /// The pages on which something is seen, row by row.
    pub(super) fn tiles(&self, picture: &DisplayList) -> Vec<Tile> {
        let places =
            (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (row, column)));
        let tiles = places.map(|(row, column)| self.tile(row, column));
        let seen = |tile: &Tile| {
            let mut pieces = picture.pieces.iter();
            pieces.any(|piece| {
                let counts = matches!(piece.owner, Owner::Node { .. } | Owner::Edge { .. });
                counts && piece.bounds.overlaps(&tile.part)
            })
        };
        tiles.filter(seen).collect()
    }

    fn tile(&self, row: u16, column: u16) -> Tile {
        let part = Rect::new(
            self.start.0 + f32::from(column) * self.step.0,
            self.start.1 + f32::from(row) * self.step.1,
            self.room.0,
            self.room.1,
        );
        Tile {
            row,
            column,
            rows: self.rows,
            columns: self.columns,
            part,
            paper: self.paper,
            area: Rect::new(SIDE, TOP, part.width * self.scale, part.height * self.scale),
            overlap: OVERLAP,
        }
    }

    /// The page of a tile.
    pub(super) fn page(
        &self,
        tile: &Tile,
        sheet: DisplayList,
        picture: &Arc<DisplayList>,
    ) -> PrintedPage {
        let (width, height) = self.paper;
        PrintedPage {
            width,
            height,
            pictures: vec![
                Placed {
                    part: Rect::new(0.0, 0.0, width, height),
                    scale: 1.0,
                    left: 0.0,
                    top: 0.0,
                    list: Arc::new(sheet),
                },
                Placed {
                    part: tile.part,
                    scale: self.scale,
                    left: tile.area.x,
                    top: tile.area.y,
                    list: Arc::clone(picture),
                },
            ],
        }
    }
}
