//! Bookmarks: the groups, to walk through a large picture.

use pdf_writer::{Finish as _, Ref, TextStr};

use super::file::File;
use crate::print::{Bookmark, Print};

/// Room around the place that a bookmark leads to, in points.
const AROUND: f32 = 12.0;

/// Writes the bookmarks; none where there are none.
pub(super) fn write(file: &mut File, (print, pages): (&Print, &[Ref])) -> Option<Ref> {
    let marks = &print.bookmarks;
    if marks.is_empty() {
        return None;
    }
    let root = file.next();
    let items: Vec<Ref> = marks.iter().map(|_| file.next()).collect();
    let family = Family::of(marks);
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let top = family.children(None);
    if let (Some(first), Some(last)) = (top.first(), top.last()) {
        file.small()
            .outline(root)
            .first(items[*first])
            .last(items[*last])
            .count(count(top.len()));
    }
    for (at, mark) in marks.iter().enumerate() {
        let page = &print.pages[mark.page];
        let mut item = file.small().outline_item(items[at]);
        item.title(TextStr(&mark.title))
            .parent(family.parents[at].map_or(root, |parent| items[parent]));
        let beside = family.children(family.parents[at]);
        let place = beside.iter().position(|other| *other == at).unwrap_or(0);
        if let Some(before) = place.checked_sub(1) {
            item.prev(items[beside[before]]);
        }
        if let Some(after) = beside.get(place + 1) {
            item.next(items[*after]);
        }
        let inner = family.children(Some(at));
        if let (Some(first), Some(last)) = (inner.first(), inner.last()) {
            // closed: a reader opens it
            item.first(items[*first])
                .last(items[*last])
                .count(-count(inner.len()));
        }
        item.dest()
            .page(pages[mark.page])
            .fit_rect(super::frame(page, mark.at.inset(-AROUND)));
        item.finish();
    }
    Some(root)
}

/// Which bookmark lies in which.
struct Family {
    parents: Vec<Option<usize>>,
    top: Vec<usize>,
    inner: Vec<Vec<usize>>,
}

impl Family {
    fn of(marks: &[Bookmark]) -> Self {
        let mut family = Self {
            parents: Vec::with_capacity(marks.len()),
            top: Vec::new(),
            inner: vec![Vec::new(); marks.len()],
        };
        let mut open: Vec<usize> = Vec::new();
        for (at, mark) in marks.iter().enumerate() {
            while open
                .last()
                .is_some_and(|last| marks[*last].depth >= mark.depth)
            {
                open.pop();
            }
            let parent = open.last().copied();
            match parent {
                Some(parent) => family.inner[parent].push(at),
                None => family.top.push(at),
            }
            family.parents.push(parent);
            open.push(at);
        }
        family
    }

    fn children(&self, parent: Option<usize>) -> &[usize] {
        match parent {
            Some(parent) => &self.inner[parent],
            None => &self.top,
        }
    }
}
