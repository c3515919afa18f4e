import type { TimeScale } from "./time-scale";
import type { TimelineOrder } from "./timeline-rows";

/** Begin and size of the whole line, with a little room before it, and for words behind it. */
export function wholeOf(scale: TimeScale): readonly [number, number] {
  return [-0.012 * scale.length, scale.length * 1.1];
}

/** How a timeline is looked at. */
export class TimelineView {
  order = $state<TimelineOrder>("start");
  compress = $state(true);
  hideFinished = $state(false);
  earlier = $state(true);
  critical = $state(true);
  closed = $state.raw<ReadonlySet<string>>(new Set());
  /** The seen part, from 0 to 1 of the whole line. */
  part = $state.raw<readonly [number, number]>([0, 1]);

  toggle(id: string): void {
    const closed = new Set(this.closed);
    if (!closed.delete(id)) closed.add(id);
    this.closed = closed;
  }

  window(scale: TimeScale): readonly [number, number] {
    const [begin, size] = wholeOf(scale);
    return [begin + this.part[0] * size, begin + this.part[1] * size];
  }

  /** Shows this part, never less than a thousandth of the whole. */
  show(from: number, to: number): void {
    const size = Math.min(1, Math.max(0.001, to - from));
    const start = Math.min(Math.max(0, from), 1 - size);
    this.part = [start, start + size];
  }

  zoom(factor: number, at = 0.5): void {
    const [from, to] = this.part;
    const size = Math.min(1, (to - from) / factor);
    const here = from + (to - from) * at;
    this.show(here - size * at, here + size * (1 - at));
  }

  pan(by: number): void {
    const [from, to] = this.part;
    const step = (to - from) * by;
    this.show(from + step, to + step);
  }
}
