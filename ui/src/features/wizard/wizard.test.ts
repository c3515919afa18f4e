import { describe, expect, it } from "vitest";

import type { PreviewEntry } from "../../api/views";
import { FakeHost } from "../../api/fake";
import { templateReplies } from "../../fixture/templates";
import { Desk } from "../../shared/desk.svelte";
import { Place } from "./place.svelte";
import { firstFile, treeRows, unfolded } from "./preview-tree";
import { changes } from "./preview.svelte";
import { Source } from "./source.svelte";
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

describe("folders of a preview", () => {
  it("hide what is in them, and nothing else, when they are closed", () => {
    const rows = treeRows([file("src/a/x.py"), file("src/b.py"), file("src-two/c.py")]);
    const shown = unfolded(rows, new Set(["src"]));
    expect(shown.map(({ path }) => path)).toEqual(["src", "src-two", "src-two/c.py"]);
  });
});

describe("marks of changed files", () => {
  it("stand at files whose digest is another one or that are new", () => {
    const tree = (entries: PreviewEntry[]) => ({ folder: "x", entries, bytes: 0, diagnostics: [] });
    const before = tree([file("same"), file("other")]);
    const after = tree([file("same"), { ...file("other"), digest: "2" }, file("new")]);
    expect([...changes(before, after)]).toEqual(["other", "new"]);
  });
});

describe("a source", () => {
  const project = { path: "/p" } as never;
  it("asks back where it holds several templates, and is opened with the answer", async () => {
    const host = new FakeHost(templateReplies(new URLSearchParams(), project));
    const taken: string[] = [];
    const source = new Source(new Desk(host), ({ id }) => taken.push(id));
    source.typed = " gh:acme/several ";
    await source.openTyped();
    expect(source.question?.kind).toBe("nested");
    await source.openNested("small");
    expect(source.question).toBeNull();
    expect(taken).toEqual(["opened-1"]);
    expect(host.asked("template_open").map(({ source, nested }) => [source, nested])).toEqual([
      ["gh:acme/several", undefined],
      ["gh:acme/several", "small"],
    ]);
  });

  it("gives a secret once and keeps none of it", async () => {
    const host = new FakeHost(templateReplies(new URLSearchParams(), project));
    const source = new Source(new Desk(host), () => {});
    source.typed = "https://git.example.org/private.git";
    await source.open({ credential: { user: "mira", secret: "s3cret" } });
    await source.refresh();
    const [first, second] = host.asked("template_open");
    expect(first?.credential?.secret).toBe("s3cret");
    expect(second?.credential).toBeUndefined();
    expect(JSON.stringify(source.opened)).not.toContain("s3cret");
  });
});

describe("a place where files are", () => {
  it("is left only when every file was decided, and forgets texts of other files", async () => {
    const host = new FakeHost(templateReplies(new URLSearchParams(), { path: "/p" } as never));
    const view = { parent: "/x", target: "/x/y", shownTarget: "/x/y", hint: null };
    host.replies.place_check = () => ({ ...view, problem: "It is taken.", occupied: true });
    const ask = { template: "t", answers: {} };
    const place = new Place(
      new Desk(host),
      () => "y",
      () => ask,
    );
    await place.check();
    expect(place.obstacle).toBe("It is taken.");
    place.merging = true;
    await place.askMeetings();
    expect(place.obstacle).toBe("1 file needs a decision");
    place.decide("README.md", { kind: "merge", text: "both" });
    expect(place.obstacle).toBeNull();
    const meet = host.replies.place_meetings;
    host.replies.place_meetings = async (request) => {
      const met = await meet?.(request);
      if (!met) throw new Error("no meetings");
      return { ...met, files: met.files.map((file) => ({ ...file, theirs: "# Other\n" })) };
    };
    await place.askMeetings();
    expect(place.decisions).toEqual({});
  });
});
