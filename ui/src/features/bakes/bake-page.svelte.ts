import { asFailure } from "../../api";
import type {
  BakeHistory,
  BakeView,
  DeskEvent,
  Drawing,
  ExportFormat,
  Failure,
  GraphDirection,
  GraphTheme,
  TaskView,
} from "../../api/views";
import { bakeName } from "../../shared/bake-name";
import { Asked } from "../../shared/asked.svelte";
import { cancelTaskTwin, cancelTwin, graphTwin } from "../../shared/cli";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";

/** One bake as the page shows it: its tasks, its picture, what can be done with it. */
export class BakePageState {
  readonly bake: string;
  readonly project: string;
  readonly view = new Asked<BakeView>();
  readonly drawing = new Asked<Drawing>();
  /** What earlier attempts tell of this one. */
  readonly history = new Asked<BakeHistory>();
  attempt = $state<number | null>(null);
  direction = $state<GraphDirection>("right");
  /** Since when the bake was asked to cancel. */
  cancelling = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk, project: string, bake: string) {
    this.#desk = desk;
    this.project = project;
    this.bake = bake;
  }

  get #subject() {
    return { kind: "bake" as const, bake: this.bake, attempt: this.attempt };
  }

  #view = () => {
    const { project, bake, attempt } = this;
    return this.#desk.host.call("bake_view", { project, bake, attempt });
  };

  askView = () => this.view.ask(this.#view);

  askDrawing = (theme: GraphTheme = this.#desk.graphTheme) =>
    this.drawing.ask(() =>
      this.#desk.host.call("graph_drawing", {
        project: this.project,
        subject: this.#subject,
        theme,
        direction: this.direction,
      }),
    );

  /** Many tasks may change at once: they are drawn together. */
  redraw = debounce(80, () => void this.askDrawing());

  askHistory = () =>
    this.history.ask(() => {
      const { project, bake, attempt } = this;
      return this.#desk.host.call("bake_history", { project, bake, attempt });
    });

  /** Expectations change less often than states. */
  rethink = debounce(1500, () => void this.askHistory());

  /** Milliseconds until the bake is expected to end, if that can be told. */
  left(now: number): number | null {
    const end = this.history.value?.expectedEnd;
    if (!end || this.view.value?.row.finishedAt) return null;
    return Math.max(0, Date.parse(end) - now);
  }

  hear(event: DeskEvent): void {
    if (event.kind !== "bakeChanged") return;
    const { bake } = event;
    if (bake.row.id !== this.bake && bake.row.name !== this.bake) return;
    if (this.attempt !== null && bake.attempt !== this.attempt) return;
    this.view.hear(bake, this.#view);
    this.#forgetCancelled(bake);
    this.redraw();
    this.rethink();
  }

  take(bake: BakeView): void {
    this.view.set(bake);
    this.#forgetCancelled(bake);
  }

  #forgetCancelled(bake: BakeView): void {
    if (bake.row.finishedAt !== null) this.cancelling = null;
  }

  chooseAttempt(attempt: number): void {
    this.attempt = attempt;
    void this.askView();
    void this.askDrawing();
    void this.askHistory();
  }

  /** Shows the newest attempt, after one was begun. */
  showNewest(): void {
    this.attempt = null;
    void this.askView();
    void this.askDrawing();
  }

  turn(): void {
    this.direction = this.direction === "right" ? "down" : "right";
  }

  task(id: string | null): TaskView | null {
    return this.view.value?.tasks.find((task) => task.id === id) ?? null;
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
      this.redraw();
    } catch (cause) {
      this.cancelling = null;
      this.failure = asFailure(cause);
    }
  }

  /** Stops the job of one task; the bake goes on as after any cancelled task. */
  async cancelTask(task: TaskView): Promise<void> {
    this.failure = null;
    const { project, bake } = this;
    try {
      this.take(await this.#desk.host.call("task_cancel", { project, bake, task: task.id }));
      this.#desk.activity.did(`Asked ${task.id} to cancel`, cancelTaskTwin(project, bake, task.id));
      this.redraw();
    } catch (cause) {
      this.failure = asFailure(cause);
      this.#desk.activity.failed(`Cancel ${task.id}`, this.failure);
    }
  }

  async export(format: ExportFormat): Promise<void> {
    const { host, toasts, activity } = this.#desk;
    const row = this.view.value?.row;
    const name = `${row?.name ?? (row ? `${row.batch}-${bakeName(row).slice(1)}` : "bake")}.${format}`;
    const path = await host.pickSave(`Export the graph as ${format.toUpperCase()}`, name, format);
    if (!path) return;
    this.failure = null;
    try {
      const file = await host.call("graph_export", {
        project: this.project,
        subject: this.#subject,
        theme: "light",
        direction: this.direction,
        format,
        path,
      });
      toasts.say(`Graph saved as ${file.path}`);
      const twin = graphTwin(this.project, this.bake, file.path);
      activity.did(`Exported the graph to ${file.path}`, { command: twin.command });
    } catch (cause) {
      this.failure = asFailure(cause);
      activity.failed("Export the graph", this.failure);
    }
  }
}
