import type { BakeState, DrawDetail, DrawnFont, DrawnPen } from "../../api/views";
import { fontWords, Letters, linesOf, type Line } from "./letters";
import { pathOf } from "./outlines";
import { longestRun } from "./running-word";
import type { Prepared } from "./scene";

/** From which zoom on a mark is worth painting. */
const zoomOf: Record<DrawDetail, number> = { always: 0, name: 0.25, full: 0.6 };
/** Below this zoom a node is a plain box in the colour of its state. */
const boxes = 0.13;
/** Above this zoom an arrow tells that it is enough that a task runs. */
const told = 1;
const runningWord = {
  text: "while running",
  font: { weight: 400, mono: false },
  size: 10,
  width: 66,
};
/** What stands out of a node that is not meant while others are highlighted. */
const faded = 0.35;

export interface Palette {
  state: Record<BakeState, string>;
  edge: string;
  ground: string;
  quiet: string;
}

/** All brushes measure the same letters. */
const letters = new Letters();

/** States that a far box only outlines: nothing has been done there. */
const hollow = new Set<BakeState>(["waiting", "pending", "skipped"]);

/** Paints pieces on a canvas that is moved and scaled; sets each property only when it changes. */
export class Brush {
  readonly #context: CanvasRenderingContext2D;
  readonly #scale: number;
  readonly #palette: Palette;
  readonly #ratio: number;
  readonly #origin: { x: number; y: number };
  #fill = "";
  #pen: DrawnPen | null = null;
  #font = "";

  constructor(
    context: CanvasRenderingContext2D,
    { scale, ratio, x, y }: { scale: number; ratio: number; x: number; y: number },
    palette: Palette,
  ) {
    this.#context = context;
    this.#scale = scale;
    this.#ratio = ratio;
    this.#origin = { x: x * ratio, y: y * ratio };
    this.#palette = palette;
    // The exported files set letters side by side; pairs moved together would not fit their boxes.
    context.fontKerning = "none";
    context.textRendering = "optimizeSpeed";
    this.#move(0, 0);
  }

  /** Paints pieces, what is not `meant` faded. Their texts come after all their shapes. */
  paint(pieces: readonly Prepared[], meant: ((piece: Prepared) => boolean) | null): void {
    if (!meant) return this.#all(pieces);
    this.#context.globalAlpha = faded;
    this.#all(pieces.filter((piece) => !meant(piece)));
    this.#context.globalAlpha = 1;
    this.#all(pieces.filter(meant));
  }

  #all(pieces: readonly Prepared[]): void {
    const far = this.#scale < zoomOf.name;
    const lines = pieces.filter(({ edge }) => edge !== null);
    const others = pieces.filter(({ edge }) => edge === null);
    const frames = others.filter(({ node }) => node?.frame);
    const nodes = others.filter(({ node }) => !node?.frame);
    this.#shapes(frames);
    this.#texts(frames);
    if (far) this.#farLines(lines);
    else this.#shapes(lines);
    if (this.#scale > told) this.#runningWords(lines);
    if (this.#scale < boxes) this.#boxes(nodes);
    else this.#shapes(nodes);
    this.#texts(nodes);
  }

  #move(x: number, y: number): void {
    const zoom = this.#ratio * this.#scale;
    const { x: left, y: top } = this.#origin;
    this.#context.setTransform(zoom, 0, 0, zoom, left + x * zoom, top + y * zoom);
  }

  #shapes(pieces: readonly Prepared[]): void {
    for (const { piece, edge, shapes } of pieces) {
      if (edge) this.#move(0, 0);
      else this.#move(piece.x, piece.y);
      for (const { outline, pen } of shapes) {
        if (this.#scale < zoomOf[pen.detail]) continue;
        const path = pathOf(outline);
        if (pen.fill) {
          this.#take(pen.fill);
          this.#context.fill(path);
        }
        if (pen.stroke && pen.lineWidth > 0) {
          this.#draw(pen);
          this.#context.stroke(path);
        }
      }
    }
  }

  /** Lines without heads, all of one kind as one path. */
  #farLines(pieces: readonly Prepared[]): void {
    this.#move(0, 0);
    const kinds = new Map<DrawnPen, Path2D>();
    for (const { shapes } of pieces) {
      const line = shapes.find(({ pen }) => pen.stroke !== null && pen.fill === null);
      if (!line) continue;
      const path = kinds.get(line.pen) ?? new Path2D();
      path.addPath(pathOf(line.outline));
      kinds.set(line.pen, path);
    }
    for (const [pen, path] of kinds) {
      this.#draw({ ...pen, lineWidth: Math.max(pen.lineWidth, 0.7 / this.#scale), dash: [] });
      this.#context.stroke(path);
    }
  }

  /** Boxes in the colours of their states, all of one state at once. */
  #boxes(pieces: readonly Prepared[]): void {
    this.#move(0, 0);
    const context = this.#context;
    const byState = new Map<BakeState, Prepared[]>();
    for (const piece of pieces) {
      if (!piece.node) continue;
      const same = byState.get(piece.node.state);
      if (same) same.push(piece);
      else byState.set(piece.node.state, [piece]);
    }
    for (const [state, same] of byState) {
      const inset = hollow.has(state) ? 1 / this.#scale : 0;
      for (const gap of inset ? [0, inset] : [0]) {
        context.beginPath();
        for (const { piece } of same)
          context.rect(piece.x + gap, piece.y + gap, piece.width - 2 * gap, piece.height - 2 * gap);
        this.#take(gap ? this.#palette.ground : this.#palette.state[state]);
        context.fill();
      }
    }
  }

  /** Texts by their fonts: setting a font is dear. */
  #texts(pieces: readonly Prepared[]): void {
    const context = this.#context;
    this.#move(0, 0);
    const shorten = (text: string, font: DrawnFont, size: number, room: number) =>
      letters.shorten(context, text, [font, size, room]);
    const fonts = new Map<string, Line[]>();
    for (const piece of pieces)
      for (const line of linesOf(piece, this.#scale, shorten)) {
        const key = `${fontWords(line.font, line.size)} ${line.font.fill} ${line.font.anchor}`;
        const same = fonts.get(key);
        if (same) same.push(line);
        else fonts.set(key, [line]);
      }
    // Measuring letters has set other fonts meanwhile.
    this.#font = "";
    for (const [key, all] of fonts) {
      this.#write(key, all[0] as Line);
      for (const { text, x, y, width } of all)
        // A wider font than that of the files is narrowed to the same width.
        context.fillText(text, x, y, width > 0 ? width + 0.5 : undefined);
    }
  }

  /** Arrows that wait for a running task say so, where there is room. */
  #runningWords(lines: readonly Prepared[]): void {
    const context = this.#context;
    this.#move(0, 0);
    const { text, font, width, size } = runningWord;
    context.font = fontWords(font, size / this.#scale);
    context.textAlign = "center";
    context.fillStyle = this.#palette.quiet;
    context.strokeStyle = this.#palette.ground;
    context.lineWidth = 4 / this.#scale;
    context.setLineDash([]);
    for (const { edge, shapes } of lines) {
      const run = edge?.whileRunning && shapes[0] ? longestRun(shapes[0].outline) : null;
      if (!run || run.length * this.#scale < (run.upright ? size * 2 : width + 6)) continue;
      const y = run.y + 0.35 * (size / this.#scale);
      context.strokeText(text, run.x, y);
      context.fillText(text, run.x, y);
    }
    [this.#fill, this.#pen, this.#font] = ["", null, ""];
  }

  #take(fill: string): void {
    if (this.#fill === fill) return;
    this.#context.fillStyle = fill;
    this.#fill = fill;
  }

  #draw(pen: DrawnPen): void {
    if (this.#pen === pen) return;
    const context = this.#context;
    context.strokeStyle = pen.stroke ?? "";
    context.lineWidth = pen.lineWidth;
    context.setLineDash(pen.dash);
    context.lineCap = pen.round ? "round" : "butt";
    context.lineJoin = "round";
    this.#pen = pen;
  }

  #write(key: string, { font, size }: Line): void {
    this.#take(font.fill);
    if (this.#font === key) return;
    const context = this.#context;
    context.font = fontWords(font, size);
    context.textAlign =
      font.anchor === "middle" ? "center" : font.anchor === "end" ? "right" : "left";
    this.#font = key;
  }
}
