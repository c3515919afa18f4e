import { asFailure } from "../../api";
import type {
  Failure,
  Freshness,
  LintReport,
  OpenedTemplate,
  RecentTemplate,
  RecentTemplates,
  TemplateList,
  TemplateOpen,
  TemplateOpening,
  TemplateVersions,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import type { Desk } from "../../shared/desk.svelte";
import { Work } from "../../shared/work.svelte";

/** What opening asks back before it can go on. */
export type Question = Exclude<TemplateOpening, { kind: "opened" } | { kind: "stopped" }>;

/** What is said once and never kept. */
type Said = Pick<TemplateOpen, "credential" | "password" | "earlyHook">;

/** Where a new project comes from: bundled, used before, or any other place. */
export class Source {
  /** What was typed. */
  typed = $state("");
  directory = $state("");
  checkout = $state<string | null>(null);
  nested = $state<string | null>(null);
  opened = $state.raw<OpenedTemplate | null>(null);
  question = $state.raw<Question | null>(null);
  failure = $state.raw<Failure | null>(null);
  work = $state.raw<Work | null>(null);
  stopped = $state(false);
  readonly templates = new Asked<TemplateList>();
  readonly recent = new Asked<RecentTemplates>();
  readonly versions = new Asked<TemplateVersions>();
  readonly lint = new Asked<LintReport>();
  readonly #desk: Desk;
  readonly #take: (template: OpenedTemplate) => void;
  /** The source the versions belong to. */
  #source = "";

  constructor(desk: Desk, take: (template: OpenedTemplate) => void) {
    this.#desk = desk;
    this.#take = take;
  }

  askTemplates = () => this.templates.ask(() => this.#desk.host.call("template_list", {}));
  askRecent = () => this.recent.ask(() => this.#desk.host.call("template_recent", {}));

  /** Opens what was typed, from its beginning. */
  openTyped(): Promise<void> {
    this.checkout = null;
    this.nested = null;
    return this.open();
  }

  openRecent({ source, directory, checkout, nested }: RecentTemplate): Promise<void> {
    this.typed = source;
    this.directory = directory ?? "";
    this.checkout = checkout;
    this.nested = nested;
    return this.open();
  }

  openVersion(checkout: string | null): Promise<void> {
    this.checkout = checkout;
    return this.open();
  }

  openFolder(directory: string): Promise<void> {
    this.directory = directory;
    return this.open();
  }

  openNested(nested: string): Promise<void> {
    this.nested = nested;
    return this.open();
  }

  /** Asks the source again, past the copy on this computer. */
  refresh = (): Promise<void> => this.open({}, "refresh");

  async open(said: Said = {}, freshness: Freshness = "cached"): Promise<void> {
    const source = this.typed.trim();
    if (!source) return;
    const { checkout, nested } = this;
    const directory = this.directory.trim();
    const answer = await this.#ask({
      source,
      freshness,
      ...(checkout ? { checkout } : {}),
      ...(directory ? { directory } : {}),
      ...(nested ? { nested } : {}),
      ...said,
    });
    if (!answer) return;
    if (answer.kind === "stopped") this.stopped = true;
    else if (answer.kind === "opened") this.#settle(answer.template, source, freshness);
    else this.question = answer;
  }

  async #ask(request: TemplateOpen): Promise<TemplateOpening | null> {
    this.work?.stop();
    const work = new Work(this.#desk);
    this.work = work;
    this.question = null;
    this.failure = null;
    this.stopped = false;
    try {
      const { host } = this.#desk;
      const answer = await work.run((name) =>
        host.call("template_open", { ...request, work: name }),
      );
      return this.work === work ? answer : null;
    } catch (cause) {
      if (this.work === work) this.failure = asFailure(cause);
      return null;
    } finally {
      if (this.work === work) this.work = null;
    }
  }

  #settle(template: OpenedTemplate, source: string, freshness: Freshness): void {
    this.show(template);
    this.directory = template.directory ?? this.directory;
    this.#take(template);
    void this.askRecent();
    if (source === this.#source && freshness === "cached") return;
    this.#source = source;
    if (template.commit) void this.askVersions(freshness);
    else this.versions.clear();
  }

  /** Tells of a template what is known of it: trust, age, description. */
  show(template: OpenedTemplate | null): void {
    this.opened = template;
    this.lint.clear();
  }

  askVersions = (freshness: Freshness = "cached") =>
    this.versions.ask(() =>
      this.#desk.host.call("template_versions", { source: this.#source, freshness }),
    );

  askLint = () => {
    const template = this.opened;
    if (!template) return;
    const { source, directory } = template;
    return this.lint.ask(() =>
      this.#desk.host.call("template_lint", { source, ...(directory ? { directory } : {}) }),
    );
  };

  async forget(source: string): Promise<void> {
    const list = await this.#desk.does("Take a source off the list", () =>
      this.#desk.host.call("template_forget", { source }),
    );
    if (list) this.recent.set(list);
  }
}
