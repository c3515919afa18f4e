import type { Failure } from "../api/views";

/** Something the application did because a person asked for it. */
export interface Deed {
  at: string;
  text: string;
  /** The equal command of Bakehouse. */
  command: string | null;
  /** The equal command of the official tool. */
  official: string | null;
  failure: Failure | null;
}

/** The equal commands of a deed. */
export interface DeedTwin {
  command?: string | undefined;
  official?: string | undefined;
}

/** What was done in this session, newest first. */
export class Activity {
  deeds = $state.raw<readonly Deed[]>([]);

  did(text: string, { command, official }: DeedTwin = {}): void {
    this.#add({ text, command: command ?? null, official: official ?? null, failure: null });
  }

  failed(text: string, failure: Failure, { command, official }: DeedTwin = {}): void {
    this.#add({ text, command: command ?? null, official: official ?? null, failure });
  }

  #add(deed: Omit<Deed, "at">): void {
    this.deeds = [{ ...deed, at: new Date().toISOString() }, ...this.deeds].slice(0, 200);
  }
}
