//! Bookmarks for the groups of a graph.

use std::collections::HashMap;

use super::{Bookmark, PrintedPage};
use crate::{
    font::one_line,
    graph::Graph,
    layout::Layout,
    shape::{Point, Rect},
};

/// A bookmark for the page that shows everything.
pub(super) fn overview(page: &PrintedPage) -> Bookmark {
    Bookmark {
        title: "Overview".to_owned(),
        depth: 0,
        page: 0,
        at: Rect::new(0.0, 0.0, page.width, page.height),
    }
}

/// The groups as they lie in each other, each before what it holds. `shift` leads from
/// the layout to the last picture of each page.
pub(super) fn bookmarks(
    graph: &Graph,
    layout: &Layout,
    (pages, shift): (&[PrintedPage], Point),
) -> Vec<Bookmark> {
    let mut frames: HashMap<usize, Rect> = HashMap::new();
    for frame in &layout.groups {
        frames.entry(frame.group).or_insert(frame.rect);
    }
    let numbers: HashMap<&str, usize> = graph
        .groups
        .iter()
        .enumerate()
        .map(|(number, group)| (group.id.as_str(), number))
        .collect();
    let mut inside: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (number, group) in graph.groups.iter().enumerate() {
        if frames.contains_key(&number) {
            let parent = group
                .parent
                .as_deref()
                .and_then(|id| numbers.get(id).copied());
            inside.entry(parent).or_default().push(number);
        }
    }
    let mut found = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let inner = |parent| inside.get(&parent).into_iter().flatten().rev();
    open.extend(inner(None).map(|number| (*number, 0)));
    while let Some((number, depth)) = open.pop() {
        let rect = frames[&number];
        let rect = Rect::new(rect.x + shift.x, rect.y + shift.y, rect.width, rect.height);
        if let Some((page, at)) = place(pages, &rect) {
            let group = &graph.groups[number];
            let label = one_line(&group.label);
            found.push(Bookmark {
                title: if label.is_empty() {
                    group.id.clone()
                } else {
                    label
                },
                depth,
                page,
                at,
            });
        }
        open.extend(inner(Some(number)).map(|inner| (*inner, depth + 1)));
    }
    found
}

/// The page on which most of the box is seen.
fn place(pages: &[PrintedPage], rect: &Rect) -> Option<(usize, Rect)> {
    let seen = pages.iter().enumerate().filter_map(|(number, page)| {
        let at = page.pictures.last()?.seen(rect)?;
        Some((number, at))
    });
    let size = |at: &Rect| at.width * at.height;
    // of equal pages the first
    seen.reduce(|best, next| {
        if size(&next.1) > size(&best.1) {
            next
        } else {
            best
        }
    })
}
