import type { BakeAsk, BakeReplay, TaskMoment, TaskView } from "../api/views";
import { Asked } from "./asked.svelte";
import type { Desk } from "./desk.svelte";

export const speeds = [1, 10, 60, 100, 1000] as const;
export type Speed = (typeof speeds)[number];

/** Milliseconds between two steps of playing. */
const tick = 100;

/** Which moment of a bake is shown: now, or one of its past. */
export class BakeTime {
  readonly replay = new Asked<BakeReplay>();
  /** The moment that is shown; null at the live edge. */
  at = $state<number | null>(null);
  playing = $state(false);
  speed = $state<Speed>(60);
  readonly #desk: Desk;
  readonly #subject: () => BakeAsk;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(desk: Desk, subject: () => BakeAsk) {
    this.#desk = desk;
    this.#subject = subject;
  }

  ask = () => this.replay.ask(() => this.#desk.host.call("bake_replay", this.#subject()));

  /** Forgets the past of another attempt. */
  clear(): void {
    this.live();
    this.replay.clear();
  }

  get begin(): number {
    const replay = this.replay.value;
    if (!replay) return 0;
    // What was carried over from another attempt ended before this one began.
    return replay.begin;
  }

  /** The last moment there is: its end, or now. */
  get end(): number {
    const replay = this.replay.value;
    if (!replay) return 0;
    const last = Math.max(replay.begin, ...this.moments.slice(-1));
    return Math.max(replay.end ?? this.#desk.clock.now, last, replay.begin + 1000);
  }

  get over(): boolean {
    return this.replay.value?.end != null;
  }

  /** The moment that is shown, as a number. */
  get shown(): number {
    return this.at ?? this.end;
  }

  /** All moments at which something changed, in order, each once. */
  readonly moments: readonly number[] = $derived.by(() => {
    const replay = this.replay.value;
    if (!replay) return [];
    const all = Object.values(replay.tasks).flatMap(({ moments }) => moments.map(({ at }) => at));
    return [...new Set(all.filter((at) => at >= replay.begin))].sort((a, b) => a - b);
  });

  go(at: number): void {
    this.at = at >= this.end ? null : Math.max(this.begin, at);
    if (this.at === null) this.pause();
  }

  live(): void {
    this.at = null;
    this.pause();
  }

  /** Goes to the next change, or with -1 to the one before. */
  step(by: 1 | -1): void {
    this.pause();
    const here = this.shown;
    const next =
      by === 1 ? this.moments.find((at) => at > here) : this.moments.findLast((at) => at < here);
    if (next !== undefined) this.go(next);
    else this.go(by === 1 ? Infinity : this.begin);
  }

  play(): void {
    if (this.at === null) this.at = this.begin;
    this.playing = true;
    clearInterval(this.#timer);
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.go(this.shown + (now - last) * this.speed);
      last = now;
    }, tick);
  }

  pause(): void {
    this.playing = false;
    clearInterval(this.#timer);
  }

  /** The tasks as they were at the moment that is shown. */
  turned(tasks: readonly TaskView[]): readonly TaskView[] {
    const [at, replay] = [this.at, this.replay.value];
    if (at === null || !replay) return tasks;
    return tasks.map((task) => ({ ...task, ...stand(momentAt(replay, task.id, at)) }));
  }

  /** For each task the number of its changes up to the moment, to tell what has to be painted. */
  steps(): ReadonlyMap<string, number> {
    const [at, replay] = [this.at, this.replay.value];
    const steps = new Map<string, number>();
    for (const [id, { moments }] of Object.entries(replay?.tasks ?? {}))
      steps.set(id, at === null ? Infinity : countUpTo(moments, at));
    return steps;
  }
}

/** How many changes there were up to a moment. */
export function countUpTo(moments: readonly TaskMoment[], at: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function momentAt(replay: BakeReplay, task: string, at: number): TaskMoment | null {
  const moments = replay.tasks[task]?.moments ?? [];
  return moments[countUpTo(moments, at) - 1] ?? null;
}

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

/** What a moment says of a task; before the first one it waits. */
function stand(moment: TaskMoment | null): Partial<TaskView> {
  return {
    state: moment?.state ?? "waiting",
    createdAt: iso(moment?.created ?? null),
    startedAt: iso(moment?.started ?? null),
    finishedAt: iso(moment?.finished ?? null),
    exitCode: moment?.exitCode ?? null,
    reason: moment?.reason ?? null,
  };
}
