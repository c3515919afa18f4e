// What a new project has to hold.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";

const FILES = [
  ".github/dependabot.yml",
  ".gitignore",
  ".neuro.toml",
  ".neuro/live.yml",
  ".neuro/project.yml",
  ".neuro/sample.yml",
  ".neuroignore",
  "Dockerfile",
  "HELP.md",
  "README.md",
  "apt.txt",
  "requirements.txt",
  "setup.cfg",
  "update_actions.py",
];
const FOLDERS = [".github/workflows", "config", "data", "notebooks", "modules", "results"];

/** Fails unless every file and every folder (with something in it) is there. */
export async function checkProjectFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)));
  const missing = FILES.filter((file) => !files.includes(file));
  const empty = FOLDERS.filter((name) => !files.some((file) => file.startsWith(`${name}/`)));
  assert.deepEqual({ missing, empty }, { missing: [], empty: [] });
  const left = files.filter((file) => file.includes("cookiecutter") || file.includes("{{"));
  assert.deepEqual(left, [], "every name was rendered");
}
