//! Shapes that occur many times: drawn once, placed often.

use std::collections::HashMap;

use super::content::Artist;
use crate::{
    display::{Mark, Owner, Piece},
    shape::{Point, Rect},
};

/// A shape with its colours, around its own origin.
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    /// Left, top, right, bottom.
    pub(super) bounds: (f32, f32, f32, f32),
}

/// The name of a form in the resources.
pub(super) fn name(at: usize) -> String {
    format!("F{at}")
}

/// Finds out which boxes look alike but for their words.
#[derive(Default)]
pub(super) struct Forms {
    known: HashMap<Vec<u8>, usize>,
    counts: Vec<usize>,
    bounds: Vec<(f32, f32, f32, f32)>,
    /// The number of the form of each piece, by its address.
    pieces: HashMap<*const Piece, usize>,
    /// The place of each form among those that are written.
    written: Vec<Option<usize>>,
}

impl Forms {
    /// Looks at a piece; `artist` draws its paths around the origin.
    pub(super) fn look_at(&mut self, piece: &Piece, scratch: impl FnOnce() -> Artist) {
        if !matches!(piece.owner, Owner::Node { .. }) {
            return;
        }
        let mut artist = scratch();
        artist.origin = Point::new(piece.bounds.x, piece.bounds.y);
        for mark in &piece.marks {
            if let Mark::Path(path) = mark {
                artist.path(path);
            }
        }
        let next = self.counts.len();
        let form = *self.known.entry(artist.into_bytes()).or_insert(next);
        if form == next {
            self.counts.push(0);
            self.bounds.push(around(piece.bounds));
        }
        self.counts[form] += 1;
        self.pieces.insert(std::ptr::from_ref(piece), form);
    }

    /// The forms that are worth it.
    pub(super) fn finish(&mut self) -> Vec<Form> {
        let mut shapes: Vec<(usize, Vec<u8>)> = self
            .known
            .drain()
            .map(|(bytes, form)| (form, bytes))
            .collect();
        shapes.sort_unstable();
        let mut forms = Vec::new();
        for (form, bytes) in shapes {
            let worth = self.counts[form] > 1;
            self.written.push(worth.then_some(forms.len()));
            if worth {
                let bounds = self.bounds[form];
                forms.push(Form { bytes, bounds });
            }
        }
        forms
    }

    /// The form that draws all paths of the piece.
    pub(super) fn of(&self, piece: &Piece) -> Option<usize> {
        let form = self.pieces.get(&std::ptr::from_ref(piece))?;
        self.written.get(*form).copied().flatten()
    }
}

/// The box around a shape, its lines included.
fn around(bounds: Rect) -> (f32, f32, f32, f32) {
    (-4.0, -4.0, bounds.width + 4.0, bounds.height + 4.0)
}
