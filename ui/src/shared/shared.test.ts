import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { failure } from "../api";
import type { DiagnosticView } from "../api/views";
import { Asked } from "./asked.svelte";
import { ago, between, bytesInWords, counted, inColumns, inWords } from "./duration";
import { caretLine } from "./failure-text";
import { addressOf, placeOf, type Place } from "./places";

describe("an asked answer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is the latest one, however late earlier ones come", async () => {
    const asked = new Asked<string>();
    let answerFirst = (_: string) => {};
    const first = asked.ask(() => new Promise((resolve) => (answerFirst = resolve)));
    await asked.ask(async () => "second");
    answerFirst("first");
    expect(await first).toBeNull();
    expect(asked.value).toBe("second");
    expect(asked.busy).toBe(false);
  });

  it("stays to be seen when asking again fails", async () => {
    const asked = new Asked<string>();
    await asked.ask(async () => "old");
    await asked.ask(() => Promise.reject(failure("unreachable", "Away.")));
    expect(asked.value).toBe("old");
    expect(asked.failure?.message).toBe("Away.");
    await asked.ask(async () => "new");
    expect(asked.failure).toBeNull();
  });

  it("that was given before an event does not win over the event", async () => {
    const asked = new Asked<string>();
    let answerFirst = (_: string) => {};
    const first = asked.ask(() => new Promise((resolve) => (answerFirst = resolve)));
    asked.hear("event", async () => "after the event");
    expect(asked.value).toBe("event");
    answerFirst("before the event");
    await first;
    await vi.waitFor(() => expect(asked.value).toBe("after the event"));
  });

  it("counts as slow only after a moment", async () => {
    const asked = new Asked<string>();
    let answer = (_: string) => {};
    const asking = asked.ask(() => new Promise((resolve) => (answer = resolve)));
    vi.advanceTimersByTime(90);
    expect(asked.slow).toBe(false);
    vi.advanceTimersByTime(20);
    expect(asked.slow).toBe(true);
    answer("here");
    await asking;
    expect(asked.slow).toBe(false);
  });
});

describe("addresses", () => {
  const places: Place[] = [
    { screen: "home" },
    { screen: "new" },
    { screen: "settings", section: "diagnostics" },
    { screen: "live", project: null, row: null },
    { screen: "live", project: "/home/me/a b/ü%", row: "train/lr 1" },
    { screen: "bakes", project: "C:\\flows\\one" },
    { screen: "newBake", project: "/p", batch: "nightly" },
    { screen: "bake", project: "/p", bake: "bake-1", tab: "table", task: "a.b/c?d" },
    { screen: "bake", project: "/p", bake: "name with spaces", tab: "graph", task: null },
  ];

  it.each(places)("lead back to their place: %o", (place) => {
    expect(placeOf(addressOf(place))).toEqual(place);
  });

  it("that nobody knows lead home", () => {
    expect(placeOf("#/nowhere/at/all")).toEqual({ screen: "home" });
    expect(placeOf("")).toEqual({ screen: "home" });
    expect(placeOf("#/settings/%E0%A4%A")).toEqual({ screen: "settings", section: "look" });
  });
});

describe("times", () => {
  it("read as people say them", () => {
    expect(inWords(41_000)).toBe("41 s");
    expect(inWords(249_000)).toBe("4 m 09 s");
    expect(inWords(8_040_000)).toBe("2 h 14 m");
    expect(inWords(97_200_000)).toBe("1 d 3 h");
    expect(inColumns(249_000)).toBe("4:09");
    expect(inColumns(3_723_000)).toBe("1:02:03");
  });

  it("of the past say how long ago", () => {
    const now = Date.parse("2026-01-02T03:04:05Z");
    expect(ago("2026-01-02T03:04:03Z", now)).toBe("just now");
    expect(ago("2026-01-02T02:04:05Z", now)).toBe("1 h ago");
    expect(ago("not a time", now)).toBe("not a time");
  });

  it("between two moments are never negative, and unknown without a first one", () => {
    expect(between("2026-01-01T00:00:10Z", "2026-01-01T00:00:00Z", 0)).toBe(0);
    expect(between(null, "2026-01-01T00:00:00Z", 0)).toBeNull();
  });

  it("and sizes have their units", () => {
    expect(bytesInWords(240)).toBe("240 B");
    expect(bytesInWords(1900)).toBe("1.9 kB");
    expect(counted(1, "task")).toBe("1 task");
    expect(counted(100000, "line")).toBe("100,000 lines");
  });
});

describe("the mark below a source line", () => {
  const found = (more: Partial<DiagnosticView>): DiagnosticView => ({
    severity: "error",
    code: "x",
    message: "",
    help: null,
    candidates: [],
    file: "live.yml",
    line: 1,
    column: 5,
    endLine: 1,
    endColumn: 8,
    source: "jobs: nope",
    ...more,
  });

  it("stands below what is meant", () => {
    expect(caretLine(found({}))).toBe("    ^^^");
  });

  it("keeps tabs, runs to the end for longer places, and is never empty", () => {
    expect(caretLine(found({ source: "\tab", column: 2, endColumn: 4 }))).toBe("\t^^");
    expect(caretLine(found({ source: "abcdef", column: 4, endLine: 3, endColumn: 1 }))).toBe(
      "   ^^^",
    );
    expect(caretLine(found({ column: 1, endColumn: 1 }))).toBe("^");
  });
});
