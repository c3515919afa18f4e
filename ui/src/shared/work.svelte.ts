import type { DeskEvent, HookLine, WorkProgress } from "../api/views";
import type { Desk } from "./desk.svelte";

let last = 0;

/** A line that a hook wrote, and which hook. */
export interface WrittenLine extends HookLine {
  file: string;
}

const mostLines = 5000;

/** One slow request: how far it is, what it writes, and how to end it. */
export class Work {
  /** What events call it. */
  readonly name = `window-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${++last}`;
  readonly since = Date.now();
  progress = $state.raw<WorkProgress | null>(null);
  lines = $state.raw<readonly WrittenLine[]>([]);
  stopping = $state(false);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async run<T>(request: (work: string) => Promise<T>): Promise<T> {
    const leave = this.#desk.hear((event) => this.#hear(event));
    try {
      return await request(this.name);
    } finally {
      leave();
    }
  }

  stop = (): void => {
    this.stopping = true;
    // The request itself answers that it was stopped, or why it could not be.
    this.#desk.host.call("work_stop", { work: this.name }).catch(() => (this.stopping = false));
  };

  #hear(event: DeskEvent): void {
    if (event.kind === "workProgressed" && event.work === this.name) {
      this.progress = event.progress;
    }
    if (event.kind === "hookWrote" && event.work === this.name) {
      this.lines = [...this.lines, { ...event.line, file: event.file }].slice(-mostLines);
    }
  }
}
