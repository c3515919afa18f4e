import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { test as base, expect, type Page } from "../../ui/node_modules/@playwright/test";

/** A bridge with a home of its own. */
export interface Bench {
  url: string;
  /** Everything it keeps lies here. */
  home: string;
  /** A folder for projects and exported files. */
  folder: string;
}

const program =
  process.env["BAKEHOUSE_BRIDGE"] ?? resolve(__dirname, "../../target/debug/dev-bridge");

function addressOf(bridge: ChildProcess): Promise<string> {
  return new Promise((found, lost) => {
    let said = "";
    bridge.stdout?.on("data", (text: Buffer) => {
      said += text.toString();
      const address = /^bridge: (http:\S+)/m.exec(said)?.[1];
      if (address) found(address);
    });
    bridge.once("error", lost);
    bridge.once("exit", (code) => lost(new Error(`the bridge ended with ${code}: ${said}`)));
  });
}

function ended(bridge: ChildProcess): Promise<void> {
  if (bridge.exitCode !== null) return Promise.resolve();
  return new Promise((done) => bridge.once("exit", () => done()));
}

export interface Options {
  /** Whether the token is kept in memory, so that no keyring is needed. */
  sessionCredentials: boolean;
}

/** One bridge for all tests of a file that ask for the same options. */
export const test = base.extend<object, Options & { bench: Bench }>({
  sessionCredentials: [true, { option: true, scope: "worker" }],
  bench: [
    async ({ sessionCredentials }, use) => {
      const root = mkdtempSync(join(tmpdir(), "bakehouse-ui-"));
      const [home, folder] = [join(root, "home"), join(root, "work")];
      const options = ["--port", "0", "--home", home];
      if (sessionCredentials) options.push("--session-credentials");
      const bridge = spawn(program, options, {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          ...process.env,
          ...(sessionCredentials ? {} : { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" }),
        },
      });
      try {
        const url = await addressOf(bridge);
        await use({ url, home, folder });
      } finally {
        bridge.kill("SIGTERM");
        await ended(bridge);
        rmSync(root, { recursive: true, force: true });
      }
    },
    { scope: "worker" },
  ],
});

/** Opens a screen and waits until it is there. */
export async function visit(page: Page, { url }: Bench, hash = "#/home"): Promise<void> {
  await page.goto(`${url}/${hash}`);
  await expect(page.locator("html[data-ready=true]")).toBeAttached();
}

/** Asks the backend without the interface, to prepare or to look behind. */
export async function ask<T>({ url }: Bench, command: string, request: object): Promise<T> {
  const response = await fetch(`${url}/call/${command}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${command}: ${JSON.stringify(answer)}`);
  return answer as T;
}

/** The address of a screen of a project. */
export const within = (project: string, rest: string) =>
  `#/p/${encodeURIComponent(project)}/${rest}`;

/** Makes a project of the first template without the interface; answers its folder. */
export async function madeProject(bench: Bench, name: string): Promise<string> {
  const { mkdirSync } = await import("node:fs");
  mkdirSync(bench.folder, { recursive: true });
  const { templates } = await ask<{ templates: { id: string }[] }>(bench, "template_list", {});
  const template = templates[0]?.id ?? "";
  const { fields } = await ask<{ fields: { name: string }[] }>(bench, "template_form", {
    template,
  });
  const answers = { [fields[0]?.name ?? ""]: name };
  const view = await ask<{ path: string }>(bench, "project_create", {
    template,
    answers,
    parent: bench.folder,
  });
  return view.path;
}

export { expect, type Page };
