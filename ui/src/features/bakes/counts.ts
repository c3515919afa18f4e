import type { BakeState, StateCount, TaskView } from "../../api/views";

/** Number of tasks in each state, calls of actions left out. */
export function countsOf(tasks: readonly TaskView[]): StateCount[] {
  const counts = new Map<BakeState, number>();
  for (const { state, kind } of tasks)
    if (kind !== "action") counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => ({ state, count }));
}
