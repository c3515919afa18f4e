// The few words of the WebDriver protocol that the tests need, spoken to WebKitWebDriver.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** A port of this computer that nobody listens on now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Tries until it answers something true; the last failure is the one that is told. */
export async function until(what, attempt, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const answer = await attempt();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) break;
    await sleep(100);
  }
  const cause = last ? ` (${last.message})` : "";
  throw new Error(`waited ${seconds} s for ${what}${cause}`, { cause: last });
}

/** The driver process; it starts the application for each session. */
export class Driver {
  static async start() {
    const driver = new Driver();
    const port = await freePort();
    driver.base = `http://127.0.0.1:${port}`;
    driver.child = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      stdio: ["ignore", process.stderr, process.stderr],
      // The switch by which the web view of Tauri lets itself be driven.
      env: { ...process.env, TAURI_AUTOMATION: "true", TAURI_WEBVIEW_AUTOMATION: "true" },
    });
    await until("WebKitWebDriver", async () => (await fetch(`${driver.base}/status`)).ok);
    return driver;
  }

  /** Starts the program and answers a session with its window. */
  async open(program) {
    const capabilities = {
      alwaysMatch: { "webkitgtk:browserOptions": { binary: program, args: [] } },
    };
    const { sessionId } = await this.send("POST", "/session", { capabilities });
    return new Session(this, sessionId);
  }

  async send(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  stop() {
    this.child.kill();
  }
}

/** A window that is driven. */
export class Session {
  constructor(driver, id) {
    this.driver = driver;
    this.id = id;
  }

  send(method, path, body) {
    return this.driver.send(method, `/session/${this.id}${path}`, body);
  }

  /** Runs a function in the page; elements go in and come out as handles. */
  run(work, ...args) {
    const script = `return (${work}).apply(null, arguments)`;
    return this.send("POST", "/execute/sync", { script, args });
  }

  /** Runs a function that answers later. */
  async runLater(work, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve((${work}).apply(null, [...arguments].slice(0, -1)))
        .then((value) => done({ value }), (error) => done({ error: JSON.stringify(error) ?? String(error) }));`;
    const { value, error } = await this.send("POST", "/execute/async", { script, args });
    if (error) throw new Error(error);
    return value;
  }

  /** Calls a command of the application as its page does. */
  call(name, request) {
    const invoke = (name, request) => window.__TAURI_INTERNALS__.invoke(name, { request });
    return this.runLater(invoke, name, request);
  }

  /** Waits until a condition holds in the page. */
  waitFor(what, condition, ...args) {
    return until(what, () => this.run(condition, ...args));
  }

  /** Waits until nothing moves and two frames are painted: then a picture shows what is known. */
  async settle() {
    await this.waitFor("everything to stand still", () => document.getAnimations().length === 0);
    const frames = () =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
    return this.runLater(frames);
  }

  click(element) {
    return this.send("POST", `/element/${element[ELEMENT]}/click`, {});
  }

  clear(element) {
    return this.send("POST", `/element/${element[ELEMENT]}/clear`, {});
  }

  type(element, text) {
    return this.send("POST", `/element/${element[ELEMENT]}/value`, { text });
  }

  /** The text of an element; the protocol's own answer leaves out what an ellipsis may shorten. */
  text(element) {
    return this.run((element) => element.innerText, element);
  }

  /** Presses and releases keys for whatever has the focus; modifiers first. */
  async press(...keys) {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    const actions = [{ type: "key", id: "keyboard", actions: [...down, ...up] }];
    await this.send("POST", "/actions", { actions });
  }

  /** Clicks at a place of the page, whatever is there. */
  async clickAt(x, y) {
    const move = { type: "pointerMove", duration: 0, origin: "viewport", x: Math.round(x), y: Math.round(y) };
    const button = { button: 0 };
    const clicks = [move, { type: "pointerDown", ...button }, { type: "pointerUp", ...button }];
    const pointer = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: clicks };
    await this.send("POST", "/actions", { actions: [pointer] });
  }

  close() {
    return this.send("DELETE", "");
  }
}
