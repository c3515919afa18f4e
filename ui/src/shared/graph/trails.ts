import type { DrawnNode } from "../../api/views";

/** Which nodes are shown while the others fade. */
export type Trail = "before" | "after" | "both" | "critical";

type Nodes = ReadonlyMap<string, DrawnNode>;

/** A node and everything that it needs, or that needs it, directly or not. */
export function trail(nodes: Nodes, start: string, way: "before" | "after"): Set<string> {
  const inside = membersOf(nodes);
  const found = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(inside.get(id) ?? []));
    // What a call waits for, all inside waits for; what waits for a call waits for all inside.
    for (const around of aroundOf(nodes, id)) open.push(...linksOf(nodes.get(around), way));
    open.push(...linksOf(nodes.get(id), way));
  }
  return withFrames(nodes, found);
}

/** The boxes that stand for these tasks, with the frames around them. */
export function boxesOf(nodes: Nodes, tasks: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const node of nodes.values())
    if (tasks.has(node.id) || (!node.frame && node.holds.some((id) => tasks.has(id))))
      found.add(node.id);
  return withFrames(nodes, found);
}

/** The box that stands for a task: itself, or the folded call or matrix that holds it. */
export function boxOf(nodes: Nodes, task: string | null): string | null {
  if (task === null || nodes.has(task)) return task;
  for (const node of nodes.values()) if (!node.frame && node.holds.includes(task)) return node.id;
  return null;
}

function membersOf(nodes: Nodes): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const { id, group } of nodes.values())
    if (group !== null) members.set(group, [...(members.get(group) ?? []), id]);
  return members;
}

function aroundOf(nodes: Nodes, id: string): string[] {
  const found: string[] = [];
  for (let at = nodes.get(id)?.group; at; at = nodes.get(at)?.group) found.push(at);
  return found;
}

const linksOf = (node: DrawnNode | undefined, way: "before" | "after") =>
  (way === "before" ? node?.needs : node?.neededBy) ?? [];

function withFrames(nodes: Nodes, found: Set<string>): Set<string> {
  for (const id of [...found]) for (const around of aroundOf(nodes, id)) found.add(around);
  return found;
}
