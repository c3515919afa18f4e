import { asFailure } from "../api";
import type { Failure } from "../api/views";

/**
 * An answer that is asked for again and again. Only the latest question counts; the old answer
 * stays visible while a new one is under way, also when that one fails.
 */
export class Asked<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** Set after a moment, so that quick answers show no skeleton. */
  slow = $state(false);
  #turn = 0;

  async ask(question: () => Promise<T>): Promise<T | null> {
    const turn = ++this.#turn;
    this.busy = true;
    const timer = setTimeout(() => (this.slow = turn === this.#turn && this.busy), 100);
    try {
      const answer = await question();
      if (turn === this.#turn) this.set(answer);
      return turn === this.#turn ? answer : null;
    } catch (cause) {
      if (turn === this.#turn) this.failure = asFailure(cause);
      return null;
    } finally {
      clearTimeout(timer);
      if (turn === this.#turn) this.#rest();
    }
  }

  /** Takes an answer that came by itself, for example with an event. */
  set(answer: T): void {
    this.value = answer;
    this.failure = null;
  }

  /**
   * Takes an answer that came with an event. A question under way may have been answered before
   * the event and arrive after it, so it is asked again.
   */
  hear(answer: T, question: () => Promise<T>): void {
    const again = this.busy;
    this.set(answer);
    if (again) void this.ask(question);
  }

  /** Forgets everything; answers under way no longer count. */
  clear(): void {
    this.#turn++;
    this.value = null;
    this.failure = null;
    this.#rest();
  }

  #rest(): void {
    this.busy = false;
    this.slow = false;
  }
}
