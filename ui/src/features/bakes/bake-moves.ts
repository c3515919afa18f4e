import type { BakeMoved, BakeView } from "../../api/views";
import { isLively } from "../../shared/state-words";

/** The view with what changed; null if this is not its next change. */
export function withMoved(view: BakeView, moved: BakeMoved): BakeView | null {
  const { row, images, problem, revision } = moved;
  const isNext = view.row.id === row.id && view.attempt === row.attempt;
  if (!isNext || view.revision === 0 || view.revision + 1 !== revision) return null;
  if (moved.tasks.some(({ at, task }) => view.tasks[at]?.id !== task.id)) return null;
  const tasks = [...view.tasks];
  for (const { at, task } of moved.tasks) tasks[at] = task;
  return { ...view, tasks, row, images, problem, revision };
}

/** Whether a view of the same attempt tells more than an answer that arrives after it. */
export function isNewer(known: BakeView, answer: BakeView): boolean {
  if (known.row.id !== answer.row.id || known.attempt !== answer.attempt) return false;
  if (isLively(known.row.state) !== isLively(answer.row.state)) return isLively(answer.row.state);
  return answer.revision > 0 && known.revision > answer.revision;
}
