// Where there is no keyring the window says so and asks; nothing is decided behind one's back.

import assert from "node:assert/strict";
import { after } from "node:test";

import { Application } from "./application.mjs";
import { keepPicture, step } from "./story.mjs";

const application = await Application.start();
after(() => application.stop());

step("without a keyring the window offers an explicit choice", async () => {
  await application.open();
  const { page, session } = application;
  const banner = await page.get("region", "Credentials");
  assert.match(await session.text(banner), /Where should credentials be kept\?/);
  await keepPicture(session, "no-keyring");
  for (const choice of ["Try the keyring again", "Use an encrypted file", "This session only"]) {
    assert.ok(await page.has("button", choice), choice);
  }
});

step("with a choice made the platform can be used", async () => {
  const { page, session } = application;
  await page.click("button", "This session only");
  await session.waitFor("the banner to go", () => !document.querySelector("section[aria-label=Credentials]"));
  const view = await session.call("app_view", {});
  assert.equal(view.credentials.place, "session");
});
