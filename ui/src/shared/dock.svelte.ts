import type { AnyState } from "./state-words";

/** Screens that have a dock. On the list of bakes it starts closed: nothing has a log there. */
export type DockScreen = "live" | "bakes" | "bake";
export type DockTab = "logs" | "terminal" | "problems" | "activity";

/** Whose log is shown. */
export interface LogSubject {
  rawId: string;
  title: string;
  state: AnyState;
}

/** Windows lower than this have little room beside the panel. */
const low = 760;

/** The panel at the lower edge. */
export class Dock {
  tab = $state<DockTab>("logs");
  screen = $state<DockScreen>("live");
  /** In a low window it starts closed on the page of a bake too: there the graph has no room else. */
  #opened = $state<Record<DockScreen, boolean>>({
    live: true,
    bakes: false,
    bake: window.innerHeight >= low,
  });
  height = $state(window.innerHeight >= low ? 208 : 160);
  subject = $state.raw<LogSubject | null>(null);
  /** The moment that the log is shown up to, in milliseconds since 1970; all of it when null. */
  until = $state<number | null>(null);
  /** A line of the log to go to, by its number; a new object for every time. */
  target = $state.raw<{ line: number } | null>(null);

  get open(): boolean {
    return this.#opened[this.screen];
  }

  set open(open: boolean) {
    this.#opened[this.screen] = open;
  }

  show(tab: DockTab): void {
    this.tab = tab;
    this.open = true;
  }

  /** Shows the log of a job; the same job only takes its new state. */
  follow(subject: LogSubject | null): void {
    const known = this.subject;
    const same =
      known?.rawId === subject?.rawId &&
      known?.state === subject?.state &&
      known?.title === subject?.title;
    if (!same) this.subject = subject;
  }

  /** Shows the log, at a line of it if one is named. */
  jump(line: number | null): void {
    this.show("logs");
    this.target = line === null ? null : { line };
  }

  resize(height: number): void {
    this.height = Math.min(Math.max(height, 96), Math.max(160, window.innerHeight - 320));
  }
}
