import { expectAccessible } from "./axe";
import { ask, expect, madeProject, test, visit, within, type Bench } from "./bench";

interface Started {
  row: { id: string };
  tasks: { id: string }[];
}

let project = "";
let bake: Started = { row: { id: "" }, tasks: [] };

test.beforeAll(async ({ bench }: { bench: Bench }) => {
  project = await madeProject(bench, "Everyone");
  const { batches } = await ask<{ batches: { id: string }[] }>(bench, "project_view", { project });
  bake = await ask<Started>(bench, "bake_start", {
    project,
    batch: batches[0]?.id,
    params: {},
  });
});

const screens: [string, () => string][] = [
  ["home", () => "#/home"],
  ["wizard", () => "#/new"],
  ["live", () => within(project, "live")],
  ["live with details", () => within(project, "live?row=train")],
  ["bakes", () => within(project, "bakes")],
  ["new bake", () => within(project, "new-bake")],
  [
    "bake",
    () =>
      within(project, `bakes/${bake.row.id}?task=${encodeURIComponent(bake.tasks[0]?.id ?? "")}`),
  ],
  ["tasks", () => within(project, `bakes/${bake.row.id}?tab=table`)],
  ["timeline", () => within(project, `bakes/${bake.row.id}?tab=timeline`)],
  ["comparison", () => within(project, `bakes/${bake.row.id}?tab=compare`)],
  ["settings, look", () => "#/settings/look"],
  ["settings, platform", () => "#/settings/platform"],
  ["settings, credentials", () => "#/settings/credentials"],
  ["template of a project", () => within(project, "template")],
  ["settings, templates", () => "#/settings/templates"],
  ["settings, diagnostics", () => "#/settings/diagnostics"],
];

for (const theme of ["light", "dark", "contrastLight", "contrastDark"]) {
  test(`every screen can be used by everyone, ${theme}`, async ({ page, bench }) => {
    test.setTimeout(300_000);
    await ask(bench, "settings_update", { theme });
    for (const [name, address] of screens) {
      await page.goto("about:blank");
      await visit(page, bench, address());
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await expectAccessible(page, `${name}, ${theme}`);
    }
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog")).toBeVisible();
    await expectAccessible(page, `palette, ${theme}`);
  });
}

test("the answers of the wizard and the problems of files can be used by everyone", async ({
  page,
  bench,
}) => {
  await ask(bench, "settings_update", { theme: "light" });
  await visit(page, bench, "#/new");
  for (const where of ["answers", "place", "preview"]) {
    await page.getByRole("button", { name: /Continue/ }).click();
    await expect(page.getByRole("heading", { name: "Preview", level: 2 })).toBeVisible();
    await expectAccessible(page, where);
  }
  await visit(page, bench, within(project, "live"));
  for (const tab of [/^Problems/, /^Activity/]) {
    await page.getByRole("tab", { name: tab }).click();
    await expectAccessible(page, String(tab));
  }
});
