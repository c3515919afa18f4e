import { asFailure, type Host, type Subscription } from "../api";
import type { Failure, TerminalChunk, TerminalCommand, TerminalSize } from "../api/views";
import type { Twin } from "./cli";
import type { Desk } from "./desk.svelte";

/** Something that shows what a terminal writes. */
export interface TerminalScreen {
  write(bytes: Uint8Array): void;
  /** Lines of a job without a terminal end with a line feed alone. */
  plainLines(): void;
}

let last = 0;

/** So many bytes are kept for screens that come later. */
const mostKept = 512 * 1024;

/** A terminal in a running job, open or ended. */
export class TerminalSession {
  readonly name = `window-${Date.now().toString(36)}-${++last}`;
  readonly title: string;
  readonly rawId: string;
  readonly what: TerminalCommand;
  /** Whether what is typed goes to the job. */
  open = $state(false);
  exitCode = $state<number | null>(null);
  problem = $state<string | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #host: Host;
  #stream: Subscription | null = null;
  #screen: TerminalScreen | null = null;
  /** What was written last, for a screen that comes later. */
  #past: Uint8Array[] = [];
  /** Whether the far side gives back what is typed. */
  #echoes = true;
  /** Keys go over one after the other, in order. */
  #keys: Promise<unknown> = Promise.resolve();

  constructor(host: Host, subject: { rawId: string; title: string }, what: TerminalCommand) {
    this.#host = host;
    this.rawId = subject.rawId;
    this.title = what.kind === "attach" ? `${subject.title}, attached` : subject.title;
    this.what = what;
  }

  get ended(): boolean {
    return !this.open && this.#stream === null;
  }

  /** Begins to show it; to be called when its screen knows its size. */
  show(screen: TerminalScreen, size: TerminalSize): void {
    this.#screen = screen;
    if (!this.#echoes) screen.plainLines();
    for (const bytes of this.#past) screen.write(bytes);
    if (this.#stream) return;
    const { name: terminal, rawId, what } = this;
    this.open = true;
    this.#stream = this.#host.stream(
      "terminal_open",
      { terminal, rawId, what, size },
      (chunk) => this.#take(chunk),
      (failure) => {
        this.failure = failure;
        this.open = false;
      },
    );
  }

  type(bytes: Uint8Array): void {
    if (!this.open) return;
    const typed = this.#echoes ? bytes : this.#asLine(bytes);
    const request = { terminal: this.name, bytes: base64(typed) };
    this.#keys = this.#keys
      .then(() => this.#host.call("terminal_type", request))
      .then(({ open }) => (this.open &&= open))
      .catch((cause: unknown) => {
        this.problem = asFailure(cause).message;
      });
  }

  resize(size: TerminalSize): void {
    if (!this.open || !this.#echoes) return;
    // A size that did not get over is followed by the next one.
    this.#host.call("terminal_resize", { terminal: this.name, size }).catch(() => {});
  }

  close(): void {
    this.open = false;
    this.#stream?.close();
  }

  /** A job without a terminal reads lines, and does not give back what is typed. */
  #asLine(bytes: Uint8Array): Uint8Array {
    this.#write(bytes.map((byte) => (byte === 13 ? 10 : byte)));
    return bytes.map((byte) => (byte === 13 ? 10 : byte));
  }

  #write(bytes: Uint8Array): void {
    this.#past.push(bytes);
    let kept = this.#past.reduce((sum, { length }) => sum + length, 0);
    while (kept > mostKept && this.#past.length > 1) kept -= this.#past.shift()?.length ?? 0;
    this.#screen?.write(bytes);
  }

  #take(chunk: TerminalChunk): void {
    if (chunk.hasScreen === false) {
      this.#echoes = false;
      this.#screen?.plainLines();
    }
    if (chunk.bytes) this.#write(unbase64(chunk.bytes));
    if (!chunk.ended) return;
    this.open = false;
    this.exitCode = chunk.exitCode;
    this.problem = chunk.problem;
  }
}

/** The terminals of the window. */
export class Terminals {
  sessions = $state.raw<readonly TerminalSession[]>([]);
  current = $state.raw<TerminalSession | null>(null);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  open(subject: { rawId: string; title: string }, what: TerminalCommand): TerminalSession {
    const session = new TerminalSession(this.#host, subject, what);
    this.sessions = [...this.sessions, session];
    this.current = session;
    return session;
  }

  close(session: TerminalSession): void {
    session.close();
    this.sessions = this.sessions.filter((other) => other !== session);
    if (this.current === session) this.current = this.sessions.at(-1) ?? null;
  }
}

/** Opens a terminal in a job and shows it. */
export function openTerminal(
  desk: Desk,
  subject: { rawId: string; title: string },
  what: TerminalCommand,
  twin: Twin,
): void {
  desk.terminals.open(subject, what);
  desk.dock.show("terminal");
  const deed = what.kind === "attach" ? "Attached to" : "Opened a terminal in";
  desk.activity.did(`${deed} ${subject.title}`, twin);
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function unbase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
