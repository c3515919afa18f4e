import type {
  FileDecision,
  FileMeeting,
  GitPerson,
  GitStart,
  PlaceMeetings,
  PlaceView,
  TemplateAsk,
} from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import { debounce } from "../../shared/debounce";
import type { Desk } from "../../shared/desk.svelte";

/** Where the project goes, what meets it there, and how its repository begins. */
export class Place {
  parent = $state<string | null>(null);
  /** Whether the files go into a folder that is there already. */
  merging = $state(false);
  decisions = $state.raw<Record<string, FileDecision>>({});
  git = $state(false);
  commit = $state(true);
  message = $state("Start from the template");
  name = $state("");
  email = $state("");
  readonly view = new Asked<PlaceView>();
  readonly meetings = new Asked<PlaceMeetings>();
  readonly person = new Asked<GitPerson>();
  readonly #desk: Desk;
  readonly #folder: () => string | null;
  readonly #ask: () => TemplateAsk | null;

  constructor(desk: Desk, folder: () => string | null, ask: () => TemplateAsk | null) {
    this.#desk = desk;
    this.#folder = folder;
    this.#ask = ask;
  }

  clear(): void {
    this.view.clear();
    this.meetings.clear();
    this.merging = false;
    this.decisions = {};
  }

  putInto(parent: string): void {
    this.parent = parent;
    this.#checkSoon();
  }

  /** Asks about the place, and about its files where they matter. */
  check = async (): Promise<void> => {
    const folder = this.#folder();
    if (!folder) return;
    const { parent } = this;
    const { host } = this.#desk;
    const view = await this.view.ask(() => host.call("place_check", { parent, folder }));
    if (view && !view.occupied) this.leave();
    if (this.merging) await this.askMeetings();
  };

  #checkSoon = debounce(150, () => void this.check());

  merge(): void {
    this.merging = true;
    void this.askMeetings();
  }

  leave(): void {
    this.merging = false;
    this.meetings.clear();
    this.decisions = {};
  }

  askMeetings = async (): Promise<void> => {
    const ask = this.#ask();
    if (!ask) return;
    const before = new Map(this.meetings.value?.files.map((file) => [file.path, file]));
    const met = await this.meetings.ask(() => this.#desk.host.call("place_meetings", { ask }));
    if (!met) return;
    const same = ({ path, mine, theirs }: FileMeeting) =>
      before.get(path)?.mine === mine && before.get(path)?.theirs === theirs;
    const still = new Set(met.files.filter(same).map(({ path }) => path));
    // A text that was merged from other texts is no answer any more.
    this.decisions = Object.fromEntries(
      Object.entries(this.decisions).filter(
        ([path, { kind }]) => kind !== "merge" || still.has(path),
      ),
    );
  };

  decide(path: string, decision: FileDecision): void {
    this.decisions = { ...this.decisions, [path]: decision };
  }

  decideAll(kind: "keep" | "replace"): void {
    const all = this.undecided.map(({ path, kind: meeting }) => {
      const decision: FileDecision = { kind: meeting === "inTheWay" ? "keep" : kind };
      return [path, decision] as const;
    });
    this.decisions = Object.fromEntries(all);
  }

  /** The files that need a word. */
  get undecided(): FileMeeting[] {
    return this.meetings.value?.files.filter(({ undecided }) => undecided) ?? [];
  }

  askPerson = async (): Promise<void> => {
    const person = await this.person.ask(() => this.#desk.host.call("git_person", {}));
    this.name ||= person?.name ?? "";
    this.email ||= person?.email ?? "";
  };

  /** How the repository begins; nothing when none is wanted. */
  get start(): GitStart | undefined {
    if (!this.git) return undefined;
    const message = this.message.trim();
    if (!this.commit) return {};
    return { message, name: this.name.trim(), email: this.email.trim() };
  }

  get obstacle(): string | null {
    const view = this.view.value;
    if (view === null || this.view.failure) return "Choose a place";
    if (view.problem && !this.merging) return view.problem;
    return (this.merging ? this.#unmet() : null) ?? this.#unsigned();
  }

  #unmet(): string | null {
    if (this.meetings.value === null || this.meetings.failure) {
      return "The files there could not be compared";
    }
    const open = this.undecided.filter(({ path }) => !(path in this.decisions)).length;
    return open ? `${open} ${open === 1 ? "file needs" : "files need"} a decision` : null;
  }

  #unsigned(): string | null {
    if (!this.git || !this.commit) return null;
    if (!this.message.trim()) return "The first commit needs a message";
    return this.name.trim() && this.email.trim()
      ? null
      : "The first commit needs a name and an address";
  }
}
