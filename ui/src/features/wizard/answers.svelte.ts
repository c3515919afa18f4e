import { asFailure } from "../../api";
import type { AnswersForm, Failure, TemplateAsk, TemplateForm } from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import type { Desk } from "../../shared/desk.svelte";

export type Values = NonNullable<TemplateAsk["values"]>;

const without = <T>(record: Record<string, T>, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

/** What was answered by hand; everything else is derived by the backend. */
export class Answers {
  /** Typed in the form. */
  texts = $state.raw<Record<string, string>>({});
  /** Read out of a file, or given the last time. */
  values = $state.raw<Values>({});
  onlyRequired = $state(false);
  /** What came of reading or writing a file. */
  news = $state<string | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly form = new Asked<TemplateForm>();
  readonly #desk: Desk;
  readonly #changed: () => void;

  constructor(desk: Desk, changed: () => void) {
    this.#desk = desk;
    this.#changed = changed;
  }

  clear(): void {
    this.texts = {};
    this.values = {};
    this.news = null;
    this.failure = null;
    this.form.clear();
  }

  byHand = (name: string): boolean => name in this.texts || name in this.values;

  give(name: string, text: string): void {
    this.texts = { ...this.texts, [name]: text };
    this.#changed();
  }

  /** Gives an answer back to derivation. */
  derive(name: string): void {
    this.texts = without(this.texts, name);
    this.values = without(this.values, name);
    this.#changed();
  }

  /** Takes many answers at once; what was typed before gives way to them. */
  takeAll(values: Values): void {
    this.texts = Object.fromEntries(Object.entries(this.texts).filter(([key]) => !(key in values)));
    this.values = { ...this.values, ...values };
    this.#changed();
  }

  get wrong(): number {
    return this.form.value?.fields.filter(({ problem }) => problem !== null).length ?? 0;
  }

  /** Why no project can be made of these answers; null when one can. */
  get obstacle(): string | null {
    if (this.form.failure || this.form.value === null) return "The answers could not be checked";
    const { fields, sound, diagnostics } = this.form.value;
    if (this.wrong) return `${this.wrong} of ${fields.length} answers need you`;
    const error = diagnostics.find(({ severity }) => severity === "error");
    return sound ? null : (error?.message ?? "No project can be made from these answers");
  }

  async readFrom(file: { text: string } | { path: string }, template: string): Promise<void> {
    await this.#try(async () => {
      const read = await this.#desk.host.call("answers_import", { template, ...file });
      const count = Object.keys(read.answers).length;
      this.takeAll(read.answers);
      const left = read.unknown.length ? `, left out ${read.unknown.join(", ")}` : "";
      this.news = `Took ${count} answers${left}.`;
    });
  }

  async writeTo(path: string, ask: TemplateAsk, form: AnswersForm): Promise<void> {
    await this.#try(async () => {
      const file = await this.#desk.host.call("answers_export", { ask, form, path });
      this.news = `Saved as ${file.path ?? path}.`;
    });
  }

  async #try(deed: () => Promise<void>): Promise<void> {
    this.news = null;
    this.failure = null;
    try {
      await deed();
    } catch (cause) {
      this.failure = asFailure(cause);
    }
  }
}
