//! A level whose items fall into parts that no wire joins.

use super::{Brick, Direction, End, Placed, Spot, Wire, cable::Cable, layered, measure, pack};

/// Lays out the level, parts that no wire joins apart from each other.
pub(super) fn lay(
    (direction, sharers): (Direction, usize),
    bricks: &[Brick],
    cables: &[Cable],
) -> Placed {
    let wires: Vec<Wire> = cables.iter().map(|cable| cable.wire).collect();
    let ties: Vec<(usize, usize)> = wires.iter().filter_map(tie).collect();
    let parts = pack::parts(bricks.len(), &ties);
    if parts.len() <= 1 || ties.len() < wires.len() {
        return layered::lay(bricks, &wires, sharers);
    }
    Parts::new(bricks, &wires, parts).lay(direction, sharers)
}

/// The parts of a level, each with its own numbers for its boxes.
struct Parts<'a> {
    bricks: &'a [Brick],
    wires: &'a [Wire],
    parts: Vec<Vec<usize>>,
    /// The part of each box and its number in it.
    part_of: Vec<(usize, usize)>,
    /// The wires of each part.
    wires_of: Vec<Vec<usize>>,
}

impl<'a> Parts<'a> {
    fn new(bricks: &'a [Brick], wires: &'a [Wire], parts: Vec<Vec<usize>>) -> Self {
        let mut part_of = vec![(0, 0); bricks.len()];
        for (number, part) in parts.iter().enumerate() {
            for (at, &brick) in part.iter().enumerate() {
                part_of[brick] = (number, at);
            }
        }
        let mut wires_of: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
        for (index, wire) in wires.iter().enumerate() {
            if let End::Brick { brick, .. } = wire.from {
                wires_of[part_of[brick].0].push(index);
            }
        }
        Self {
            bricks,
            wires,
            parts,
            part_of,
            wires_of,
        }
    }

    fn local(&self, end: End) -> End {
        match end {
            End::Brick { brick, port } => End::Brick {
                brick: self.part_of[brick].1,
                port,
            },
            outside @ End::Outside { .. } => outside,
        }
    }

    fn lay_part(&self, part: usize, sharers: usize) -> Placed {
        let bricks: Vec<Brick> = self.parts[part]
            .iter()
            .map(|brick| self.bricks[*brick])
            .collect();
        let wires: Vec<Wire> = self.wires_of[part]
            .iter()
            .map(|index| {
                let wire = self.wires[*index];
                Wire {
                    from: self.local(wire.from),
                    to: self.local(wire.to),
                    ..wire
                }
            })
            .collect();
        layered::lay(&bricks, &wires, sharers)
    }

    /// Where the part has to be so that its boxes stay where they were, on average.
    fn corner_before(&self, part: usize, laid: &Placed) -> Option<Spot> {
        let bricks = self.parts[part].iter().zip(&laid.bricks);
        let offs = bricks.filter_map(|(brick, spot)| {
            let brick = self.bricks[*brick];
            let before = brick.before?;
            Some((before.0 - spot.0, before.1 - brick.cross / 2.0 - spot.1))
        });
        let (count, sum) = offs.fold((0.0, (0.0, 0.0)), |(count, sum), off| {
            (count + 1.0, add(sum, off))
        });
        (count > 0.0).then(|| ((sum.0 / count).round(), (sum.1 / count).round()))
    }

    fn lay(&self, direction: Direction, sharers: usize) -> Placed {
        let laid: Vec<Placed> = (0..self.parts.len())
            .map(|part| self.lay_part(part, sharers))
            .collect();
        let sizes: Vec<Spot> = laid.iter().map(|part| (part.main, part.cross)).collect();
        let lone = self.parts.iter().all(|part| part.len() == 1);
        let gap = if lone {
            measure::BOX_GAP
        } else {
            measure::PART_GAP
        };
        let aspect = match direction {
            Direction::LeftToRight => 1.6,
            Direction::TopDown => 1.0 / 1.6,
        };
        let corners: Vec<Option<Spot>> = (0..laid.len())
            .map(|part| self.corner_before(part, &laid[part]))
            .collect();
        let (places, (main, cross)) = if layered::is_known(self.bricks) {
            pack::pack_near(&sizes, &corners, gap)
        } else {
            pack::pack(&sizes, aspect, gap)
        };
        let mut all = Placed {
            main,
            cross,
            bricks: vec![(0.0, 0.0); self.bricks.len()],
            wires: vec![Vec::new(); self.wires.len()],
            crossings: laid.iter().map(|part| part.crossings).sum(),
        };
        for (part, (laid, place)) in laid.into_iter().zip(places).enumerate() {
            for (brick, spot) in self.parts[part].iter().zip(laid.bricks) {
                all.bricks[*brick] = add(spot, place);
            }
            for (index, corners) in self.wires_of[part].iter().zip(laid.wires) {
                all.wires[*index] = corners.into_iter().map(|spot| add(spot, place)).collect();
            }
        }
        all
    }
}

/// One place, counted from another.
pub(super) fn add(a: Spot, b: Spot) -> Spot {
    (a.0 + b.0, a.1 + b.1)
}

fn tie(wire: &Wire) -> Option<(usize, usize)> {
    match (wire.from, wire.to) {
        (End::Brick { brick: from, .. }, End::Brick { brick: to, .. }) => Some((from, to)),
        _ => None,
    }
}
