import type { HookChoice, PlatformNeeds, TemplateAsk, TemplateCard } from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";
import { Answers } from "./answers.svelte";
import { Hooks } from "./hooks.svelte";
import { Making } from "./making.svelte";
import { Place } from "./place.svelte";
import { Preview, type Baseline } from "./preview.svelte";
import { Source } from "./source.svelte";
import { steps, type Step } from "./steps";

/** A new project on its way: what was chosen and typed, and what would be written. */
export class Wizard {
  step = $state<Step>("source");
  /** The id of the template in requests. */
  template = $state<string | null>(null);
  name = $state<string | null>(null);
  readonly source: Source;
  readonly answers: Answers;
  readonly place: Place;
  readonly preview: Preview;
  readonly hooks: Hooks;
  readonly making: Making;
  readonly needs = new Asked<PlatformNeeds>();
  /** What the answers were when the preview was last looked at. */
  looked = $state.raw<TemplateAsk | null>(null);
  baseline = $state<Baseline>("defaults");
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.source = new Source(desk, (template) => this.#take(template.id, template.name));
    this.answers = new Answers(desk, () => this.#askSoon());
    this.place = new Place(
      desk,
      () => this.answers.form.value?.folder ?? null,
      () => this.request,
    );
    this.preview = new Preview(desk);
    this.hooks = new Hooks(desk);
    this.making = new Making(desk);
  }

  begin = async (): Promise<void> => {
    void this.source.askRecent();
    const list = await this.source.askTemplates();
    const first = list?.templates[0];
    if (first && this.template === null && !this.source.work) this.chooseBundled(first);
  };

  chooseBundled({ id, name }: TemplateCard): void {
    if (id === this.template) return;
    this.source.question = null;
    this.source.failure = null;
    this.source.show(null);
    this.#take(id, name);
    void this.#tellOfBundled(id);
  }

  /** What a bundled template says of itself comes later: nothing waits for it. */
  async #tellOfBundled(id: string): Promise<void> {
    const answer = await this.#desk.host.call("template_open", { source: id }).catch(() => null);
    if (answer?.kind === "opened" && this.template === id) this.source.show(answer.template);
  }

  #take(template: string, name: string): void {
    const again = this.template !== null && this.name === name && template !== this.template;
    this.template = template;
    this.name = name;
    // Another version of the same template keeps what was answered.
    if (!again) this.answers.clear();
    this.answers.form.clear();
    this.preview.clear();
    this.place.clear();
    this.hooks.clear();
    this.needs.clear();
    this.looked = null;
    const request = this.request;
    if (request) void this.hooks.ask(request);
    void this.ask();
  }

  /** What follows from the answers is asked for with this. */
  get request(): TemplateAsk | null {
    if (this.template === null) return null;
    const parent = this.place.view.value?.parent ?? this.place.parent;
    return {
      template: this.template,
      answers: { ...this.answers.texts },
      ...(Object.keys(this.answers.values).length ? { values: this.answers.values } : {}),
      ...(parent ? { parent } : {}),
      ...(this.hooks.native ? {} : { nativeHooks: false }),
    };
  }

  /** Asks for everything that follows from the answers. */
  ask = async (): Promise<void> => {
    const request = this.request;
    if (request === null) return;
    const { host } = this.#desk;
    const preview = this.preview.ask(request);
    await this.answers.form.ask(() => host.call("template_form", request));
    await Promise.all([preview, this.place.check()]);
  };

  #askSoon = debounce(150, () => void this.ask());

  chooseHook(file: string, choice: HookChoice): void {
    this.hooks.choose(file, choice);
    void this.ask();
  }

  useLastAnswers(): void {
    const last = this.source.opened?.last;
    if (last) this.answers.takeAll(last.answers);
  }

  compare(baseline: Baseline): void {
    this.baseline = baseline;
    const after = this.request;
    if (!after) return;
    const bare = { ...after, answers: {}, values: {} };
    const last = this.source.opened?.last?.answers;
    const before =
      baseline === "look" && this.looked
        ? this.looked
        : baseline === "last" && last
          ? { ...bare, values: last }
          : bare;
    void this.preview.compare(before, after);
  }

  /** Why a step cannot be left forwards; null when it can. */
  get obstacle(): string | null {
    switch (this.step) {
      case "source":
        if (this.source.work) return "The source is being opened";
        return this.template === null ? "Choose a template" : null;
      case "answers":
        return this.answers.obstacle;
      case "place":
        return this.place.obstacle;
      case "preview":
      case "platform":
        return this.answers.obstacle ?? this.place.obstacle ?? this.preview.obstacle;
      case "create":
        return this.making.made ? null : "Nothing was made yet";
    }
  }

  get stepIndex(): number {
    return steps.findIndex(({ id }) => id === this.step);
  }

  get fixed(): boolean {
    return this.making.busy || this.making.made !== null || this.making.review !== null;
  }

  async forward(): Promise<void> {
    const next = steps[this.stepIndex + 1];
    if (next && !this.obstacle && !this.fixed) await this.go(next.id);
  }

  back(): void {
    const before = steps[this.stepIndex - 1];
    if (this.step === "create") void this.go("preview");
    else if (before) void this.go(before.id);
  }

  /** Goes to a step. Answers stay as they are. */
  async go(step: Step): Promise<void> {
    if (this.fixed) return;
    const request = this.request;
    if (this.step === "preview") this.looked = request;
    this.step = step;
    if (request === null) return;
    if (step === "preview") {
      this.baseline = this.looked ? "look" : "defaults";
      void this.hooks.ask(request);
      this.compare(this.baseline);
    }
    if (step === "platform") {
      void this.needs.ask(() => this.#desk.host.call("platform_needs", request));
    }
    if (step === "create") await this.#create();
  }

  async #create(): Promise<void> {
    const ask = this.request;
    if (ask === null) return;
    const git = this.place.start;
    await this.making.start(
      {
        ask,
        hooks: this.hooks.decided,
        network: this.hooks.network,
        review: this.hooks.running && this.hooks.review,
        ...(this.place.merging ? { existing: this.place.decisions } : {}),
        ...(git ? { git } : {}),
      },
      this.answers.form.value?.command,
    );
  }
}

const wizards = new WeakMap<Desk, Wizard>();

/** The wizard of a window: leaving the screen loses no answers. A finished one makes room. */
export function wizardOf(desk: Desk): Wizard {
  const known = wizards.get(desk);
  if (known && !known.making.made) return known;
  const fresh = new Wizard(desk);
  wizards.set(desk, fresh);
  return fresh;
}
