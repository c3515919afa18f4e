import type { HookChoice, HookView, TemplateAsk, TemplateHooks } from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import type { Desk } from "../../shared/desk.svelte";

/** The programs a template brings, and what is to be done with them. */
export class Hooks {
  choices = $state.raw<Record<string, HookChoice>>({});
  network = $state(false);
  /** Whether to ask before what they changed becomes part of the project. */
  review = $state(true);
  readonly list = new Asked<TemplateHooks>();
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  clear(): void {
    this.choices = {};
    this.network = false;
    this.list.clear();
  }

  ask = (ask: TemplateAsk) => this.list.ask(() => this.#desk.host.call("template_hooks", ask));

  choose(file: string, choice: HookChoice): void {
    this.choices = { ...this.choices, [file]: choice };
  }

  choiceOf = ({ file, usual }: HookView): HookChoice => this.choices[file] ?? usual;

  /** The choice for every hook that is known. */
  get decided(): Record<string, HookChoice> {
    const known = this.list.value?.hooks ?? [];
    return Object.fromEntries(known.map((hook) => [hook.file, this.choiceOf(hook)]));
  }

  /** Whether a program of others will run. */
  get running(): boolean {
    return Object.values(this.decided).some((choice) => choice === "run" || choice === "trust");
  }

  /** Whether the preview shows what native hooks make. */
  get native(): boolean {
    const natives = this.list.value?.hooks.filter(({ native }) => native) ?? [];
    return natives.every((hook) => this.choiceOf(hook) === "native");
  }
}
