//! How wide the room between two ranks is and where lines cross it.

use super::count;
use crate::layout::measure;

/// The room between two ranks and its channels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::layout::layered) struct Gap {
    pub(in crate::layout::layered) tracks: usize,
    /// Whether lines cross the gap slantwise instead of along channels.
    pub(in crate::layout::layered) slanted: bool,
}

impl Gap {
    /// Before the first channel and after the last, where the arrow stands.
    const BEFORE: f32 = 14.0;
    const AFTER: f32 = 20.0;
    /// Between two channels, if there is room, and for all of them before they move together.
    const STEP: f32 = 8.0;
    const ALL: f32 = 56.0;
    /// What slanted lines have instead of channels.
    const SLANT: f32 = 48.0;

    fn channels_width(self) -> f32 {
        if self.slanted && self.tracks > 0 {
            return Self::SLANT;
        }
        let wide = count(self.tracks.saturating_sub(1)) * Self::STEP;
        wide.min(Self::ALL + (wide - Self::ALL) / 4.0)
    }

    pub(in crate::layout::layered) fn width(self) -> f32 {
        (Self::BEFORE + self.channels_width() + Self::AFTER)
            .max(measure::RANK_GAP)
            .ceil()
    }

    /// Where a line leaves its height and where it reaches the next, from the
    /// beginning of the gap.
    pub(super) fn place(self, track: usize) -> (f32, f32) {
        let free = self.width() - Self::BEFORE - Self::AFTER - self.channels_width();
        let first = Self::BEFORE + free / 2.0;
        if self.slanted {
            return (first, first + self.channels_width());
        }
        let steps = count(self.tracks.saturating_sub(1).max(1));
        let place = first + count(track) / steps * self.channels_width();
        (place, place)
    }
}
