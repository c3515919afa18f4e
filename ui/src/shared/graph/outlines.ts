/** A shape that is parsed when it is first painted. */
export interface Outline {
  readonly data: string;
  path: Path2D | null;
}

/** Shapes of a drawing, each kept once. */
export class Outlines {
  readonly #known = new Map<string, Outline>();

  of(data: string): Outline {
    const known = this.#known.get(data);
    if (known) return known;
    const outline = { data, path: null };
    this.#known.set(data, outline);
    return outline;
  }
}

export function pathOf(outline: Outline): Path2D {
  return (outline.path ??= new Path2D(outline.data));
}
