//! Pictures on paper: which part of which picture lies where on which page.

use std::sync::Arc;

use crate::{
    display::DisplayList,
    draw::{DrawOptions, Footer, Theme, Tile, draw, graph_shift},
    graph::Graph,
    layout::Layout,
    page::{Page, Paper},
    shape::{Point, Rect},
};

mod grid;
mod outline;

use grid::Grid;

/// Printed pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Print {
    /// The pages, in their order.
    pub pages: Vec<PrintedPage>,
    /// What a reader shows beside the pages.
    pub bookmarks: Vec<Bookmark>,
}

/// One page, in points from its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedPage {
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
    /// What lies on it, from back to front.
    pub pictures: Vec<Placed>,
}

/// A picture, or a part of one, on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The picture.
    pub list: Arc<DisplayList>,
    /// The part of it that is seen.
    pub part: Rect,
    /// Points for a pixel.
    pub scale: f32,
    /// Where the left side of the part is.
    pub left: f32,
    /// Where the upper side of the part is.
    pub top: f32,
}

impl Placed {
    /// A box of the picture as it lies on the page; none where nothing of it is seen.
    pub(crate) fn seen(&self, rect: &Rect) -> Option<Rect> {
        let x = rect.x.max(self.part.x);
        let y = rect.y.max(self.part.y);
        let width = rect.right().min(self.part.right()) - x;
        let height = rect.bottom().min(self.part.bottom()) - y;
        (width >= 0.0 && height >= 0.0).then(|| {
            Rect::new(
                self.left + (x - self.part.x) * self.scale,
                self.top + (y - self.part.y) * self.scale,
                width * self.scale,
                height * self.scale,
            )
        })
    }

    /// Whether the picture is seen as a whole.
    pub(crate) fn whole(&self) -> bool {
        let (part, list) = (&self.part, &self.list);
        part.x <= 0.0 && part.y <= 0.0 && part.right() >= list.width && part.bottom() >= list.height
    }
}

/// A place that a reader leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    /// What is written for it.
    pub title: String,
    /// How many bookmarks it lies in.
    pub depth: usize,
    /// The page, from 0.
    pub page: usize,
    /// The place on the page.
    pub at: Rect,
}

/// Points for one pixel.
pub(crate) const POINTS: f32 = 0.75;
/// The longest side that every reader shows.
const LONGEST: f32 = 14_400.0;

impl Print {
    /// A picture on one page, never larger than at 100 %.
    pub fn on_one_page(list: DisplayList, page: Paper) -> Self {
        let (width, height) = (list.width.max(1.0), list.height.max(1.0));
        let (paper, scale) = match page.size((width, height)) {
            None => {
                let scale = POINTS.min(LONGEST / width.max(height));
                ((width * scale, height * scale), scale)
            }
            Some(paper) => {
                let room = (paper.0 - 2.0 * Page::BORDER, paper.1 - 2.0 * Page::BORDER);
                let scale = (room.0 / width).min(room.1 / height).min(POINTS);
                (paper, scale)
            }
        };
        let placed = Placed {
            part: Rect::new(0.0, 0.0, width, height),
            scale,
            left: (paper.0 - width * scale) / 2.0,
            top: (paper.1 - height * scale) / 2.0,
            list: Arc::new(list),
        };
        Self {
            pages: vec![PrintedPage {
                width: paper.0,
                height: paper.1,
                pictures: vec![placed],
            }],
            bookmarks: Vec::new(),
        }
    }
}

/// A picture with less points for a pixel than this is too small to read: it is divided.
const READABLE: f32 = 0.48;

/// The graph on paper: on one page where it can be read there, else on as many as
/// it takes, after one that shows all of it.
pub fn print(graph: &Graph, layout: &Layout, theme: Theme, options: &DrawOptions) -> Print {
    let list = draw(graph, layout, theme, options);
    let mut print = Print::on_one_page(list, options.page);
    let shift = graph_shift(graph, layout, options);
    let divided = options.page.page != Page::Fit && print.pages[0].pictures[0].scale < READABLE;
    if !divided {
        print.bookmarks = outline::bookmarks(graph, layout, (&print.pages, shift));
        return print;
    }
    let bare = DrawOptions {
        ground: options.ground,
        ..DrawOptions::default()
    };
    let mut picture = draw(graph, layout, theme, &bare);
    picture.background = None;
    let grid = Grid::of((picture.width, picture.height), options.page);
    let inner = graph_shift(graph, layout, &bare);
    let offset = Point::new(shift.x - inner.x, shift.y - inner.y);
    let picture = Arc::new(picture);
    let tiles: Vec<Tile> = grid.tiles(&picture);
    let numbered = with_number(options, tiles.len() + 1);
    let list = draw(graph, layout, theme, &numbered);
    print = Print::on_one_page(list, options.page);
    let overview = &mut print.pages[0].pictures[0].list;
    let pieces = tiles.iter().map(|tile| tile.mark(offset, theme, options));
    Arc::make_mut(overview).pieces.extend(pieces);
    for tile in &tiles {
        let furniture = tile.sheet(graph, theme, (options, &tiles));
        print.pages.push(grid.page(tile, furniture, &picture));
    }
    print.bookmarks = outline::bookmarks(graph, layout, (&print.pages[1..], inner));
    for bookmark in &mut print.bookmarks {
        bookmark.page += 1;
    }
    print
        .bookmarks
        .insert(0, outline::overview(&print.pages[0]));
    print
}

/// The words below the first page, with its number.
fn with_number(options: &DrawOptions, pages: usize) -> DrawOptions {
    let footer = options.footer.as_ref().map(|footer| Footer {
        right: format!("{}   ·   Page 1 of {pages}", footer.right),
        ..footer.clone()
    });
    DrawOptions {
        footer,
        ..options.clone()
    }
}
