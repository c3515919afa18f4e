import { expect, test, visit } from "./bench";

test("the title bar tells which context is worked in, and offers all of them", async ({
  page,
  bench,
}) => {
  await visit(page, bench);
  const button = page.getByRole("button", { name: "Context: This computer" });
  await expect(button).toBeVisible();
  await button.click();
  const item = page.getByRole("menuitem", { name: /This computer/ });
  await expect(item).toContainText("default-project");
  await item.click();
  await expect(item).toBeHidden();
  await expect(button).toBeFocused();
});
