// Goes through the real window on a display, a session bus, a keyring and a home folder of its own.
//
//   node main.mjs --window PROGRAM --cli PROGRAM [--out DIR] [--pictures DIR]
//
// Everything the window does lands in a private folder that is removed afterwards; nothing of the
// person who runs this is read or changed. `--pictures` keeps every screen in both themes.

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

import { freePort } from "./webdriver.mjs";

const here = import.meta.dirname;
const SCREEN = "-screen 0 1440x900x24";

const { values: options } = parseArgs({
  options: {
    window: { type: "string" },
    cli: { type: "string" },
    out: { type: "string", default: path.join(here, "../../target/window") },
    pictures: { type: "string" },
  },
});
if (!options.window || !options.cli) {
  console.error("usage: node main.mjs --window PROGRAM --cli PROGRAM [--out DIR] [--pictures DIR]");
  process.exit(2);
}

/** The folders and variables of a person who does not exist. */
async function privatePerson() {
  const root = await mkdtemp(path.join(tmpdir(), "bakehouse-window-"));
  const folder = async (name) => {
    const made = path.join(root, name);
    await mkdir(made, { recursive: true, mode: 0o700 });
    return made;
  };
  const variables = {
    HOME: await folder("home"),
    XDG_CONFIG_HOME: await folder("home/.config"),
    XDG_DATA_HOME: await folder("home/.local/share"),
    XDG_STATE_HOME: await folder("home/.local/state"),
    XDG_CACHE_HOME: await folder("home/.cache"),
    XDG_RUNTIME_DIR: await folder("run"),
    BAKEHOUSE_HOME: await folder("bakehouse"),
    TMPDIR: await folder("tmp"),
    // Native dialogs in English, drawn by GTK itself; painting that needs no graphics device.
    LC_ALL: "C.UTF-8",
    GDK_BACKEND: "x11",
    GTK_USE_PORTAL: "0",
    GSETTINGS_BACKEND: "memory",
    NO_AT_BRIDGE: "1",
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    // What the window tests themselves need to know.
    TEST_WINDOW: path.resolve(options.window),
    TEST_CLI: path.resolve(options.cli),
    TEST_OUT: path.resolve(options.out),
    TEST_ROOT: root,
  };
  if (options.pictures) variables.TEST_PICTURES = path.resolve(options.pictures);
  // The usual port may be taken by a Bakehouse that somebody works with.
  await folder("bakehouse/config");
  const settings = path.join(root, "bakehouse/config/settings.yml");
  await writeFile(settings, `platform_port: ${await freePort()}\n`);
  return { root, variables };
}

/** Runs one test file on a display and a session bus of its own; answers its exit code. */
function run(file, variables, busOptions = []) {
  const environment = { ...process.env, ...variables };
  for (const name of ["WAYLAND_DISPLAY", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"]) {
    delete environment[name];
  }
  const node = [process.execPath, "--test-reporter=spec", path.join(here, file)];
  const bus = ["dbus-run-session", ...busOptions, "--", ...node];
  // Bus, driver and web view talk a lot; who wants to know finds it beside the pictures.
  const log = path.join(options.out, `${file}.log`);
  const words = openSync(log, "w");
  const child = spawn("xvfb-run", ["-a", "-s", SCREEN, ...bus], {
    env: environment,
    stdio: ["ignore", "inherit", words],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      closeSync(words);
      if (code !== 0) console.error(`Standard error and pictures: ${options.out}`);
      resolve(code ?? 1);
    });
  });
}

async function runFor(file, busOptions) {
  const person = await privatePerson();
  try {
    return await run(file, person.variables, busOptions);
  } finally {
    await rm(person.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

await mkdir(options.out, { recursive: true });
const codes = [
  await runFor("journey.test.mjs"),
  // A bus that starts no services has no keyring, whatever is installed.
  await runFor("without-keyring.test.mjs", ["--config-file", path.join(here, "bare-bus.conf")]),
];
process.exitCode = codes.find((code) => code !== 0) ?? 0;
