/** A rectangle by its edges. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function overlaps(a: Bounds, b: Bounds): boolean {
  return a.left <= b.right && a.right >= b.left && a.top <= b.bottom && a.bottom >= b.top;
}

export function grown({ left, top, right, bottom }: Bounds, by: number): Bounds {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

/**
 * A box around path data, from the numbers in it: control points may lie outside of the curve, so
 * the box is never too small. Null for data with relative commands, which numbers alone do not tell.
 */
export function pathBounds(data: string): Bounds | null {
  if (/[a-df-z]/.test(data)) return null;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [, command = "", rest = ""] of data.matchAll(/([A-Z])([^A-Z]*)/g)) {
    const numbers = (rest.match(/-?\d*\.?\d+(?:e[-+]?\d+)?/g) ?? []).map(Number);
    for (const [x, y] of points(command, numbers)) {
      if (x !== null) [box.left, box.right] = [Math.min(box.left, x), Math.max(box.right, x)];
      if (y !== null) [box.top, box.bottom] = [Math.min(box.top, y), Math.max(box.bottom, y)];
    }
  }
  return Number.isFinite(box.left) && Number.isFinite(box.top) ? box : null;
}

function points(command: string, numbers: number[]): [number | null, number | null][] {
  if (command === "H") return numbers.map((x) => [x, null]);
  if (command === "V") return numbers.map((y) => [null, y]);
  if (command === "A") return arcs(numbers);
  const pairs: [number, number][] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2)
    pairs.push([numbers[at] ?? 0, numbers[at + 1] ?? 0]);
  return pairs;
}

/** An arc stays within its two radii of its end. */
function arcs(numbers: number[]): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at + 6 < numbers.length; at += 7) {
    const [reachX, reachY] = [2 * (numbers[at] ?? 0), 2 * (numbers[at + 1] ?? 0)];
    const [x, y] = [numbers[at + 5] ?? 0, numbers[at + 6] ?? 0];
    found.push([x - reachX, y - reachY], [x + reachX, y + reachY]);
  }
  return found;
}
