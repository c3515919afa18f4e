import { describe, expect, it } from "vitest";

import { liveRows } from "../../fixture/data";
import { filtered, findRow, rowKey } from "./live-rows";

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
