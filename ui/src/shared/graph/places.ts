import { overlaps, type Bounds } from "./bounds";

/** Where things are: squares of the plane with what lies in them, for finding what is in view. */
export class Places {
  readonly #boxes: readonly Bounds[];
  readonly #squares = new Map<number, number[]>();
  readonly #size: number;
  readonly #seen: Uint32Array;
  #turn = 0;

  constructor(boxes: readonly Bounds[], size = 512) {
    this.#boxes = boxes;
    this.#size = size;
    this.#seen = new Uint32Array(boxes.length);
    boxes.forEach((box, index) => this.#each(box, (key) => this.#put(key, index)));
  }

  /** The indices of everything that touches `view`, in order. */
  in(view: Bounds): number[] {
    const found: number[] = [];
    const turn = ++this.#turn;
    this.#each(view, (key) => {
      for (const index of this.#squares.get(key) ?? []) {
        if (this.#seen[index] === turn) continue;
        this.#seen[index] = turn;
        const box = this.#boxes[index];
        if (box && overlaps(box, view)) found.push(index);
      }
    });
    return found.sort((a, b) => a - b);
  }

  #put(key: number, index: number): void {
    const square = this.#squares.get(key);
    if (square) square.push(index);
    else this.#squares.set(key, [index]);
  }

  #each({ left, top, right, bottom }: Bounds, act: (key: number) => void): void {
    const at = (value: number) => Math.max(0, Math.min(65_535, Math.floor(value / this.#size)));
    for (let row = at(top); row <= at(bottom); row++)
      for (let column = at(left); column <= at(right); column++) act(row * 65_536 + column);
  }
}
