import type { BakeReplay, BakeState, TaskView, TracePart } from "../../../api/views";
import { inWords } from "../../../shared/duration";
import { stateWord } from "../../../shared/state-words";

export type TimelineOrder = "start" | "duration" | "name" | "graph";

/** A stretch of a bar, with its end in the past of the moment that is shown. */
export interface Stretch {
  phase: TracePart["phase"];
  from: number;
  to: number;
  /** Whether it goes on at the moment that is shown. */
  open: boolean;
}

/** One try of a task. */
export interface Run {
  /** Number of an attempt before this one; null for this one. */
  attempt: number | null;
  state: BakeState;
  exitCode: number | null;
  parts: readonly Stretch[];
}

export interface TimelineRow {
  id: string;
  label: string;
  depth: number;
  /** A call or a matrix with rows below it. */
  group: boolean;
  open: boolean;
  /** Number of tasks of a matrix. */
  times: number | null;
  state: BakeState;
  runs: readonly Run[];
  /** When a task that never ran got its state. */
  instant: number | null;
  critical: boolean;
  span: readonly [number, number] | null;
}

export interface TimelineAsk {
  tasks: readonly TaskView[];
  replay: BakeReplay;
  /** The moment that is shown. */
  until: number;
  closed: ReadonlySet<string>;
  order: TimelineOrder;
  hideFinished: boolean;
  earlier: boolean;
  critical: ReadonlySet<string> | null;
}

interface Branch {
  row: TimelineRow;
  branches: Branch[];
}

/** The rows of a timeline, groups before what is in them. */
export function timelineRows(ask: TimelineAsk): TimelineRow[] {
  return flat(branches(ask), ask, 0);
}

/** When something runs or waits, for finding the gaps. */
export function busyOf(rows: readonly TimelineRow[]): [number, number][] {
  return rows.flatMap(({ runs, instant }) => [
    ...runs.flatMap(({ parts }) => parts.map(({ from, to }): [number, number] => [from, to])),
    ...(instant === null ? [] : [[instant, instant] as [number, number]]),
  ]);
}

function branches(ask: TimelineAsk): Branch[] {
  const byId = new Map<string, Branch>();
  const top: Branch[] = [];
  const put = (parent: string | null, branch: Branch) =>
    (parent === null ? top : (byId.get(parent)?.branches ?? top)).push(branch);
  const rows = new Map<string, number>();
  for (const { family } of ask.tasks)
    if (family !== null) rows.set(family, (rows.get(family) ?? 0) + 1);
  for (const task of ask.tasks) {
    const { family, group } = task;
    const matrix = family !== null && (rows.get(family) ?? 0) > 1 ? family : null;
    if (matrix !== null && !byId.has(matrix)) {
      const label = group !== null ? matrix.slice(group.length + 1) : matrix;
      const branch = { row: groupRow(matrix, label, rows.get(matrix) ?? null), branches: [] };
      byId.set(matrix, branch);
      put(group, branch);
    }
    const branch = { row: taskRow(task, ask), branches: [] };
    byId.set(task.id, branch);
    put(matrix ?? group, branch);
  }
  return top;
}

function groupRow(id: string, label: string, times: number | null): TimelineRow {
  const base = { id, label, times, depth: 0, group: true, open: true, state: "waiting" as const };
  return { ...base, runs: [], instant: null, critical: false, span: null };
}

function taskRow(task: TaskView, ask: TimelineAsk): TimelineRow {
  const { replay, until } = ask;
  if (task.kind === "action") return { ...groupRow(task.id, task.label, null), state: task.state };
  const trace = replay.tasks[task.id];
  const parts = stretches(trace?.parts ?? [], until);
  const runs: Run[] = ask.earlier
    ? replay.earlier.flatMap(({ attempt, tasks }) => {
        const run = tasks[task.id];
        return run ? [{ ...run, attempt, parts: stretches(run.parts, until) }] : [];
      })
    : [];
  if (parts.length) runs.push({ attempt: null, state: task.state, exitCode: task.exitCode, parts });
  const last = trace?.moments.findLast(({ at }) => at <= until);
  return {
    ...groupRow(task.id, task.label, null),
    group: false,
    state: task.state,
    runs,
    instant: parts.length === 0 && last ? last.at : null,
    critical: ask.critical?.has(task.id) ?? false,
    span: spanOf(runs),
  };
}

function stretches(parts: readonly TracePart[], until: number): Stretch[] {
  return parts
    .filter(({ from }) => from <= until)
    .map(({ phase, from, to }) => ({
      phase,
      from,
      to: Math.min(to ?? until, until),
      open: to === null || to > until,
    }));
}

function spanOf(runs: readonly Run[]): readonly [number, number] | null {
  const all = runs.flatMap(({ parts }) => parts);
  if (!all.length) return null;
  return [Math.min(...all.map(({ from }) => from)), Math.max(...all.map(({ to }) => to))];
}

function flat(branches: Branch[], ask: TimelineAsk, depth: number): TimelineRow[] {
  const made = branches.flatMap((branch) => {
    const inside = flat(branch.branches, ask, depth + 1);
    const row = { ...branch.row, depth, group: branch.branches.length > 0 };
    if (!row.group) return isShown(row, ask) ? [[row]] : [];
    if (!inside.length) return [];
    row.open = !ask.closed.has(row.id);
    const tasks = inside.filter(({ group }) => !group);
    row.span = joined(tasks.map(({ span }) => span));
    row.critical = !row.open && tasks.some(({ critical }) => critical);
    if (row.times !== null) row.state = stateOf(tasks);
    return [[row, ...(row.open ? inside : [])]];
  });
  return made.sort((a, b) => compare(ask.order, a[0], b[0])).flat();
}

function isShown(row: TimelineRow, { hideFinished }: TimelineAsk): boolean {
  return !hideFinished || ["waiting", "pending", "running", "failed"].includes(row.state);
}

function joined(spans: (readonly [number, number] | null)[]): readonly [number, number] | null {
  const known = spans.filter((span) => span !== null);
  if (!known.length) return null;
  return [Math.min(...known.map(([from]) => from)), Math.max(...known.map(([, to]) => to))];
}

function stateOf(tasks: readonly TimelineRow[]): BakeState {
  const has = (state: BakeState) => tasks.some((task) => task.state === state);
  const first = (["running", "failed", "cancelled", "pending"] as const).find(has);
  if (first) return first;
  if (has("waiting"))
    return tasks.every(({ state }) => state === "waiting") ? "waiting" : "pending";
  return tasks.every(({ state }) => state === tasks[0]?.state)
    ? (tasks[0]?.state ?? "unknown")
    : "succeeded";
}

function compare(order: TimelineOrder, a: TimelineRow | undefined, b: TimelineRow | undefined) {
  if (!a || !b || order === "graph") return 0;
  if (order === "name") return a.label.localeCompare(b.label, "en", { numeric: true });
  const start = (row: TimelineRow) => row.span?.[0] ?? row.instant ?? Infinity;
  const took = (row: TimelineRow) => (row.span ? row.span[1] - row.span[0] : -1);
  const by = order === "start" ? start(a) - start(b) : took(b) - took(a);
  return Number.isNaN(by) ? 0 : by;
}

/** Milliseconds of running of the last try. */
export function ranFor(row: TimelineRow): number | null {
  const last = row.runs.at(-1);
  const ran = last?.parts.filter(({ phase }) => phase === "running");
  return ran?.length ? ran.reduce((sum, { from, to }) => sum + to - from, 0) : null;
}

/** What a screen reader says of a row. */
export function rowName(row: TimelineRow): string {
  const { label, times, state, runs, critical, span } = row;
  const waits = (runs.at(-1)?.parts ?? []).filter(({ phase }) => phase !== "running");
  const waited = waits.reduce((sum, { from, to }) => sum + to - from, 0);
  const ran = row.group ? (span ? span[1] - span[0] : null) : ranFor(row);
  const before = runs.filter(({ attempt }) => attempt !== null).length;
  return [
    times === null ? label : `${label} × ${times}, matrix`,
    stateWord(state).toLowerCase(),
    waited >= 1000 ? `waited ${inWords(waited)}` : null,
    ran === null ? null : `${row.group ? "spans" : "ran"} ${inWords(ran)}`,
    before ? `${before} earlier ${before === 1 ? "try" : "tries"}` : null,
    critical ? "on the critical path" : null,
  ]
    .filter(Boolean)
    .join(", ");
}
