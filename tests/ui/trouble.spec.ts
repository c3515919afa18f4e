import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ask, expect, madeProject, test, visit, within } from "./bench";

test("errors in files are shown with their place, and the rest stays usable", async ({
  page,
  bench,
}) => {
  const project = await madeProject(bench, "Broken");
  const view = await ask<{ liveFile: string; jobs: { id: string }[] }>(bench, "project_view", {
    project,
  });
  const file = join(project, view.liveFile);
  const sound = readFileSync(file, "utf8");
  writeFileSync(file, `${sound}\n  spoiled:\n    imagee: python\n`);
  await visit(page, bench, within(project, "live"));

  await expect(
    page.getByRole("alert").filter({ hasText: "in the files of this project" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Show problems" }).click();
  const problems = page.getByRole("region", { name: "Problems" });
  await expect(problems).toContainText(/live\.yml:\d+:\d+/);
  await expect(problems).toContainText("imagee");
  await expect(problems.locator("pre").first()).toContainText("^");
  await expect(page.getByRole("row", { name: /^train,/ })).toBeVisible();

  // The window hears of it by itself.
  writeFileSync(file, sound);
  await expect(
    page.getByRole("alert").filter({ hasText: "in the files of this project" }),
  ).toBeHidden();
});

test("a folder that is no project is refused with words", async ({ page, bench }) => {
  await visit(page, bench);
  await page.getByRole("button", { name: /^Open folder/ }).click();
  await page.getByLabel("Path on this computer").fill(join(bench.home, "nothing-here"));
  await page.getByRole("button", { name: "Choose" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy details" })).toBeVisible();
});

test("an address of a bake that does not exist says so", async ({ page, bench }) => {
  const project = await madeProject(bench, "Lost");
  await visit(page, bench, within(project, "bakes/no-such-bake"));
  await expect(page.getByRole("alert").first()).toContainText("The bake could not be read");
});
