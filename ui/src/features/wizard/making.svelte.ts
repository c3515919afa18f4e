import { asFailure } from "../../api";
import type {
  Failure,
  HookReport,
  ProjectMade,
  ProjectMake,
  ProjectMaking,
  ProjectUndone,
} from "../../api/views";
import type { Desk } from "../../shared/desk.svelte";
import { Work, type WrittenLine } from "../../shared/work.svelte";

/** The last step: the project being made, reviewed, and taken back. */
export class Making {
  busy = $state(false);
  work = $state.raw<Work | null>(null);
  /** What hooks wrote, also after they ended. */
  lines = $derived<readonly WrittenLine[]>(this.work?.lines ?? []);
  review = $state.raw<{ making: string; hooks: HookReport[] } | null>(null);
  hookFailed = $state.raw<{ hooks: HookReport[]; hint: string } | null>(null);
  discarded = $state(false);
  failure = $state.raw<Failure | null>(null);
  made = $state.raw<ProjectMade | null>(null);
  undone = $state.raw<ProjectUndone | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async start(request: ProjectMake, command: string | undefined): Promise<void> {
    const work = new Work(this.#desk);
    this.work = work;
    const make = (name: string) => this.#desk.host.call("project_make", { ...request, work: name });
    await this.#during(() => work.run(make), command);
  }

  async confirm(accept: boolean, command: string | undefined): Promise<void> {
    const making = this.review?.making;
    if (making === undefined) return;
    await this.#during(() => this.#desk.host.call("project_confirm", { making, accept }), command);
  }

  async undo(): Promise<void> {
    const made = this.made;
    if (!made) return;
    this.busy = true;
    this.failure = null;
    try {
      this.undone = await this.#desk.host.call("project_undo", { undo: made.undo });
      this.#desk.activity.did(`Took ${made.shownPath} back`);
      void this.#desk.askHome();
    } catch (cause) {
      this.failure = asFailure(cause);
    } finally {
      this.busy = false;
    }
  }

  /** Forgets what came of the last try, so that another can begin. */
  clear(): void {
    this.review = null;
    this.hookFailed = null;
    this.discarded = false;
    this.failure = null;
  }

  async #during(deed: () => Promise<ProjectMaking>, command: string | undefined): Promise<void> {
    this.clear();
    this.busy = true;
    try {
      this.#take(await deed(), command);
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed("Make a project", this.failure);
    } finally {
      this.busy = false;
    }
  }

  #take(answer: ProjectMaking, command: string | undefined): void {
    switch (answer.kind) {
      case "made":
        this.made = answer.made;
        this.#desk.activity.did(`Made ${answer.made.shownPath}`, { command });
        void this.#desk.askHome();
        break;
      case "review":
        this.review = answer;
        break;
      case "hookFailed":
        this.hookFailed = answer;
        break;
      case "discarded":
        this.discarded = true;
    }
  }
}
