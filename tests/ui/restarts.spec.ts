import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ask, expect, test, visit, within, type Bench, type Page } from "./bench";

const BATCH = `kind: batch
params:
  lr: {default: "0.1", descr: Learning rate}
defaults:
  cache: {strategy: default}
tasks:
- id: prepare
  image: ubuntu
  bash: echo "::set-output name=n::10"
- id: train
  needs: [prepare]
  image: ubuntu
  bash: |
    echo "n \${{ needs.prepare.outputs.n }}"
    test "\${{ params.lr }}" = 0.2
- id: report
  needs: [train]
  image: ubuntu
  bash: echo done
- id: extra
  enable: \${{ params.lr == "9" }}
  image: ubuntu
  bash: echo extra
`;

interface Bake {
  row: { id: string; finishedAt: string | null };
}

function written(bench: Bench, name: string): string {
  const folder = join(bench.folder, name);
  mkdirSync(join(folder, ".neuro"), { recursive: true });
  writeFileSync(join(folder, ".neuro", "train.yml"), BATCH);
  return folder;
}

async function baked(bench: Bench, project: string, params = {}): Promise<string> {
  await ask(bench, "project_open", { project });
  const { row } = await ask<Bake>(bench, "bake_start", { project, batch: "train", params });
  await expect
    .poll(async () => {
      const bake = await ask<Bake>(bench, "bake_view", { project, bake: row.id });
      return bake.row.finishedAt;
    })
    .not.toBeNull();
  return row.id;
}

/** What the plan says of each task, as the table and as the picture say it. */
async function verdicts(page: Page): Promise<string[]> {
  const rows = await page.locator("tr[data-step]").all();
  const told = rows.map(async (row) => {
    const verdict = await row.locator("td").first().innerText();
    return `${verdict.trim()} ${await row.getAttribute("data-step")}`;
  });
  return Promise.all(told);
}

test("a new bake tells of each task what becomes of it, also in the picture", async ({
  page,
  bench,
}) => {
  const project = written(bench, "planned");
  await visit(page, bench, within(project, "new-bake?batch=train"));
  await expect.poll(() => verdicts(page)).toContain("Run train");
  await baked(bench, project);
  await page.getByLabel(/^lr/).fill("0.2");
  await expect
    .poll(() => verdicts(page))
    .toEqual(["Reuse prepare", "Run train", "Run report", "Skip extra"]);
  const pictured = page.getByRole("tree", { name: "Tasks of the plan" }).getByRole("treeitem");
  await expect(pictured.filter({ hasText: "prepare" })).toContainText("Reuse");
  await expect(pictured.filter({ hasText: "extra" })).toContainText("Skip");
  await expect(page.locator("tr[data-step=train]")).toContainText("never ended well");
  await expect(page.getByRole("button", { name: /^Bake 2 tasks/ })).toBeEnabled();
});

test("a restart is looked at, changed and begun from the dialog", async ({ page, bench }) => {
  const project = written(bench, "again");
  const bake = await baked(bench, project);
  await visit(page, bench, within(project, `bakes/${bake}`));
  await page.getByRole("button", { name: "Restart", exact: true }).first().click();
  await page.getByRole("menuitem", { name: /What failed/ }).click();
  const dialog = page.getByRole("dialog");
  await expect.poll(() => verdicts(page)).toContain("Reuse prepare");
  await expect(dialog).toContainText("It becomes attempt 2");
  await expect(dialog).toContainText("The files of the flow are as they were");

  appendFileSync(join(project, ".neuro", "train.yml"), "# edited\n");
  await dialog.getByLabel(/From chosen tasks/).check();
  await expect(dialog).toContainText("Choose at least one task");
  await dialog.getByRole("checkbox", { name: "prepare" }).check();
  await expect.poll(() => verdicts(page)).toContain("Run prepare");
  await expect(dialog.getByRole("status")).toContainText("1 file of the flow changed since");
  await expect(dialog.getByRole("status")).toContainText("does not count");
  await dialog.getByLabel(/Use the project/).check();
  await expect(dialog.getByRole("status")).toContainText("the change counts");
  await dialog.getByLabel(/^lr/).fill("0.2");
  await expect(dialog).toContainText("It becomes a bake of its own");
  await expect(dialog.locator(".foot code")).toContainText("-p lr=0.2 --edited");
  await dialog.getByRole("button", { name: /^Restart, run/ }).click();

  await expect(dialog).toBeHidden();
  await expect(page.locator(".page-head .pill")).toHaveText(/Succeeded/);
  await page.getByRole("tab", { name: /^Activity/ }).click();
  await expect(page.getByRole("region", { name: "Activity" })).toContainText("--from prepare");
});

test("a task is the beginning of a restart", async ({ page, bench }) => {
  const project = written(bench, "from-here");
  const bake = await baked(bench, project);
  await visit(page, bench, within(project, `bakes/${bake}?task=train`));
  const pane = page.getByRole("complementary");
  await pane.getByRole("button", { name: "Restart from here" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("checkbox", { name: "train" })).toBeChecked();
  await expect
    .poll(() => verdicts(page))
    .toEqual(["Reuse prepare", "Run train", "Run report", "Skip extra"]);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a bake goes on in a process of its own, and as a job of the platform", async ({
  page,
  bench,
}) => {
  const project = written(bench, "elsewhere");
  await ask(bench, "project_open", { project });
  for (const [choice, flag] of [
    [/A process of its own/, "--apart"],
    [/A job of the platform/, "--as-job"],
  ] as const) {
    await visit(page, bench, within(project, "new-bake?batch=train"));
    await page.getByLabel(/^lr/).fill("0.2");
    await page.getByRole("radio", { name: choice }).check();
    await expect(page.locator(".page-foot code")).toContainText(flag);
    await page.getByRole("button", { name: /^Bake \d/ }).click();
    await expect(page.locator(".page-head .pill")).toHaveText(/Succeeded/);
    await page.getByRole("tab", { name: /^Activity/ }).click();
    const activity = page.getByRole("region", { name: "Activity" });
    await expect(activity).toContainText(flag);

    await ask(bench, "cache_clear", { project, batch: "train", task: null });
  }
});

test("what failed is told above the bake, with its cause and the way to its log", async ({
  page,
  bench,
}) => {
  const project = written(bench, "failing");
  const bake = await baked(bench, project);
  await visit(page, bench, within(project, `bakes/${bake}`));
  const note = page.getByRole("group", { name: "What failed" });
  await expect(note).toContainText("failed (1)");
  await expect(note.getByRole("listitem")).toHaveCount(1);
  await note.getByRole("button", { name: "train" }).click();
  await expect(page.getByRole("complementary")).toContainText("train");
  await note.getByRole("button", { name: "Show in the log" }).click();
  await expect(page.getByRole("region", { name: /^Log of train/ })).toContainText("n 10");
  await note.getByRole("button", { name: "Restart from here" }).click();
  await expect(page.getByRole("dialog").getByRole("checkbox", { name: "train" })).toBeChecked();
});

test("a bake is compared with another one: parameters, files, tasks, logs", async ({
  page,
  bench,
}) => {
  const project = written(bench, "compared");
  const before = await baked(bench, project);
  const file = join(project, ".neuro", "train.yml");
  writeFileSync(file, readFileSync(file, "utf8").replace("echo done", "echo ready"));
  const after = await baked(bench, project, { lr: "0.2" });
  await visit(page, bench, within(project, `bakes/${after}?tab=compare`));
  const comparison = page.getByRole("region", { name: "Comparison" });
  await expect(comparison.getByRole("combobox", { name: "Before" })).toHaveValue(before);
  const params = comparison.getByRole("table", { name: "Differences of parameters" });
  await expect(params.getByRole("row").nth(1)).toHaveText(/lr\s*0\.1\s*0\.2/);
  await expect(comparison.getByRole("region", { name: "Files" })).toContainText("train.yml");
  const tasks = comparison.getByRole("table", { name: "Compared tasks" });
  await expect(tasks.getByRole("row", { name: /^train/ })).toContainText(/Failed.*Succeeded/);
  await expect(tasks.getByRole("row", { name: /^report/ })).toContainText(/Skipped.*Succeeded/);
  await expect(tasks.getByRole("row", { name: /^extra/ })).toHaveCount(0);
  await comparison.getByLabel("Also those that are the same").check();
  await expect(tasks.getByRole("row", { name: /^extra/ })).toContainText(/Skipped.*Skipped/);
  await expect(comparison.locator("code").first()).toContainText("bakehouse compare");
});
