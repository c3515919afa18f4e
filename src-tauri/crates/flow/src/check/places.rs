//! Places in files, to be asked for by place.

use indexmap::IndexMap;
use source::{Diagnostic, Span};

/// Places by file.
#[derive(Default)]
pub(super) struct Places {
    files: IndexMap<String, Vec<Reach>>,
}

/// A place, and how far it or any place before it reaches.
struct Reach {
    start: usize,
    end: usize,
}

impl Places {
    /// Places, each with the name of its file.
    pub(super) fn new(places: impl IntoIterator<Item = (String, Span)>) -> Self {
        let mut files: IndexMap<String, Vec<Reach>> = IndexMap::new();
        for (name, Span { start, end }) in places {
            files.entry(name).or_default().push(Reach { start, end });
        }
        for places in files.values_mut() {
            places.sort_unstable_by_key(|place| place.start);
            let mut furthest = 0;
            for place in places {
                furthest = furthest.max(place.end);
                place.end = furthest;
            }
        }
        Self { files }
    }

    /// Whether a finding touches one of the places.
    pub(super) fn touch(&self, found: &Diagnostic) -> bool {
        self.touched(found.text.name(), found.span)
    }

    /// Whether a part of a file touches one of the places.
    pub(super) fn touched(&self, file: &str, part: Span) -> bool {
        let Some(places) = self.files.get(file) else {
            return false;
        };
        let before = places.partition_point(|place| place.start <= part.end);
        let last = before.checked_sub(1).and_then(|last| places.get(last));
        last.is_some_and(|place| place.end >= part.start)
    }
}

#[cfg(test)]
mod tests {
    use source::Text;

    use super::*;

    fn at(file: &str, start: usize, end: usize) -> Diagnostic {
        let text = Text::new(file, "0123456789012345678901234567890123456789");
        Diagnostic::error("test", &text, Span::new(start, end), "wrong")
    }

    #[test]
    fn a_long_place_is_found_behind_short_ones() {
        let list = [(0, 30), (5, 6), (8, 9)];
        let list = list.map(|(start, end)| ("a".to_owned(), Span::new(start, end)));
        let places = Places::new(list);
        assert!(places.touch(&at("a", 20, 21)));
        assert!(places.touch(&at("a", 30, 35)));
        assert!(!places.touch(&at("a", 31, 35)));
        assert!(!places.touch(&at("b", 5, 6)));
    }
}
