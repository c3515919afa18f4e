import type {
  Drawing,
  DrawnNode,
  GraphAsk,
  GraphDirection,
  GraphFolding,
  GraphTheme,
  TaskView,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import type { Desk } from "../../shared/desk.svelte";

/** More changes than these at once are drawn as a whole new picture. */
const many = 4000;
/** So many running tasks have their times counted on in the picture. */
const counting = 60;

/** The picture of a bake: drawn once, then only what has changed is asked for. */
export class BakePicture {
  readonly drawing = new Asked<Drawing>();
  /** The latest new look of some nodes. */
  repaint = $state.raw<Drawing | null>(null);
  direction = $state<GraphDirection>("right");
  folding = $state.raw<GraphFolding>({ folded: [], opened: [] });
  /** How many changes of each task the picture shows; the other views may have gone on since. */
  painted: ReadonlyMap<string, number> | null = null;
  readonly #desk: Desk;
  readonly #subject: () => Pick<GraphAsk, "project" | "subject">;
  #at: number | null = null;
  #open = new Set<string>();
  #busy = false;

  constructor(desk: Desk, subject: () => Pick<GraphAsk, "project" | "subject">) {
    this.#desk = desk;
    this.#subject = subject;
  }

  #request(theme: GraphTheme = this.#desk.graphTheme): GraphAsk {
    const { direction, folding } = this;
    const at = this.#at === null ? null : new Date(this.#at).toISOString();
    return { ...this.#subject(), theme, direction, folding, at, beside: null };
  }

  ask = async (theme?: GraphTheme) => {
    this.#open.clear();
    const drawn = await this.drawing.ask(() =>
      this.#desk.host.call("graph_drawing", this.#request(theme)),
    );
    if (!drawn) return;
    this.repaint = null;
    // What changed while it was drawn.
    void this.change([], this.#at);
  };

  /** Draws some tasks anew, as they are at a moment. Changes that come meanwhile come after. */
  async change(tasks: Iterable<string>, at: number | null): Promise<void> {
    this.#at = at;
    for (const task of tasks) this.#open.add(task);
    if (this.#busy || !this.drawing.value || this.#open.size === 0) return;
    this.#busy = true;
    try {
      while (this.#open.size > 0) await this.#paint();
    } catch {
      // The picture is behind now: it is asked for as a whole, which tells what is wrong.
      await this.ask();
    } finally {
      this.#busy = false;
    }
  }

  async #paint(): Promise<void> {
    const tasks = [...this.#open];
    this.#open.clear();
    if (tasks.length > many) return this.ask();
    const before = this.drawing.value;
    const graph = this.#request();
    const part = await this.#desk.host.call("graph_repaint", { graph, tasks });
    if (this.drawing.value === before) this.repaint = part;
  }

  /** Takes what became of the tasks: a change of a state, or other tasks than before. */
  hear(before: readonly TaskView[], now: readonly TaskView[]): void {
    const known = new Map(before.map((task) => [task.id, task]));
    const same = before.length === now.length && now.every(({ id }) => known.has(id));
    if (!same) return void this.ask();
    this.move(
      now.map(({ id }) => known.get(id)),
      now,
    );
  }

  /** Takes what became of some tasks, each beside what it was. */
  move(before: readonly (TaskView | undefined)[], now: readonly TaskView[]): void {
    const looks = (task: TaskView | undefined) =>
      `${task?.state} ${task?.startedAt} ${task?.finishedAt} ${task?.exitCode}`;
    const changed = now.filter((task, at) => looks(before[at]) !== looks(task));
    void this.change(
      changed.map(({ id }) => id),
      null,
    );
  }

  /** Lets the times of running tasks go on. */
  countOn(tasks: readonly TaskView[]): void {
    const running = tasks.filter(({ state, kind }) => state === "running" && kind !== "action");
    if (running.length === 0 || running.length > counting) return;
    void this.change(
      running.map(({ id }) => id),
      this.#at,
    );
  }

  turn(): void {
    this.direction = this.direction === "right" ? "down" : "right";
  }

  /** Folds an open group, or opens a folded one. */
  fold({ id, kind }: DrawnNode): void {
    const { folded, opened } = this.folding;
    const without = (list: string[]) => list.filter((one) => one !== id);
    if (kind === "callFrame" || kind === "matrixFrame")
      this.folding = { folded: [...folded, id], opened: without(opened) };
    else
      this.folding = {
        folded: without(folded),
        opened: kind === "matrix" ? [...opened, id] : opened,
      };
    void this.ask();
  }

  /** Folds every group, or opens all of them. */
  foldAll(fold: boolean, tasks: readonly TaskView[]): void {
    const families = new Set(tasks.flatMap(({ family }) => family ?? []));
    const calls = new Set(tasks.flatMap(({ group }) => group ?? []));
    this.folding = fold
      ? { folded: [...calls, ...families], opened: [] }
      : { folded: [], opened: [...families] };
    void this.ask();
  }
}
