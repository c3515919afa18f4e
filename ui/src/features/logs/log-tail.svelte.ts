import type { Host, Subscription } from "../../api";
import type { Failure, LogChunk, LogLine } from "../../api/views";
import { withoutColours } from "./ansi";

/** The log of one job as far as it has come, its search, and whether the view follows its end. */
export class LogTail {
  /** Grows in place; `count` tells when it did. */
  lines: LogLine[] = [];
  count = $state(0);
  errors = $state(0);
  warnings = $state(0);
  ended = $state(false);
  /** The moment up to which lines are shown; all of them when null. */
  until = $state<number | null>(null);
  /** How many lines were there at that moment. */
  readonly shown: number = $derived(this.until === null ? this.count : this.#upTo(this.until));
  problem = $state<string | null>(null);
  failure = $state.raw<Failure | null>(null);
  following = $state(true);
  /** Lines that came while the view did not follow. */
  unseen = $state(0);
  search = $state("");
  /** Indices of lines with hits. */
  hits = $state.raw<readonly number[]>([]);
  hit = $state(-1);
  /** Number of the line that was gone to. */
  mark = $state<number | null>(null);
  readonly #host: Host;
  #rawId: string | null = null;
  #stream: Subscription | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Shows the log of another job, or of none. */
  show(rawId: string | null): void {
    if (rawId === this.#rawId) return;
    this.close();
    this.#rawId = rawId;
    if (rawId !== null) this.#open(rawId);
  }

  retry(): void {
    const rawId = this.#rawId;
    this.close();
    this.#rawId = rawId;
    if (rawId !== null) this.#open(rawId);
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#rawId = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.lines = [];
    this.count = this.errors = this.warnings = this.unseen = 0;
    this.ended = false;
    this.problem = this.failure = null;
    this.following = true;
    this.hits = [];
    this.hit = -1;
    this.mark = null;
  }

  follow(on: boolean): void {
    this.following = on;
    if (on) {
      this.unseen = 0;
      this.mark = null;
    }
  }

  /** Goes to a line by its number. */
  goTo(line: number | null): void {
    this.mark = line;
    if (line !== null) this.follow(false);
  }

  find(search: string): void {
    this.mark = null;
    this.search = search;
    this.hits = search ? this.#hitsFrom(0) : [];
    this.hit = this.hits.length ? 0 : -1;
    if (this.hit >= 0) this.follow(false);
  }

  /** Goes to the next hit, or with -1 to the one before. */
  step(by: 1 | -1): void {
    if (!this.hits.length) return;
    this.mark = null;
    this.hit = (this.hit + by + this.hits.length) % this.hits.length;
    this.follow(false);
  }

  /** The line that was gone to, or that the current hit stands in. */
  get hitLine(): number | null {
    if (this.mark !== null) return this.mark <= this.count ? this.mark - 1 : null;
    return this.hits[this.hit] ?? null;
  }

  text(): string {
    return this.lines.map(({ text }) => withoutColours(text)).join("\n");
  }

  /** The lines come in the order of time; a line without one belongs to the line before. */
  #upTo(moment: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      let at = middle;
      while (at > 0 && !this.lines[at]?.at) at -= 1;
      const time = Date.parse(this.lines[at]?.at ?? "");
      if (!(time > moment)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #open(rawId: string): void {
    this.#stream = this.#host.stream(
      "log_follow",
      { rawId, since: null },
      (chunk) => this.#take(chunk),
      (failure) => (this.failure = failure),
    );
  }

  #take(chunk: LogChunk): void {
    for (const line of chunk.lines) this.lines.push(line);
    if (chunk.ended) this.ended = true;
    if (chunk.problem) this.problem = chunk.problem;
    this.#timer ??= setTimeout(() => this.#flush(), 30);
  }

  #flush(): void {
    this.#timer = undefined;
    const from = this.count;
    for (let index = from; index < this.lines.length; index++) {
      const level = this.lines[index]?.level;
      if (level === "error") this.errors += 1;
      if (level === "warning") this.warnings += 1;
    }
    if (this.search) this.hits = [...this.hits, ...this.#hitsFrom(from)];
    if (this.hit < 0 && this.hits.length) this.hit = 0;
    if (!this.following) this.unseen += this.lines.length - from;
    this.count = this.lines.length;
  }

  #hitsFrom(start: number): number[] {
    const wanted = this.search.toLowerCase();
    const hits: number[] = [];
    for (let index = start; index < this.lines.length; index++) {
      const line = this.lines[index];
      if (line && withoutColours(line.text).toLowerCase().includes(wanted)) hits.push(index);
    }
    return hits;
  }
}
