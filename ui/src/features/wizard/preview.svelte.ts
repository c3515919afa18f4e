import type {
  Explanation,
  PreviewEntry,
  TemplateAsk,
  TemplateComparison,
  TemplatePreview,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import type { Desk } from "../../shared/desk.svelte";
import { firstFile } from "./preview-tree";

/** From so many entries on, texts are asked for one by one. */
const many = 200;

export type Baseline = "defaults" | "look" | "last";

/** What would be written, and why it reads as it does. */
export class Preview {
  /** The file whose content is shown. */
  file = $state<string | null>(null);
  /** Files that the latest change of an answer changed. */
  changed = $state.raw<ReadonlySet<string>>(new Set());
  /** The line that is explained, from 0. */
  line = $state<number | null>(null);
  readonly tree = new Asked<TemplatePreview>();
  readonly text = new Asked<PreviewEntry>();
  readonly explanation = new Asked<Explanation>();
  readonly comparison = new Asked<TemplateComparison>();
  readonly #desk: Desk;
  /** What the tree was made from. */
  #ask: TemplateAsk | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  clear(): void {
    this.file = null;
    this.changed = new Set();
    this.#ask = null;
    this.tree.clear();
    this.text.clear();
    this.comparison.clear();
    this.#unexplain();
  }

  ask = async (ask: TemplateAsk): Promise<void> => {
    const before = this.tree.value;
    const apart = (before?.entries.length ?? 0) > many;
    const request = apart ? { ...ask, texts: false } : ask;
    const { host } = this.#desk;
    const preview = await this.tree.ask(() => host.call("template_preview", request));
    if (!preview) return;
    if (this.#ask && !sameAnswers(this.#ask, ask)) this.changed = changes(before, preview);
    this.#ask = ask;
    this.#unexplain();
    await this.#askText();
  };

  select(path: string): void {
    this.file = path;
    this.#unexplain();
    void this.#askText();
  }

  /** The entry that is shown, with its text where that has come. */
  get shown(): PreviewEntry | null {
    const entries = this.tree.value?.entries ?? [];
    const path = this.file ?? firstFile(entries);
    const entry =
      entries.find((entry) => entry.path === path) ??
      entries.find((entry) => entry.path === firstFile(entries)) ??
      null;
    const text = this.text.value;
    return text && entry && text.path === entry.path && text.digest === entry.digest ? text : entry;
  }

  async #askText(): Promise<void> {
    const [entry, ask] = [this.shown, this.#ask];
    if (!entry?.isText || entry.text !== null || !ask) return;
    const { host } = this.#desk;
    await this.text.ask(() => host.call("template_file", { ask, path: entry.path }));
  }

  /** Asks where a place of the shown text comes from. */
  async explain(line: number, offset: number): Promise<void> {
    const [entry, ask] = [this.shown, this.#ask];
    if (!entry || !ask) return;
    this.line = line;
    this.explanation.clear();
    const request = { ask, path: entry.path, offset };
    await this.explanation.ask(() => this.#desk.host.call("template_explain", request));
  }

  unexplain = (): void => this.#unexplain();

  #unexplain(): void {
    this.line = null;
    this.explanation.clear();
  }

  compare(before: TemplateAsk, after: TemplateAsk): Promise<TemplateComparison | null> {
    return this.comparison.ask(() => this.#desk.host.call("template_compare", { before, after }));
  }

  get obstacle(): string | null {
    if (this.tree.failure || this.tree.value === null) return "The preview could not be made";
    const errors = this.tree.value.diagnostics.some(({ severity }) => severity === "error");
    return errors ? "Errors stand against it" : null;
  }
}

const sameAnswers = (a: TemplateAsk, b: TemplateAsk) =>
  JSON.stringify([a.answers, a.values]) === JSON.stringify([b.answers, b.values]);

/** The paths whose content is not what it was. */
export function changes(
  before: TemplatePreview | null,
  after: TemplatePreview,
): ReadonlySet<string> {
  const known = new Map(before?.entries.map(({ path, digest }) => [path, digest]));
  return new Set(
    after.entries
      .filter(({ path, digest, kind }) => kind !== "folder" && known.get(path) !== digest)
      .map(({ path }) => path),
  );
}
