import { describe, expect, it } from "vitest";

import { FakeHost } from "../../api/fake";
import { templateReplies } from "../../fixture/templates";
import { Desk } from "../../shared/desk.svelte";
import { context, settled } from "./decisions";
import { TemplateUpdate } from "./update.svelte";

const project = { path: "/home/mira/code/wheat-heads" };

function begin() {
  const host = new FakeHost(templateReplies(new URLSearchParams(), project as never));
  return { host, update: new TemplateUpdate(new Desk(host), project.path) };
}

describe("an update", () => {
  it("is not applied before every conflict has a side", async () => {
    const { host, update } = begin();
    await update.look();
    expect(update.open).toBe(1);
    await update.apply();
    expect(host.asked("update_apply")).toEqual([]);
    const change = update.preview.value?.changes[0];
    if (!change) throw new Error("no change");
    update.choose(change, 0, { kind: "both" });
    expect(update.open).toBe(0);
    await update.apply();
    expect(host.asked("update_apply")).toEqual([
      {
        update: "update-1",
        decisions: { ".apolo/live.yml": { kind: "sides", sides: [{ kind: "both" }] } },
      },
    ]);
    await update.undo();
    expect(host.asked("project_undo")).toEqual([{ undo: "undo-update-1" }]);
    expect(update.done).toBeNull();
  });

  it("forgets decisions about conflicts that are other ones now", async () => {
    const { host, update } = begin();
    await update.look();
    const change = update.preview.value?.changes[0];
    if (!change) throw new Error("no change");
    update.choose(change, 0, { kind: "mine" });
    const preview = host.replies.update_preview;
    host.replies.update_preview = async (request) => {
      const answer = await preview?.(request);
      if (!answer) throw new Error("no preview");
      const pieces = [...change.pieces, ...change.pieces];
      return { ...answer, changes: [{ ...change, pieces }] };
    };
    await update.look();
    expect(update.open).toBe(1);
    expect(update.decisions).toEqual({});
  });
});

it("sides are settled once each of them is chosen", () => {
  expect(settled([{ kind: "mine" }, null])).toBeNull();
  expect(settled([{ kind: "mine" }, { kind: "theirs" }])).toHaveLength(2);
  expect(settled([])).toEqual([]);
});

it("lines around a conflict are those next to it", () => {
  expect(context("a\nb\nc\nd\n", "end", 2)).toBe("c\nd");
  expect(context("a\nb\nc\nd\n", "start", 2)).toBe("a\nb");
});
