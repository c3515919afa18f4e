import { asFailure } from "../../api";
import type {
  ExportedFile,
  ExportFormat,
  Failure,
  GraphDirection,
  GraphExport,
  GraphFold,
  GraphFolding,
  GraphOrientation,
  GraphPage,
  GraphTheme,
} from "../../api/views";
import { bakeName } from "../../shared/bake-name";
import { graphTwin } from "../../shared/cli";
import type { Desk } from "../../shared/desk.svelte";
import type { BakePageState } from "./bake-page.svelte";

/** Which groups the file shows as one box. */
export type ExportFold = "shown" | "open" | "folded";

const endings: Record<ExportFormat, string> = {
  pdf: "pdf",
  svg: "svg",
  png: "png",
  dot: "dot",
  mermaid: "mmd",
  json: "json",
};

/** What is written when the graph of a bake is exported, and how. */
export class ExportForm {
  format = $state<ExportFormat>("pdf");
  theme = $state<GraphTheme>("light");
  /** None as long as it is that of the screen. */
  turned = $state<GraphDirection | null>(null);
  fold = $state<ExportFold>("shown");
  paper = $state<GraphPage>("fit");
  orientation = $state<GraphOrientation>("auto");
  scale = $state(2);
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  saved = $state.raw<ExportedFile | null>(null);
  readonly page: BakePageState;
  readonly #desk: Desk;

  constructor(desk: Desk, page: BakePageState) {
    this.#desk = desk;
    this.page = page;
  }

  /** Whether the file is a picture, and not a text about the graph. */
  get isPicture(): boolean {
    return this.format === "pdf" || this.format === "svg" || this.format === "png";
  }

  get direction(): GraphDirection {
    return this.turned ?? this.page.picture.direction;
  }

  /** Tasks that are in the file. */
  get tasks(): number {
    return this.page.tasks.filter(({ kind }) => kind !== "action").length;
  }

  /** The name that is proposed for the file. */
  get fileName(): string {
    const row = this.page.view.value?.row;
    const name = row?.name ?? (row ? `${row.batch}-${bakeName(row).slice(1)}` : "bake");
    return `${name}.${endings[this.format]}`;
  }

  get #at(): string | null {
    const { at } = this.page.time;
    return at === null ? null : new Date(at).toISOString();
  }

  get #folding(): { folding: GraphFolding; fold: GraphFold } {
    const families = [...new Set(this.page.tasks.flatMap(({ family }) => family ?? []))];
    const nothing = { folded: [], opened: [] };
    if (this.fold === "folded") return { folding: nothing, fold: { kind: "all" } };
    const folding = this.fold === "open" ? { folded: [], opened: families } : null;
    return { folding: folding ?? this.page.picture.folding, fold: { kind: "nothing" } };
  }

  request(path: string): GraphExport {
    const { project, subject } = this.page;
    const { format, theme, direction, orientation, scale } = this;
    return {
      project,
      subject,
      theme,
      direction,
      format,
      path,
      ...this.#folding,
      at: this.#at,
      page: this.paper,
      orientation,
      scale,
      stats: false,
    };
  }

  /** The command that writes the same. */
  get command(): string {
    return this.#command(this.fileName);
  }

  #command(file: string): string {
    const { project, bake, subject } = this.page;
    const { folding, fold } = this.#folding;
    const [at, words] = [this.#at, [] as string[]];
    const say = (name: string, value: string | null) => value && words.push(name, value);
    say("-k", subject.attempt === null ? null : String(subject.attempt));
    say("--at", at);
    if (this.isPicture && this.theme === "dark") say("--theme", "dark");
    if (this.direction === "down") say("--direction", "down");
    say("--fold", fold.kind === "all" ? "all" : folding.folded.join(","));
    say("--open", folding.opened.join(","));
    if (this.format === "pdf" && this.paper !== "fit")
      say(
        "--paper",
        this.orientation === "auto" ? this.paper : `${this.paper}:${this.orientation}`,
      );
    if (this.format === "png" && this.scale !== 2) say("--scale", String(this.scale));
    return graphTwin(project, bake, file, words).command;
  }

  /** Asks where to, and writes. */
  async save(): Promise<void> {
    const { host, activity } = this.#desk;
    const kind = this.format === "mermaid" ? "Mermaid" : this.format.toUpperCase();
    const title = `Export the graph as ${kind}`;
    const path = await host.pickSave(title, this.fileName, endings[this.format]);
    if (!path) return;
    [this.failure, this.saved, this.busy] = [null, null, true];
    try {
      const file = await host.call("graph_export", this.request(path));
      this.saved = file;
      activity.did(`Exported the graph to ${file.path}`, { command: this.#command(file.path) });
    } catch (cause) {
      this.failure = asFailure(cause);
      activity.failed("Export the graph", this.failure);
    } finally {
      this.busy = false;
    }
  }

  get canShow(): boolean {
    return this.#desk.host.showInFolder !== null;
  }

  /** Shows the written file in its folder. */
  async show(): Promise<void> {
    if (!this.saved) return;
    try {
      await this.#desk.host.showInFolder?.(this.saved.path);
    } catch (cause) {
      this.failure = asFailure(cause);
    }
  }
}
