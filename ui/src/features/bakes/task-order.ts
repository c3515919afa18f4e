import type { TaskView } from "../../api/views";
import { between } from "../../shared/duration";
import { stateOrder, stateWord } from "../../shared/state-words";

export type TaskColumn = "state" | "task" | "started" | "finished" | "time";

/** How the table of tasks is sorted; null leaves the order of the graph. */
export interface TaskOrder {
  column: TaskColumn;
  down: boolean;
}

/** The next order when a head is pressed: up, down, then the order of the graph again. */
export function pressed(order: TaskOrder | null, column: TaskColumn): TaskOrder | null {
  if (order?.column !== column) return { column, down: false };
  return order.down ? null : { column, down: true };
}

/** The tasks that fit the words, in an order. Those without a value come last. */
export function ordered(
  tasks: readonly TaskView[],
  words: string,
  [order, now]: [TaskOrder | null, number],
): readonly TaskView[] {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ id, label, state, rawId }: TaskView) => {
    const text = `${id} ${label} ${stateWord(state)} ${rawId ?? ""}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const found = wanted.length ? tasks.filter(fits) : tasks;
  if (!order) return found;
  const key = keys[order.column];
  const sign = order.down ? -1 : 1;
  const keyed = found.map((task) => ({ task, key: key(task, now) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    if (typeof a.key === "string" && typeof b.key === "string")
      return sign * a.key.localeCompare(b.key, "en", { numeric: true });
    return sign * (Number(a.key) - Number(b.key));
  });
  return keyed.map(({ task }) => task);
}

/** When a call of an action began and ended: with its tasks. */
export function spans(tasks: readonly TaskView[]): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  for (const { kind, group, startedAt, finishedAt } of tasks) {
    if (group === null || kind === "action" || startedAt === null) continue;
    const known = found.get(group) ?? { startedAt, finishedAt };
    found.set(group, {
      startedAt: known.startedAt < startedAt ? known.startedAt : startedAt,
      finishedAt:
        known.finishedAt === null || finishedAt === null
          ? null
          : known.finishedAt > finishedAt
            ? known.finishedAt
            : finishedAt,
    });
  }
  return found;
}

export interface Span {
  startedAt: string;
  finishedAt: string | null;
}

const moment = (at: string | null) => (at === null ? null : Date.parse(at));

const keys: Record<TaskColumn, (task: TaskView, now: number) => string | number | null> = {
  state: ({ state }) => stateOrder.indexOf(state),
  task: ({ id }) => id,
  started: ({ startedAt }) => moment(startedAt),
  finished: ({ finishedAt }) => moment(finishedAt),
  time: ({ startedAt, finishedAt }, now) => between(startedAt, finishedAt, now),
};
