import { describe, expect, it } from "vitest";

import type { BakeReplay, TaskView } from "../../api/views";
import { RowWindow } from "../../shared/row-window.svelte";
import { matrixGrid, measures } from "./matrix-grid";
import { ordered, pressed, spans } from "./task-order";
import { ticks, TimeScale } from "./timeline/time-scale";
import { busyOf, rowName, timelineRows, type TimelineAsk } from "./timeline/timeline-rows";
import { TimelineView } from "./timeline/timeline.svelte";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 2, 3, 0, seconds)).toISOString();
const ms = (seconds: number) => Date.parse(at(seconds));

const task = (id: string, more: Partial<TaskView> = {}): TaskView => ({
  id,
  label: id.split(".").at(-1) ?? id,
  group: null,
  family: null,
  kind: "task",
  state: "succeeded",
  needs: [],
  rawId: null,
  createdAt: null,
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  reason: null,
  runner: null,
  preset: null,
  image: null,
  command: null,
  outputs: {},
  matrix: {},
  maxParallel: null,
  ...more,
});

describe("the table of tasks", () => {
  const tasks = [
    task("b10", { startedAt: at(4), finishedAt: at(9) }),
    task("b2", { state: "failed", startedAt: at(2), finishedAt: at(20) }),
    task("a1", { state: "waiting" }),
  ];
  const ids = (column: Parameters<typeof pressed>[1], down = false) =>
    ordered(tasks, "", [{ column, down }, ms(30)]).map(({ id }) => id);

  it("keeps the order of the graph until a head is pressed, and again after the third time", () => {
    expect(ordered(tasks, "", [null, 0])).toBe(tasks);
    const up = pressed(null, "time");
    const down = pressed(up, "time");
    expect([up?.down, down?.down, pressed(down, "time")]).toEqual([false, true, null]);
  });

  it("sorts by names as people count, and by times with those that have none at the end", () => {
    expect(ids("task")).toEqual(["a1", "b2", "b10"]);
    expect(ids("started")).toEqual(["b2", "b10", "a1"]);
    expect(ids("time", true)).toEqual(["b2", "b10", "a1"]);
  });

  it("finds tasks by their names and the words of their states", () => {
    const found = (words: string) => ordered(tasks, words, [null, 0]).map(({ id }) => id);
    expect(found("failed b")).toEqual(["b2"]);
    expect(found("nobody")).toEqual([]);
  });

  it("lets a call last as long as its tasks", () => {
    const inside = (id: string, from: number, to: number | null) =>
      task(id, { group: "call", startedAt: at(from), finishedAt: to === null ? null : at(to) });
    expect(spans([inside("call.a", 3, 5), inside("call.b", 4, 9)]).get("call")).toEqual({
      startedAt: at(3),
      finishedAt: at(9),
    });
    expect(spans([inside("call.a", 3, 5), inside("call.b", 4, null)]).get("call")?.finishedAt).toBe(
      null,
    );
  });
});

describe("long lists", () => {
  it("hold the rows that are seen, and room for the others", () => {
    const rows = new RowWindow(() => 10_000);
    rows.height = 360;
    rows.top = 3600;
    expect(rows.first).toBe(88);
    expect(rows.last).toBe(122);
    expect(rows.before + (rows.last - rows.first) * 36 + rows.behind).toBe(360_000);
    expect(rows.reveal(100)).toBeNull();
    expect(rows.reveal(9999)).toBe(360_000 - 360);
  });

  it("hold all rows of short lists", () => {
    const rows = new RowWindow(() => 90);
    expect([rows.first, rows.last, rows.before, rows.behind]).toEqual([0, 90, 0, 0]);
  });
});

describe("a matrix as a heat map", () => {
  const rows = [
    { lr: "1e-4", fold: "0", loss: "0.5" },
    { lr: "1e-4", fold: "1", loss: "0.1" },
    { lr: "1e-3", fold: "0", loss: "none" },
  ].map(({ lr, fold, loss }) =>
    task(`train-${lr}-${fold}`, { matrix: { lr, fold }, outputs: { loss, note: "x" } }),
  );

  it("offers the outputs that are numbers", () => {
    expect(measures(rows).map(({ label }) => label)).toEqual(["State", "Duration", "Output loss"]);
  });

  it("has its first dimension down and the others across, also where cells are missing", () => {
    const grid = matrixGrid(rows, "output:loss", 0);
    expect([grid.down, grid.across, grid.columns]).toEqual(["lr", "fold", ["0", "1"]]);
    const heats = grid.rows.map(({ cells }) => cells.map((cell) => cell?.heat));
    expect(heats).toEqual([
      [1, 0],
      [null, undefined],
    ]);
    expect(grid.range).toEqual(["0.1", "0.5"]);
  });
});

describe("the timeline", () => {
  const part = (phase: "waiting" | "pulling" | "running", from: number, to: number | null) => ({
    phase,
    from: ms(from),
    to: to === null ? null : ms(to),
  });
  const replay = {
    begin: ms(0),
    end: null,
    tasks: {
      load: {
        parts: [part("waiting", 0, 1), part("pulling", 1, 2), part("running", 2, 10)],
        moments: [],
      },
      "call.a": { parts: [part("waiting", 100, 101), part("running", 101, null)], moments: [] },
    },
    earlier: [
      {
        attempt: 1,
        tasks: { load: { state: "failed", exitCode: 1, parts: [part("running", -9, -4)] } },
      },
    ],
  } as unknown as BakeReplay;
  const ask = (more: Partial<TimelineAsk> = {}): TimelineAsk => ({
    tasks: [
      task("load"),
      task("call", { kind: "action", state: "running" }),
      task("call.a", { group: "call", state: "running" }),
    ],
    replay,
    until: ms(110),
    closed: new Set(),
    order: "start",
    hideFinished: false,
    earlier: true,
    critical: new Set(["load"]),
    ...more,
  });

  it("tells waiting, running, earlier tries and the critical path of every row", () => {
    expect(timelineRows(ask()).map(rowName)).toEqual([
      "load, succeeded, waited 2 s, ran 8 s, 1 earlier try, on the critical path",
      "call, running, spans 10 s",
      "a, running, waited 1 s, ran 9 s",
    ]);
  });

  it("ends everything at the moment that is shown, and leaves out what is done or folded", () => {
    const [load] = timelineRows(ask({ until: ms(5), earlier: false }));
    expect(load?.runs[0]?.parts.at(-1)).toMatchObject({ to: ms(5), open: true });
    const closed = timelineRows(ask({ hideFinished: true, closed: new Set(["call"]) }));
    expect(closed.map(({ id }) => id)).toEqual(["call"]);
  });

  it("makes long gaps short, and comes back from the line to the moments", () => {
    const scale = new TimeScale(
      [ms(0), ms(110)],
      busyOf(timelineRows(ask({ earlier: false }))),
      true,
    );
    expect(scale.breaks).toHaveLength(1);
    expect(scale.length).toBeLessThan(40_000);
    for (const moment of [0, 5, 10, 60, 101, 110].map(ms))
      expect(scale.moment(scale.along(moment))).toBeCloseTo(moment, 3);
    const marks = ticks(scale, [0, scale.length], 3000);
    expect(marks.length).toBeGreaterThan(3);
    const [gap] = scale.breaks;
    expect(marks.every((mark) => mark <= (gap?.from ?? 0) || mark >= (gap?.to ?? 0))).toBe(true);
  });

  it("zooms around a place and never leaves the whole", () => {
    const view = new TimelineView();
    view.zoom(4, 0.5);
    expect(view.part).toEqual([0.375, 0.625]);
    view.pan(100);
    expect(view.part[1]).toBe(1);
    view.zoom(0.001);
    expect(view.part).toEqual([0, 1]);
  });
});
