import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expectAccessible } from "./axe";
import { ask, expect, madeProject, test, visit, within } from "./bench";

test("the wizard makes a project, shows it before, and opens it", async ({ page, bench }) => {
  mkdirSync(bench.folder, { recursive: true });
  await visit(page, bench);
  await page.getByRole("button", { name: /^New project/ }).click();
  await page.getByRole("radio", { name: /Machine-learning project/ }).check();
  await page.getByRole("button", { name: /Continue/ }).click();

  const preview = page.getByRole("region", { name: "Preview" });
  await page.getByLabel("Project name", { exact: true }).fill("Wheat heads");
  await expect(page.getByLabel("Project directory", { exact: true })).not.toHaveValue("");
  await expect(preview.locator("mark", { hasText: /wheat/i }).first()).toBeVisible();
  await expect(page.getByText("Nothing has been written yet")).toBeVisible();

  await page.getByRole("button", { name: /Continue/ }).click();
  await page.getByLabel("Folder to make it in").fill(bench.folder);
  await expect(page.getByText("The new folder", { exact: true })).toBeVisible();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await expect(page.getByLabel("Folder to make it in")).toHaveValue(bench.folder);
  await page.getByRole("button", { name: /Continue/ }).click();
  const [folder] = await Promise.all([
    preview.getByRole("group", { name: /^Files of/ }).getAttribute("aria-label"),
  ]);
  const target = join(bench.folder, (folder ?? "").replace("Files of ", ""));
  expect(existsSync(target)).toBe(false);
  await page.getByRole("button", { name: /Create the project/ }).click();
  await page.getByRole("button", { name: "Open the project" }).click();

  await expect(page.getByRole("table", { name: "Live jobs" })).toBeVisible();
  expect(existsSync(target)).toBe(true);
});

test("a place that is taken is refused before anything is written", async ({ page, bench }) => {
  await madeProject(bench, "Taken");
  await visit(page, bench, "#/new");
  await page.getByRole("radio", { name: /Machine-learning project/ }).check();
  await page.getByRole("button", { name: /Continue/ }).click();
  await page.getByLabel("Project name", { exact: true }).fill("Taken");
  await expect(page.getByText(/^Preview/)).toBeVisible();
  await page.getByRole("button", { name: /Continue/ }).click();
  await page.getByLabel("Folder to make it in").fill(bench.folder);
  await expect(page.getByRole("form", { name: "Place" }).locator(".error")).toBeVisible();
  await expect(page.getByRole("button", { name: /Continue/ })).toBeDisabled();
});

test("a live job is started from its form, its log grows, and it is stopped", async ({
  page,
  bench,
}) => {
  const project = await madeProject(bench, "Live");
  await visit(page, bench, within(project, "live"));
  await page.getByRole("button", { name: "Start train", exact: true }).click();
  const form = page.getByRole("region", { name: "Start train" });
  await form.getByLabel(/^epochs/).fill("200");
  await expect(page.getByRole("region", { name: "What the start does" })).toContainText(
    "epochs=200",
  );
  await form.getByRole("button", { name: "Start train" }).click();

  await expect(page.getByRole("row", { name: "train, running" })).toBeVisible();
  const log = page.getByRole("region", { name: /^Log of train/ });
  await expect(log.locator(".log-row").first()).toBeVisible();
  const lines = async () =>
    Number(/(\d+) lines?$/.exec((await log.getAttribute("aria-label")) ?? "")?.[1] ?? 0);
  const before = await lines();
  await expect.poll(lines).toBeGreaterThan(before);

  await page.getByRole("complementary").getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("row", { name: "train, cancelled" })).toBeVisible();
  await page.getByRole("tab", { name: /^Activity/ }).click();
  const activity = page.getByRole("region", { name: "Activity" });
  await expect(activity).toContainText("Started train");
  await expect(activity).toContainText("Asked train to stop");
});

test("the sample bakes to its end, task by task, and its graph is exported", async ({
  page,
  bench,
}) => {
  mkdirSync(bench.folder, { recursive: true });
  await visit(page, bench);
  await page.getByRole("button", { name: "Bake the sample" }).click();
  const tasks = page.getByRole("tree", { name: "Tasks of the graph" }).getByRole("treeitem");
  await expect(tasks.first()).toBeAttached();
  const names = async () => tasks.allTextContents();
  await expect
    .poll(async () => (await names()).some((name) => name.includes("running")))
    .toBe(true);
  await expect
    .poll(async () => (await names()).every((name) => /succeeded|cached/.test(name)), {
      timeout: 100_000,
    })
    .toBe(true);
  await expect(page.locator(".page-head .pill")).toHaveText(/Succeeded/);

  await tasks.last().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary")).toContainText("Succeeded");
  await page.getByRole("tab", { name: /^Table/ }).click();
  await expect(page.getByRole("table", { name: "Tasks" }).getByRole("row")).not.toHaveCount(1);

  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export the graph" });
  await expect(dialog).toContainText(/the whole graph with \d+ tasks, final states/);
  const save = async (kind: string, extension: string) => {
    await dialog.getByRole("radio", { name: kind, exact: true }).check();
    const file = join(bench.folder, `graph.${extension}`);
    await dialog.getByRole("button", { name: "Save as…" }).click();
    await page.getByLabel("Path on this computer").fill(file);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(dialog.getByRole("status")).toContainText(file);
    return readFileSync(file).toString("latin1");
  };
  for (const [kind, extension, starts] of [
    ["SVG", "svg", "<svg"],
    ["PNG", "png", "\u0089PNG"],
    ["DOT", "dot", "digraph"],
    ["Mermaid", "mmd", "flowchart LR"],
    ["JSON", "json", "{"],
    ["PDF", "pdf", "%PDF-"],
  ] as const)
    expect((await save(kind, extension)).startsWith(starts), kind).toBe(true);

  const choose = (name: string) => dialog.getByRole("radio", { name, exact: true }).check();
  await choose("Dark");
  await choose("Top to bottom");
  await choose("A4");
  await choose("Upright");
  const words = "--theme dark --direction down --paper a4:portrait";
  await expect(dialog.locator("code")).toContainText(words);
  expect(await save("PDF", "pdf")).toMatch(/^%PDF-/);
  await expectAccessible(page, "the export of a graph");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
});

test("a bake is planned with parameters, listed, and found again", async ({ page, bench }) => {
  const project = await madeProject(bench, "Bakes");
  await visit(page, bench, within(project, "bakes"));
  await expect(page.getByText("No bakes yet")).toBeVisible();
  await page
    .getByRole("button", { name: /^New bake of/ })
    .first()
    .click();
  await expect(page.getByRole("group", { name: /^Graph of/ })).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("first-one");
  await page.getByLabel("Tags", { exact: true }).fill("nightly, small");
  await page.getByRole("button", { name: /^Bake \d+ tasks?/ }).click();
  await expect(page.getByRole("heading", { name: /first-one/ })).toBeVisible();

  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator(".page-head .pill")).toHaveText(/Cancelled/);
  await page.getByRole("link", { name: "Bakes" }).click();
  const row = page.getByRole("table", { name: "Bakes" }).getByRole("row", { name: /first-one/ });
  await expect(row).toContainText("nightly");
  await row.click();
  await expect(page.getByRole("heading", { name: /first-one/ })).toBeVisible();
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.getByRole("heading", { name: "Bakes", exact: true })).toBeVisible();
});

test("what the window shows is what the backend knows", async ({ page, bench }) => {
  const project = await madeProject(bench, "Same");
  await visit(page, bench, within(project, "live"));
  const table = await ask<{ rows: { job: string }[] }>(bench, "live_table", {
    project,
  });
  const rows = page.getByRole("table", { name: "Live jobs" }).locator("tbody tr");
  await expect(rows).toHaveCount(table.rows.length);
  for (const { job } of table.rows)
    await expect(rows.filter({ hasText: job }).first()).toBeVisible();
});
