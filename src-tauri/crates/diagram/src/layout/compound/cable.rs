//! The wires of a level, and where they meet the boxes.

use super::{
    Arranger, Brick, EdgeKind, End, HashMap, Thing, Tip, Wire,
    level::{Block, Ended, Item, is_whole},
    measure,
};

/// A wire with the arrows that use it.
pub(super) struct Cable {
    pub(super) wire: Wire,
    pub(super) arrows: Vec<(usize, bool)>,
    /// The inner thing, where the wire ends at the border.
    pub(super) border: Option<(Thing, bool)>,
    /// The inner node, where the wire ends at the border.
    near: Option<usize>,
}

/// Wires that end at the border, by the inner thing, and the nodes they lead to outside.
#[derive(Default)]
struct Borders {
    cable: HashMap<(Thing, EdgeKind, bool), usize>,
    far_nodes: Vec<(usize, Vec<usize>)>,
}

impl Arranger<'_> {
    /// The wires of a level. Arrows that cross the border at one inner thing share one.
    pub(super) fn cables(
        &self,
        items: &[Item],
        blocks: &[Option<Block>],
        bricks: &[Brick],
        arrows: &[Ended],
    ) -> Vec<Cable> {
        let ports = Ports::new(self, (items, blocks), bricks, arrows);
        let mut cables: Vec<Cable> = Vec::new();
        let mut borders = Borders::default();
        for ended in arrows {
            self.add_cable(ended, &ports, &mut cables, &mut borders);
        }
        for (cable, far) in borders.far_nodes {
            let place = self.mean_wish(far.into_iter());
            let wire = &mut cables[cable].wire;
            for end in [&mut wire.from, &mut wire.to] {
                if let End::Outside { wish } = end {
                    *wish = place;
                }
            }
        }
        // ends at the border that wish the same stand as the things within do
        cables.sort_by(|a, b| {
            let wish = |cable: &Cable| cable.near.map_or(f32::MIN, |node| self.wishes[node]);
            wish(a).total_cmp(&wish(b))
        });
        cables
    }

    fn add_cable(
        &self,
        (arrow, from, to): &Ended,
        ports: &Ports<'_>,
        cables: &mut Vec<Cable>,
        borders: &mut Borders,
    ) {
        let kind = self.graph.edges[arrow.edge].kind;
        let outside = End::Outside { wish: 0.0 };
        let leaving = |item: usize| ports.end(item, arrow.from, kind, true);
        let coming = |item: usize| ports.end(item, arrow.to, kind, false);
        let (from, to, border) = match (*from, *to) {
            (Some(from), Some(to)) if from != to => (leaving(from), coming(to), None),
            (Some(from), None) => (leaving(from), outside, Some((arrow.from.thing, true))),
            (None, Some(to)) => (outside, coming(to), Some((arrow.to.thing, false))),
            _ => return,
        };
        let near = border.map(|(_, leaves)| {
            if leaves {
                arrow.from.node
            } else {
                arrow.to.node
            }
        });
        let mut number = cables.len();
        if let Some((thing, leaves)) = border {
            number = *borders.cable.entry((thing, kind, leaves)).or_insert(number);
            if number == cables.len() {
                borders.far_nodes.push((number, Vec::new()));
            }
            let far = if leaves {
                arrow.to.node
            } else {
                arrow.from.node
            };
            if let Some(entry) = borders
                .far_nodes
                .iter_mut()
                .rev()
                .find(|entry| entry.0 == number)
            {
                entry.1.push(far);
            }
        }
        let used = (arrow.edge, arrow.turned);
        match cables.get_mut(number) {
            Some(cable) => {
                cable.arrows.push(used);
                cable.wire.weight += 1;
            }
            None => cables.push(Cable {
                wire: Wire {
                    from,
                    to,
                    kind,
                    weight: 1,
                },
                arrows: vec![used],
                border,
                near,
            }),
        }
    }
}

/// Where lines meet the boxes of a level.
struct Ports<'a> {
    items: &'a [Item],
    blocks: &'a [Option<Block>],
    bricks: &'a [Brick],
    /// The kinds of lines that come to, and leave, each item as a whole.
    kinds: HashMap<(usize, bool), (bool, bool)>,
}

impl<'a> Ports<'a> {
    fn new(
        arranger: &Arranger<'_>,
        (items, blocks): (&'a [Item], &'a [Option<Block>]),
        bricks: &'a [Brick],
        arrows: &[Ended],
    ) -> Self {
        let mut kinds: HashMap<(usize, bool), (bool, bool)> = HashMap::new();
        for (arrow, from, to) in arrows {
            let kind = arranger.graph.edges[arrow.edge].kind;
            for (item, tip, leaves) in [(from, arrow.from, true), (to, arrow.to, false)] {
                let Some(item) = item.filter(|item| is_whole(&items[*item], tip)) else {
                    continue;
                };
                let seen = kinds.entry((item, leaves)).or_default();
                match kind {
                    EdgeKind::Completed => seen.0 = true,
                    EdgeKind::Running => seen.1 = true,
                }
            }
        }
        Self {
            items,
            blocks,
            bricks,
            kinds,
        }
    }

    fn end(&self, item: usize, tip: Tip, kind: EdgeKind, leaves: bool) -> End {
        End::Brick {
            brick: item,
            port: self.port(item, tip, kind, leaves),
        }
    }

    fn port(&self, item: usize, tip: Tip, kind: EdgeKind, leaves: bool) -> f32 {
        let middle = self.bricks[item].cross / 2.0;
        if !is_whole(&self.items[item], tip) {
            let Some(block) = &self.blocks[item] else {
                return middle;
            };
            let ports = if leaves {
                &block.leaving
            } else {
                &block.coming
            };
            return ports.get(&(tip.thing, kind)).copied().unwrap_or(middle);
        }
        let both = self.kinds.get(&(item, leaves)) == Some(&(true, true));
        match kind {
            _ if !both => middle,
            EdgeKind::Completed => middle - measure::PORT_GAP / 2.0,
            EdgeKind::Running => middle + measure::PORT_GAP / 2.0,
        }
    }
}
