// How long frames of the graph take in the real window, on a display without a graphics device.
//
//   node frames.mjs --window PROGRAM --cli PROGRAM --seed PROGRAM [--out DIR] [--json]
//
// Bakes of 2,000, 5,000 and 10,000 tasks are written through the local platform, opened, and the
// graphs of the first two are panned and zoomed by wheel and pointer as a person would. The peer is
// the same picture as one SVG that is moved as a whole.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

import { startKeyring } from "./keyring.mjs";
import { Driver, freePort } from "./webdriver.mjs";

const { values: options } = parseArgs({
  options: {
    window: { type: "string" },
    cli: { type: "string" },
    seed: { type: "string" },
    out: { type: "string", default: "target/window" },
    json: { type: "boolean", default: false },
    inside: { type: "string" },
  },
});
const MOVED = [2000, 5000];
const OPENED = 10000;

/** Frames of each movement; the peer is too slow for as many. */
const FRAMES = 90;
const PEER_FRAMES = 24;
const WAYS = ["pan at 100 %", "pan far", "zoom"];

if (options.inside) await measure(JSON.parse(options.inside));
else await prepare();

async function prepare() {
  const root = await mkdtemp(path.join(tmpdir(), "bakehouse-frames-"));
  try {
    const folder = async (name) => {
      const made = path.join(root, name);
      await mkdir(made, { recursive: true, mode: 0o700 });
      return made;
    };
    const home = await folder("bakehouse");
    await folder("bakehouse/config");
    const project = await folder("frames");
    await folder("frames/.apolo");
    await writeFile(path.join(project, ".apolo/project.yml"), "id: frames\nproject_name: frames\n");
    await writeFile(path.join(project, ".apolo/live.yml"), "kind: live\njobs: {}\n");
    const settings = path.join(home, "config/settings.yml");
    await writeFile(settings, `platform_port: ${await freePort()}\n`);
    const sizes = [...MOVED, OPENED].map(String);
    const written = execFileSync(
      options.seed,
      ["seed", path.resolve(options.cli), path.join(home, "local"), ...sizes],
      { encoding: "utf8", maxBuffer: 1 << 26 },
    );
    const bakes = JSON.parse(written.trim().split("\n").at(-1));
    await mkdir(options.out, { recursive: true });
    await onDisplay(root, home, { project, bakes });
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs this file again on a display and a session bus of its own. */
async function onDisplay(root, home, inside) {
  const words = openSync(path.join(options.out, "frames.log"), "w");
  const self = [process.execPath, import.meta.filename, "--window", path.resolve(options.window)];
  if (options.json) self.push("--json");
  self.push("--inside", JSON.stringify(inside));
  const environment = {
    ...process.env,
    HOME: root,
    XDG_RUNTIME_DIR: root,
    BAKEHOUSE_HOME: home,
    LC_ALL: "C.UTF-8",
    GDK_BACKEND: "x11",
    GSETTINGS_BACKEND: "memory",
    NO_AT_BRIDGE: "1",
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
  };
  for (const name of ["WAYLAND_DISPLAY", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"]) delete environment[name];
  const screen = ["-a", "-s", "-screen 0 1440x900x24", "dbus-run-session", "--"];
  const child = spawn("xvfb-run", [...screen, ...self], {
    env: environment,
    stdio: ["ignore", "inherit", words],
  });
  const code = await new Promise((done) => child.on("close", done));
  closeSync(words);
  if (code !== 0) process.exitCode = 1;
}

async function measure({ project, bakes }) {
  const keyring = await startKeyring();
  const driver = await Driver.start();
  const session = await driver.open(options.window);
  await session.send("POST", "/timeouts", { script: 120_000 });
  const [figures, peers] = [{}, {}];
  try {
    await session.waitFor("the first screen", () => document.documentElement.dataset.ready === "true");
    // The first bake also starts the platform and reads fonts: it is opened once before.
    await open(session, project, bakes[MOVED[0]]);
    for (const size of [...MOVED, OPENED]) {
      figures[`open ${size}`] = { milliseconds: await open(session, project, bakes[size]) };
      figures[`answers ${size}`] = await session.runLater(answers, project, bakes[size]);
      if (!MOVED.includes(size)) continue;
      for (const way of WAYS) figures[`${way} ${size}`] = await session.runLater(move, way, FRAMES);
      if (size !== MOVED[0]) continue;
      for (const way of WAYS)
        peers[`${way} ${size}`] = await session.runLater(movePeer, [project, bakes[size]], way, PEER_FRAMES);
    }
  } finally {
    await session.close().catch(() => {});
    driver.stop();
    keyring.kill();
  }
  const told = (name, figure) => {
    const words = Object.entries(figure).map(([key, value]) => `${key} ${value.toFixed(1)}`);
    console.log(`${name.padEnd(32)} ${words.join("   ")} ${figure.mean ? "ms a frame" : "ms"}`);
  };
  for (const [name, figure] of Object.entries(figures)) told(name, figure);
  for (const [name, figure] of Object.entries(peers)) told(`one SVG: ${name}`, figure);
  const ratio = (name) => figures[name].mean / peers[name].mean;
  const ratios = Object.fromEntries(Object.keys(peers).map((name) => [name, ratio(name)]));
  const outcome = { bench: "frames", ours: figures, peers: { svg: peers }, ratios: { svg: ratios } };
  if (options.json) console.log(JSON.stringify(outcome));
}

/** Runs in the page: how long the backend and the way from it take for the two large answers. */
async function answers(project, bake) {
  const ask = (name, request) => window.__TAURI_INTERNALS__.invoke(name, { request });
  const timed = async (work) => {
    const begin = performance.now();
    await work();
    return performance.now() - begin;
  };
  const folding = { folded: [], opened: [] };
  const subject = { kind: "bake", bake, attempt: null };
  const look = { theme: "light", direction: "right", folding, at: null, beside: null };
  return {
    view: await timed(() => ask("bake_view", { project, bake, attempt: null })),
    drawing: await timed(() => ask("graph_drawing", { project, subject, ...look })),
  };
}

/** Runs in the page: the same picture as one SVG over the canvas, moved by its transformation. */
async function movePeer([project, bake], way, frames) {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const request = {
    project,
    subject: { kind: "bake", bake, attempt: null },
    theme: "light",
    direction: "right",
    folding: { folded: [], opened: [] },
    at: null,
    beside: null,
  };
  const drawing = await window.__TAURI_INTERNALS__.invoke("graph_drawing", { request });
  const canvas = document.querySelector("[role=group] > canvas");
  const box = canvas.getBoundingClientRect();
  const make = (name, properties) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
    return element;
  };
  const style = `position:fixed;left:${box.x}px;top:${box.y}px;background:${drawing.ground};z-index:9`;
  const svg = make("svg", { width: box.width, height: box.height, style });
  const all = make("g", {});
  for (const piece of drawing.pieces) {
    const at = piece.edge === null ? `translate(${piece.x} ${piece.y})` : "";
    const group = make("g", { transform: at });
    for (const [outline, number] of piece.shapes) {
      const pen = drawing.pens[number];
      group.append(
        make("path", {
          d: drawing.outlines[outline],
          fill: pen.fill ?? "none",
          stroke: pen.stroke ?? "none",
          "stroke-width": pen.lineWidth,
          "stroke-dasharray": pen.dash.join(" "),
        }),
      );
    }
    for (const { text, x, y, font: number } of piece.texts) {
      const font = drawing.fonts[number];
      const words = make("text", { x, y, fill: font.fill, "font-size": font.size, "font-weight": font.weight });
      words.textContent = text;
      group.append(words);
    }
    all.append(group);
  }
  svg.append(all);
  document.body.append(svg);
  const fit = Math.min(box.width / drawing.width, box.height / drawing.height, 1);
  let [scale, x, y] = [way === "pan at 100 %" ? 1 : fit, 0, 0];
  const place = () => all.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  place();
  await frame();
  await frame();
  const times = [];
  let last = await frame();
  for (let step = 0; step < frames; step++) {
    const there = Math.floor(step / 30) % 2 ? -1 : 1;
    if (way === "zoom") scale *= Math.exp(0.165 * there);
    else [x, y] = [x - 23 * there, y - 14 * there];
    place();
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  svg.remove();
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { mean, p95: times[Math.floor(times.length * 0.95)], most: times.at(-1) };
}

/** Opens the page of a bake from another page; answers milliseconds until its graph is painted. */
function open(session, project, bake) {
  return session.runLater(
    async (project, bake) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      location.hash = "#/home";
      while (document.querySelector("[role=tree]")) await frame();
      await new Promise((done) => setTimeout(done, 1500));
      const begin = performance.now();
      location.hash = `#/p/${encodeURIComponent(project)}/bakes/${encodeURIComponent(bake)}`;
      const painted = () => {
        const canvas = document.querySelector("[role=group] > canvas");
        if (!document.querySelector("[data-node]") || !canvas?.width) return false;
        // Something other than the ground is on the canvas.
        const { width, height } = canvas;
        const row = canvas.getContext("2d").getImageData(0, Math.round(height / 2), width, 1).data;
        for (let at = 4; at < row.length; at += 4)
          if (row[at] !== row[0] || row[at + 1] !== row[1] || row[at + 2] !== row[2]) return true;
        return false;
      };
      while (!painted()) {
        if (performance.now() - begin > 60_000) throw new Error("the graph did not come");
        await frame();
      }
      await frame();
      return performance.now() - begin;
    },
    project,
    bake,
  );
}

/** Runs in the page: moves the graph in every frame; answers how long frames took. */
async function move(way, frames) {
  const canvas = document.querySelector("[role=group] > canvas");
  const box = canvas.getBoundingClientRect();
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const middle = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true };
  const key = (key) =>
    document
      .querySelector("[role=treeitem]")
      .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const wheel = (deltaY, more = {}) =>
    canvas.dispatchEvent(
      new WheelEvent("wheel", { ...middle, deltaY, deltaMode: 0, cancelable: true, ...more }),
    );
  key("0");
  await frame();
  const scale = () => parseFloat(document.querySelector("[aria-label=Zoom] .num").textContent) / 100;
  if (way === "pan at 100 %") {
    for (let step = 0; step < 60 && scale() < 0.97; step++) {
      wheel(-Math.min(300, Math.log(1 / scale()) / 0.0015));
      await frame();
    }
  }
  for (let step = 0; step < 30; step++) await frame();
  const times = [];
  let last = await frame();
  for (let step = 0; step < frames; step++) {
    const there = Math.floor(step / 30) % 2 ? -1 : 1;
    if (way === "zoom") wheel(there * -110);
    else wheel(there * 14, { deltaX: there * 23 });
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { mean, p95: times[Math.floor(times.length * 0.95)], most: times.at(-1) };
}
