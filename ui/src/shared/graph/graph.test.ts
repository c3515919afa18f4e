import { describe, expect, it } from "vitest";

import type { DrawnNode } from "../../api/views";
import { overlaps, pathBounds } from "./bounds";
import { Viewport } from "./viewport.svelte";
import { neighbour, nodeName } from "./walk";

const node = (id: string, x: number, y: number, more: Partial<DrawnNode> = {}): DrawnNode => ({
  id,
  label: id,
  detail: "",
  state: "running",
  frame: false,
  x,
  y,
  width: 200,
  height: 44,
  needs: [],
  neededBy: [],
  ...more,
});

describe("the box around path data", () => {
  it("holds every point of absolute commands", () => {
    expect(pathBounds("M10 20H60V5L-3 7")).toEqual({ left: -3, top: 5, right: 60, bottom: 20 });
    expect(pathBounds("M0 0C10-5 20 30 40 8")).toEqual({ left: 0, top: -5, right: 40, bottom: 30 });
  });

  it("is not smaller than an arc", () => {
    const box = pathBounds("M8 0A8 8 0 0 0 0 8");
    expect(box && box.left <= 0 && box.bottom >= 8).toBe(true);
  });

  it("is unknown for relative commands", () => {
    expect(pathBounds("m1 1l2 2")).toBeNull();
    expect(pathBounds("M1 1l2 2")).toBeNull();
  });

  it("tells what is in view", () => {
    const view = { left: 0, top: 0, right: 10, bottom: 10 };
    expect(overlaps({ left: 9, top: 9, right: 20, bottom: 20 }, view)).toBe(true);
    expect(overlaps({ left: 11, top: 0, right: 20, bottom: 5 }, view)).toBe(false);
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
    expect(
      nodeName({ ...node("train", 0, 0), needs: ["a", "b"], neededBy: ["c", "d", "e"] }, false),
    ).toBe("train, running, needs 2, needed by 3");
    expect(nodeName(node("train", 0, 0), true)).toBe("train");
  });
});
