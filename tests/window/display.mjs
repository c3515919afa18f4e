// The X display: pictures of it, and typing into dialogs that are not web pages.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { until } from "./webdriver.mjs";

/** Runs a program and answers what it printed. */
export async function command(program, ...args) {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Saves what the display shows. */
export async function picture(folder, name) {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.png`);
  await command("import", "-window", "root", file);
  return file;
}

async function windowsTitled(title) {
  const found = await command("xdotool", "search", "--onlyvisible", "--name", title).catch(() => "");
  return found.split("\n").filter(Boolean);
}

/** Answers the native dialog with that title by typing a path into it. */
export async function answerDialog(title, file) {
  const [dialog] = await until(`the dialog "${title}"`, async () => {
    const found = await windowsTitled(title);
    return found.length > 0 && found;
  });
  // There is no window manager that would give the dialog the focus.
  await command("xdotool", "windowfocus", "--sync", dialog);
  await sleep(300);
  await command("xdotool", "key", "--clearmodifiers", "ctrl+a");
  await command("xdotool", "type", "--clearmodifiers", "--delay", "8", file);
  await sleep(300);
  await command("xdotool", "key", "--clearmodifiers", "Return");
  await until(`the dialog "${title}" to close`, async () => (await windowsTitled(title)).length === 0);
}
