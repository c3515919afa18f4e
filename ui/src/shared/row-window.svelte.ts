/** Fewer rows than these are all in the page. */
const few = 150;
/** Rows that are in the page above and below those that are seen. */
const spare = 12;

/** Which rows of a long list are in the page: those that are seen, and some around them. */
export class RowWindow {
  /** How far the list is scrolled. */
  top = $state(0);
  /** How much of it is seen. */
  height = $state(0);
  rowHeight = $state(36);
  readonly #count: () => number;

  constructor(count: () => number) {
    this.#count = count;
  }

  get whole(): boolean {
    return this.#count() <= few;
  }

  get first(): number {
    if (this.whole) return 0;
    // An even number, so that rows that are told apart by twos stay as they are.
    const first = Math.floor(this.top / this.rowHeight) - spare;
    return Math.max(0, Math.min(first - (first % 2), this.#count() - spare));
  }

  get last(): number {
    if (this.whole) return this.#count();
    const last = Math.ceil((this.top + this.height) / this.rowHeight) + spare;
    return Math.min(this.#count(), last);
  }

  /** The room of the rows before and behind those that are in the page. */
  get before(): number {
    return this.first * this.rowHeight;
  }

  get behind(): number {
    return (this.#count() - this.last) * this.rowHeight;
  }

  /** Where the list has to be scrolled to so that a row is seen; null where it is seen already. */
  reveal(index: number, head = 0): number | null {
    const at = index * this.rowHeight;
    if (at < this.top) return at;
    const end = at + this.rowHeight + head;
    return end > this.top + this.height ? end - this.height : null;
  }
}
