import { SvelteSet } from "svelte/reactivity";

import { asFailure } from "../../api";
import type {
  BakeExecutor,
  BakeRestart,
  BakeView,
  Drawing,
  Failure,
  GraphDirection,
  ParamView,
  RestartKind,
  RestartPlan,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import { showBake } from "../../shared/deeds";
import type { Desk } from "../../shared/desk.svelte";

/** A restart that is looked at before it is begun. */
export class RestartForm {
  readonly plan = new Asked<RestartPlan>();
  readonly drawing = new Asked<Drawing>();
  /** Ids of the chosen tasks. */
  readonly chosen = new SvelteSet<string>();
  kind = $state<RestartKind>("failed");
  edited = $state(false);
  executor = $state<BakeExecutor>("here");
  values = $state<Record<string, string>>({});
  direction = $state<GraphDirection>("right");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #desk: Desk;
  readonly view: BakeView;

  constructor(desk: Desk, view: BakeView, kind: RestartKind, tasks: string[]) {
    this.#desk = desk;
    this.view = view;
    this.kind = kind;
    for (const task of tasks) this.chosen.add(task);
  }

  get title(): string {
    return `Restart ${this.view.row.batch}`;
  }

  /** Whether tasks have to be chosen. */
  get chooses(): boolean {
    return this.kind === "from" || this.kind === "only";
  }

  /** The tasks that can be chosen. */
  get tasks() {
    return this.view.tasks.filter(({ kind }) => kind !== "action");
  }

  /** The parameters with the values they had. */
  get params(): ParamView[] {
    const { row, params } = this.view;
    const batch = this.#desk.project?.view.value?.batches.find(({ id }) => id === row.batch);
    const known = batch?.params ?? [];
    const others = Object.keys(params).filter((name) => !known.some((one) => one.name === name));
    return [
      ...known.map((param) => ({ ...param, default: params[param.name] ?? param.default })),
      ...others.map((name) => ({ name, default: params[name] ?? "", description: null })),
    ];
  }

  /** What the backend found wrong with a field, wherever it said so. */
  get wrong(): { field: string; message: string } | null {
    const failure = this.failure ?? this.plan.failure;
    return failure?.field ? { field: failure.field, message: failure.message } : null;
  }

  get ready(): boolean {
    const chosen = !this.chooses || this.chosen.size > 0;
    const { value, busy, failure } = this.plan;
    return chosen && !this.busy && !busy && failure === null && value !== null;
  }

  choose(kind: RestartKind): void {
    this.kind = kind;
    this.look();
  }

  toggle(task: string): void {
    if (!this.chosen.delete(task)) this.chosen.add(task);
    this.look();
  }

  edit(edited: boolean): void {
    this.edited = edited;
    this.look();
  }

  execute(executor: BakeExecutor): void {
    this.executor = executor;
    this.look();
  }

  set(name: string, value: string): void {
    this.values[name] = value;
    this.replan();
  }

  turn(): void {
    this.direction = this.direction === "right" ? "down" : "right";
    void this.draw();
  }

  replan = debounce(250, () => this.look());

  /** Looks at what the restart would do, as it is chosen now. */
  look = (): void => void this.askPlan();

  askPlan = async (): Promise<void> => {
    this.failure = null;
    if (this.chooses && this.chosen.size === 0) {
      this.plan.clear();
      this.drawing.clear();
      return;
    }
    const plan = await this.plan.ask(() => this.#desk.host.call("restart_plan", this.#request()));
    if (plan) await this.draw();
  };

  draw = async (): Promise<void> => {
    const steps = this.plan.value?.forecast.steps;
    if (!steps) return;
    await this.drawing.ask(() =>
      this.#desk.host.call("graph_drawing", {
        project: this.view.project,
        subject: { kind: "forecast", title: this.view.row.batch, steps },
        theme: this.#desk.graphTheme,
        direction: this.direction,
        folding: { folded: [], opened: [] },
        at: null,
        beside: null,
      }),
    );
  };

  /** Begins it; answers whether that could be done. */
  async begin(): Promise<boolean> {
    if (!this.ready) return false;
    this.busy = true;
    this.failure = null;
    const { project, row } = this.view;
    const twin = {
      command: this.plan.value?.command,
      official: this.plan.value?.officialCommand ?? undefined,
    };
    try {
      const bake = await this.#desk.host.call("bake_restart", this.#request());
      this.#desk.activity.did(`Restarted the bake of ${row.batch}`, twin);
      showBake(this.#desk, project, bake.row.id);
      return true;
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed(`Restart the bake of ${row.batch}`, this.failure, twin);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #request(): BakeRestart {
    const { project, row, attempt, params } = this.view;
    const typed = Object.entries(this.values);
    return {
      project,
      bake: row.id,
      attempt,
      kind: this.kind,
      tasks: this.chooses ? this.tasks.map(({ id }) => id).filter((id) => this.chosen.has(id)) : [],
      params: Object.fromEntries(
        typed.filter(([name, value]) => value !== "" && value !== params[name]),
      ),
      edited: this.edited,
      executor: this.executor,
    };
  }
}
