import type { Bounds } from "./bounds";

const least = 0.02;
const most = 3;

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

  /** Shows everything, never larger than 100 %, with room for what floats at the lower edge. */
  fit(drawing: { width: number; height: number }, margin = 24): void {
    if (!this.width || !this.height || !drawing.width || !drawing.height) return;
    const room = { width: this.width - 2 * margin, height: this.height - 2 * margin };
    const scale = Math.min(room.width / drawing.width, room.height / drawing.height, 1);
    this.scale = Math.max(scale, least);
    this.x = (this.width - drawing.width * this.scale) / 2;
    this.y = (this.height - drawing.height * this.scale) / 2;
    this.touched = false;
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

  centre(x: number, y: number): void {
    this.x = this.width / 2 - x * this.scale;
    this.y = this.height / 2 - y * this.scale;
    this.touched = true;
  }
}
