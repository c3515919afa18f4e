import type { DrawnNode, GraphDirection } from "../../api/views";
import { stateWord } from "../state-words";

/** What a screen reader says of a node: `train, running, needs 2, needed by 3`. */
export function nodeName(node: DrawnNode, plan: boolean): string {
  return [
    node.label,
    plan ? null : stateWord(node.state).toLowerCase(),
    node.needs.length ? `needs ${node.needs.length}` : null,
    node.neededBy.length ? `needed by ${node.neededBy.length}` : null,
  ]
    .filter(Boolean)
    .join(", ");
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
  if (way === "after") return nearest(from, from.neededBy, nodes);
  if (way === "before") return nearest(from, from.needs, nodes);
  if (way === "below" || way === "above") return beside(nodes, from, way === "below", direction);
  return null;
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
  const best = [...nodes.values()]
    .filter((node) => node !== from && !node.frame)
    .map((node) => ({ node, gap: gap(node) }))
    .sort((a, b) => a.gap - b.gap)[0];
  return best && Number.isFinite(best.gap) ? best.node : null;
}
