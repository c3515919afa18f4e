import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ask, expect, madeProject, test, type Bench } from "./bench";
import { compare, ofPdf, ofSvg, prepare, shifts, type Difference, type Drawing } from "./raster";

/** Tasks in all states: what ends has ended, and what goes on is looked at as it goes on. */
const states = `kind: batch
images:
  shell:
    ref: ubuntu:24.04
defaults:
  fail_fast: false
  max_parallel: 8
  cache:
    strategy: none
tasks:
${[
  ["good", "needs: []", "exit 0"],
  ["bad", "needs: []", "exit 3"],
  ["after_bad", "needs: [bad]", "exit 0"],
  ["long", "needs: []", "sleep 600"],
  ["watcher", "needs: {long: running}", "sleep 600"],
  ["waits", "needs: [long, good]", "exit 0"],
  ["left_out", "needs: []\n    enable: \${{ 'a' == 'b' }}", "exit 0"],
  ["a_task_with_a_name_that_is_far_too_long_for_its_box", "needs: [good]", "exit 0"],
  [
    "fit_${{ matrix.fold }}",
    "needs: []\n    strategy: {matrix: {fold: [1, 2, 3, 4, 5, 6]}}",
    "exit 0",
  ],
  ["report", "needs: [fit_1, fit_2, watcher]", "exit 0"],
]
  .map(([id, more, bash]) =>
    [`- id: ${id}`, more, "image: ${{ images.shell.ref }}", `bash: ${bash}`]
      .filter(Boolean)
      .join("\n    "),
  )
  .map((task) => `  ${task}`)
  .join("\n")}
`;

type Verdict = "run" | "reuse" | "skip" | "unknown" | "fail";
const verdicts: Verdict[] = ["run", "reuse", "skip", "unknown", "fail"];
const step = (id: string, needs: string[], more: object = {}) => ({
  id,
  label: id.split(".").at(-1),
  group: null,
  family: null,
  kind: "task",
  needs: needs.map((id) => ({ id, whileRunning: id.startsWith("serve") })),
  verdict: verdicts[id.length % verdicts.length],
  reason: "",
  causes: [],
  bake: null,
  ...more,
});

/** Calls of actions in each other, a matrix, long and foreign names. */
const grouped = [
  step("fetch", []),
  step("prepare", ["fetch"], { kind: "action" }),
  step("prepare.verify", ["fetch"], { group: "prepare" }),
  step("prepare.deep", ["prepare.verify"], {
    group: "prepare",
    kind: "action",
  }),
  step("prepare.deep.tile", ["prepare.verify"], { group: "prepare.deep" }),
  step("prepare.deep.split", ["prepare.deep.tile"], { group: "prepare.deep" }),
  ...["1", "2", "3", "4"].map((fold) =>
    step(`train-${fold}`, ["prepare"], {
      family: "train",
      label: `train-${fold}`,
    }),
  ),
  step("serve", ["prepare"]),
  step("probe", ["serve"]),
  step("évaluer-le-modèle-avec-un-nom-beaucoup-trop-long-pour-sa-boîte", ["train-1", "probe"]),
  step("report", ["train-1", "train-2", "train-3", "train-4", "serve"]),
];
/** A graph with many crossing arrows. */
const dense = Array.from({ length: 32 }, (_, number) =>
  step(
    `task_${number}`,
    [number - 3, number - 7, number - 11].filter((at) => at >= 0).map((at) => `task_${at}`),
  ),
);

interface Case {
  name: string;
  subject: object;
  direction: "right" | "down";
  theme: "light" | "dark";
  folding?: { folded: string[]; opened: string[] };
  at?: string;
}

let project = "";
const cases: Case[] = [];

test.beforeAll(async ({ bench }: { bench: Bench }) => {
  project = await madeProject(bench, "Pictures");
  writeFileSync(join(project, ".neuro", "states.yml"), states);
  const { row } = await ask<{ row: { id: string } }>(bench, "bake_start", {
    project,
    batch: "states",
  });
  const bake = { kind: "bake", bake: row.id, attempt: null };
  const look = () =>
    ask<{ tasks: { id: string; state: string }[] }>(bench, "bake_view", {
      project,
      bake: row.id,
    });
  const ended = async () => {
    const { tasks } = await look();
    const state = (id: string) => tasks.find((task) => task.id === id)?.state;
    return ["bad", "long", "watcher"].map(state).join(" ");
  };
  await expect.poll(ended, { timeout: 60_000 }).toBe("failed running running");
  const at = new Date().toISOString();
  await ask(bench, "bake_cancel", { project, bake: row.id });
  const plan = (steps: object[]) => ({
    kind: "forecast",
    title: "a plan",
    steps,
  });
  const batch = { kind: "batch", batch: "sample", params: {} };
  const open = { folded: [], opened: ["train"] };
  const folded = { folded: ["prepare", "train"], opened: [] };
  cases.push(
    {
      name: "a bake under way",
      subject: bake,
      direction: "right",
      theme: "light",
      at,
    },
    {
      name: "a bake under way, dark",
      subject: bake,
      direction: "right",
      theme: "dark",
      at,
    },
    {
      name: "a bake under way, downwards",
      subject: bake,
      direction: "down",
      theme: "light",
      at,
    },
    {
      name: "groups",
      subject: plan(grouped),
      direction: "right",
      theme: "light",
    },
    {
      name: "groups, dark and downwards",
      subject: plan(grouped),
      direction: "down",
      theme: "dark",
    },
    {
      name: "folded",
      subject: plan(grouped),
      direction: "right",
      theme: "light",
      folding: folded,
    },
    {
      name: "an open matrix",
      subject: plan(grouped),
      direction: "down",
      theme: "light",
      folding: open,
    },
    {
      name: "many arrows",
      subject: plan(dense),
      direction: "right",
      theme: "light",
    },
    {
      name: "many arrows, dark",
      subject: plan(dense),
      direction: "down",
      theme: "dark",
    },
    { name: "a batch", subject: batch, direction: "right", theme: "dark" },
  );
});

const paper = { light: "#ffffff", dark: "#181513" };
/** How far cells may differ: what edges of letters and lines make, drawn by other programs. */
const most = { svg: { mean: 0.1, worst: 24 }, pdf: { mean: 0.8, worst: 52 } };

/** The drawing as the window gets it, on the ground of paper, and the exported files. */
async function pictured(bench: Bench, one: Case) {
  const { name: _, ...look } = one;
  const ask_ = { project, ...look };
  const drawn = await ask<Drawing>(bench, "graph_drawing", ask_);
  // The window has a ground of its own; all else is the same.
  const text = JSON.stringify(drawn).replaceAll(drawn.ground, paper[one.theme]);
  mkdirSync(bench.folder, { recursive: true });
  const written = async (format: string) => {
    const path = join(bench.folder, `picture.${format}`);
    await ask(bench, "graph_export", { ...ask_, format, path });
    return path;
  };
  const svg = readFileSync(await written("svg"), "utf8");
  return {
    drawing: JSON.parse(text) as Drawing,
    svg,
    pdf: await written("pdf"),
  };
}

const near = (one: number, other: number) => Math.abs(one - other) < 0.05;
const told = ({ mean, worst, x, y }: Difference) =>
  `mean ${mean.toFixed(2)}, worst ${worst.toFixed(0)} at ${x}, ${y}`;
const alike = (found: Difference, { mean, worst }: { mean: number; worst: number }) =>
  found.mean <= mean && found.worst <= worst;

/** Whether PDFs can be looked at. */
const poppler = spawnSync("pdftoppm", ["-v"]).error === undefined;

test("ten graphs look the same in the window, in the SVG and in the PDF", async ({
  page,
  bench,
}, info) => {
  if (!poppler)
    info.annotations.push({
      type: "left out",
      description: "the PDF: no pdftoppm",
    });
  const keep = process.env["PICTURES"];
  await prepare(page);
  for (const one of cases) {
    const { drawing, svg, pdf } = await pictured(bench, one);
    const words = await shifts(page, svg, drawing);
    const shift = words[0] ?? { word: "", x: NaN, y: NaN };
    const elsewhere = words.filter(({ x, y }) => !near(x, shift.x) || !near(y, shift.y));
    expect(
      elsewhere,
      `words of ${one.name} that lie elsewhere than ${shift.x}, ${shift.y}`,
    ).toEqual([]);
    const pictures = [["svg", ofSvg(svg)] as const];
    for (const [kind, picture] of poppler
      ? [...pictures, ["pdf", ofPdf(pdf)] as const]
      : pictures) {
      const found = await compare(page, picture, drawing, [
        shift,
        paper[one.theme],
        keep !== undefined,
      ]);
      if (keep) {
        const file = join(keep, `${one.name}.${kind}`);
        for (const [who, data] of [
          ["window", found.painted],
          ["file", found.other],
        ])
          writeFileSync(
            `${file}.${who}.png`,
            Buffer.from((data ?? "").split(",")[1] ?? "", "base64"),
          );
      }
      expect.soft(alike(found, most[kind]), `${one.name}, ${kind}: ${told(found)}`).toBe(true);
    }
  }
});

test("a word moved by two pixels and the colour of another state are seen", async ({
  page,
  bench,
}) => {
  await prepare(page);
  const one = cases[0] as Case;
  const { drawing, svg, pdf } = await pictured(bench, one);
  const [shift = { x: NaN, y: NaN }] = await shifts(page, svg, drawing);
  const pictures = [["svg", ofSvg(svg)] as const];
  if (poppler) pictures.push(["pdf" as never, ofPdf(pdf)]);
  const changes: ((drawing: Drawing) => void)[] = [
    ({ pieces }) => {
      const word = pieces.flatMap(({ texts }) => texts).find(({ text }) => text === "good");
      if (word) word.x += 2;
    },
    ({ pens }) => {
      const pen = pens.find(({ stroke, fill }) => stroke !== null && fill !== null);
      if (pen) pen.stroke = "#c3440f";
    },
  ];
  for (const [kind, picture] of pictures) {
    const look = (other: Drawing) =>
      compare(page, picture, other, [shift, paper[one.theme], false]);
    expect(alike(await look(drawing), most[kind]), kind).toBe(true);
    for (const change of changes) {
      const other = structuredClone(drawing);
      change(other);
      const found = await look(other);
      expect(alike(found, most[kind]), `${kind}: ${told(found)}`).toBe(false);
    }
  }
});
