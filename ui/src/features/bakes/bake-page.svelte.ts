import { asFailure } from "../../api";
import type {
  BakeHistory,
  BakeMoved,
  BakeView,
  DeskEvent,
  Failure,
  RestartKind,
  TaskView,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { cancelTaskTwin, cancelTwin } from "../../shared/cli";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";
import { isLively } from "../../shared/state-words";
import { BakePicture } from "./bake-picture.svelte";
import { isNewer, withMoved } from "./bake-moves";
import { BakeTime } from "../../shared/bake-time.svelte";
import { ExportForm } from "./export-form.svelte";
import { RestartForm } from "./restart-form.svelte";

/** One bake as the page shows it: its tasks, its picture, what can be done with it. */
export class BakePageState {
  readonly bake: string;
  readonly project: string;
  readonly view = new Asked<BakeView>();
  readonly picture: BakePicture;
  /** Which moment is shown. */
  readonly time: BakeTime;
  /** What earlier attempts tell of this one. */
  readonly history = new Asked<BakeHistory>();
  attempt = $state<number | null>(null);
  /** Since when the bake was asked to cancel. */
  cancelling = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** A restart that is looked at before it is begun. */
  restart = $state.raw<RestartForm | null>(null);
  /** An export with its choices; they stay as long as the page. */
  export: ExportForm | null = null;
  exporting = $state(false);
  readonly #desk: Desk;
  #asking: Promise<unknown> = Promise.resolve();
  #missed = false;

  constructor(desk: Desk, project: string, bake: string) {
    this.#desk = desk;
    this.project = project;
    this.bake = bake;
    this.picture = new BakePicture(desk, () => ({ project, subject: this.subject }));
    this.time = new BakeTime(desk, () => ({ project, bake, attempt: this.#number }));
  }

  /** The attempt by its number: what is known of it then never changes once it is over. */
  get #number() {
    return this.attempt ?? this.view.value?.attempt ?? null;
  }

  /** The tasks as they were at the moment that is shown. */
  readonly tasks: readonly TaskView[] = $derived.by(() =>
    this.time.turned(this.view.value?.tasks ?? []),
  );

  /** Whether the bake goes on. */
  get lively(): boolean {
    return this.view.value !== null && isLively(this.view.value.row.state);
  }

  /** Whether there is something to fold. */
  get hasGroups(): boolean {
    return this.tasks.some(({ group, family }) => group !== null || family !== null);
  }

  /** The tasks of the longest chain, as far as it is known. */
  readonly critical: ReadonlySet<string> | null = $derived.by(() => {
    const path = this.history.value?.criticalPath ?? [];
    return path.length ? new Set(path) : null;
  });

  get subject() {
    return { kind: "bake" as const, bake: this.bake, attempt: this.#number };
  }

  /** An answer can be older than what events told meanwhile. */
  #view = async () => {
    const { project, bake, attempt } = this;
    const answer = await this.#desk.host.call("bake_view", { project, bake, attempt });
    const known = this.view.value;
    return known && isNewer(known, answer) ? known : answer;
  };

  askView = (): Promise<BakeView | null> => {
    const asking = this.view.ask(this.#view);
    this.#asking = asking;
    return asking;
  };

  askHistory = () =>
    this.history.ask(() => {
      const { project, bake, attempt } = this;
      return this.#desk.host.call("bake_history", { project, bake, attempt });
    });

  /** Asks once for what came to pass, and for what earlier attempts tell. */
  askPast(): void {
    if (!this.history.value && !this.history.busy) void this.askHistory();
    if (!this.time.replay.value && !this.time.replay.busy) void this.time.ask();
  }

  /** Expectations change less often than states. */
  rethink = debounce(1500, () => {
    void this.askHistory();
    if (this.time.replay.value) void this.time.ask();
  });

  /** Milliseconds until the bake is expected to end, if that can be told. */
  left(now: number): number | null {
    const end = this.history.value?.expectedEnd;
    if (!end || this.view.value?.row.finishedAt) return null;
    return Math.max(0, Date.parse(end) - now);
  }

  hear(event: DeskEvent): void {
    if (event.kind === "bakeMoved") this.#move(event.moved);
    if (event.kind !== "bakeChanged") return;
    const { bake } = event;
    if (bake.row.id !== this.bake && bake.row.name !== this.bake) return;
    if (this.attempt !== null && bake.attempt !== this.attempt) return;
    const before = this.view.value?.tasks ?? [];
    this.view.hear(bake, this.#view);
    this.#forgetCancelled(bake);
    if (this.time.at === null) this.picture.hear(before, bake.tasks);
    this.rethink();
  }

  /** Takes over what changed; what does not fit to what is known is asked for as a whole. */
  #move(moved: BakeMoved): void {
    const before = this.view.value;
    const { id, name, attempt } = moved.row;
    if (id !== this.bake && name !== this.bake) return;
    if (this.attempt !== null && this.attempt !== attempt) return;
    if (before?.attempt === attempt && moved.revision <= before.revision) return;
    const now = before && withMoved(before, moved);
    if (!now) return this.#askAgain();
    this.view.set(now);
    const tasks = moved.tasks.map(({ task }) => task);
    if (this.time.at === null)
      this.picture.move(
        moved.tasks.map(({ at }) => before.tasks[at]),
        tasks,
      );
    this.rethink();
  }

  /** Asks once more, after the question that is under way. */
  #askAgain(): void {
    if (this.#missed) return;
    this.#missed = true;
    const ask = async () => {
      await this.#asking;
      this.#missed = false;
      await this.askView();
      void this.picture.ask();
    };
    void ask();
  }

  take(bake: BakeView): void {
    const before = this.view.value?.tasks ?? [];
    this.view.set(bake);
    if (this.time.at === null) this.picture.hear(before, bake.tasks);
    this.#forgetCancelled(bake);
  }

  #forgetCancelled(bake: BakeView): void {
    if (bake.row.finishedAt !== null) this.cancelling = null;
  }

  chooseAttempt(attempt: number): void {
    this.attempt = attempt;
    this.#anew();
  }

  /** Looks at a restart of the attempt that is shown. */
  lookAtRestart(kind: RestartKind, tasks: string[] = []): void {
    const view = this.view.value;
    if (view) this.restart = new RestartForm(this.#desk, view, kind, tasks);
  }

  /** Shows the newest attempt, after one was begun. */
  showNewest(): void {
    this.attempt = null;
    this.restart = null;
    this.#anew();
  }

  #anew(): void {
    const told = this.time.replay.value !== null;
    this.time.clear();
    void this.askView().then(() => {
      void this.picture.ask();
      if (told) void this.time.ask();
    });
    void this.askHistory();
  }

  task(id: string | null): TaskView | null {
    return this.tasks.find((task) => task.id === id) ?? null;
  }

  async cancel(): Promise<void> {
    this.cancelling = Date.now();
    this.failure = null;
    try {
      const bake = await this.#desk.host.call("bake_cancel", {
        project: this.project,
        bake: this.bake,
        attempt: this.attempt,
      });
      this.#desk.activity.did(
        `Asked the bake of ${bake.row.batch} to cancel`,
        cancelTwin(this.project, this.bake),
      );
      this.take(bake);
    } catch (cause) {
      this.cancelling = null;
      this.failure = asFailure(cause);
      const twin = cancelTwin(this.project, this.bake);
      this.#desk.activity.failed("Cancel the bake", this.failure, twin);
    }
  }

  /** Stops the job of one task; the bake goes on as after any cancelled task. */
  async cancelTask(task: TaskView): Promise<void> {
    this.failure = null;
    const { project, bake } = this;
    try {
      this.take(await this.#desk.host.call("task_cancel", { project, bake, task: task.id }));
      this.#desk.activity.did(`Asked ${task.id} to cancel`, cancelTaskTwin(project, bake, task.id));
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed(
        `Cancel ${task.id}`,
        this.failure,
        cancelTaskTwin(project, bake, task.id),
      );
    }
  }

  /** Looks at what an export would write. */
  lookAtExport(): void {
    this.export ??= new ExportForm(this.#desk, this);
    this.exporting = true;
  }
}
