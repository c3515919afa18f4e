//! One level: its nodes and groups become boxes, its arrows wires.

use super::{
    Arranger, Arrow, Brick, EdgeKind, Frame, HashMap, Level, Line, Placed, Spot, Thing, Tip,
    cable::Cable,
    layered,
    parts::{add, lay},
    ring::rings,
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
    pub(super) nodes: Vec<usize>,
    pub(super) group: Option<usize>,
}

/// A finished level as a box for the level around it.
#[derive(Debug, Default)]
pub(super) struct Block {
    level: usize,
    size: Spot,
    /// Where lines from and to inner things meet the border.
    pub(super) coming: HashMap<(Thing, EdgeKind), f32>,
    pub(super) leaving: HashMap<(Thing, EdgeKind), f32>,
}

/// An arrow with its ends as items of the level; none where it ends outside.
pub(super) type Ended = (Arrow, Option<usize>, Option<usize>);

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
        let placed = lay((self.direction, self.sharers()), &bricks, &cables);
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
    fn place_arrows(&mut self, task: &Task, items: &mut Vec<Item>) -> Vec<Ended> {
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
        arrows: &[Ended],
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
            Some(block) => {
                let before = item.group;
                let before = before.and_then(|group| self.before.frame(group, &item.nodes));
                let mean = || self.mean_wish(item.nodes.iter().copied());
                Brick {
                    main: block.size.0,
                    cross: block.size.1,
                    wish: before.map_or_else(mean, |before| before.1),
                    before,
                }
            }
        }
    }

    pub(super) fn mean_wish(&self, nodes: impl Iterator<Item = usize>) -> f32 {
        let (sum, count) = nodes.fold((0.0, 0.0_f32), |(sum, count), node| {
            (sum + self.wishes[node], count + 1.0)
        });
        sum / count.max(1.0)
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

/// Whether the arrow ends at the item itself, not at something within.
pub(super) fn is_whole(item: &Item, tip: Tip) -> bool {
    match tip.thing {
        Thing::Node(_) => item.group.is_none(),
        Thing::Group(group) => item.group == Some(group),
    }
}
