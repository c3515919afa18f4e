import { describe, expect, it } from "vitest";

import type { DrawnNode } from "../../api/views";
import { overlaps } from "./bounds";
import { Places } from "./places";
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
