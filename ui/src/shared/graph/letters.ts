import type { DrawnFont, DrawnNode } from "../../api/views";
import type { Prepared, Written } from "./scene";

/** Sizes on the screen below which names and second lines are not written. */
const names = 11;
const others = 9.5;
/** Under this size on the screen nobody can read. */
const readable = 6;
/** From which zoom on second lines are written; those of a matrix have more room. */
const second = 0.6;
const counts = 0.34;
/** Size at which the widths of letters are measured. */
const measured = 100;

/** Fonts of the pictures; the exported files use the same ones. */
const families = {
  ui: '"Inter Variable", Inter, system-ui, sans-serif',
  mono: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
};

/** A text as it is written at a zoom: never too small, shortened to its room. */
export interface Line {
  text: string;
  /** Its anchor, in coordinates of the drawing. */
  x: number;
  y: number;
  /** The size of its font, in pixels of the drawing. */
  size: number;
  /** The width that it may take; 0 for any. */
  width: number;
  font: DrawnFont;
}

export const fontWords = ({ weight, mono }: Pick<DrawnFont, "weight" | "mono">, size: number) =>
  `${weight} ${size}px ${mono ? families.mono : families.ui}`;

/** How wide texts are, by their letters: cheap enough for thousands in a frame. */
export class Letters {
  readonly #widths = new Map<string, Map<string, number>>();

  width(context: CanvasRenderingContext2D, text: string, font: DrawnFont, size: number): number {
    const widths = this.#of(font);
    let sum = 0;
    for (const letter of text) {
      let width = widths.get(letter);
      if (width === undefined) {
        context.font = fontWords(font, measured);
        widths.set(letter, (width = context.measureText(letter).width));
      }
      sum += width;
    }
    return (sum * size) / measured;
  }

  /** The beginning of a text that fits into the room; empty where not even two letters do. */
  shorten(
    context: CanvasRenderingContext2D,
    text: string,
    [font, size, room]: [DrawnFont, number, number],
  ): string {
    if (this.width(context, text, font, size) <= room) return text;
    let left = room - this.width(context, "…", font, size);
    let shown = "";
    for (const letter of text) {
      left -= this.width(context, letter, font, size);
      if (left < 0) break;
      shown += letter;
    }
    return shown.length < 2 ? "" : `${shown.trimEnd()}…`;
  }

  #of({ weight, mono }: DrawnFont): Map<string, number> {
    const key = `${weight} ${mono}`;
    let widths = this.#widths.get(key);
    if (!widths) this.#widths.set(key, (widths = new Map()));
    return widths;
  }
}

/** Where there is room for the words of a node: their height, and where they end. */
function roomOf({ kind, frame, width, height }: DrawnNode, scale: number): [number, number] {
  if (frame) return [28 * scale + 1, width - 88];
  if (kind === "matrix") return [36 * scale - 2, width - 19];
  return [height * scale - (scale < second ? 3 : height * scale * 0.5), width - 8];
}

/** The texts of a piece as they are written at a zoom. */
export function linesOf(
  { piece, node, texts }: Prepared,
  scale: number,
  shorten: (text: string, font: DrawnFont, size: number, room: number) => string,
): Line[] {
  const written: Line[] = [];
  let [pushed, base] = [0, NaN];
  for (const [index, one] of texts.entries()) {
    const { font, width } = one;
    const full = node?.kind === "matrix" ? counts : second;
    if (scale < { always: 0, name: 0.25, full }[font.detail]) continue;
    const natural = font.size * scale;
    const [high, end] = node ? roomOf(node, scale) : [0, 0];
    const least = font.detail === "name" ? Math.min(names, high) : others;
    const wanted = node && font.detail !== "always" ? Math.max(natural, least) : natural;
    if (wanted < readable) continue;
    const line = { ...one, size: wanted / scale, x: piece.x + one.x, y: piece.y + one.y };
    if (one.y === base) line.x += pushed;
    if (node && wanted > natural) {
      const after = texts[index + 1];
      const kept = after && after.y === one.y && scale >= full ? widthAt(after, scale) : 0;
      const whole =
        font.detail === "name" && one.text.endsWith("…") ? node.label || node.id : one.text;
      line.text = shorten(
        whole,
        font,
        line.size,
        end - one.x - (one.y === base ? pushed : 0) - kept,
      );
      line.width = 0;
      line.y += slip(node, one, line.size, scale);
      pushed = Math.max(0, (width * line.size) / font.size - width);
      base = one.y;
    }
    if (line.text) written.push(line);
  }
  return written;
}

/** The width of a text behind a name, and the gap before it. */
const widthAt = ({ width, font }: Written, scale: number) =>
  width * Math.max(1, others / (font.size * scale)) + 6;

/** How much larger letters move, so that they stay apart, or in the middle of a box. */
function slip({ frame, kind, height }: DrawnNode, one: Written, size: number, scale: number) {
  const grown = size - one.font.size;
  if (frame || kind === "matrix") return grown * 0.2;
  if (one.font.detail !== "name") return grown * 0.35;
  return scale < second ? height / 2 + size * 0.35 - one.y : -grown * 0.3;
}
