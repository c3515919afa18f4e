import { expect, madeProject, test, visit, within } from "./bench";

test("the palette finds places and commands without the mouse", async ({ page, bench }) => {
  const project = await madeProject(bench, "Keys");
  await visit(page, bench, within(project, "live"));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("dark colours");
  await page.keyboard.press("Enter");
  await expect(page.locator("html[data-theme=dark]")).toBeAttached();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("light colours");
  await page.keyboard.press("Enter");
  await expect(page.locator("html[data-theme=light]")).toBeAttached();
});

test("screens, history, rows and help have their keys", async ({ page, bench }) => {
  const project = await madeProject(bench, "More keys");
  await visit(page, bench, within(project, "live"));
  await expect(page.getByRole("table", { name: "Live jobs" })).toBeVisible();
  await page.keyboard.press("Control+3");
  await expect(page.getByRole("heading", { name: "Bakes", exact: true })).toBeVisible();
  await page.keyboard.press("Control+Comma");
  await expect(page.getByRole("heading", { name: "Look" })).toBeVisible();
  await page.keyboard.press("Alt+ArrowLeft");
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.getByRole("heading", { name: "Live", exact: true })).toBeVisible();

  const rows = page.getByRole("table", { name: "Live jobs" }).locator("tbody tr");
  await rows.first().focus();
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary")).toBeHidden();

  await page.keyboard.press("/");
  await expect(page.getByLabel("Filter jobs")).toBeFocused();
  await page.keyboard.type("?no job is called so");
  await expect(page.getByText("No job fits the filter.")).toBeVisible();
  await rows.first().click();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
});
