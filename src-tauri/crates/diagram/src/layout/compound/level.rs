//! One level: its nodes and groups become boxes, its arrows wires.

use super::{
    Arranger, Arrow, Brick, EdgeKind, End, Frame, HashMap, Level, Line, Placed, Spot, Thing, Tip,
    Wire, layered, measure, pack,
};

/// What is to be laid out.
pub(super) struct Task {
    pub(super) nodes: Vec<usize>,
    /// How many groups lie around the level.
    pub(super) depth: usize,
    pub(super) group: Option<usize>,
    /// The arrows with at least one end in the level.
    pub(super) arrows: Vec<Arrow>,
}

/// A node, or a group or part of a group, of a level.
#[derive(Debug)]
pub(super) struct Item {
    nodes: Vec<usize>,
    group: Option<usize>,
}

/// A finished level as a box for the level around it.
#[derive(Debug, Default)]
pub(super) struct Block {
    level: usize,
    size: Spot,
    /// Where lines from and to inner things meet the border.
    coming: HashMap<(Thing, EdgeKind), f32>,
    leaving: HashMap<(Thing, EdgeKind), f32>,
}

/// An arrow with its ends as items of the level; none where it ends outside.
type Placed2 = (Arrow, Option<usize>, Option<usize>);

/// A wire with the arrows that use it.
struct Cable {
    wire: Wire,
    arrows: Vec<(usize, bool)>,
    /// The inner thing, where the wire ends at the border.
    border: Option<(Thing, bool)>,
}

impl Arranger<'_> {
    /// Lays out a level and all levels within.
    pub(super) fn arrange(&mut self, task: Task) -> Block {
        let mut items = self.items(&task);
        let arrows = self.place_arrows(&task, &mut items);
        let blocks = self.inner_blocks(&task, &items, &arrows);
        let bricks: Vec<Brick> = items
            .iter()
            .zip(&blocks)
            .map(|(item, block)| self.brick(item, block.as_ref()))
            .collect();
        let cables = self.cables(&items, &blocks, &bricks, &arrows);
        let placed = self.lay(&bricks, &cables);
        self.crossings += placed.crossings;
        self.finish(task, (&items, &blocks), &cables, placed)
    }

    fn items(&mut self, task: &Task) -> Vec<Item> {
        let mut of_group: HashMap<usize, usize> = HashMap::new();
        let mut items: Vec<Item> = Vec::new();
        for &node in &task.nodes {
            let group = self.tree.around[node].get(task.depth).copied();
            let known = group.and_then(|group| of_group.get(&group).copied());
            if let Some(item) = known {
                items[item].nodes.push(node);
                continue;
            }
            if let Some(group) = group {
                of_group.insert(group, items.len());
            }
            items.push(Item {
                nodes: vec![node],
                group,
            });
        }
        self.note_items(&items);
        items
    }

    fn note_items(&mut self, items: &[Item]) {
        self.tasks += 1;
        for (number, item) in items.iter().enumerate() {
            for &node in &item.nodes {
                self.item_of[node] = (self.tasks, number);
            }
        }
    }

    fn item(&self, tip: Tip) -> Option<usize> {
        let (task, item) = self.item_of[tip.node];
        (task == self.tasks).then_some(item)
    }

    fn between_items(&self, arrows: &[Arrow]) -> (Vec<usize>, Vec<(usize, usize)>) {
        let ends = |arrow: &Arrow| Some((self.item(arrow.from)?, self.item(arrow.to)?));
        arrows
            .iter()
            .enumerate()
            .filter_map(|(at, arrow)| Some((at, ends(arrow)?)))
            .filter(|(_, (from, to))| from != to)
            .unzip()
    }

    /// Splits groups and turns arrows until no ring of items is left, then says
    /// where each arrow ends.
    fn place_arrows(&mut self, task: &Task, items: &mut Vec<Item>) -> Vec<Placed2> {
        let mut arrows = task.arrows.clone();
        let (_, arcs) = self.between_items(&arrows);
        let rings = rings(items.len(), &arcs);
        let split = rings
            .iter()
            .any(|ring| ring.iter().any(|item| items[*item].nodes.len() > 1));
        if split {
            self.split(items, &rings);
            self.note_items(items);
        }
        let (which, arcs) = self.between_items(&arrows);
        for (turned, at) in layered::acyclic(items.len(), &arcs).into_iter().zip(which) {
            if turned {
                arrows[at] = arrows[at].turn();
            }
        }
        arrows
            .into_iter()
            .map(|arrow| (arrow, self.item(arrow.from), self.item(arrow.to)))
            .collect()
    }

    /// Cuts the groups that stand in a ring into runs of the order of nodes.
    fn split(&self, items: &mut Vec<Item>, rings: &[Vec<usize>]) {
        let mut old: Vec<Option<Item>> = std::mem::take(items).into_iter().map(Some).collect();
        let mut parts: Vec<Item> = Vec::new();
        for ring in rings {
            let ring: Vec<Item> = ring.iter().filter_map(|item| old[*item].take()).collect();
            let owner: HashMap<usize, usize> = ring
                .iter()
                .enumerate()
                .flat_map(|(number, item)| item.nodes.iter().map(move |node| (*node, number)))
                .collect();
            let mut last = usize::MAX;
            for node in self
                .tree
                .in_order(ring.iter().flat_map(|item| item.nodes.iter().copied()))
            {
                let number = owner[&node];
                match parts.last_mut() {
                    Some(part) if number == last => part.nodes.push(node),
                    _ => parts.push(Item {
                        nodes: vec![node],
                        group: ring[number].group,
                    }),
                }
                last = number;
            }
        }
        items.extend(old.into_iter().flatten());
        items.extend(parts);
    }

    fn inner_blocks(
        &mut self,
        task: &Task,
        items: &[Item],
        arrows: &[Placed2],
    ) -> Vec<Option<Block>> {
        let mut inner: Vec<Vec<Arrow>> = items.iter().map(|_| Vec::new()).collect();
        for (arrow, from, to) in arrows {
            if let Some(item) = from.filter(|item| !is_whole(&items[*item], arrow.from)) {
                inner[item].push(*arrow);
            }
            if let Some(item) =
                to.filter(|item| Some(*item) != *from && !is_whole(&items[*item], arrow.to))
            {
                inner[item].push(*arrow);
            }
        }
        let mut blocks = Vec::with_capacity(items.len());
        for (item, arrows) in items.iter().zip(inner) {
            let block = item.group.map(|group| {
                self.arrange(Task {
                    nodes: item.nodes.clone(),
                    depth: task.depth + 1,
                    group: Some(group),
                    arrows,
                })
            });
            blocks.push(block);
        }
        blocks
    }

    fn brick(&self, item: &Item, block: Option<&Block>) -> Brick {
        match block {
            None => self.brick_of_node(item.nodes[0]),
            Some(block) => Brick {
                main: block.size.0,
                cross: block.size.1,
                wish: self.mean_wish(item.nodes.iter().copied()),
            },
        }
    }

    fn mean_wish(&self, nodes: impl Iterator<Item = usize>) -> f32 {
        let (sum, count) = nodes.fold((0.0, 0.0_f32), |(sum, count), node| {
            (sum + self.wishes[node], count + 1.0)
        });
        sum / count.max(1.0)
    }

    fn cables(
        &self,
        items: &[Item],
        blocks: &[Option<Block>],
        bricks: &[Brick],
        arrows: &[Placed2],
    ) -> Vec<Cable> {
        let ports = Ports::new(self, items, blocks, bricks, arrows);
        let mut cables: Vec<Cable> = Vec::new();
        let mut borders: HashMap<(Thing, EdgeKind, bool), (usize, Vec<usize>)> = HashMap::new();
        for (arrow, from, to) in arrows {
            let kind = self.graph.edges[arrow.edge].kind;
            let arrows = vec![(arrow.edge, arrow.turned)];
            let (inside, thing, leaves) = match (*from, *to) {
                (Some(from), Some(to)) if from != to => {
                    let wire = Wire {
                        from: ports.end(from, arrow.from, kind, true),
                        to: ports.end(to, arrow.to, kind, false),
                        kind,
                    };
                    cables.push(Cable {
                        wire,
                        arrows,
                        border: None,
                    });
                    continue;
                }
                (Some(from), None) => (
                    ports.end(from, arrow.from, kind, true),
                    arrow.from.thing,
                    true,
                ),
                (None, Some(to)) => (ports.end(to, arrow.to, kind, false), arrow.to.thing, false),
                _ => continue,
            };
            let far = if leaves {
                arrow.to.node
            } else {
                arrow.from.node
            };
            let (cable, fars) = borders
                .entry((thing, kind, leaves))
                .or_insert((cables.len(), Vec::new()));
            fars.push(far);
            if *cable == cables.len() {
                let outside = End::Outside { wish: 0.0 };
                let (from, to) = if leaves {
                    (inside, outside)
                } else {
                    (outside, inside)
                };
                cables.push(Cable {
                    wire: Wire { from, to, kind },
                    arrows,
                    border: Some((thing, leaves)),
                });
            } else {
                cables[*cable].arrows.extend(arrows);
            }
        }
        let mut wishes: Vec<(usize, f32)> = borders
            .into_values()
            .map(|(cable, fars)| (cable, self.mean_wish(fars.into_iter())))
            .collect();
        wishes.sort_by_key(|(cable, _)| *cable);
        for (cable, wish) in wishes {
            let wire = &mut cables[cable].wire;
            for end in [&mut wire.from, &mut wire.to] {
                if let End::Outside { wish: place } = end {
                    *place = wish;
                }
            }
        }
        cables
    }

    /// Lays out the level, parts that no wire joins apart from each other.
    fn lay(&self, bricks: &[Brick], cables: &[Cable]) -> Placed {
        let wires: Vec<Wire> = cables.iter().map(|cable| cable.wire).collect();
        let ties: Vec<(usize, usize)> = wires.iter().filter_map(tie).collect();
        let parts = pack::parts(bricks.len(), &ties);
        if parts.len() <= 1 || ties.len() < wires.len() {
            return layered::lay(bricks, &wires);
        }
        self.lay_parts(bricks, &wires, &parts)
    }

    fn lay_parts(&self, bricks: &[Brick], wires: &[Wire], parts: &[Vec<usize>]) -> Placed {
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
        let local = |end: End| match end {
            End::Brick { brick, port } => End::Brick {
                brick: part_of[brick].1,
                port,
            },
            outside @ End::Outside { .. } => outside,
        };
        let laid: Vec<Placed> = parts
            .iter()
            .zip(&wires_of)
            .map(|(part, indices)| {
                let bricks: Vec<Brick> = part.iter().map(|brick| bricks[*brick]).collect();
                let wires: Vec<Wire> = indices
                    .iter()
                    .map(|index| Wire {
                        from: local(wires[*index].from),
                        to: local(wires[*index].to),
                        ..wires[*index]
                    })
                    .collect();
                layered::lay(&bricks, &wires)
            })
            .collect();
        let sizes: Vec<Spot> = laid.iter().map(|part| (part.main, part.cross)).collect();
        let lone = parts.iter().all(|part| part.len() == 1);
        let gap = if lone { measure::BOX_GAP } else { pack::GAP };
        let aspect = match self.direction {
            super::Direction::LeftToRight => 1.6,
            super::Direction::TopDown => 1.0 / 1.6,
        };
        let (places, (main, cross)) = pack::pack(&sizes, aspect, gap);
        let mut all = Placed {
            main,
            cross,
            bricks: vec![(0.0, 0.0); bricks.len()],
            wires: vec![Vec::new(); wires.len()],
            crossings: laid.iter().map(|part| part.crossings).sum(),
        };
        for ((part, indices), (laid, place)) in parts
            .iter()
            .zip(&wires_of)
            .zip(laid.into_iter().zip(places))
        {
            for (brick, spot) in part.iter().zip(laid.bricks) {
                all.bricks[*brick] = add(spot, place);
            }
            for (index, corners) in indices.iter().zip(laid.wires) {
                all.wires[*index] = corners.into_iter().map(|spot| add(spot, place)).collect();
            }
        }
        all
    }

    fn finish(
        &mut self,
        task: Task,
        (items, blocks): (&[Item], &[Option<Block>]),
        cables: &[Cable],
        placed: Placed,
    ) -> Block {
        let frame = match task.group {
            None => Frame::NONE,
            Some(_) => Frame::of_group(self.direction),
        };
        let start = (frame.main_start, frame.cross_start);
        let size = (
            placed.main + frame.main_start + frame.main_end,
            placed.cross + frame.cross_start + frame.cross_end,
        );
        let mut level = Level {
            group: task.group,
            members: task.nodes,
            size,
            ..Level::default()
        };
        for ((item, block), spot) in items.iter().zip(blocks).zip(&placed.bricks) {
            match block {
                Some(block) => level.levels.push((block.level, add(*spot, start))),
                None => level.nodes.push((item.nodes[0], add(*spot, start))),
            }
        }
        let mut done = Block {
            level: self.levels.len(),
            size,
            ..Block::default()
        };
        let depth = i32::try_from(task.depth).unwrap_or(i32::MAX);
        for (cable, corners) in cables.iter().zip(placed.wires) {
            let mut corners: Vec<Spot> = corners.into_iter().map(|spot| add(spot, start)).collect();
            let order = match cable.border {
                None => 0,
                Some((thing, true)) => {
                    let port = corners.last().map_or(0.0, |spot| spot.1);
                    corners.push((size.0, port));
                    done.leaving.insert((thing, cable.wire.kind), port);
                    -depth
                }
                Some((thing, false)) => {
                    let port = corners.first().map_or(0.0, |spot| spot.1);
                    corners.insert(0, (0.0, port));
                    done.coming.insert((thing, cable.wire.kind), port);
                    depth
                }
            };
            level.lines.push(Line {
                arrows: cable.arrows.clone(),
                order,
                corners,
            });
        }
        self.levels.push(level);
        done
    }
}

fn add(a: Spot, b: Spot) -> Spot {
    (a.0 + b.0, a.1 + b.1)
}

fn tie(wire: &Wire) -> Option<(usize, usize)> {
    match (wire.from, wire.to) {
        (End::Brick { brick: from, .. }, End::Brick { brick: to, .. }) => Some((from, to)),
        _ => None,
    }
}

/// Whether the arrow ends at the item itself, not at something within.
fn is_whole(item: &Item, tip: Tip) -> bool {
    match tip.thing {
        Thing::Node(_) => item.group.is_none(),
        Thing::Group(group) => item.group == Some(group),
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
        items: &'a [Item],
        blocks: &'a [Option<Block>],
        bricks: &'a [Brick],
        arrows: &[Placed2],
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

/// The rings of a directed graph: sets of at least two vertices of which each
/// reaches each other one (after Tarjan, without recursion).
fn rings(count: usize, arcs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in arcs {
        out[*from].push(*to);
    }
    let mut number = vec![0; count];
    let mut low = vec![0; count];
    let mut open = vec![false; count];
    let (mut path, mut rings, mut next) = (Vec::new(), Vec::new(), 1);
    for start in 0..count {
        let mut stack = if number[start] == 0 {
            vec![(start, 0)]
        } else {
            Vec::new()
        };
        while let Some((vertex, at)) = stack.pop() {
            if at == 0 {
                number[vertex] = next;
                low[vertex] = next;
                next += 1;
                path.push(vertex);
                open[vertex] = true;
            }
            if let Some(&to) = out[vertex].get(at) {
                stack.push((vertex, at + 1));
                if number[to] == 0 {
                    stack.push((to, 0));
                } else if open[to] {
                    low[vertex] = low[vertex].min(number[to]);
                }
                continue;
            }
            if low[vertex] == number[vertex] {
                let from = path.iter().rposition(|other| *other == vertex).unwrap_or(0);
                let ring = path.split_off(from);
                for &member in &ring {
                    open[member] = false;
                }
                if ring.len() > 1 {
                    rings.push(ring);
                }
            }
            if let Some((parent, _)) = stack.last() {
                low[*parent] = low[*parent].min(low[vertex]);
            }
        }
    }
    rings
}
