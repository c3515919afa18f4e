import { SvelteMap } from "svelte/reactivity";

import type { Host } from "../api";
import type { BakeRow, BakeTable, DeskEvent, LiveRow, LiveTable, ProjectView } from "../api/views";
import { Asked } from "./asked.svelte";
import { isOn } from "./state-words";
import type { Work } from "./work.svelte";

/** The project that the window shows: what it defines, what runs, what was baked. */
export class Project {
  readonly path: string;
  readonly view = new Asked<ProjectView>();
  readonly live = new Asked<LiveTable>();
  readonly bakes = new Asked<BakeTable>();
  /** Jobs that were asked to stop, with the time of asking. */
  readonly stopping = new SvelteMap<string, number>();
  /** Live jobs that are being started, with the uploads before them. */
  readonly starting = new SvelteMap<string, Work>();
  /** Jobs whose web page is opened as soon as they have one. */
  readonly #browsing = new Set<string>();
  readonly #host: Host;

  constructor(host: Host, path: string) {
    this.#host = host;
    this.path = path;
  }

  async open(): Promise<void> {
    await this.view.ask(() => this.#host.call("project_open", { project: this.path }));
    await Promise.all([this.askLive(), this.askBakes()]);
  }

  askView = () => this.view.ask(() => this.#host.call("project_view", { project: this.path }));
  #live = () => this.#host.call("live_table", { project: this.path });
  askLive = () => this.live.ask(this.#live);
  askBakes = () => this.bakes.ask(() => this.#host.call("bake_table", { project: this.path }));

  get name(): string {
    return this.view.value?.name ?? this.path.split(/[\\/]/).findLast(Boolean) ?? this.path;
  }

  /** Whether an event with this folder is about this project. */
  is(path: string): boolean {
    return path === this.path || path === this.view.value?.path;
  }

  hear(event: DeskEvent): void {
    if (event.kind === "projectChanged" && this.is(event.project)) void this.askView();
    if (event.kind === "bakesChanged" && this.is(event.project)) void this.askBakes();
    if (event.kind === "liveChanged" && this.is(event.table.project)) {
      this.live.hear(event.table, this.#live);
      this.#forgetStopped(event.table);
      this.#browse(event.table);
    }
    if (event.kind === "bakeChanged" && this.is(event.bake.project)) {
      const { attempt, row } = event.bake;
      if (attempt === row.attempt) this.#takeBake(row);
    }
    if (event.kind === "bakeMoved" && this.is(event.moved.project)) this.#takeBake(event.moved.row);
  }

  takeLive(table: LiveTable): void {
    this.live.set(table);
    this.#forgetStopped(table);
    this.#browse(table);
  }

  /** Opens the web page of a job as soon as it has one. */
  browse(rawId: string): void {
    this.#browsing.add(rawId);
    if (this.live.value) this.#browse(this.live.value);
  }

  #browse({ rows }: LiveTable): void {
    for (const { rawId, httpUrl, state } of rows) {
      if (rawId === null || !this.#browsing.has(rawId)) continue;
      if (httpUrl) void this.#host.openExternal(httpUrl);
      if (httpUrl || !isOn(state)) this.#browsing.delete(rawId);
    }
  }

  /** Milliseconds until the life span of a run ends: the platform told it with its table. */
  lifeLeft(row: LiveRow, now: number): number | null {
    const told = this.live.value?.updatedAt;
    if (row.lifeSpanLeft === null || !told || !isOn(row.state)) return null;
    return Math.max(0, row.lifeSpanLeft * 1000 - Math.max(0, now - Date.parse(told)));
  }

  #forgetStopped(table: LiveTable): void {
    const on = new Set(table.rows.filter(({ state }) => isOn(state)).map(({ rawId }) => rawId));
    for (const rawId of this.stopping.keys()) if (!on.has(rawId)) this.stopping.delete(rawId);
  }

  #takeBake(bake: BakeRow): void {
    const table = this.bakes.value;
    if (!table) return;
    const known = table.rows.some(({ id }) => id === bake.id);
    const rows = known
      ? table.rows.map((row) => (row.id === bake.id ? bake : row))
      : [bake, ...table.rows];
    this.bakes.set({ ...table, rows });
  }
}
