// From a template to an exported PDF, in the real window; and the same without it.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { after } from "node:test";

import { Application, tell } from "./application.mjs";
import { answerDialog, command } from "./display.mjs";
import { checkDot, checkPdf, checkPng, checkSvg } from "./exported.mjs";
import { clickNode, graphStates } from "./graph.mjs";
import { secrets, startKeyring } from "./keyring.mjs";
import { checkProjectFolder } from "./project-folder.mjs";
import { keepPicture, step } from "./story.mjs";
import { until } from "./webdriver.mjs";

const { TEST_CLI, TEST_ROOT, BAKEHOUSE_HOME, HOME } = process.env;
const projects = path.join(TEST_ROOT, "projects");
const project = path.join(projects, "sour-dough");
const exports = path.join(TEST_ROOT, "exports");
/** What is written on the nodes of the sample batch. */
const TASKS = [
  ["prepare", "train_small_1", "train_small_2", "train_large_1", "train_large_2", "choose"],
  ["write", "check", "finish"],
].flat();

const application = await Application.start();
const keyring = await startKeyring();
await mkdir(projects);
await mkdir(exports);
after(async () => {
  await application.stop();
  keyring.kill();
});
const keep = (name) => keepPicture(application.session, name);

step("the window opens on the home screen", async () => {
  await application.open();
  await application.page.get("heading", "Home");
  await application.page.says("Local platform at 127.0.0.1");
  await keep("home-first-start");
});

step("the wizard makes a complete project from the bundled template", async () => {
  const { page } = application;
  await page.click("button", "New project");
  await page.click("radio", "Machine-learning project");
  await keep("wizard-source");
  await page.click("button", "Continue");
  await page.fill("Project name", "Sour Dough");
  await fieldBecomes("Project directory", "sour-dough");
  await fieldBecomes("Project id", "sour_dough");
  await page.says("README.md");
  await keep("wizard-answers");
  await page.click("button", "Continue");
  await page.fill("Folder to make it in", projects);
  await page.says(path.join(projects, "sour-dough"));
  await keep("wizard-place");
  await page.click("button", "Continue");
  await page.says("Nothing has been written yet");
  await keep("wizard-preview");
  await page.click("tab", "Hooks");
  await keep("wizard-hooks");
  await page.click("button", "Continue");
  await page.get("heading", "Platform");
  await page.says("Project id");
  await keep("wizard-platform");
  assert.deepEqual(await readdir(projects), [], "nothing is written before the last step");
  await page.click("button", "Create the project");
  await page.says("is made");
  await keep("wizard-done");
  await checkProjectFolder(project);
  await page.click("button", "Open the project");
  await page.get("heading", "Live");
});

async function fieldBecomes(name, value) {
  const { page, session } = application;
  const holds = async () => session.run((field) => field.value, await page.get("textbox", name));
  await until(`${name} to become ${value}`, async () => (await holds()) === value);
}

step("a live job starts with the parameters of its form, and its log grows", async () => {
  const { page } = application;
  await page.click("button", "Start train");
  const form = await page.get("region", "Start train");
  await page.fill("epochs", "40", { within: form });
  await page.fill("pause", "0.2", { within: form });
  await keep("live-start");
  await page.click("button", "Start train", { within: form });
  await page.get("row", "train, running");
  await page.says("Training for 40 epochs");
  const lines = async () => Number(/(\d+) lines?$/.exec(await page.nameOf("region", "Log of train"))?.[1]);
  const before = await lines();
  await until("more lines", async () => (await lines()) >= before + 5);
  await keep("live");
});

step("a running job is stopped", async () => {
  const { page } = application;
  await page.click("button", "Stop train");
  await page.get("row", "train, cancelled");
  await keep("live-stopped");
});

step("a bake is planned, and its graph fills in until every task has ended", async () => {
  const { page, session } = application;
  await page.click("link", "Bakes");
  await page.click("button", "New bake of sample");
  await page.get("button", "Bake 9 tasks");
  await session.settle();
  await keep("bake-plan");
  await page.click("button", "Bake 9 tasks");
  const seen = new Set();
  let kept = false;
  const states = await until("all tasks to end", async () => {
    const states = await graphStates(session, TASKS);
    if (!states) return false;
    states.forEach((state) => seen.add(state));
    const running = states.filter((state) => state === "running").length;
    if (running > 2 && !kept) await keep("bake-running");
    kept ||= running > 2;
    return states.every((state) => !["waiting", "pending", "running"].includes(state)) && states;
  }, 120);
  assert.deepEqual(states, TASKS.map(() => "succeeded"));
  assert.ok(kept && seen.has("waiting"), `tasks ran beside each other; states seen: ${[...seen]}`);
});

step("a click on a task in the picture shows its log and its outputs", async () => {
  const { page, session } = application;
  await clickNode(session, project, "choose");
  await page.get("region", "Details of choose");
  await page.says("Mean loss of the small model");
  await page.click("tab", "Outputs");
  const pane = await page.get("region", "Details of choose");
  await until("the outputs", async () => /model\s+(small|large)/.test(await session.text(pane)));
  await keep("bake");
});

step("the token lies in the keyring and in no file", async () => {
  const found = await secrets();
  assert.ok(found.length > 0, "the keyring holds a secret of ours");
  for (const folder of [BAKEHOUSE_HOME, HOME, projects]) {
    for (const file of await filesBelow(folder)) {
      const content = await readFile(file);
      for (const secret of found) assert.ok(!content.includes(secret), `${file} holds a token`);
    }
  }
});

step("after a restart the bake and the job are still there", async () => {
  await application.close();
  await application.open();
  const { page } = application;
  await page.click("button", await projectName());
  await page.get("row", "train, cancelled");
  await page.click("link", "Bakes");
  const row = await page.get("row", "sample");
  assert.match(await application.session.text(row), /Succeeded/);
  await keep("bakes");
  await page.clickRow("sample");
  await application.session.waitFor("the graph", () => document.querySelector("[data-node]") !== null);
});

step("the export of the graph is chosen", async () => {
  const { page } = application;
  await page.click("button", "Export");
  await page.get("dialog", "Export the graph");
  await keep("export");
});

for (const [format, check] of [
  ["pdf", (file) => checkPdf(file, TASKS)],
  ["svg", (file) => checkSvg(application.session, file, TASKS)],
  ["png", checkPng],
  ["dot", (file) => checkDot(file, TASKS)],
]) {
  step(`the graph is saved as ${format} through the native dialog`, async () => {
    const file = path.join(exports, `graph.${format}`);
    const { page } = application;
    await page.click("radio", format.toUpperCase(), { exact: true });
    await page.click("button", "Save as…");
    await answerDialog(`Export the graph as ${format.toUpperCase()}`, file);
    await page.says(`Graph saved as ${file}`);
    await check(file);
  });
}

step("the export is closed", () => application.page.click("button", "Close", { exact: true }));

step("the command-line tool sees and does the same", async () => {
  const jobs = await tell(project, "ps");
  assert.equal(jobs.rows.find(({ job }) => job === "train").state, "cancelled");
  const again = await tell(project, "bake", "sample");
  const state = (id) => again.tasks.find((task) => task.id === id).state;
  assert.equal(again.row.state, "succeeded");
  assert.equal(state("prepare"), "cached", "the cached task is taken from the bake of the window");
  const bakes = await tell(project, "bakes");
  assert.equal(bakes.rows.length, 2);
  const file = path.join(exports, "again.pdf");
  await command(TEST_CLI, "graph", again.row.id, "-o", file, "-C", project);
  await checkPdf(file, TASKS);
  // The window hears of it without being asked.
  await application.page.click("link", "Bakes");
  await application.page.says("2 in this project");
  await keep("bakes-two");
});

step("a second project made without the window is complete too", async () => {
  const words = ["new", "project", "--answer", "project_name=Rye", "--output", projects];
  await command(TEST_CLI, ...words);
  await checkProjectFolder(path.join(projects, "rye"));
});

step("the other screens", async () => {
  const { page, session } = application;
  await page.click("link", "Home");
  await page.get("button", await projectName());
  await keep("home");
  await page.click("link", "Settings");
  await session.settle();
  await keep("settings");
  await session.press("\uE009", "k");
  await page.get("dialog", "");
  await keep("palette");
});

const projectName = async () => (await application.session.call("project_view", { project })).name;

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}
