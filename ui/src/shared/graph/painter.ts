import { grown, holds, type Bounds } from "./bounds";
import { Brush, type Palette } from "./brush";
import type { Prepared, Scene } from "./scene";

/** What is seen, and how large. */
export interface Look {
  scale: number;
  x: number;
  y: number;
  width: number;
  height: number;
  bounds: Bounds;
}

export type Meant = ((piece: Prepared) => boolean) | null;

/** Pieces that are painted straight on the canvas; more go through a picture in memory. */
const straight = 90;
/** Milliseconds of a frame that are spent on the next picture in memory. */
const share = 6;
/** How much more than the view a picture in memory holds, as a part of the view. */
const more = 0.5;

/** A picture in memory, maybe still being painted. */
interface Sheet {
  canvas: HTMLCanvasElement;
  scale: number;
  /** Place of the drawing's origin on it, in CSS pixels. */
  x: number;
  y: number;
  bounds: Bounds;
  ratio: number;
  key: string;
}

/**
 * Paints a scene frame by frame. A small part is painted as it is. A large one is painted into a
 * picture in memory, a few milliseconds of each frame, and while that is under way the picture
 * before is shown, moved and stretched.
 */
export class Painter {
  #front: Sheet | null = null;
  #back: { sheet: Sheet; work: Generator<void> } | null = null;
  #spare: HTMLCanvasElement | null = null;
  readonly #make: () => HTMLCanvasElement;

  constructor(make = () => document.createElement("canvas")) {
    this.#make = make;
  }

  /** Paints one frame; answers whether another one would show more. */
  frame(
    context: CanvasRenderingContext2D,
    scene: Scene,
    look: Look,
    [ratio, palette, meant, key]: [number, Palette, Meant, string],
  ): boolean {
    this.#clear(context, ratio, look, palette);
    const seen = scene.seen(look.bounds);
    if (seen.length <= straight) {
      this.#back = this.#front = null;
      const place = { scale: look.scale, ratio, x: look.x, y: look.y };
      new Brush(context, place, palette).paint(seen, meant);
      return false;
    }
    const front = this.#front;
    const fits = front?.key === key && front.ratio === ratio;
    const sharp = fits && front.scale === look.scale && holds(front.bounds, look.bounds);
    if (!sharp || this.#nearEdge(front as Sheet, look, scene)) {
      const whole = !front || (front.key !== key && !this.#back);
      this.#start(scene, look, [ratio, palette, meant, key]);
      this.#carryOn(whole && !front ? 40 : share);
    }
    if (this.#front) this.#show(context, this.#front, look, ratio);
    return this.#back !== null || !this.#sharp(look, key);
  }

  #sharp(look: Look, key: string): boolean {
    const front = this.#front;
    return (
      front !== null &&
      front.key === key &&
      front.scale === look.scale &&
      holds(front.bounds, look.bounds)
    );
  }

  /** Whether so little is left around the view that the next picture should be begun. */
  #nearEdge(front: Sheet, look: Look, scene: Scene): boolean {
    const { width, height } = scene.drawing;
    const least = (Math.min(look.width, look.height) * more) / 4 / look.scale;
    const wanted = grown(look.bounds, least);
    const inside: Bounds = {
      left: Math.max(wanted.left, Math.min(0, look.bounds.left)),
      top: Math.max(wanted.top, Math.min(0, look.bounds.top)),
      right: Math.min(wanted.right, Math.max(width, look.bounds.right)),
      bottom: Math.min(wanted.bottom, Math.max(height, look.bounds.bottom)),
    };
    return !holds(front.bounds, inside);
  }

  #clear(context: CanvasRenderingContext2D, ratio: number, look: Look, { ground }: Palette): void {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = ground;
    context.fillRect(0, 0, Math.ceil(look.width * ratio), Math.ceil(look.height * ratio));
  }

  /** Begins the next picture, unless one that will do is under way. */
  #start(
    scene: Scene,
    look: Look,
    [ratio, palette, meant, key]: [number, Palette, Meant, string],
  ): void {
    const under = this.#back?.sheet;
    const near = under && Math.abs(Math.log(under.scale / look.scale)) < 0.4;
    if (under && near && under.key === key && holds(under.bounds, look.bounds)) return;
    const [spareX, spareY] = [look.width * more, look.height * more];
    const canvas = this.#spare ?? this.#back?.sheet.canvas ?? this.#make();
    this.#spare = null;
    const width = Math.round((look.width + 2 * spareX) * ratio);
    const height = Math.round((look.height + 2 * spareY) * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const { left, top, right, bottom } = look.bounds;
    const sheet: Sheet = {
      canvas,
      scale: look.scale,
      x: look.x + spareX,
      y: look.y + spareY,
      bounds: {
        left: left - spareX / look.scale,
        top: top - spareY / look.scale,
        right: right + spareX / look.scale,
        bottom: bottom + spareY / look.scale,
      },
      ratio,
      key,
    };
    const context = canvas.getContext("2d", { alpha: false });
    if (context) this.#back = { sheet, work: painted(context, scene, sheet, palette, meant) };
  }

  #carryOn(milliseconds: number): void {
    const back = this.#back;
    if (!back) return;
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      if (!back.work.next().done) continue;
      this.#spare = this.#front?.canvas ?? null;
      this.#front = back.sheet;
      this.#back = null;
      return;
    }
  }

  #show(context: CanvasRenderingContext2D, sheet: Sheet, look: Look, ratio: number): void {
    const stretch = look.scale / sheet.scale;
    const x = (look.x - sheet.x * stretch) * ratio;
    const y = (look.y - sheet.y * stretch) * ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingEnabled = stretch !== 1;
    if (stretch === 1) context.drawImage(sheet.canvas, Math.round(x), Math.round(y));
    else {
      const { width, height } = sheet.canvas;
      const by = (stretch * ratio) / sheet.ratio;
      context.drawImage(sheet.canvas, x, y, width * by, height * by);
    }
  }
}

/** So many pieces are painted between two looks at the clock. */
const step = 60;

function* painted(
  context: CanvasRenderingContext2D,
  scene: Scene,
  sheet: Sheet,
  palette: Palette,
  meant: Meant,
): Generator<void> {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, sheet.canvas.width, sheet.canvas.height);
  yield;
  const brush = new Brush(context, sheet, palette);
  const seen = scene.seen(sheet.bounds);
  // Frames lie under everything and arrows under nodes, as in the drawing.
  const layers = [
    seen.filter(({ node }) => node?.frame),
    seen.filter(({ edge }) => edge !== null),
    seen.filter(({ node, edge }) => edge === null && !node?.frame),
  ];
  const many = sheet.scale < 0.25 ? step * 5 : step;
  for (const layer of layers)
    for (let from = 0; from < layer.length; from += many) {
      brush.paint(layer.slice(from, from + many), meant);
      yield;
    }
}
