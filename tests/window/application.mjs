// The application as a person has it: started, used, closed by its own button, started again.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

import { command } from "./display.mjs";
import { Page } from "./page.mjs";
import { Driver, until } from "./webdriver.mjs";

const { TEST_WINDOW, TEST_CLI } = process.env;

export class Application {
  /** Starts the driver; `open` starts the window. */
  static async start() {
    const application = new Application();
    application.driver = await Driver.start();
    return application;
  }

  /** Opens the window and waits for its first screen. */
  async open() {
    this.session = await this.driver.open(TEST_WINDOW);
    this.page = new Page(this.session);
    await this.session.waitFor("the first screen", () => document.documentElement.dataset.ready === "true");
  }

  /** Closes the window with its own button and waits for the program to end. */
  async close() {
    const button = await this.page.get("button", "Close window");
    // The window may be gone before the driver can say that the click was done.
    await this.session.click(button).catch(() => {});
    await until("the program to end", async () => (await processesOf(TEST_WINDOW)).length === 0);
    await this.session.close().catch(() => {});
  }

  /** Ends what is still there, whatever happened before. */
  async stop() {
    await this.session?.close().catch(() => {});
    this.driver.stop();
  }
}

/** The processes of a program, but for the supervisors of jobs: those outlive it. */
async function processesOf(program) {
  const found = [];
  for (const id of await readdir("/proc")) {
    if (!/^\d+$/.test(id)) continue;
    const words = await readFile(path.join("/proc", id, "cmdline"), "utf8").catch(() => "");
    const [name, first] = words.split("\0");
    if (name === program && first !== "__job") found.push(id);
  }
  return found;
}

/** What the command-line tool answers about a project. */
export async function tell(project, ...words) {
  return JSON.parse(await command(TEST_CLI, ...words, "--json", "-C", project));
}
