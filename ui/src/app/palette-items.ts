import CircleStop from "@lucide/svelte/icons/circle-stop";
import Flame from "@lucide/svelte/icons/flame";
import Folder from "@lucide/svelte/icons/folder";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import GitCompare from "@lucide/svelte/icons/git-compare";
import House from "@lucide/svelte/icons/house";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Palette from "@lucide/svelte/icons/palette";
import Play from "@lucide/svelte/icons/play";
import Plus from "@lucide/svelte/icons/plus";
import Settings from "@lucide/svelte/icons/settings";
import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import Workflow from "@lucide/svelte/icons/workflow";

import type { ThemeChoice } from "../api/views";
import { bakeName } from "../shared/bake-name";
import * as deeds from "../shared/deeds";
import type { Desk } from "../shared/desk.svelte";
import type { MenuItem } from "../shared/menu-item";
import type { Project } from "../shared/project.svelte";
import { isOn, stateWord } from "../shared/state-words";

export type Group = "Actions" | "Jobs" | "Bakes" | "Projects" | "Settings and help";

export interface PaletteItem extends MenuItem {
  group: Group;
  keys?: string;
}

/** The sign that narrows the palette to some groups. */
export const prefixes: Record<string, readonly Group[]> = {
  ">": ["Actions"],
  "@": ["Jobs"],
  "#": ["Bakes"],
  ":": ["Settings and help"],
};

const item = (
  group: Group,
  label: string,
  icon: NonNullable<MenuItem["icon"]>,
  act: () => unknown,
  more: Partial<PaletteItem> = {},
): PaletteItem => ({
  group,
  label,
  icon,
  act: () => void act(),
  ...more,
});

export function paletteItems(desk: Desk): PaletteItem[] {
  return [
    ...actions(desk),
    ...(desk.project ? [...jobs(desk, desk.project), ...bakes(desk, desk.project)] : []),
    ...projects(desk),
    ...settings(desk),
  ];
}

function actions(desk: Desk): PaletteItem[] {
  return [
    item("Actions", "New project", Plus, () => deeds.newProject(desk), { keys: "Ctrl N" }),
    item("Actions", "Open folder", FolderOpen, () => deeds.openFolder(desk), { keys: "Ctrl O" }),
    item("Actions", "Bake the sample", Flame, () => deeds.bakeSample(desk)),
    item("Actions", "Look inside the sample", Folder, () => deeds.lookInsideSample(desk)),
    item("Actions", "Go home", House, () => desk.router.go({ screen: "home" }), { keys: "Ctrl 1" }),
    item("Actions", "Show live jobs", SquareTerminal, () => deeds.showLive(desk), {
      keys: "Ctrl 2",
    }),
    ...(desk.project ? [template(desk, desk.project)] : []),
    item("Actions", "Show bakes", Workflow, () => deeds.showBakes(desk), { keys: "Ctrl 3" }),
  ];
}

const template = (desk: Desk, { path }: Project): PaletteItem =>
  item("Actions", "Update from template", GitCompare, () => deeds.showTemplate(desk, path));

function jobs(desk: Desk, project: Project): PaletteItem[] {
  const defined = project.view.value?.jobs ?? [];
  const rows = project.live.value?.rows ?? [];
  const go = (row: string) => desk.router.go({ screen: "live", project: project.path, row });
  return [
    ...defined.map((job) =>
      item("Jobs", `Start ${job.id}`, Play, () => go(job.id), { detail: job.title ?? "live job" }),
    ),
    ...rows.flatMap(({ job, suffix, rawId, state }) => {
      if (!rawId || !isOn(state)) return [];
      const name = suffix ? `${job} ${suffix}` : job;
      const stop = () => deeds.stopLive(desk, project, rawId, { job, suffix });
      return [item("Jobs", `Stop ${name}`, CircleStop, stop, { detail: stateWord(state) })];
    }),
  ];
}

function bakes(desk: Desk, project: Project): PaletteItem[] {
  return [
    ...(project.view.value?.batches ?? []).map((batch) =>
      item(
        "Bakes",
        `New bake of ${batch.id}`,
        Flame,
        () => deeds.newBake(desk, project.path, batch.id),
        {
          detail: batch.title ?? batch.file,
        },
      ),
    ),
    ...(project.bakes.value?.rows ?? []).slice(0, 50).map((row) =>
      item(
        "Bakes",
        `${row.batch} ${bakeName(row)}`,
        Workflow,
        () => deeds.showBake(desk, project.path, row.id),
        {
          detail: `${row.batch}, ${stateWord(row.state).toLowerCase()}`,
        },
      ),
    ),
  ];
}

function projects(desk: Desk): PaletteItem[] {
  return (desk.home.value?.projects ?? []).map(({ name, path, shownPath }) =>
    item("Projects", name, Folder, () => deeds.showLive(desk, path), { detail: shownPath }),
  );
}

const themes: readonly [string, ThemeChoice][] = [
  ["Colours as the system", "system"],
  ["Light colours", "light"],
  ["Dark colours", "dark"],
  ["High contrast, light", "contrastLight"],
  ["High contrast, dark", "contrastDark"],
];

function settings(desk: Desk): PaletteItem[] {
  const change = (theme: ThemeChoice) =>
    desk.does("Change the colours", () =>
      desk.host.call("settings_update", {
        theme,
        compact: null,
        platformPort: null,
        projectsFolder: null,
        local: null,
      }),
    );
  const section = (section: "look" | "platform" | "credentials" | "diagnostics") =>
    desk.router.go({ screen: "settings", section });
  return [
    ...themes.map(([label, theme]) =>
      item("Settings and help", label, Palette, () => change(theme), { detail: "Look" }),
    ),
    item("Settings and help", "Settings", Settings, () => section("look"), { keys: "Ctrl ," }),
    item("Settings and help", "Local platform", Settings, () => section("platform")),
    item("Settings and help", "Credentials", Settings, () => section("credentials")),
    item("Settings and help", "Diagnostics", Settings, () => section("diagnostics")),
    item("Settings and help", "Keyboard", Keyboard, () => pressed("?"), { keys: "?" }),
  ];
}

/** The keyboard sheet belongs to the keys that act everywhere. */
function pressed(key: string): void {
  setTimeout(() =>
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    ),
  );
}
