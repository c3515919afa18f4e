import { describe, expect, it } from "vitest";

import type { DrawnNode } from "../../api/views";
import { overlaps } from "./bounds";
import { linesOf } from "./letters";
import { Places } from "./places";
import { longestRun } from "./running-word";
import type { Prepared } from "./scene";
import { boxesOf, boxOf, trail } from "./trails";
import { Viewport } from "./viewport.svelte";
import { leaves, neighbour, nodeName } from "./walk";

const node = (id: string, x: number, y: number, more: Partial<DrawnNode> = {}): DrawnNode => ({
  id,
  label: id,
  detail: "",
  state: "running",
  kind: "task",
  frame: false,
  group: null,
  holds: [],
  x,
  y,
  width: 200,
  height: 44,
  needs: [],
  neededBy: [],
  ...more,
});

describe("what is in view", () => {
  it("is told by boxes", () => {
    const view = { left: 0, top: 0, right: 10, bottom: 10 };
    expect(overlaps({ left: 9, top: 9, right: 20, bottom: 20 }, view)).toBe(true);
    expect(overlaps({ left: 11, top: 0, right: 20, bottom: 5 }, view)).toBe(false);
  });

  it("is found among many in their order, each once", () => {
    const boxes = Array.from({ length: 400 }, (_, index) => ({
      left: (index % 20) * 250,
      top: Math.floor(index / 20) * 90,
      right: (index % 20) * 250 + 1200,
      bottom: Math.floor(index / 20) * 90 + 44,
    }));
    const places = new Places(boxes);
    for (const view of [
      { left: 0, top: 0, right: 100, bottom: 100 },
      { left: 900, top: 300, right: 2600, bottom: 1700 },
      { left: -500, top: -500, right: 9000, bottom: 9000 },
      { left: 3000, top: 10, right: 3000, bottom: 10 },
    ]) {
      const wanted = boxes.flatMap((box, index) => (overlaps(box, view) ? [index] : []));
      expect(places.in(view)).toEqual(wanted);
    }
  });
});

describe("the view", () => {
  const view = () => Object.assign(new Viewport(), { width: 800, height: 400 });

  it("fits everything, but not larger than it is", () => {
    const small = view();
    small.fit({ width: 100, height: 100 });
    expect([small.scale, small.x, small.y]).toEqual([1, 350, 150]);
    const large = view();
    large.fit({ width: 7520, height: 100 });
    expect(large.scale).toBeCloseTo(0.1);
  });

  it("begins with what can be read: a part of a large drawing, what is selected in it", () => {
    const start = { left: 0, top: 0, right: 200, bottom: 44 };
    const whole = view();
    whole.begin({ width: 1600, height: 600 }, start);
    expect(whole.scale).toBeCloseTo(0.47);
    const part = view();
    part.begin({ width: 60_000, height: 9000 }, start, 52);
    expect([part.scale, part.x, part.y]).toEqual([0.45, 24, 52]);
    const chosen = { left: 30_000, top: 4000, right: 30_200, bottom: 4044 };
    part.begin({ width: 60_000, height: 9000 }, chosen, 52);
    expect(overlaps(chosen, part.bounds)).toBe(true);
    expect(part.touched).toBe(false);
  });

  it("keeps what floats off the drawing where there is room", () => {
    const seen = view();
    seen.fit({ width: 700, height: 310 }, 52);
    expect(seen.y).toBe(52);
  });

  it("keeps the point under the hand while zooming", () => {
    const seen = view();
    const before = (100 - seen.x) / seen.scale;
    seen.zoom(1.7, 100, 50);
    expect((100 - seen.x) / seen.scale).toBeCloseTo(before);
    expect(seen.touched).toBe(true);
  });

  it("moves only as far as needed to show a node", () => {
    const seen = view();
    seen.reveal({ left: 10, top: 10, right: 100, bottom: 50 }, 0);
    expect([seen.x, seen.y]).toEqual([0, 0]);
    seen.reveal({ left: 900, top: 10, right: 1000, bottom: 50 }, 0);
    expect(seen.x).toBe(-200);
  });
});

describe("words in the picture", () => {
  const font = {
    size: 13,
    weight: 500,
    mono: false,
    fill: "black",
    anchor: "start",
    detail: "name",
  } as const;
  const second = { ...font, size: 11, detail: "full" } as const;
  const piece = (label: string, more: Partial<DrawnNode> = {}) =>
    ({
      piece: { x: 100, y: 50 },
      node: node("x", 100, 50, { label, ...more }),
      texts: [
        {
          text: label.length > 20 ? `${label.slice(0, 20)}…` : label,
          x: 38,
          y: 20,
          width: 60,
          font,
        },
        { text: "Running · 12:04", x: 38, y: 34.3, width: 80, font: second },
      ],
    }) as unknown as Prepared;
  const shorten = (text: string, _font: object, size: number, room: number) =>
    text.slice(0, Math.max(0, Math.floor(room / (size * 0.6))));
  const sizes = (scale: number) =>
    linesOf(piece("prepare"), scale, shorten).map(({ size }) => Number((size * scale).toFixed(3)));

  it("are as large as in files from 85 % on", () => {
    expect(sizes(1)).toEqual([13, 11]);
    expect(linesOf(piece("prepare"), 1, shorten)[0]).toMatchObject({ x: 138, y: 70, width: 60 });
  });

  it("never become too small to be read, as long as they are written", () => {
    expect(sizes(0.6)).toEqual([11, 9.5]);
    expect(sizes(0.45)).toEqual([11]);
    expect(sizes(0.28)[0]).toBeGreaterThan(9);
    expect(sizes(0.2)).toEqual([]);
  });

  it("are shortened anew from the whole name, and stand in the middle without a second line", () => {
    const long = "a_name_that_is_much_longer_than_a_box";
    const [at100] = linesOf(piece(long), 1, shorten);
    expect(at100?.text).toBe("a_name_that_is_much_…");
    const [at45] = linesOf(piece(long), 0.45, shorten);
    expect(long.startsWith(at45?.text ?? "?")).toBe(true);
    expect((at45?.text.length ?? 0) * (at45?.size ?? 0) * 0.6).toBeLessThanOrEqual(154);
    expect(((at45?.y ?? 0) - 50) * 0.45).toBeCloseTo(22 * 0.45 + 11 * 0.35);
  });

  it("find the longest straight part of an arrow", () => {
    const outline = (data: string) => ({ data, path: null });
    const bent = outline("M0 10L20 10C24 10 30 15 30 20L30 70C30 75 35 80 40 80L48 80");
    expect(longestRun(bent)).toEqual({ x: 30, y: 45, length: 50, upright: true });
    expect(longestRun(outline("M0 0C10 0 20 30 40 30"))).toBeNull();
  });
});

describe("walking with arrow keys", () => {
  const list = [
    node("a", 0, 0, { neededBy: ["c", "b"] }),
    node("b", 250, 0, { needs: ["a"] }),
    node("c", 250, 90, { needs: ["a"] }),
  ];
  const nodes = new Map(list.map((one) => [one.id, one]));
  const from = (id: string, key: string, direction: "right" | "down" = "right") =>
    neighbour(nodes, nodes.get(id) as DrawnNode, key, direction)?.id ?? null;

  it("goes along the edges to the nearest node", () => {
    expect(from("a", "ArrowRight")).toBe("b");
    expect(from("c", "ArrowLeft")).toBe("a");
    expect(from("b", "ArrowRight")).toBeNull();
  });

  it("goes to neighbours of the same rank", () => {
    expect(from("b", "ArrowDown")).toBe("c");
    expect(from("c", "ArrowUp")).toBe("b");
  });

  it("turns with the direction of the graph", () => {
    expect(from("a", "ArrowDown", "down")).toBe("b");
  });

  it("names what a node is and needs", () => {
    const train = { ...node("train", 0, 0), needs: ["a", "b"], neededBy: ["c", "d", "e"] };
    expect(nodeName(train, false)).toBe("train, running, needs 2, needed by 3");
    expect(nodeName({ ...train, detail: "Running · 12:04" }, false)).toBe(
      "train, running, 12 minutes, needs 2, needed by 3",
    );
    expect(nodeName(node("train", 0, 0), true)).toBe("train");
    const matrix = { ...node("train", 0, 0), kind: "matrix" as const, holds: ["x", "y"] };
    expect(nodeName({ ...matrix, detail: "1 ok · 1 running" }, false)).toBe(
      "train, folded matrix, 2 tasks, running, 1 ok, 1 running",
    );
  });
});

describe("a graph with a call", () => {
  // load → call (a → b) → report; a folded matrix beside it.
  const list = [
    node("report", 900, 0, { needs: ["call"] }),
    node("call.b", 500, 0, { group: "call", needs: ["call.a"] }),
    node("call.a", 250, 0, { group: "call", neededBy: ["call.b"] }),
    node("load", 0, 0, { neededBy: ["call", "train"] }),
    node("train", 250, 200, { kind: "matrix", holds: ["train_1", "train_2"], needs: ["load"] }),
    node("call", 240, -20, {
      kind: "callFrame",
      frame: true,
      holds: ["call.a", "call.b"],
      needs: ["load"],
      neededBy: ["report"],
    }),
  ];
  const nodes = new Map(list.map((one) => [one.id, one]));

  it("is a tree in which tasks follow their frames", () => {
    const order = leaves(nodes.values()).map(({ node, level }) => `${level} ${node.id}`);
    expect(order).toEqual(["1 load", "1 call", "2 call.a", "2 call.b", "1 train", "1 report"]);
  });

  it("has trails that go through the frame", () => {
    expect([...trail(nodes, "call.b", "before")].sort()).toEqual([
      "call",
      "call.a",
      "call.b",
      "load",
    ]);
    expect([...trail(nodes, "load", "after")].sort()).toEqual(list.map(({ id }) => id).sort());
    expect([...trail(nodes, "call.a", "after")].sort()).toEqual([
      "call",
      "call.a",
      "call.b",
      "report",
    ]);
  });

  it("shows a task by the card that holds it", () => {
    expect(boxOf(nodes, "train_2")).toBe("train");
    expect(boxOf(nodes, "gone")).toBeNull();
    expect([...boxesOf(nodes, new Set(["train_1", "call.a"]))].sort()).toEqual([
      "call",
      "call.a",
      "train",
    ]);
  });

  it("leads with arrow keys out of the frame", () => {
    const to = (id: string, key: string) =>
      neighbour(nodes, nodes.get(id) as DrawnNode, key, "right")?.id;
    expect(to("call.b", "ArrowRight")).toBe("report");
    expect(to("call.a", "ArrowLeft")).toBe("load");
  });
});
