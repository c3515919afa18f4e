import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ask, expect, test, visit, within, type Bench, type Page } from "./bench";

const BATCH = `kind: batch
params:
  mood: {default: bad, descr: Whether the check fails}
defaults:
  fail_fast: false
  max_parallel: 6
  cache: {strategy: none}
tasks:
- id: fetch
  cache: {strategy: default}
  image: ubuntu
  bash: sleep 0.3
- id: prepare
  needs: [fetch]
  action: ws:prepare.yml
- id: train_\${{ matrix.lr }}_\${{ matrix.fold }}
  needs: [prepare]
  strategy:
    matrix:
      lr: [low, high]
      fold: [0, 1]
  image: ubuntu
  bash: |
    echo "::set-output name=accuracy::0.\${{ matrix.fold }}5"
    sleep 0.\${{ matrix.fold }}
- id: serve
  needs: {fetch: completed}
  image: ubuntu
  bash: sleep 0.4
- id: watch
  needs: {serve: running}
  image: ubuntu
  bash: echo watching
- id: check
  needs: [train_low_0, train_high_1]
  image: ubuntu
  bash: |
    sleep 0.6
    echo "mood is \${{ params.mood }}"
    test \${{ params.mood }} = good
- id: report
  needs: [check]
  image: ubuntu
  bash: echo done
`;

const LONG = `kind: batch
tasks:
- id: stay
  image: ubuntu
  bash: sleep 300
- id: after
  needs: [stay]
  image: ubuntu
  bash: echo never
`;

const ACTION = `kind: batch
tasks:
- id: unpack
  image: ubuntu
  bash: sleep 0.2
- id: split
  needs: [unpack]
  image: ubuntu
  bash: echo halves
`;

interface Bake {
  row: { id: string; finishedAt: string | null };
}

let project = "";
/** A bake that failed twice, and one after it that ended well. */
let [bad, good] = ["", ""];

const begun = (bench: Bench, mood: string) =>
  ask<Bake>(bench, "bake_start", { project, batch: "sweep", params: { mood } });

async function over(bench: Bench, bake: string): Promise<string> {
  const end = async () => (await ask<Bake>(bench, "bake_view", { project, bake })).row.finishedAt;
  await expect.poll(end, { timeout: 60_000 }).not.toBeNull();
  return bake;
}

test.beforeAll(async ({ bench }: { bench: Bench }) => {
  project = join(bench.folder, "views");
  mkdirSync(join(project, ".apolo"), { recursive: true });
  writeFileSync(join(project, ".apolo", "sweep.yml"), BATCH);
  writeFileSync(join(project, ".apolo", "long.yml"), LONG);
  writeFileSync(join(project, "prepare.yml"), ACTION);
  await ask(bench, "project_open", { project });
  bad = await over(bench, (await begun(bench, "bad")).row.id);
  const restart = {
    project,
    bake: bad,
    attempt: null,
    kind: "failed",
    tasks: [],
    params: {},
  };
  await ask(bench, "bake_restart", {
    ...restart,
    edited: false,
    executor: "here",
  });
  await over(bench, bad);
  good = await over(bench, (await begun(bench, "good")).row.id);
});

const nodes = (page: Page) => page.getByRole("tree", { name: "Tasks of the graph" });
const node = (page: Page, id: string) => nodes(page).locator(`[data-node="${id}"]`);
const line = (page: Page, id: string) =>
  page.getByRole("tree", { name: "Timeline" }).locator(`[data-line="${id}"]`);
const pane = (page: Page) => page.getByRole("complementary");
const show = (page: Page, bench: Bench, bake: string, query = "") =>
  visit(page, bench, within(project, `bakes/${bake}${query}`));

/** How many pixels of a canvas are not as its first one. */
const painted = (page: Page, selector: string) =>
  page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, width, height) ?? { data: [] };
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at] !== data[0] || data[at + 3] !== data[3]) count += 1;
    return count;
  });

test("the graph is walked, folded and used by keys alone", async ({ page, bench }) => {
  await show(page, bench, bad);
  await expect(node(page, "fetch")).toHaveAttribute("tabindex", "0");
  await node(page, "fetch").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[data-node]:focus")).toContainText(/prepare|unpack|serve/);
  await page.keyboard.press("ArrowLeft");
  await expect(node(page, "fetch")).toBeFocused();
  await node(page, "train").focus();
  await expect(node(page, "train")).toHaveText(/^\s*train, matrix, 4 tasks, succeeded/);
  await page.keyboard.press("o");
  await expect(node(page, "train_low_1")).toHaveCount(0);
  await expect(node(page, "train")).toHaveAttribute("aria-expanded", "false");
  await node(page, "check").focus();
  await expect(node(page, "check")).toHaveText(/check, failed, .*needs 1, needed by 1/);
  await page.keyboard.press("ArrowLeft");
  await expect(node(page, "train")).toBeFocused();
  await expect(node(page, "train")).toHaveText(/folded matrix, 4 tasks, succeeded/);
  await node(page, "prepare").focus();
  await page.keyboard.press("o");
  await expect(node(page, "prepare")).toHaveAttribute("aria-expanded", "false");
  await expect(node(page, "prepare.split")).toHaveCount(0);
  await page.keyboard.press("]");
  await expect(node(page, "prepare.split")).toBeAttached();
  await node(page, "prepare.split").focus();
  await page.keyboard.press("[");
  await expect(node(page, "prepare")).toBeFocused();
  await expect(node(page, "prepare.split")).toHaveCount(0);
  await page.keyboard.press("z");
  await expect(page.locator("[aria-label=Zoom] .num")).toHaveText("100 %");
  await page.getByRole("button", { name: "Open all groups" }).click();
  await expect(node(page, "prepare.split")).toBeAttached();
  await page.getByRole("button", { name: "Fold all groups" }).click();
  await expect(node(page, "train_low_1")).toHaveCount(0);

  await node(page, "check").focus();
  await page.keyboard.press("Shift+F10");
  const menu = page.getByRole("menu");
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("Restart");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
});

test("what was found and what hangs together stands out of the graph", async ({ page, bench }) => {
  await show(page, bench, bad);
  await expect(node(page, "check")).toBeAttached();
  await page.keyboard.press("/");
  await page.keyboard.type("train_high");
  await expect(page.locator(".find [role=status]")).toHaveText("1 of 2");
  await page.keyboard.press("Enter");
  await expect(page.locator(".find [role=status]")).toHaveText("2 of 2");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("failed");
  await expect(page.locator(".find [role=status]")).toHaveText("1 of 1");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("Find a task")).toHaveValue("");

  await node(page, "watch").focus();
  await page.keyboard.press("Enter");
  await expect(pane(page)).toContainText("watch");
  const whole = await painted(page, "[role=group] > canvas");
  for (const [key, name] of [
    ["u", "Show only what it needs"],
    ["d", "Show only what needs it"],
    ["p", "Critical path"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole("button", { name })).toHaveAttribute("aria-pressed", "true");
  }
  await expect.poll(() => painted(page, "[role=group] > canvas")).not.toBe(whole);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Critical path" })).toHaveAttribute(
    "aria-pressed",
    "false",
  );
});

test("all views share what is selected", async ({ page, bench }) => {
  await show(page, bench, bad);
  await node(page, "check").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(line(page, "check")).toHaveAttribute("aria-selected", "true");
  await page.getByRole("tab", { name: /^Table/ }).click();
  const row = (name: RegExp) =>
    page.getByRole("table", { name: "Tasks" }).getByRole("row", { name });
  await expect(row(/check train/)).toHaveAttribute("aria-selected", "true");
  await row(/report check/).click();
  await expect(pane(page)).toContainText("report");

  await page.getByRole("button", { name: "Task", exact: true }).click();
  const first = page.locator("tr[data-row]").first();
  await expect(first).toContainText("check");
  await page.keyboard.press("/");
  await page.keyboard.type("skipped");
  await expect(page.locator("tr[data-row]")).toHaveCount(1);
  await page.getByRole("tab", { name: "Graph" }).click();
  await expect(node(page, "report")).toHaveAttribute("aria-selected", "true");
});

test("the timeline tells parts, tries and the critical path, and is looked at closely", async ({
  page,
  bench,
}) => {
  await show(page, bench, bad, "?tab=timeline");
  await expect(line(page, "check")).toHaveAttribute(
    "aria-label",
    /check, failed, .*ran .*1 earlier try, on the critical path/,
  );
  await expect(line(page, "train")).toHaveAttribute("aria-label", /train × 4, matrix, succeeded/);
  await expect.poll(() => painted(page, "canvas.bars")).toBeGreaterThan(500);

  await line(page, "train").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(line(page, "train")).toHaveAttribute("aria-expanded", "false");
  await expect(line(page, "train_low_0")).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[data-line]:focus")).toContainText("train_");
  await page.getByRole("button", { name: "Earlier attempts" }).click();
  await expect(line(page, "check")).not.toHaveAttribute("aria-label", /earlier/);
  await page.getByRole("button", { name: "Hide what is done" }).click();
  await expect(line(page, "fetch")).toHaveCount(0);
  await expect(line(page, "check")).toBeVisible();
  await page.getByRole("button", { name: "Hide what is done" }).click();
  await page
    .getByRole("radio", { name: "Name" })
    .or(page.getByRole("button", { name: "Name" }))
    .click();
  await expect(page.locator("[data-line]").first()).toContainText("check");

  const brush = page.getByRole("slider", {
    name: "Part of the time that is shown",
  });
  await brush.focus();
  await page.keyboard.press("+");
  await expect(brush).toHaveAttribute("aria-valuetext", "from 17 % to 83 %");
  await page.keyboard.press("0");
  const box = await brush.boundingBox();
  if (!box) throw new Error("the brush is seen");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(brush).toHaveAttribute("aria-valuetext", "from 50 % to 75 %");
});

test("idle time between attempts is short until it is asked for", async ({ page, bench }) => {
  await show(page, bench, bad, "?tab=timeline");
  const compress = page.getByRole("button", { name: "Compress idle time" });
  await expect(compress).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => painted(page, "canvas.bars")).toBeGreaterThan(500);
  await compress.click();
  await expect(compress).toHaveAttribute("aria-pressed", "false");
});

test("the slider shows a moment in graph, timeline, table and log, and plays", async ({
  page,
  bench,
}) => {
  await show(page, bench, good);
  await expect(node(page, "report")).toContainText("succeeded");
  const slider = page.getByRole("slider", { name: "Time" });
  await expect(slider).toBeEnabled();
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(node(page, "report")).toContainText("waiting");
  await page.keyboard.press("ArrowRight");
  await expect(slider).not.toHaveAttribute("aria-valuetext", "the end");
  const waits = page.getByRole("list", { name: "Tasks by state" });
  await expect(waits).toContainText(/\d+\s*waiting/);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(line(page, "report")).toHaveAttribute("aria-label", /waiting/);
  await page.getByRole("tab", { name: /^Table/ }).click();
  const row = page.getByRole("table", { name: "Tasks" }).getByRole("row", { name: /report/ });
  await expect(row).toContainText("Waiting");

  await page.getByRole("row", { name: /check/ }).first().click();
  await page.getByRole("button", { name: "End", exact: true }).click();
  const log = page.getByRole("region", { name: /^Log of check/ });
  await expect(log).toContainText("mood is good");
  await slider.blur();
  await page.keyboard.press("<");
  await expect(log).not.toContainText("mood is good");

  await page.getByLabel("Speed of playing").selectOption("10");
  await page.getByRole("button", { name: "Play from here" }).click();
  await expect(slider).toHaveAttribute("aria-valuetext", "the end");
  await expect(row).toContainText("Succeeded");
  await expect(log).toContainText("mood is good");
});

test("a matrix is a heat map of states, times and outputs", async ({ page, bench }) => {
  await show(page, bench, bad, "?task=train");
  const map = pane(page).getByRole("table", { name: "Rows of train" });
  await expect(map.getByRole("button")).toHaveCount(4);
  await expect(map.getByRole("columnheader", { name: "1", exact: true })).toBeVisible();
  await pane(page).getByLabel("Show").selectOption("Output accuracy");
  await expect(map.getByRole("button", { name: /train_low_1, succeeded, 0.15/ })).toHaveText(
    "0.15",
  );
  await expect(pane(page)).toContainText("0.05");
  await pane(page).getByLabel("Show").selectOption("Duration");
  await map.getByRole("button", { name: /train_high_0/ }).click();
  await expect(pane(page).getByRole("heading", { name: "train_high_0" })).toBeVisible();
});

test("bakes of a batch are a grid of their tasks", async ({ page, bench }) => {
  await visit(page, bench, within(project, "bakes"));
  await page
    .getByRole("radio", { name: "Grid" })
    .or(page.getByRole("button", { name: "Grid" }))
    .click();
  const grid = page.getByRole("grid", { name: "Tasks of the bakes of sweep" });
  const cells = (name: RegExp) => grid.getByRole("button", { name });
  await expect(cells(/^check in .*: failed/)).toHaveCount(1);
  await expect(cells(/^check in .*: succeeded/)).toHaveCount(1);
  await grid.locator('[data-cell][tabindex="0"]').focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await expect(grid.locator('[data-cell="1 0"]')).toBeFocused();
  await cells(/^check in .*: failed/).click();
  await expect(pane(page)).toContainText("check");
  await expect(page.locator(".page-head .pill")).toHaveText(/Failed/);
});

test("two bakes stand side by side with what differs marked", async ({ page, bench }) => {
  await show(page, bench, good, "?tab=compare");
  const region = page.getByRole("region", { name: "Comparison" });
  await expect(region.getByRole("region", { name: "Both graphs" })).toContainText("3 differ");
  await expect(region.getByRole("group", { name: /^Before: graph/ })).toBeVisible();
  await expect(region.getByRole("group", { name: /^After: graph/ })).toBeVisible();
  const compared = region.getByRole("table", { name: "Compared tasks" });
  await expect(compared.getByRole("row", { name: /check/ })).toContainText("Failed");
  await expect(compared.getByRole("row", { name: /check/ })).toContainText("mood is bad");
  await expect(region.getByRole("table", { name: "Parameters" })).toContainText("good");
  await expect(compared.getByRole("row", { name: /unpack/ })).toHaveCount(0);
  await region.getByLabel("Also those that are the same").check();
  await expect(compared.getByRole("row", { name: /unpack/ })).toHaveCount(1);
  // The graphs move together.
  const zooms = region.locator("[aria-label=Zoom] .num");
  await region.getByRole("button", { name: "Zoom in" }).first().click();
  const [left, right] = await zooms.allTextContents();
  expect(left).toBe(right);
});

test("graph and timeline go on while a bake runs", async ({ page, bench }) => {
  const { row } = await ask<Bake>(bench, "bake_start", { project, batch: "long", params: {} });
  await show(page, bench, row.id, "?tab=timeline");
  await expect(line(page, "stay")).toHaveAttribute("aria-label", /stay, running, .*ran \d+ s/);
  const told = await line(page, "stay").getAttribute("aria-label");
  await expect(line(page, "stay")).not.toHaveAttribute("aria-label", told ?? "");
  await page.getByRole("tab", { name: "Graph" }).click();
  await expect(node(page, "stay")).toContainText("running");
  await expect(node(page, "after")).toContainText("waiting");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(node(page, "stay")).toContainText("cancelled");
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(line(page, "stay")).toHaveAttribute("aria-label", /stay, cancelled/);
});
