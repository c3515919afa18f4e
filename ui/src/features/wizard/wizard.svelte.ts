import { asFailure } from "../../api";
import type {
  Failure,
  PlaceView,
  ProjectView,
  TemplateForm,
  TemplateList,
  TemplatePreview,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";

export type Step = "source" | "answers" | "place" | "preview" | "create";

export const steps: readonly { id: Step; label: string }[] = [
  { id: "source", label: "Source" },
  { id: "answers", label: "Answers" },
  { id: "place", label: "Place" },
  { id: "preview", label: "Preview" },
  { id: "create", label: "Create" },
];

/** A new project on its way: what was chosen and typed, and what would be written. */
export class Wizard {
  step = $state<Step>("source");
  template = $state<string | null>(null);
  /** What was answered by hand; the rest is derived. */
  answers = $state<Record<string, string>>({});
  parent = $state<string | null>(null);
  /** The file whose content is shown. */
  file = $state<string | null>(null);
  creating = $state(false);
  created = $state.raw<ProjectView | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly templates = new Asked<TemplateList>();
  readonly form = new Asked<TemplateForm>();
  readonly preview = new Asked<TemplatePreview>();
  readonly place = new Asked<PlaceView>();
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  askTemplates = async () => {
    const list = await this.templates.ask(() => this.#desk.host.call("template_list", {}));
    const only = list?.templates[0];
    if (only && this.template === null) this.choose(only.id);
  };

  choose(template: string): void {
    if (template === this.template) return;
    this.template = template;
    this.answers = {};
    this.file = null;
    this.form.clear();
    this.preview.clear();
    this.place.clear();
    void this.ask();
  }

  answer(name: string, value: string): void {
    this.answers[name] = value;
    this.#askSoon();
  }

  /** Gives an answer back to derivation. */
  derive(name: string): void {
    this.answers = Object.fromEntries(Object.entries(this.answers).filter(([key]) => key !== name));
    this.#askSoon();
  }

  putInto(parent: string): void {
    this.parent = parent;
    this.#placeSoon();
  }

  /** Asks for everything that follows from the answers. */
  ask = async (): Promise<void> => {
    const template = this.template;
    if (template === null) return;
    const request = { template, answers: { ...this.answers } };
    const { host } = this.#desk;
    const preview = this.preview.ask(() => host.call("template_preview", request));
    await this.form.ask(() => host.call("template_form", request));
    await Promise.all([preview, this.askPlace()]);
  };

  askPlace = async (): Promise<void> => {
    const folder = this.form.value?.folder;
    if (!folder) return;
    const request = { parent: this.parent, folder };
    await this.place.ask(() => this.#desk.host.call("place_check", request));
  };

  #askSoon = debounce(150, () => void this.ask());
  #placeSoon = debounce(150, () => void this.askPlace());

  /** Why this step cannot be left forwards; null when it can. */
  get obstacle(): string | null {
    switch (this.step) {
      case "source":
        return this.template === null ? "Choose a template" : null;
      case "answers":
        return this.#wrongAnswers();
      case "place":
        return this.place.value === null || this.place.failure
          ? "Choose a place"
          : this.place.value.problem;
      case "preview":
        return this.#wrongAnswers() ?? this.#wrongPreview();
      case "create":
        return this.created ? null : "Nothing was made yet";
    }
  }

  get stepIndex(): number {
    return steps.findIndex(({ id }) => id === this.step);
  }

  async forward(): Promise<void> {
    if (this.obstacle || this.creating) return;
    const next = steps[this.stepIndex + 1];
    if (!next) return;
    this.step = next.id;
    if (next.id === "create") await this.#create();
  }

  back(): void {
    const before = steps[this.stepIndex - 1];
    if (before && !this.creating && !this.created) this.step = before.id;
  }

  #wrongAnswers(): string | null {
    if (this.form.failure || this.form.value === null) return "The answers could not be checked";
    const wrong = this.form.value.fields.filter(({ problem }) => problem !== null).length;
    return wrong ? `${wrong} of ${this.form.value.fields.length} answers need you` : null;
  }

  #wrongPreview(): string | null {
    if (this.preview.failure || this.preview.value === null) return "The preview could not be made";
    const errors = this.preview.value.diagnostics.some(({ severity }) => severity === "error");
    return errors ? "Errors stand against it" : null;
  }

  async #create(): Promise<void> {
    const { host, activity } = this.#desk;
    const template = this.template;
    if (template === null) return;
    this.creating = true;
    this.failure = null;
    try {
      const request = {
        template,
        answers: { ...this.answers },
        parent: this.place.value?.parent ?? this.parent,
      };
      this.created = await host.call("project_create", request);
      activity.did(`Made the project ${this.created.name}`, { command: this.form.value?.command });
      void this.#desk.askHome();
    } catch (cause) {
      this.failure = asFailure(cause);
      activity.failed("Make the project", this.failure);
    } finally {
      this.creating = false;
    }
  }
}

const wizards = new WeakMap<Desk, Wizard>();

/** The wizard of a window: leaving the screen loses no answers. A finished one makes room. */
export function wizardOf(desk: Desk): Wizard {
  const known = wizards.get(desk);
  if (known && !known.created) return known;
  const fresh = new Wizard(desk);
  wizards.set(desk, fresh);
  return fresh;
}
