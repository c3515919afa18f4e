import type { Bounds } from "./bounds";

const least = 0.02;
const most = 3;
/** Under this zoom short names can no longer be read. */
const readable = 0.28;
/** How large a drawing is shown at first that is too large to be read as a whole. */
const first = 0.45;
/** Around everything; where there is room, what floats at the lower edge covers nothing. */
const margin = 24;
const below = 56;

/** Which part of a drawing is seen, and how large. */
export class Viewport {
  scale = $state(1);
  /** Place of the drawing's origin on the canvas. */
  x = $state(0);
  y = $state(0);
  width = $state(0);
  height = $state(0);
  /** Whether a person has moved it; until then it keeps fitting. */
  touched = $state(false);

  /** The seen part in coordinates of the drawing. */
  get bounds(): Bounds {
    const { x, y, scale, width, height } = this;
    return {
      left: -x / scale,
      top: -y / scale,
      right: (width - x) / scale,
      bottom: (height - y) / scale,
    };
  }

  /** Shows everything, never larger than 100 %. `above` is taken by what floats there. */
  fit(drawing: { width: number; height: number }, above = margin): void {
    if (!this.width || !this.height || !drawing.width || !drawing.height) return;
    const room = { width: this.width - 2 * margin, height: this.height - above - margin };
    const scale = Math.min(room.width / drawing.width, room.height / drawing.height, 1);
    this.scale = Math.max(scale, least);
    this.x = (this.width - drawing.width * this.scale) / 2;
    // As near to the middle as what floats allows.
    const spare = this.height - drawing.height * this.scale;
    const lowest = Math.max(spare - below, Math.min(above, spare - margin));
    this.y = Math.max(Math.min(spare / 2, lowest), Math.min(above, spare - margin));
    this.touched = false;
  }

  /** The first look: everything where its names can be read, else what it begins with. */
  begin(drawing: { width: number; height: number }, start: Bounds | null, above = margin): void {
    this.fit(drawing, above);
    if (this.scale >= readable || !start) return;
    this.scale = first;
    const along = (size: number, room: number, [from, to]: [number, number], gap: number) =>
      size * first <= room - gap - margin
        ? (room - size * first) / 2
        : Math.max(
            Math.min(room / 2 - ((from + to) / 2) * first, gap),
            room - margin - size * first,
          );
    this.x = along(drawing.width, this.width, [start.left, start.right], margin);
    this.y = along(drawing.height, this.height, [start.top, start.bottom], above);
  }

  pan(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.touched = true;
  }

  /** Zooms so that the point under the hand stays where it is. */
  zoom(factor: number, atX = this.width / 2, atY = this.height / 2): void {
    const scale = Math.min(most, Math.max(least, this.scale * factor));
    this.x = atX - ((atX - this.x) * scale) / this.scale;
    this.y = atY - ((atY - this.y) * scale) / this.scale;
    this.scale = scale;
    this.touched = true;
  }

  /** Moves as little as possible so that a box is seen. */
  reveal({ left, top, right, bottom }: Bounds, margin = 24): void {
    const seen = this.bounds;
    const gap = margin / this.scale;
    const shift = (low: number, high: number, from: number, to: number) =>
      low < from + gap ? from + gap - low : high > to - gap ? to - gap - high : 0;
    const [x, y] = [
      shift(left, right, seen.left, seen.right),
      shift(top, bottom, seen.top, seen.bottom),
    ];
    if (x || y) this.pan(x * this.scale, y * this.scale);
  }

  /** Shows a box as large as it fits with what is around it, never larger than 100 %. */
  near({ left, top, right, bottom }: Bounds): void {
    const room = Math.min(this.width / (right - left + 400), this.height / (bottom - top + 200), 1);
    this.scale = Math.max(room, least);
    this.centre((left + right) / 2, (top + bottom) / 2);
  }

  centre(x: number, y: number): void {
    this.x = this.width / 2 - x * this.scale;
    this.y = this.height / 2 - y * this.scale;
    this.touched = true;
  }
}
