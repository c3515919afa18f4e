import type { DrawnNode } from "../../api/views";
import { stateWord } from "../state-words";
import type { Scene } from "./scene";
import { boxesOf, trail, type Trail } from "./trails";

/** What stands out of a graph: what was found, or a trail through it. */
export class GraphFocus {
  words = $state("");
  found = $state.raw<readonly string[]>([]);
  at = $state(0);
  trail = $state<Trail | null>(null);
  /** The box that is selected. */
  selected = $state<string | null>(null);
  #scene: Scene;
  readonly #show: (id: string) => void;

  constructor(scene: Scene, show: (id: string) => void) {
    this.#scene = scene;
    this.#show = show;
  }

  /** Takes another picture, or the same one with other states. */
  take(scene: Scene): void {
    this.#scene = scene;
    this.found = this.#hits();
  }

  find(words: string): void {
    this.words = words;
    this.found = this.#hits();
    this.at = 0;
    this.#reveal();
  }

  step(by: 1 | -1): void {
    if (!this.found.length) return;
    this.at = (this.at + by + this.found.length) % this.found.length;
    this.#reveal();
  }

  /** Shows a trail, or all again if it is shown already. */
  follow(way: Trail): void {
    this.trail = this.trail === way ? null : way;
  }

  /** The nodes that are meant; null when all of them are. */
  meant(critical: ReadonlySet<string> | null): ReadonlySet<string> | null {
    if (this.words.trim()) return boxesOf(this.#scene.nodes, new Set(this.found));
    if (this.trail === "critical") return critical && boxesOf(this.#scene.nodes, critical);
    const { trail: way, selected } = this;
    if (way === null || selected === null || !this.#scene.nodes.has(selected)) return null;
    const ways = way === "both" ? (["before", "after"] as const) : [way];
    return new Set(ways.flatMap((way) => [...trail(this.#scene.nodes, selected, way)]));
  }

  #hits(): string[] {
    const words = this.words.trim().toLowerCase();
    if (!words) return [];
    const fits = ({ id, label, state, holds, frame }: DrawnNode) =>
      `${id} ${label} ${stateWord(state)}`.toLowerCase().includes(words) ||
      (!frame && holds.some((task) => task.toLowerCase().includes(words)));
    return [...this.#scene.nodes.values()].filter(fits).map(({ id }) => id);
  }

  #reveal(): void {
    const id = this.found[this.at];
    if (id !== undefined) this.#show(id);
  }
}
