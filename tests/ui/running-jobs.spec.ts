import { createServer } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ask, expect, test, visit, within, type Bench, type Page } from "./bench";

const LIVE = `kind: live
volumes:
  code:
    remote: storage:inside/code
    mount: /code
    local: code
jobs:
  inner:
    image: ubuntu
    life_span: 2h
    pass_config: true
    volumes: ["\${{ upload(volumes.code).ref_rw }}"]
    bash: |
      echo ready
      read line
      echo "heard $line"
      sleep 600
  other:
    image: ubuntu
    multi: true
    bash: sleep 600
`;

function written(bench: Bench, name: string): string {
  const folder = join(bench.folder, name);
  mkdirSync(join(folder, ".neuro"), { recursive: true });
  mkdirSync(join(folder, "code"), { recursive: true });
  writeFileSync(join(folder, ".neuro", "live.yml"), LIVE);
  for (let at = 0; at < 40; at += 1) {
    writeFileSync(join(folder, "code", `file-${at}.txt`), `${at}\n`.repeat(2000));
  }
  return folder;
}

const details = (page: Page) => page.getByRole("complementary");
const terminal = (page: Page) => page.getByRole("group", { name: /^Terminal of/ });

async function started(page: Page, bench: Bench, name: string): Promise<string> {
  const project = written(bench, name);
  await visit(page, bench, within(project, "live?row=inner"));
  await details(page).getByRole("button", { name: "Start inner" }).click();
  await expect(page.getByRole("row", { name: "inner, running" })).toBeVisible();
  return project;
}

test("all of a start is told before it, and unchanged files are not sent again", async ({
  page,
  bench,
}) => {
  const project = written(bench, "told");
  await visit(page, bench, within(project, "live?row=inner"));
  const plan = page.getByRole("region", { name: "What the start does" });
  await expect(plan).toContainText("the job may act as you");
  await expect(plan).toContainText("2 h 00 m");
  await expect(plan).toContainText("code →");
  await expect(plan.locator("code").nth(1)).toContainText("apolo-flow run inner");
  await expect(plan.locator("code").nth(2)).toContainText("apolo run");
  await plan.getByText("The whole submission").click();
  await expect(plan.getByRole("region", { name: "Submission" })).toContainText(
    '"pass_config": true',
  );

  await details(page).getByRole("button", { name: "Start inner" }).click();
  await expect(page.getByRole("row", { name: "inner, running" })).toBeVisible();
  await page.getByRole("tab", { name: /^Activity/ }).click();
  const activity = page.getByRole("region", { name: "Activity" });
  await expect(activity).toContainText("uploaded 40 files, 0 were there");
  await details(page).getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("row", { name: "inner, cancelled" })).toBeVisible();
  await details(page).getByRole("button", { name: "Start inner" }).click();
  await expect(page.getByRole("row", { name: "inner, running" })).toBeVisible();
  await page.getByRole("tab", { name: /^Activity/ }).click();
  await expect(activity).toContainText("uploaded 0 files, 40 were there");
  await ask(bench, "live_stop_all", { project });
});

test("a terminal in a running job takes keys, its size and letters of any language, and ends", async ({
  page,
  bench,
}) => {
  const project = await started(page, bench, "shell");
  await details(page).getByRole("button", { name: "Terminal", exact: true }).click();
  await page.getByRole("menuitem", { name: "Open a shell in it" }).click();
  const rows = terminal(page).locator(".xterm-rows");
  await expect(rows).toBeVisible();
  await terminal(page).locator(".xterm").click();
  await page.keyboard.insertText("echo grün-$((6*7))-ж-日");
  await page.keyboard.press("Enter");
  await expect(rows).toContainText("grün-42-ж-日");
  await page.keyboard.type("stty size\n");
  const sizes = async () => (await rows.textContent())?.match(/size\d{1,2} \d{2,3}/g) ?? [];
  await expect.poll(sizes).not.toHaveLength(0);
  const before = (await sizes()).at(-1);
  await page.setViewportSize({ width: 1700, height: 1000 });
  await expect
    .poll(async () => {
      await page.keyboard.type("stty size\n");
      return (await sizes()).at(-1);
    })
    .not.toBe(before);

  // What it wrote is still there when another screen was shown meanwhile.
  await page.keyboard.type("exec 3>&1; echo kept-$((1+1))\n");
  await expect(rows).toContainText("kept-2");
  await page.keyboard.press("F6");
  await page.getByRole("link", { name: "Home" }).click();
  await page.goBack();
  await page.getByRole("tab", { name: /^Terminal/ }).click();
  await expect(rows).toContainText("kept-2");
  await terminal(page).locator(".xterm").click();
  await page.keyboard.type("exit 3\n");
  await expect(terminal(page)).toContainText("exit code 3");
  await page.getByRole("button", { name: /^Close the terminal/ }).click();
  await expect(page.getByText("A terminal is opened from the details")).toBeVisible();
  await ask(bench, "live_stop_all", { project });
});

test("a job is joined: it hears what is typed", async ({ page, bench }) => {
  const project = await started(page, bench, "joined");
  await details(page).getByRole("button", { name: "Terminal", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Attach/ }).click();
  const rows = terminal(page).locator(".xterm-rows");
  await expect(rows).toBeVisible();
  await terminal(page).locator(".xterm").click();
  await expect(async () => {
    await page.keyboard.type("me\n");
    await expect(rows).toContainText("heard me", { timeout: 2000 });
  }).toPass();
  await ask(bench, "live_stop_all", { project });
  await expect(page.getByRole("row", { name: "inner, cancelled" })).toBeVisible();
});

test("a port of a job is reached through a port of this computer", async ({ page, bench }) => {
  const project = await started(page, bench, "ports");
  const server = createServer((socket) => socket.end("hello from the job")).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const ports = page.getByRole("region", { name: "Ports" });
  await ports.getByLabel("Port of the job").fill(String(port));
  await ports.getByRole("button", { name: "Forward", exact: true }).click();
  const row = ports.getByRole("listitem");
  await expect(row).toContainText(`→ ${port}`);
  const local = /127\.0\.0\.1:(\d+)/.exec((await row.textContent()) ?? "")?.[1];
  const said = await fetchText(Number(local));
  expect(said).toBe("hello from the job");
  await expect(row).toContainText("open");

  // A port that is taken is told where it was typed.
  await ports.getByLabel("Port of the job").fill(String(port));
  await ports.getByLabel("Port of this computer").fill(String(port));
  await ports.getByRole("button", { name: "Forward", exact: true }).click();
  await expect(ports.getByRole("alert")).toContainText("cannot be used");

  await ports.getByRole("button", { name: `Close port ${local}` }).click();
  await expect(ports.getByRole("listitem")).toHaveCount(0);
  await expect(fetchText(Number(local))).rejects.toThrow();
  server.close();
  await ask(bench, "live_stop_all", { project });
});

async function fetchText(port: number): Promise<string> {
  const { connect } = await import("node:net");
  return new Promise((done, failed) => {
    let said = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (bytes: Buffer) => (said += bytes.toString()));
    socket.on("end", () => done(said));
    socket.on("error", failed);
  });
}

test("a life span ticks down and is extended, and stopping all asks first", async ({
  page,
  bench,
}) => {
  await started(page, bench, "span");
  const row = page.getByRole("row", { name: "inner, running" });
  await expect(row).toContainText("1 h 59 m left");
  await details(page).getByRole("button", { name: "Extend the life span" }).click();
  await page.getByRole("menuitem", { name: "By 8 h" }).click();
  await expect(row).toContainText("9 h 59 m left");
  await page.getByRole("tab", { name: /^Activity/ }).click();
  await expect(page.getByRole("region", { name: "Activity" })).toContainText(
    "bakehouse extend inner 8h",
  );

  await page.getByRole("button", { name: "Stop all" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("inner");
  await expect(dialog).toContainText("bakehouse kill ALL");
  await dialog.getByRole("button", { name: "Keep it running" }).click();
  await expect(row).toBeVisible();
  await page.getByRole("button", { name: "Stop all" }).click();
  await dialog.getByRole("button", { name: "Stop it" }).click();
  await expect(page.getByRole("row", { name: "inner, cancelled" })).toBeVisible();
});

test("an upload before a start is broken off, and goes on from there the next time", async ({
  page,
  bench,
}) => {
  const project = written(bench, "broken-off");
  const many = 3000;
  for (let at = 0; at < many; at += 1)
    writeFileSync(join(project, "code", `more-${at}.txt`), `${at}\n`);
  await visit(page, bench, within(project, "live?row=inner"));
  const pane = details(page);
  await pane.getByRole("button", { name: "Start inner" }).click();
  await expect(pane.getByRole("status").filter({ hasText: /[1-9]\d* of 3040/ })).toBeVisible();
  await pane.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(page.getByRole("alert").first()).toContainText("The upload was broken off");
  const table = await ask<{ rows: { job: string; rawId: string | null }[] }>(bench, "live_table", {
    project,
  });
  expect(table.rows.find(({ job }) => job === "inner")?.rawId).toBeNull();

  await pane.getByRole("button", { name: "Start inner" }).click();
  await expect(page.getByRole("row", { name: "inner, running" })).toBeVisible({ timeout: 60_000 });
  await page.getByRole("tab", { name: /^Activity/ }).click();
  await expect(page.getByRole("region", { name: "Activity" })).toContainText(
    /uploaded [\d,]+ files, [1-9][\d,]* were there/,
  );
  await ask(bench, "live_stop_all", { project });
});
