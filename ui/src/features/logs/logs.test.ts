import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FakeHost } from "../../api/fake";
import type { LogChunk, LogLevel } from "../../api/views";
import { pieces, withoutColours } from "./ansi";
import { LogTail } from "./log-tail.svelte";
import { markedPieces } from "./marked";

describe("colours of a line", () => {
  it("cut it into pieces", () => {
    expect(pieces("a \u001b[1;31mred\u001b[0m b")).toEqual([
      { text: "a ", look: "" },
      { text: "red", look: "ansi-red ansi-bold" },
      { text: " b", look: "" },
    ]);
  });

  it("of the 256 and of all become the nearest one with contrast", () => {
    expect(pieces("\u001b[38;5;196mx")[0]?.look).toBe("ansi-red");
    expect(pieces("\u001b[38;2;20;200;30mx")[0]?.look).toBe("ansi-green");
    expect(pieces("\u001b[38;5;244;1mx")[0]?.look).toBe("ansi-white ansi-bold");
    expect(pieces("\u001b[48;5;21;4mx")[0]?.look).toBe("ansi-underline");
  });

  it("leave no other sequences behind", () => {
    expect(withoutColours("\u001b[2Ka\u001b[31mb")).toBe("ab");
    expect(pieces("\u001b[2Ka")).toEqual([{ text: "a", look: "" }]);
  });
});

describe("hits of a search", () => {
  it("are marked across colours", () => {
    const parts = markedPieces("lo\u001b[31mss=1 LOSS", "loss");
    expect(parts.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(["lo", "ss", "LOSS"]);
    expect(parts.map(({ text }) => text).join("")).toBe("loss=1 LOSS");
  });

  it("do not overlap", () => {
    expect(markedPieces("aaaa", "aa").map(({ text }) => text)).toEqual(["aa", "aa"]);
  });
});

describe("the tail of a log", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const chunk = (first: number, texts: string[], level: LogLevel = "plain"): LogChunk => ({
    lines: texts.map((text, index) => ({ number: first + index, at: null, level, text })),
    state: null,
    ended: false,
    problem: null,
  });

  function tailOf() {
    const host = new FakeHost();
    let send = (_: LogChunk) => {};
    host.pour = (pour) => (send = pour);
    const tail = new LogTail(host);
    tail.show("job-1");
    const come = (piece: LogChunk) => {
      send(piece);
      vi.advanceTimersByTime(50);
    };
    return { tail, come, host };
  }

  it("counts lines, errors and warnings once for many pieces", () => {
    const { tail, come } = tailOf();
    come(chunk(1, ["a", "b"]));
    come(chunk(3, ["c"], "error"));
    expect([tail.count, tail.errors, tail.warnings]).toEqual([3, 1, 0]);
    expect(tail.text()).toBe("a\nb\nc");
  });

  it("tells how many lines came while it was not followed", () => {
    const { tail, come } = tailOf();
    come(chunk(1, ["a"]));
    tail.follow(false);
    come(chunk(2, ["b", "c"]));
    expect(tail.unseen).toBe(2);
    tail.follow(true);
    expect(tail.unseen).toBe(0);
  });

  it("finds in what is there and in what comes", () => {
    const { tail, come } = tailOf();
    come(chunk(1, ["loss 1", "other", "\u001b[31mLo\u001b[0mss 2"]));
    tail.find("loss");
    expect([...tail.hits]).toEqual([0, 2]);
    expect(tail.following).toBe(false);
    come(chunk(4, ["loss 3"]));
    tail.step(-1);
    expect(tail.hitLine).toBe(3);
    tail.step(1);
    expect(tail.hitLine).toBe(0);
  });

  it("of another job starts anew, and hears no more of the first", () => {
    const { tail, come } = tailOf();
    come(chunk(1, ["a"]));
    const old = come;
    tail.show("job-2");
    old(chunk(2, ["late"]));
    expect(tail.lines.map(({ text }) => text)).not.toContain("a");
  });
});
