import { asFailure } from "../../api";
import type {
  Failure,
  Freshness,
  MergeSide,
  ProjectUndone,
  UpdateAsk,
  UpdateChange,
  UpdateCheck,
  UpdateDecision,
  UpdateDone,
  UpdatePreview,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";
import { Work } from "../../shared/work.svelte";
import { conflictCount, settled } from "./decisions";

export type Values = NonNullable<UpdateAsk["values"]>;

/** A project beside the newest version of its template. */
export class TemplateUpdate {
  readonly project: string;
  readonly check = new Asked<UpdateCheck>();
  readonly preview = new Asked<UpdatePreview>();
  /** Another version than the one the project follows. */
  checkout = $state("");
  values = $state.raw<Values>({});
  decisions = $state.raw<Record<string, UpdateDecision>>({});
  /** Sides of conflicts, by path, as far as they were chosen. */
  sides = $state.raw<Record<string, (MergeSide | null)[]>>({});
  work = $state.raw<Work | null>(null);
  applying = $state(false);
  failure = $state.raw<Failure | null>(null);
  done = $state.raw<UpdateDone | null>(null);
  undone = $state.raw<ProjectUndone | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk, project: string) {
    this.#desk = desk;
    this.project = project;
  }

  ask = (freshness: Freshness = "refresh") =>
    this.#working((work) =>
      this.check.ask(() =>
        this.#desk.host.call("update_check", { project: this.project, freshness, work }),
      ),
    );

  /** Works out what the newer version would change. Nothing is written. */
  look = async (freshness: Freshness = "refresh"): Promise<void> => {
    this.failure = null;
    this.done = null;
    this.undone = null;
    const checkout = this.checkout.trim();
    const request = {
      project: this.project,
      freshness,
      values: this.values,
      ...(checkout ? { checkout } : {}),
    };
    const preview = await this.#working((work) =>
      this.preview.ask(() => this.#desk.host.call("update_preview", { ...request, work })),
    );
    if (preview) this.#keepFor(preview.changes);
  };

  answer(name: string, value: Values[string]): void {
    this.values = { ...this.values, [name]: value };
    this.#lookSoon();
  }

  #lookSoon = debounce(300, () => void this.look("cached"));

  /** Decisions stay where their question is still the same. */
  #keepFor(changes: readonly UpdateChange[]): void {
    const counts = new Map(changes.map((change) => [change.path, conflictCount(change)]));
    const undecided = new Set(changes.filter(({ undecided }) => undecided).map(({ path }) => path));
    this.sides = Object.fromEntries(
      Object.entries(this.sides).filter(([path, sides]) => counts.get(path) === sides.length),
    );
    this.decisions = Object.fromEntries(
      Object.entries(this.decisions).filter(([path, { kind }]) =>
        kind === "sides" ? path in this.sides : undecided.has(path),
      ),
    );
  }

  decide(path: string, decision: UpdateDecision): void {
    this.decisions = { ...this.decisions, [path]: decision };
  }

  /** Chooses a side of one conflict; the file is decided once all of its conflicts are. */
  choose(change: UpdateChange, index: number, side: MergeSide): void {
    const { path } = change;
    const before = this.sides[path] ?? Array<MergeSide | null>(conflictCount(change)).fill(null);
    const sides = before.map((old, at) => (at === index ? side : old));
    this.sides = { ...this.sides, [path]: sides };
    const all = settled(sides);
    if (all) this.decide(path, { kind: "sides", sides: all });
  }

  get open(): number {
    const changes = this.preview.value?.changes ?? [];
    return changes.filter(({ undecided, path }) => undecided && !(path in this.decisions)).length;
  }

  async apply(): Promise<void> {
    const update = this.preview.value?.update ?? null;
    if (update === null || this.open || this.applying) return;
    await this.#deed(async () => {
      const { decisions } = this;
      this.done = await this.#desk.host.call("update_apply", { update, decisions });
      this.#desk.activity.did(`Updated ${this.project} from its template`);
      this.preview.clear();
      this.decisions = {};
      this.sides = {};
      void this.ask("cached");
    });
  }

  async undo(): Promise<void> {
    const undo = this.done?.undo;
    if (undo === undefined) return;
    await this.#deed(async () => {
      this.undone = await this.#desk.host.call("project_undo", { undo });
      this.done = null;
      this.#desk.activity.did(`Took the update of ${this.project} back`);
      void this.ask("cached");
    });
  }

  async #deed(deed: () => Promise<void>): Promise<void> {
    this.applying = true;
    this.failure = null;
    try {
      await deed();
    } catch (cause) {
      this.failure = asFailure(cause);
    } finally {
      this.applying = false;
    }
  }

  async #working<T>(request: (work: string) => Promise<T>): Promise<T> {
    const work = new Work(this.#desk);
    this.work = work;
    try {
      return await work.run(request);
    } finally {
      if (this.work === work) this.work = null;
    }
  }
}
