import { getContext, setContext } from "svelte";

import { asFailure, type Host } from "../api";
import type {
  AppView,
  DeskEvent,
  Failure,
  ForwardTable,
  GraphTheme,
  HomeView,
  ProjectView,
} from "../api/views";
import { Activity, type DeedTwin } from "./activity.svelte";
import { Asked } from "./asked.svelte";
import { Clock } from "./clock.svelte";
import { Dock } from "./dock.svelte";
import { Look } from "./look.svelte";
import { projectOf } from "./places";
import { Project } from "./project.svelte";
import { Router } from "./router.svelte";
import { Terminals } from "./terminals.svelte";
import { Toasts } from "./toasts.svelte";

/** What all screens share: the backend's state, the open project, the way around. */
export class Desk {
  readonly host: Host;
  readonly router = new Router();
  readonly clock = new Clock();
  readonly look = new Look();
  readonly dock = new Dock();
  readonly activity = new Activity();
  readonly toasts = new Toasts();
  readonly terminals: Terminals;
  readonly app = new Asked<AppView>();
  readonly home = new Asked<HomeView>();
  readonly forwards = new Asked<ForwardTable>();
  project = $state.raw<Project | null>(null);
  /** Number of calls under way that a person started. */
  working = $state(0);
  /** Why the last deed of a person did not happen, for places without their own. */
  failure = $state.raw<Failure | null>(null);
  readonly #ears = new Set<(event: DeskEvent) => void>();

  constructor(host: Host) {
    this.host = host;
    this.terminals = new Terminals(host);
  }

  /** Connects to the backend; returns how to let go. */
  run(): () => void {
    const stops = [
      this.router.run(),
      this.clock.run(),
      this.look.run(),
      this.host.listen((event) => this.#hear(event)),
      this.#readOnReturn(),
    ];
    void this.askApp();
    void this.askHome();
    void this.askForwards();
    return () => stops.forEach((stop) => stop());
  }

  askHome = () => this.home.ask(() => this.host.call("home_view", {}));

  #forwards = () => this.host.call("forward_table", {});
  askForwards = () => this.forwards.ask(this.#forwards);

  async askApp(): Promise<void> {
    const app = await this.app.ask(() => this.host.call("app_view", {}));
    if (app) this.look.take(app.settings);
  }

  /** Hears events until the returned function is called. */
  hear(ear: (event: DeskEvent) => void): () => void {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  }

  /** Makes the project of the address the open one. */
  followAddress(): void {
    const path = projectOf(this.router.place);
    if (path === null || this.project?.is(path)) return;
    this.project = new Project(this.host, path);
    this.dock.follow(null);
    void this.project.open().then(() => this.askHome());
  }

  /** Shows a project that was just made or opened. */
  enter(view: ProjectView): Project {
    const project = new Project(this.host, view.path);
    project.view.set(view);
    this.project = project;
    this.dock.follow(null);
    void project.open().then(() => this.askHome());
    return project;
  }

  /** Does something a person asked for. Failures are remembered, not thrown. */
  async does<T>(what: string, deed: () => Promise<T>, twin?: DeedTwin): Promise<T | null> {
    this.working += 1;
    this.failure = null;
    try {
      return await deed();
    } catch (cause) {
      this.failure = asFailure(cause);
      this.activity.failed(what, this.failure, twin);
      return null;
    } finally {
      this.working -= 1;
    }
  }

  get graphTheme(): GraphTheme {
    return this.look.dark ? "dark" : "light";
  }

  get runningCount(): number {
    return this.home.value?.running.length ?? 0;
  }

  /** Files may have been changed in an editor while another window had the focus. */
  #readOnReturn(): () => void {
    const read = () => void this.project?.askView();
    window.addEventListener("focus", read);
    return () => window.removeEventListener("focus", read);
  }

  #hear(event: DeskEvent): void {
    const app = this.app.value;
    if (event.kind === "homeChanged") void this.askHome();
    if (event.kind === "platformChanged" && app) this.app.set({ ...app, platform: event.platform });
    if (event.kind === "credentialsChanged" && app) {
      this.app.set({ ...app, credentials: event.credentials });
    }
    if (event.kind === "settingsChanged" && app) {
      this.app.set({ ...app, settings: event.settings });
      this.look.take(event.settings);
    }
    if (event.kind === "forwardsChanged") this.forwards.hear(event.table, this.#forwards);
    this.project?.hear(event);
    for (const ear of this.#ears) ear(event);
  }
}

const key = Symbol("desk");

export function provideDesk(desk: Desk): Desk {
  return setContext(key, desk);
}

export function useDesk(): Desk {
  return getContext<Desk>(key);
}
