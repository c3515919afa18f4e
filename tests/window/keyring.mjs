// A real keyring on the private session bus, and a look into it.

import { spawn } from "node:child_process";

import { command } from "./display.mjs";
import { until } from "./webdriver.mjs";

/** Starts GNOME Keyring, unlocked; it ends with the session bus. */
export async function startKeyring() {
  const daemon = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  daemon.stdin.end("a password of nobody");
  const bus = ["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"];
  const question = ["org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"];
  await until("the keyring", () => command("dbus-send", ...bus, ...question));
  return daemon;
}

/** The secrets that Bakehouse put there. */
export async function secrets() {
  const found = await command("secret-tool", "search", "--all", "--unlock", "service", "bakehouse");
  return [...found.matchAll(/^secret = (.*)$/gm)].map(([, secret]) => secret);
}
