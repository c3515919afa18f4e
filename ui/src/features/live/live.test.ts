import { describe, expect, it } from "vitest";

import { liveRows } from "../../fixture/data";
import { splitArguments } from "./arguments";
import { filtered, findRow, rowKey } from "./live-rows";

describe("arguments", () => {
  it("split as in a shell", () => {
    expect(splitArguments(`--lr 1e-3  --name "two words" 'a "b"' c\\ d ""`)).toEqual([
      "--lr",
      "1e-3",
      "--name",
      "two words",
      'a "b"',
      "c d",
      "",
    ]);
    expect(splitArguments("   ")).toEqual([]);
  });
});

describe("rows of live jobs", () => {
  it("are found by key, by raw id, or by job", () => {
    expect(findRow(liveRows, "train/try-3")?.state).toBe("cancelled");
    expect(findRow(liveRows, "job-991f")?.job).toBe("upload-labels");
    expect(findRow(liveRows, "train")?.suffix).toBe("lr-sweep");
    expect(findRow(liveRows, "gone")).toBeNull();
  });

  it("are filtered by words and by whether they run", () => {
    expect(filtered(liveRows, "TRY", "all").map(rowKey)).toEqual(["train/try-3"]);
    expect(filtered(liveRows, "", "running").map(rowKey)).toEqual(["jupyter", "train/lr-sweep"]);
  });
});
