import type { DrawnNode, GraphDirection } from "../../api/views";
import { stateWord } from "../state-words";

const kinds: Record<DrawnNode["kind"], string | null> = {
  task: null,
  call: "folded call",
  matrix: "folded matrix",
  callFrame: "call",
  matrixFrame: "matrix",
};

/** What a screen reader says of a node: `train, running, 12 minutes, needs 2, needed by 3`. */
export function nodeName(node: DrawnNode, plan: boolean): string {
  const { label, kind, holds, needs, neededBy } = node;
  return [
    label,
    kinds[kind],
    holds.length ? `${holds.length} ${holds.length === 1 ? "task" : "tasks"}` : null,
    plan ? null : stateWord(node.state).toLowerCase(),
    plan && holds.length === 0 ? node.detail : null,
    holds.length && !node.frame ? node.detail.replaceAll(" · ", ", ") : spoken(node.detail),
    needs.length ? `needs ${needs.length}` : null,
    neededBy.length ? `needed by ${neededBy.length}` : null,
  ]
    .filter(Boolean)
    .join(", ");
}

/** The time at the end of a second line, as it is said: `12 minutes`. */
function spoken(detail: string): string | null {
  const found = /· (?:(\d+):)?(\d+):(\d\d)$/.exec(detail);
  if (!found) return null;
  const [hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  const word = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  if (hours) return `${word(hours, "hour")} ${word(minutes ?? 0, "minute")}`;
  return minutes ? word(minutes, "minute") : word(seconds ?? 0, "second");
}

/** A node in the order of the tree: what is in a frame follows it, one level deeper. */
export interface Leaf {
  node: DrawnNode;
  level: number;
}

export function leaves(nodes: Iterable<DrawnNode>): Leaf[] {
  const inside = new Map<string | null, DrawnNode[]>();
  const all = [...nodes];
  const known = new Set(all.map(({ id }) => id));
  for (const node of all) {
    const group = node.group !== null && known.has(node.group) ? node.group : null;
    const same = inside.get(group);
    if (same) same.push(node);
    else inside.set(group, [node]);
  }
  const byPlace = (a: DrawnNode, b: DrawnNode) => a.x - b.x || a.y - b.y;
  const walk = (group: string | null, level: number): Leaf[] =>
    (inside.get(group) ?? [])
      .sort(byPlace)
      .flatMap((node) => [{ node, level }, ...(node.frame ? walk(node.id, level + 1) : [])]);
  return walk(null, 1);
}

/** The node that stands first in the picture. */
export function firstOf(nodes: Iterable<DrawnNode>, direction: GraphDirection): DrawnNode | null {
  let [least, found] = [Infinity, null as DrawnNode | null];
  for (const node of nodes) {
    const along = direction === "right" ? node.x * 1e6 + node.y : node.y * 1e6 + node.x;
    if (along < least) [least, found] = [along, node];
  }
  return found;
}

const along = {
  right: { ArrowRight: "after", ArrowLeft: "before", ArrowDown: "below", ArrowUp: "above" },
  down: { ArrowDown: "after", ArrowUp: "before", ArrowRight: "below", ArrowLeft: "above" },
} as const;

/** The node that an arrow key leads to: along an edge, or to a neighbour of the same rank. */
export function neighbour(
  nodes: ReadonlyMap<string, DrawnNode>,
  from: DrawnNode,
  key: string,
  direction: GraphDirection,
): DrawnNode | null {
  const way = (along[direction] as Record<string, string>)[key];
  if (way === "after") return nearest(from, linked(nodes, from, "neededBy"), nodes);
  if (way === "before") return nearest(from, linked(nodes, from, "needs"), nodes);
  if (way === "below" || way === "above") return beside(nodes, from, way === "below", direction);
  return null;
}

/** What an edge leads to; without one, what an edge of the frame around leads to. */
function linked(
  nodes: ReadonlyMap<string, DrawnNode>,
  from: DrawnNode,
  way: "needs" | "neededBy",
): readonly string[] {
  let at: DrawnNode | undefined = from;
  while (at && at[way].length === 0) at = at.group === null ? undefined : nodes.get(at.group);
  return at?.[way] ?? [];
}

const middle = ({ x, y, width, height }: DrawnNode) => ({ x: x + width / 2, y: y + height / 2 });

function nearest(from: DrawnNode, ids: readonly string[], nodes: ReadonlyMap<string, DrawnNode>) {
  const here = middle(from);
  const far = (node: DrawnNode) => Math.hypot(middle(node).x - here.x, middle(node).y - here.y);
  const found = ids.flatMap((id) => nodes.get(id) ?? []);
  return found.sort((a, b) => far(a) - far(b))[0] ?? null;
}

function beside(
  nodes: ReadonlyMap<string, DrawnNode>,
  from: DrawnNode,
  forward: boolean,
  direction: GraphDirection,
): DrawnNode | null {
  const here = middle(from);
  const gap = (node: DrawnNode) => {
    const there = middle(node);
    const [step, slip] =
      direction === "right"
        ? [there.y - here.y, there.x - here.x]
        : [there.x - here.x, there.y - here.y];
    const ahead = forward ? step : -step;
    return ahead > 1 ? ahead + 3 * Math.abs(slip) : Infinity;
  };
  let [best, least]: [DrawnNode | null, number] = [null, Infinity];
  for (const node of nodes.values()) {
    if (node === from || node.frame) continue;
    const far = gap(node);
    if (far < least) [best, least] = [node, far];
  }
  return best;
}
