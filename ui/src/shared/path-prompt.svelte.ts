import type { AskPath } from "../api/bridge";

export interface PathQuestion {
  title: string;
  start: string;
  /** What the button says. */
  verb: string;
}

/** Asks for a path in the window itself, where the system has no dialog for it. */
export class PathPrompt implements AskPath {
  question = $state.raw<PathQuestion | null>(null);
  #answer: (path: string | null) => void = () => {};

  folder = (title: string, start = "") => this.#ask({ title, start, verb: "Choose" });
  file = (title: string, suggestedName: string) =>
    this.#ask({ title, start: suggestedName, verb: "Save" });

  answer(path: string | null): void {
    this.question = null;
    this.#answer(path);
  }

  #ask(question: PathQuestion): Promise<string | null> {
    this.#answer(null);
    this.question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }
}
