import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { expectAccessible } from "./axe";
import { ask, expect, test, visit, within, type Bench, type Page } from "./bench";

const author = {
  GIT_AUTHOR_NAME: "Mira",
  GIT_AUTHOR_EMAIL: "mira@example.org",
};
const committer = {
  GIT_COMMITTER_NAME: "Mira",
  GIT_COMMITTER_EMAIL: "mira@example.org",
};
const git = (folder: string, ...words: string[]) =>
  execFileSync("git", ["-C", folder, ...words], {
    env: { ...process.env, ...author, ...committer },
    encoding: "utf8",
  });

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    if (path.startsWith("hooks/")) chmodSync(join(folder, path), 0o755);
  }
}

function commit(folder: string, message: string): void {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", message);
}

/** A repository with a template in it. */
function repository(bench: Bench, name: string, files: Record<string, string>): string {
  const folder = join(bench.folder, "templates", name);
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "-q", "-b", "main");
  write(folder, files);
  commit(folder, "First version");
  return folder;
}

const root = "{{cookiecutter.slug}}";
const questions = JSON.stringify({
  title: "Rye bread",
  slug: "{{ cookiecutter.title|lower|replace(' ', '-') }}",
});
const files = {
  "cookiecutter.json": questions,
  [`${root}/README.md`]: "# {{ cookiecutter.title }}\n\nOne.\n\nTwo.\n",
  [`${root}/notes.txt`]: "Notes of {{ cookiecutter.slug }}\n",
};

const go = (page: Page) => page.getByRole("button", { name: /^Continue/ }).click();

async function openSource(page: Page, source: string): Promise<void> {
  await page.getByRole("textbox", { name: "Template", exact: true }).fill(source);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(
    page
      .getByRole("complementary", { name: "The chosen template" })
      .getByText("Source", { exact: true }),
  ).toBeVisible();
}

test.beforeEach(({ bench }) => void mkdirSync(bench.folder, { recursive: true }));

test("a git template with a hook is reviewed, made, and taken back", async ({ page, bench }) => {
  const folder = repository(bench, "hooked", {
    ...files,
    "hooks/post_gen_project.sh": "#!/bin/sh\necho hello from the hook\nmv notes.txt moved.txt\n",
  });
  git(folder, "tag", "v1");
  await visit(page, bench, "#/new");
  await openSource(page, pathToFileURL(folder).href);
  const facts = page.getByRole("complementary", {
    name: "The chosen template",
  });
  await expect(facts).toContainText("hooks/post_gen_project.sh");
  await expect(facts).toContainText(git(folder, "rev-parse", "HEAD").slice(0, 12));
  await expect(facts.getByRole("option", { name: "v1" })).toBeAttached();
  await expectAccessible(page, "an opened source");

  await go(page);
  await expect(page.getByRole("heading", { name: "Answers" })).toBeFocused();
  await page.getByLabel("title", { exact: true }).fill("Dark rye");
  await expect(page.getByLabel("slug", { exact: true })).toHaveValue("dark-rye");
  await go(page);
  await page.getByLabel("Folder to make it in").fill(bench.folder);
  await expect(page.getByText("The new folder", { exact: true })).toBeVisible();
  await page.getByRole("switch", { name: "Start a git repository" }).check();
  await page.getByLabel("Author", { exact: true }).fill("Mira");
  await page.getByLabel("E-mail", { exact: true }).fill("mira@example.org");
  await expectAccessible(page, "place with git");
  await go(page);

  const preview = page.getByRole("region", { name: "Preview" });
  await preview.getByRole("button", { name: /^README\.md/ }).click();
  await preview.getByRole("button", { name: "Explain line 1", exact: true }).click();
  const told = page.getByRole("region", { name: "Where line 1 comes from" });
  await expect(told).toContainText("{{ cookiecutter.title }}");
  await expect(told).toContainText("Dark rye");
  await expectAccessible(page, "an explained line");
  await page.getByRole("tab", { name: /^What changed/ }).click();
  await expect(page.getByRole("region", { name: "What changed", exact: true })).toContainText(
    "files differ",
  );
  await expectAccessible(page, "what changed");
  await page.getByRole("tab", { name: /^Hooks/ }).click();
  const hook = page.getByRole("article", { name: "hooks/post_gen_project.sh" });
  await expect(hook).toContainText("mv notes.txt moved.txt");
  await hook.getByRole("radio", { name: "Run once" }).check();
  await expectAccessible(page, "hooks");
  await go(page);
  await expect(page.getByRole("heading", { name: "Platform" })).toBeFocused();
  await expectAccessible(page, "platform");

  const target = join(bench.folder, "dark-rye");
  expect(existsSync(target)).toBe(false);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("The hooks have run in a copy")).toBeVisible();
  await expect(page.getByText("moved.txt", { exact: true })).toBeVisible();
  expect(existsSync(target)).toBe(false);
  await expectAccessible(page, "review of hooks");
  await page.getByRole("button", { name: /^Take it/ }).click();
  await expect(page.getByRole("heading", { name: /is made$/ })).toBeVisible();
  expect(readFileSync(join(target, "moved.txt"), "utf8")).toBe("Notes of dark-rye\n");
  expect(existsSync(join(target, "notes.txt"))).toBe(false);
  expect(git(target, "log", "--format=%an %s").trim()).toBe("Mira Start from the template");
  await expectAccessible(page, "made");

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("It was taken back")).toBeVisible();
  expect(existsSync(target)).toBe(false);
});

test("a hook that fails leaves nothing behind, and one that is skipped is not run", async ({
  page,
  bench,
}) => {
  const folder = repository(bench, "failing", {
    ...files,
    "hooks/post_gen_project.sh": "#!/bin/sh\necho out of flour >&2\nexit 3\n",
  });
  await visit(page, bench, "#/new");
  await openSource(page, folder);
  await go(page);
  await page.getByLabel("title", { exact: true }).fill("Flat bread");
  await go(page);
  await page.getByLabel("Folder to make it in").fill(bench.folder);
  await expect(page.getByText("The new folder", { exact: true })).toBeVisible();
  await go(page);
  await page.getByRole("tab", { name: /^Hooks/ }).click();
  await page.getByRole("radio", { name: "Run once" }).check();
  await page.getByRole("button", { name: "Create the project" }).click();
  await expect(page.getByText("A hook failed, so no project was made")).toBeVisible();
  await expect(page.getByText("out of flour")).toBeVisible();
  const target = join(bench.folder, "flat-bread");
  expect(existsSync(target)).toBe(false);
  await expectAccessible(page, "a failed hook");

  await page.getByRole("button", { name: "Back to the preview" }).click();
  await page.getByRole("tab", { name: /^Hooks/ }).click();
  await page.getByRole("radio", { name: "Skip" }).check();
  await page.getByRole("button", { name: "Create the project" }).click();
  await expect(page.getByRole("heading", { name: /is made$/ })).toBeVisible();
  expect(existsSync(join(target, "README.md"))).toBe(true);
});

test("files go into a folder that is there as each of them was decided", async ({
  page,
  bench,
}) => {
  const folder = repository(bench, "meeting", {
    ...files,
    [`${root}/own.txt`]: "theirs\n",
  });
  const target = join(bench.folder, "rye-bread");
  write(target, {
    "README.md": "# Mine\n",
    "notes.txt": "my notes\n",
    "own.txt": "mine\n",
    "other.txt": "stays\n",
  });
  await visit(page, bench, "#/new");
  await openSource(page, folder);
  await go(page);
  await expect(page.getByLabel("slug", { exact: true })).toHaveValue("rye-bread");
  await go(page);
  await page.getByLabel("Folder to make it in").fill(bench.folder);
  await expect(page.getByRole("button", { name: /^Continue/ })).toBeDisabled();
  await page.getByRole("button", { name: "Put them into it" }).click();
  const group = (name: string) => page.getByRole("radiogroup", { name: `What to do with ${name}` });
  await expect(page.getByText("3 files need a decision")).toBeVisible();
  await group("README.md").getByRole("radio", { name: "Keep" }).check();
  await group("notes.txt").getByRole("radio", { name: "Replace" }).check();
  await group("own.txt").getByRole("radio", { name: "Merge" }).check();
  await page.getByRole("textbox", { name: /^The text as it will be/ }).fill("both\n");
  await expectAccessible(page, "files that are there");
  await go(page);
  await page.getByRole("button", { name: "Create the project" }).click();
  await expect(page.getByRole("heading", { name: /is made$/ })).toBeVisible();
  const text = (name: string) => readFileSync(join(target, name), "utf8");
  expect(["README.md", "notes.txt", "own.txt", "other.txt"].map(text)).toEqual([
    "# Mine\n",
    "Notes of rye-bread\n",
    "both\n",
    "stays\n",
  ]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("It was taken back")).toBeVisible();
  expect(["notes.txt", "own.txt"].map(text)).toEqual(["my notes\n", "mine\n"]);
});

test("what a source needs is asked for in place, and hostile names are shown as they are", async ({
  page,
  bench,
}) => {
  const hostile = "a\u202egnp.exe";
  const folder = join(bench.folder, "templates", "several");
  write(folder, {
    "cookiecutter.json": JSON.stringify({
      templates: {
        small: { path: "./small", title: "A small one" },
        large: { path: "./large", title: "A large one" },
      },
    }),
    "small/cookiecutter.json": questions,
    [`small/${root}/${hostile}`]: "<b>no markup</b>\n",
    "large/cookiecutter.json": questions,
    [`large/${root}/x.txt`]: "x\n",
  });
  await visit(page, bench, "#/new");
  await page.getByRole("textbox", { name: "Template", exact: true }).fill(folder);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(page.getByText("This holds several templates")).toBeVisible();
  await expectAccessible(page, "a question of the source");
  await page.getByRole("button", { name: /A small one/ }).click();
  await expect(page.getByText("No hooks: nothing of it is run.")).toBeVisible();
  await go(page);
  await expect(page.getByText("a‹U+202E›gnp.exe").first()).toBeVisible();
  await expect(page.getByText("<b>no markup</b>")).toBeVisible();

  await page.getByRole("button", { name: "Back", exact: true }).click();
  await page.getByRole("textbox", { name: "Template", exact: true }).fill("/nowhere/at/all");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(page.getByText("The template could not be opened")).toBeVisible();
});

test("of a thousand files in the preview only the rows that can be seen are drawn", async ({
  page,
  bench,
}) => {
  const many = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [
      `${root}/part-${index % 20}/file-${index}.txt`,
      "{{ cookiecutter.title }}\n",
    ]),
  );
  const folder = repository(bench, "many", { ...files, ...many });
  await visit(page, bench, "#/new");
  await openSource(page, folder);
  await go(page);
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("1,002 files");
  expect(await preview.locator("[data-at]").count()).toBeLessThan(120);
  await page.getByLabel("title", { exact: true }).fill("Spelt");
  await expect(preview).toContainText("just changed");
  await preview.locator("[data-at]").first().focus();
  await page.keyboard.press("End");
  await expect(preview.getByRole("button", { name: /^notes\.txt/ })).toBeFocused();
});

test("a project is updated from its template, with a conflict, and taken back", async ({
  page,
  bench,
}) => {
  const folder = repository(bench, "moving", files);
  const source = pathToFileURL(folder).href;
  const opened = await ask<{ template: { id: string } }>(bench, "template_open", { source });
  const parent = join(bench.folder, "updated");
  mkdirSync(parent, { recursive: true });
  const { made } = await ask<{ made: { path: string } }>(bench, "project_make", {
    ask: { template: opened.template.id, answers: {}, parent },
  });
  const readme = join(made.path, "README.md");
  writeFileSync(readme, "# Rye bread\n\nMine.\n\nTwo.\n");
  write(folder, {
    [`${root}/README.md`]: "# {{ cookiecutter.title }}\n\nTheirs.\n\nTwo.\n",
    [`${root}/new.txt`]: "new\n",
  });
  commit(folder, "Second version");

  await visit(page, bench, within(made.path, "template"));
  await page.getByRole("button", { name: "Show what would change" }).click();
  await expect(page.getByRole("button", { name: "Update the project" })).toBeDisabled();
  const place = page.getByRole("region", { name: "Conflict 1 of README.md" });
  await expect(place).toContainText("Mine.");
  await expect(place).toContainText("One.");
  await expect(place).toContainText("Theirs.");
  await expectAccessible(page, "a conflict");
  await place.getByRole("radio", { name: "Own text" }).check();
  await place.getByLabel("The text for this place").fill("Ours.\n");
  await page.getByRole("button", { name: "Update the project" }).click();
  await expect(page.getByText(/^The project is at/)).toBeVisible();
  expect(readFileSync(readme, "utf8")).toBe("# Rye bread\n\nOurs.\n\nTwo.\n");
  expect(existsSync(join(made.path, "new.txt"))).toBe(true);

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("It was taken back")).toBeVisible();
  expect(readFileSync(readme, "utf8")).toBe("# Rye bread\n\nMine.\n\nTwo.\n");
  expect(existsSync(join(made.path, "new.txt"))).toBe(false);
});

test("a project that follows no template finds the version it is closest to", async ({
  page,
  bench,
}) => {
  const folder = repository(bench, "adopted", files);
  const project = join(bench.folder, "adopting");
  write(project, {
    "README.md": "# Rye bread\n\nOne.\n\nTwo.\n",
    "notes.txt": "Notes of rye-bread\n",
  });
  write(folder, {
    [`${root}/README.md`]: "# {{ cookiecutter.title }}\n\nAll is new.\n",
  });
  commit(folder, "Second version");
  await visit(page, bench, within(project, "template"));
  await page
    .getByRole("textbox", { name: "Template", exact: true })
    .fill(pathToFileURL(folder).href);
  await page.getByRole("button", { name: "Find its version" }).click();
  await expect(page.getByRole("radio").first()).toBeChecked();
  await expect(page.getByRole("listitem").filter({ hasText: "First version" })).toBeVisible();
  await expectAccessible(page, "versions to adopt");
  await page.getByRole("button", { name: "Follow this version" }).click();
  await expect(page.getByRole("button", { name: "Show what would change" })).toBeVisible();
  expect(JSON.parse(readFileSync(join(project, ".cruft.json"), "utf8")).commit).toBe(
    git(folder, "rev-parse", "HEAD~1").trim(),
  );
});

test("what was made can be taken back later, and trust be withdrawn, in the settings", async ({
  page,
  bench,
}) => {
  const folder = repository(bench, "trusted", {
    ...files,
    "hooks/post_gen_project.sh": "#!/bin/sh\necho trusted\n",
  });
  const opened = await ask<{ template: { id: string } }>(bench, "template_open", {
    source: folder,
  });
  const parent = join(bench.folder, "later");
  mkdirSync(parent, { recursive: true });
  const { made } = await ask<{ made: { path: string } }>(bench, "project_make", {
    ask: { template: opened.template.id, answers: {}, parent },
    hooks: { "hooks/post_gen_project.sh": "trust" },
  });
  await visit(page, bench, "#/settings/templates");
  await expectAccessible(page, "settings of templates");
  await page.getByRole("button", { name: /^Withdraw the trust in/ }).click();
  await expect(page.getByText("No hook is trusted.")).toBeVisible();
  await page.getByRole("button", { name: `Undo ${made.path}` }).click();
  await expectAccessible(page, "asking before taking back");
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByText("It was taken back")).toBeVisible();
  expect(existsSync(made.path)).toBe(false);
});

test("a hook before the questions runs only when told to, and then changes the questions", async ({
  page,
  bench,
}) => {
  const folder = repository(bench, "early", {
    ...files,
    "hooks/pre_prompt.sh":
      '#!/bin/sh\nprintf \'{"title": "From the hook", "slug": "hooked"}\' > cookiecutter.json\n',
  });
  await visit(page, bench, "#/new");
  await openSource(page, folder);
  const hook = page.getByRole("article", { name: "hooks/pre_prompt.sh" });
  await expect(hook).toContainText("It has not run.");
  await expect(hook).toContainText("From the hook");
  await expectAccessible(page, "a hook before the questions");
  await hook.getByRole("button", { name: "Run it once" }).click();
  await expect(hook).toContainText("succeeded");
  await go(page);
  await expect(page.getByLabel("title", { exact: true })).toHaveValue("From the hook");
});
