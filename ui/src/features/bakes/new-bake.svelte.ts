import { asFailure } from "../../api";
import type {
  BakeExecutor,
  BakeForecast,
  BakePlan,
  BakeStart,
  BatchView,
  Drawing,
  Failure,
  GraphDirection,
  ParamView,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import { showBake } from "../../shared/deeds";
import type { Desk } from "../../shared/desk.svelte";
import { Work } from "../../shared/work.svelte";

/** What is typed before a bake, and what that bake would do. */
export class NewBake {
  readonly project: string;
  readonly batch: string;
  readonly params: readonly ParamView[];
  readonly plan = new Asked<BakePlan>();
  readonly forecast = new Asked<BakeForecast>();
  readonly drawing = new Asked<Drawing>();
  values = $state<Record<string, string>>({});
  name = $state("");
  tags = $state("");
  executor = $state<BakeExecutor>("here");
  direction = $state<GraphDirection>("right");
  busy = $state(false);
  /** The start that is under way, with the uploads before it. */
  work = $state.raw<Work | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk, project: string, { id, params }: BatchView) {
    this.#desk = desk;
    this.project = project;
    this.batch = id;
    this.params = params;
  }

  /** Names of required parameters without a value. */
  get missing(): string[] {
    return this.params
      .filter(({ name, default: fallback }) => fallback === null && !this.values[name])
      .map(({ name }) => name);
  }

  get sound(): boolean {
    return (
      this.missing.length === 0 &&
      this.plan.failure === null &&
      !(this.plan.value?.diagnostics ?? []).some(({ severity }) => severity === "error")
    );
  }

  /** What the backend found wrong with a field, wherever it said so. */
  get wrong(): { field: string; message: string } | null {
    const failure = this.failure ?? (this.missing.length ? null : this.plan.failure);
    return failure?.field ? { field: failure.field, message: failure.message } : null;
  }

  set(name: string, value: string): void {
    this.values[name] = value;
    this.failure = null;
    this.replan();
  }

  turn(): void {
    this.direction = this.direction === "right" ? "down" : "right";
  }

  replan = debounce(200, () => void this.askPlan());

  askPlan = async () => {
    await this.plan.ask(() => this.#desk.host.call("bake_plan", this.#request()));
    if (this.sound) {
      await this.askForecast();
    } else {
      this.forecast.clear();
      await this.draw();
    }
  };

  askForecast = async () => {
    await this.forecast.ask(() => this.#desk.host.call("bake_forecast", this.#request()));
    await this.draw();
  };

  /** Draws what becomes of each task, or the bare structure where that cannot be told. */
  draw = () => {
    const { steps } = this.forecast.value ?? { steps: null };
    const { params } = this.#request();
    return this.drawing.ask(() =>
      this.#desk.host.call("graph_drawing", {
        project: this.project,
        subject: steps
          ? { kind: "forecast", title: this.batch, steps }
          : { kind: "batch", batch: this.batch, params },
        theme: this.#desk.graphTheme,
        direction: this.direction,
        folding: { folded: [], opened: [] },
        at: null,
        beside: null,
      }),
    );
  };

  execute(executor: BakeExecutor): void {
    this.executor = executor;
    void this.askPlan();
  }

  async bake(): Promise<void> {
    if (this.busy || !this.sound) return;
    this.busy = true;
    this.failure = null;
    const { command, officialCommand: official } = this.plan.value ?? {};
    const twin = { command, official };
    try {
      const { host } = this.#desk;
      const work = new Work(this.#desk);
      this.work = work;
      const request = this.#request();
      const bake = await work.run((name) => host.call("bake_start", { ...request, work: name }));
      this.#desk.activity.did(`Started bake of ${this.batch}`, twin);
      showBake(this.#desk, this.project, bake.row.id);
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed(`Bake ${this.batch}`, this.failure, twin);
    } finally {
      this.busy = false;
      this.work = null;
    }
  }

  #request(): BakeStart {
    const typed = Object.entries(this.values).filter(([, value]) => value !== "");
    return {
      project: this.project,
      batch: this.batch,
      params: Object.fromEntries(typed),
      paramsFile: null,
      name: this.name.trim() || null,
      tags: this.tags.split(/[\s,]+/).filter(Boolean),
      executor: this.executor,
      work: null,
    };
  }
}
