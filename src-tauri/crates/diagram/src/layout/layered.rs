//! A layered layout of boxes and wires, without groups: ranks, order, places,
//! channels. The axis along which arrows go is called `main`, the other `cross`.

use crate::graph::EdgeKind;

mod channel;
mod order;
mod place;
mod rank;
mod sketch;

pub(super) use rank::acyclic;

/// A box to be placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Brick {
    pub(super) main: f32,
    pub(super) cross: f32,
    /// Where along the cross axis it would like to be, as far as known.
    pub(super) wish: f32,
    /// Where it was in the layout before: where it began along the main axis, and
    /// its middle along the cross axis.
    pub(super) before: Option<Spot>,
}

/// The end of a wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    /// At a box, so far from the upper end of its side.
    Brick { brick: usize, port: f32 },
    /// Beyond the border, where something would like it to be.
    Outside { wish: f32 },
}

/// A line to be routed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wire {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) kind: EdgeKind,
    /// How many arrows use it.
    pub(super) weight: u32,
}

/// A place as main and cross coordinate.
pub(super) type Spot = (f32, f32);

/// The finished layout; its border begins at 0, 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Placed {
    pub(super) main: f32,
    pub(super) cross: f32,
    /// The upper left corner of each box.
    pub(super) bricks: Vec<Spot>,
    /// The corners of each wire; ends outside lie on the border.
    pub(super) wires: Vec<Vec<Spot>>,
    pub(super) crossings: u64,
}

/// Whether most of the boxes had a place before; these then stay as they were.
pub(super) fn is_known(bricks: &[Brick]) -> bool {
    bricks.iter().filter(|brick| brick.before.is_some()).count() * 2 > bricks.len()
}

/// Lays out boxes and wires. The wires between boxes must not form a ring. As one
/// of so many layouts that belong together it takes only its share of the time.
pub(super) fn lay(bricks: &[Brick], wires: &[Wire], sharers: usize) -> Placed {
    let ranks = if is_known(bricks) {
        rank::kept(bricks, wires)
    } else {
        rank::ranks(bricks.len(), wires)
    };
    let mut sketch = sketch::Sketch::new(bricks, wires, &ranks);
    let crossings = order::order(&mut sketch, sharers);

    sketch.share();
    let cross = place::place(&sketch);
    let channels = channel::channels(&sketch, &cross);
    sketch.finish(bricks, &cross, &channels, crossings)
}
