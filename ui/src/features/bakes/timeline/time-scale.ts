/** A stretch of time in which nothing happens, drawn as a short break. */
export interface Break {
  from: number;
  to: number;
}

/** A gap longer than this part of the whole is a break. */
const long = 0.05;
/** How wide a break is, as a part of everything else. */
const wide = 0.025;

/**
 * From moments to a line without long gaps: time runs as ever where something happens, and quickly
 * through the breaks. `along` and `moment` are inverse to each other.
 */
export class TimeScale {
  readonly begin: number;
  readonly end: number;
  readonly breaks: readonly Break[];
  /** Length of the line. */
  readonly length: number;
  readonly #wide: number;

  constructor(
    [begin, end]: [number, number],
    busy: readonly [number, number][],
    compress: boolean,
  ) {
    this.begin = begin;
    this.end = Math.max(end, begin + 1);
    this.breaks = compress ? gaps(this.begin, this.end, busy) : [];
    const idle = this.breaks.reduce((sum, { from, to }) => sum + to - from, 0);
    const worked = this.end - this.begin - idle;
    this.#wide = Math.max(1, worked * wide);
    this.length = worked + this.breaks.length * this.#wide;
  }

  along(moment: number): number {
    let gone = moment - this.begin;
    for (const { from, to } of this.breaks) {
      if (moment <= from) break;
      const inside = Math.min(moment, to) - from;
      gone += (inside * this.#wide) / (to - from) - inside;
    }
    return gone;
  }

  moment(along: number): number {
    let [at, left] = [this.begin, along];
    for (const { from, to } of this.breaks) {
      if (left <= from - at) return at + left;
      left -= from - at;
      if (left <= this.#wide) return from + (left * (to - from)) / this.#wide;
      left -= this.#wide;
      at = to;
    }
    return at + left;
  }
}

function gaps(begin: number, end: number, busy: readonly [number, number][]): Break[] {
  const least = (end - begin) * long;
  const found: Break[] = [];
  let last = begin;
  for (const [from, to] of [...busy].sort((a, b) => a[0] - b[0])) {
    const edge = (from - last) * 0.08;
    if (from - last > least) found.push({ from: last + edge, to: from - edge });
    last = Math.max(last, to);
  }
  return found;
}

const second = 1000;
const steps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600,
  43_200, 86_400, 172_800, 604_800,
].map((step) => step * second);

/** Round moments for an axis, at least `apart` along the line from each other. */
export function ticks(scale: TimeScale, [from, to]: [number, number], apart: number): number[] {
  const step = steps.find((step) => step >= apart) ?? (steps.at(-1) as number);
  const zone = new Date(scale.begin).getTimezoneOffset() * 60 * second;
  const found: number[] = [];
  const first = Math.ceil((scale.moment(from) - zone) / step) * step + zone;
  let last = -Infinity;
  for (let at = first; at <= scale.moment(to) && found.length < 60; at += step) {
    const place = scale.along(at);
    const broken = scale.breaks.find((one) => at > one.from && at < one.to);
    if (broken) {
      at = Math.ceil((broken.to - zone) / step) * step + zone - step;
      continue;
    }
    if (place - last < apart * 0.9) continue;
    found.push(at);
    last = place;
  }
  return found;
}
