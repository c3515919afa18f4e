import type { Outline } from "./outlines";

/** A straight part of a line. */
export interface Run {
  x: number;
  y: number;
  length: number;
  upright: boolean;
}

const known = new WeakMap<Outline, Run | null>();

/** The longest straight part of a line, where words can stand. */
export function longestRun(outline: Outline): Run | null {
  let found = known.get(outline);
  if (found === undefined) known.set(outline, (found = search(outline.data)));
  return found;
}

function search(data: string): Run | null {
  let [x, y, best] = [0, 0, null as Run | null];
  for (const [, command = "", words = ""] of data.matchAll(/([MLHVCQZ])([^MLHVCQZ]*)/g)) {
    const numbers = words.match(/-?\d*\.?\d+(?:e-?\d+)?/g)?.map(Number) ?? [];
    if (command === "H" || command === "V") continue;
    // Only the end of a curve matters; a line may go on through several points.
    const size = { C: 6, Q: 4 }[command] ?? 2;
    for (let at = size - 2; at + 1 < numbers.length; at += size) {
      const [toX = 0, toY = 0] = [numbers[at], numbers[at + 1]];
      if (command === "L") best = longer(best, [x, y], [toX, toY]);
      [x, y] = [toX, toY];
    }
  }
  return best;
}

function longer(best: Run | null, [x, y]: [number, number], [toX, toY]: [number, number]) {
  const [wide, high] = [Math.abs(toX - x), Math.abs(toY - y)];
  if (Math.min(wide, high) > 0.5) return best;
  const length = Math.max(wide, high);
  if (best && best.length >= length) return best;
  return { x: (x + toX) / 2, y: (y + toY) / 2, length, upright: high > wide };
}
