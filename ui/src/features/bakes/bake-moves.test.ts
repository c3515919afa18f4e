import { expect, test } from "vitest";

import type { BakeMoved, BakeView, TaskView } from "../../api/views";
import { bakeView } from "../../fixture/data";
import { isNewer, withMoved } from "./bake-moves";

const view: BakeView = { ...bakeView, revision: 4 };
const first = view.tasks[0] as TaskView;
const moved: BakeMoved = {
  project: view.project,
  revision: 5,
  row: { ...view.row, attempt: view.attempt },
  tasks: [{ at: 0, task: { ...first, state: "failed", exitCode: 3 } }],
  images: [],
  problem: null,
};

test("the next change of a bake replaces the tasks that changed and keeps the others", () => {
  const now = withMoved(view, moved);
  expect(now?.tasks[0]).toMatchObject({ id: first.id, state: "failed", exitCode: 3 });
  expect(now?.tasks.slice(1)).toEqual(view.tasks.slice(1));
  expect(now?.revision).toBe(5);
});

test("a change that does not follow, or of other tasks, is not taken", () => {
  expect(withMoved(view, { ...moved, revision: 6 })).toBeNull();
  expect(withMoved({ ...view, revision: 0 }, { ...moved, revision: 1 })).toBeNull();
  expect(withMoved(view, { ...moved, row: { ...moved.row, attempt: 9 } })).toBeNull();
  expect(withMoved(view, { ...moved, tasks: [{ at: 1, task: first }] })).toBeNull();
});

test("an answer that comes late takes nothing back", () => {
  expect(isNewer({ ...view, revision: 7 }, view)).toBe(true);
  expect(isNewer(view, { ...view, revision: 7 })).toBe(false);
  const over: BakeView = { ...view, revision: 0, row: { ...view.row, state: "succeeded" } };
  const running: BakeView = { ...view, row: { ...view.row, state: "running" } };
  expect(isNewer(over, running)).toBe(true);
  expect(isNewer(running, over)).toBe(false);
  expect(isNewer({ ...over, attempt: 1 }, { ...running, attempt: 2 })).toBe(false);
});
