import { asFailure } from "../../api";
import type { Failure, LiveJobView, LivePlan, LiveStart } from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";
import { tellStarted } from "../../shared/deeds";
import type { Project } from "../../shared/project.svelte";
import { Work } from "../../shared/work.svelte";

/** What is typed before a live job is started, and what the start would do. */
export class StartForm {
  readonly job: LiveJobView;
  readonly plan = new Asked<LivePlan>();
  values = $state<Record<string, string>>({});
  suffix = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #desk: Desk;
  readonly #project: Project;

  constructor(desk: Desk, project: Project, job: LiveJobView) {
    this.#desk = desk;
    this.#project = project;
    this.job = job;
  }

  get missing(): string[] {
    return this.job.params
      .filter(({ name, default: fallback }) => fallback === null && !this.values[name])
      .map(({ name }) => name);
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

  replan = debounce(200, () => void this.askPlan());

  askPlan = () => this.plan.ask(() => this.#desk.host.call("live_plan", this.#request()));

  /** The uploads before the start, while they go on. */
  get work(): Work | null {
    return this.#project.starting.get(this.job.id) ?? null;
  }

  async start(): Promise<void> {
    if (this.work) return;
    this.busy = true;
    this.failure = null;
    const twin = {
      command: this.plan.value?.command,
      official: this.plan.value?.officialCommand,
    };
    const work = new Work(this.#desk);
    this.#project.starting.set(this.job.id, work);
    try {
      const started = await work.run((name) =>
        this.#desk.host.call("live_start", { ...this.#request(), work: name }),
      );
      this.#desk.dock.show("logs");
      await tellStarted(this.#desk, this.#project, started, twin);
      const { job, suffix } = started.row;
      const row = suffix ? `${job}/${suffix}` : job;
      this.#desk.router.replace({ screen: "live", project: this.#project.path, row });
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed(`Start ${this.job.id}`, this.failure, twin);
    } finally {
      this.#project.starting.delete(this.job.id);
      this.busy = false;
    }
  }

  #request(): LiveStart {
    const typed = Object.entries(this.values).filter(([, value]) => value !== "");
    return {
      project: this.#project.path,
      job: this.job.id,
      suffix: this.job.multi && this.suffix ? this.suffix : null,
      params: Object.fromEntries(typed),
    };
  }
}
