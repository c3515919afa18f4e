import { newProject, openFolder, showBakes, showLive } from "../shared/deeds";
import type { Desk } from "../shared/desk.svelte";
import { chord, inTerminal, typing } from "../shared/keys";

export type Sheet = "palette" | "shortcuts" | null;

/** Keys that act everywhere. Screens handle their own. */
export class Keyboard {
  sheet = $state<Sheet>(null);
  readonly #always: Record<string, () => unknown>;
  readonly #outsideText: Record<string, () => unknown>;

  constructor(desk: Desk) {
    const { router } = desk;
    this.#always = {
      "ctrl+k": () => (this.sheet = this.sheet === "palette" ? null : "palette"),
      "ctrl+n": () => newProject(desk),
      "ctrl+o": () => openFolder(desk),
      "ctrl+1": () => router.go({ screen: "home" }),
      "ctrl+2": () => showLive(desk),
      "ctrl+3": () => showBakes(desk),
      "ctrl+,": () => router.go({ screen: "settings", section: "look" }),
      "ctrl+/": () => (this.sheet = "shortcuts"),
      "alt+arrowleft": () => router.back(),
      "alt+arrowright": () => router.forward(),
      "ctrl+`": () => toggleTerminal(desk),
      f6: () => nextRegion(1),
      "shift+f6": () => nextRegion(-1),
    };
    this.#outsideText = {
      "?": () => (this.sheet = "shortcuts"),
      "/": () => focusFilter(),
    };
  }

  press(event: KeyboardEvent): void {
    const keys = chord(event);
    if (event.defaultPrevented || (inTerminal(event) && !leavesTerminal.includes(keys))) return;
    const busy = this.sheet !== null || document.querySelector("dialog[open]") !== null;
    const act = this.#always[keys] ?? (typing(event) || busy ? undefined : this.#outsideText[keys]);
    if (!act || (busy && keys !== "ctrl+k")) return;
    event.preventDefault();
    act();
  }

  close(): void {
    this.sheet = null;
  }
}

function focusFilter(): void {
  document.querySelector<HTMLElement>("[data-filter]")?.focus();
}

/** All other keys belong to the job. */
const leavesTerminal = ["ctrl+`", "f6", "shift+f6"];

function toggleTerminal({ dock }: Desk): void {
  if (dock.open && dock.tab === "terminal") dock.open = false;
  else dock.show("terminal");
}

const regions = "header, nav[aria-label='Screens'], .work, aside.pane, section[aria-label='Dock']";

function nextRegion(step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>(regions)];
  const at = all.findIndex((region) => region.contains(document.activeElement));
  const next = all[(at + step + all.length) % all.length];
  next
    ?.querySelector<HTMLElement>("button:not(:disabled), a[href], input, [tabindex='0']")
    ?.focus();
}
