import { describe, expect, it } from "vitest";

import type { PreviewEntry } from "../../api/views";
import { firstFile, treeRows } from "./preview-tree";
import { textLines } from "./text-lines";

const file = (path: string, text: string | null = "x"): PreviewEntry => ({
  path,
  kind: "file",
  bytes: 1,
  text,
  marks: [],
  mode: null,
  isText: text !== null,
  copied: false,
  origin: path,
  digest: "1",
});

describe("the tree of a preview", () => {
  it("shows folders first, also those that nobody listed", () => {
    const rows = treeRows([file("b.txt"), file("src/x/deep.py"), file("src/a.py"), file("A.md")]);
    expect(rows.map(({ path }) => path)).toEqual([
      "src",
      "src/x",
      "src/x/deep.py",
      "src/a.py",
      "A.md",
      "b.txt",
    ]);
    expect(rows[0]).toMatchObject({ folder: true, entry: null, depth: 0 });
  });

  it("opens the flow's own file first", () => {
    expect(firstFile([file("README.md"), file(".apolo/live.yml")])).toBe(".apolo/live.yml");
    expect(firstFile([file("logo.png", null), file("README.md")])).toBe("README.md");
    expect(firstFile([file("logo.png", null)])).toBeNull();
  });
});

describe("the lines of a preview", () => {
  it("mark what came from answers, also over the end of a line", () => {
    const lines = textLines("a bc\nde f\n", [{ start: 2, end: 7, variable: "v" }], false);
    expect(lines.map(({ parts }) => parts.map(({ text, variable }) => [text, variable]))).toEqual([
      [
        ["a ", null],
        ["bc", "v"],
      ],
      [
        ["de", "v"],
        [" f", null],
      ],
    ]);
  });

  it("colour keys, comments and expressions", () => {
    const [line] = textLines("  key: ${{ a.b }} # why", [], true);
    expect(line?.parts.filter(({ look }) => look).map(({ text, look }) => [text, look])).toEqual([
      ["key", "key"],
      ["${{ a.b }}", "expression"],
      [" # why", "comment"],
    ]);
  });

  it("keep empty lines", () => {
    expect(textLines("a\n\nb", [], false)).toHaveLength(3);
  });
});
