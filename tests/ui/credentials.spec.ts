import { expect, test, visit } from "./bench";

// A bridge without a keyring: nothing is decided behind the person's back.
test.use({ sessionCredentials: false });

test("without a keyring the window asks where credentials are kept, and takes the answer", async ({
  page,
  bench,
}) => {
  await visit(page, bench);
  const banner = page.getByRole("region", { name: "Credentials" });
  await expect(banner).toContainText("Where should credentials be kept?");
  await banner.getByRole("button", { name: "Try the keyring again" }).click();
  await expect(banner).toBeVisible();
  await banner.getByLabel("Password for the encrypted file").fill("correct horse");
  await banner.getByRole("button", { name: "Use an encrypted file" }).click();
  await expect(banner).toBeHidden();
  await page.goto(`${bench.url}/#/settings/credentials`);
  await expect(page.getByText("In a file encrypted with your password")).toBeVisible();
});
