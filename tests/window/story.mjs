// A story of steps: each builds on what the one before left behind, so after a failed step the
// rest is not tried.

import process from "node:process";
import { test } from "node:test";

import { picture } from "./display.mjs";

const { TEST_OUT, TEST_PICTURES } = process.env;

let broken = null;

/** A step. Whatever goes wrong, there is a picture of what the display showed then. */
export function step(name, work) {
  test(name, async (context) => {
    if (broken) return context.skip(`"${broken}" failed`);
    try {
      await work(context);
    } catch (error) {
      broken = name;
      const file = `failed-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
      await picture(TEST_OUT, file).catch(() => {});
      throw error;
    }
  });
}

/** Keeps a picture of a screen: one in a test, light and dark on a tour. */
export async function keepPicture(session, name) {
  if (!TEST_PICTURES) {
    await session.settle();
    return void (await picture(TEST_OUT, name));
  }
  for (const theme of ["dark", "light"]) {
    await wear(session, theme);
    await picture(TEST_PICTURES, `${name}.${theme}`);
  }
}

/** Changes the colours as the settings do, without leaving the screen. */
async function wear(session, theme) {
  await session.call("settings_update", { theme });
  await session.waitFor(`the ${theme} theme`, (wanted) => document.documentElement.dataset.theme === wanted, theme);
  await session.settle();
}
