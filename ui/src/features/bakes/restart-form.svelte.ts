import { asFailure } from "../../api";
import type { BakeRestart, BakeView, Failure, RestartKind, RestartPlan } from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { showBake } from "../../shared/deeds";
import type { Desk } from "../../shared/desk.svelte";

/** A restart that is looked at before it is begun. */
export class RestartForm {
  readonly plan = new Asked<RestartPlan>();
  readonly kind: RestartKind;
  readonly tasks: string[];
  edited = $state(false);
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #desk: Desk;
  readonly #view: BakeView;

  constructor(desk: Desk, view: BakeView, kind: RestartKind, tasks: string[]) {
    this.#desk = desk;
    this.#view = view;
    this.kind = kind;
    this.tasks = tasks;
  }

  get title(): string {
    const chosen = this.tasks.join(", ");
    switch (this.kind) {
      case "failed":
        return "Restart what failed";
      case "all":
        return "Restart all tasks";
      case "from":
        return `Restart from ${chosen}`;
      case "only":
        return `Restart only ${chosen}`;
    }
  }

  askPlan = () => this.plan.ask(() => this.#desk.host.call("restart_plan", this.#request()));

  edit(edited: boolean): void {
    this.edited = edited;
    void this.askPlan();
  }

  /** Begins it; answers whether that could be done. */
  async begin(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = null;
    const { project, row } = this.#view;
    try {
      const bake = await this.#desk.host.call("bake_restart", this.#request());
      this.#desk.activity.did(`Restarted the bake of ${row.batch}`, {
        command: this.plan.value?.command,
        official: this.plan.value?.officialCommand ?? undefined,
      });
      showBake(this.#desk, project, bake.row.id);
      return true;
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed(`Restart the bake of ${row.batch}`, this.failure);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #request(): BakeRestart {
    const { project, row, attempt } = this.#view;
    return {
      project,
      bake: row.id,
      attempt,
      kind: this.kind,
      tasks: this.tasks,
      params: {},
      edited: this.edited,
    };
  }
}
