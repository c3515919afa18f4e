import type { Drawing, DrawDetail, DrawItem, DrawnNode } from "../../api/views";
import { grown, overlaps, pathBounds, type Bounds } from "./bounds";

interface Prepared {
  item: DrawItem;
  path: Path2D | null;
  /** Where it is; null when that cannot be told, so that it is always painted. */
  bounds: Bounds | null;
}

export interface Marks {
  selected: string | null;
  focused: string | null;
  ring: string;
}

/** From which zoom on a mark is worth painting. */
const zoomOf: Record<DrawDetail, number> = { always: 0, name: 0.25, full: 0.6 };

/** Fonts of the pictures; the exported files use the same ones. */
const fonts = {
  ui: '"Inter Variable", Inter, system-ui, sans-serif',
  mono: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
};

/** A drawing made ready for painting it often: parsed once, culled by place, less when far away. */
export class Scene {
  readonly drawing: Drawing;
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly #items: Prepared[];

  constructor(drawing: Drawing) {
    this.drawing = drawing;
    this.nodes = new Map(drawing.nodes.map((node) => [node.id, node]));
    this.#items = drawing.items.map((item) => this.#prepare(item));
  }

  /** The node at a point of the drawing, inner ones before their frames. */
  nodeAt(x: number, y: number): DrawnNode | null {
    const hit = ({ x: left, y: top, width, height }: DrawnNode) =>
      x >= left && x <= left + width && y >= top && y <= top + height;
    const { nodes } = this.drawing;
    return (
      nodes.find((node) => !node.frame && hit(node)) ??
      nodes.findLast((node) => node.frame && hit(node)) ??
      null
    );
  }

  /** Paints what is inside `view`. The context is already moved and scaled. */
  paint(context: CanvasRenderingContext2D, view: Bounds, scale: number, marks: Marks): void {
    for (const prepared of this.#items) {
      if (prepared.bounds && !overlaps(prepared.bounds, view)) continue;
      const { item } = prepared;
      if (scale < zoomOf[item.detail]) continue;
      if (item.kind === "text") paintText(context, item, scale);
      else if (prepared.path) paintPath(context, item, prepared.path);
    }
    this.#ring(context, marks.focused, marks.ring, 1.5, scale);
    this.#ring(context, marks.selected, marks.ring, 3, scale);
  }

  #prepare(item: DrawItem): Prepared {
    const owner = item.owner === null ? undefined : this.nodes.get(item.owner);
    const home = owner && grown(edgesOf(owner), 12);
    if (item.kind === "text") {
      const around = { left: item.x, top: item.y, right: item.x, bottom: item.y };
      return { item, path: null, bounds: home ?? grown(around, item.size * item.text.length) };
    }
    const own = home ? null : pathBounds(item.data);
    return { item, path: new Path2D(item.data), bounds: home ?? (own && grown(own, 8)) };
  }

  #ring(
    context: CanvasRenderingContext2D,
    id: string | null,
    colour: string,
    width: number,
    scale: number,
  ) {
    const node = id === null ? undefined : this.nodes.get(id);
    if (!node) return;
    const gap = 5 + width / 2;
    context.setLineDash([]);
    context.lineWidth = Math.max(width, 2 / scale);
    context.strokeStyle = colour;
    context.beginPath();
    context.roundRect(node.x - gap, node.y - gap, node.width + 2 * gap, node.height + 2 * gap, 13);
    context.stroke();
  }
}

export function edgesOf({ x, y, width, height }: DrawnNode): Bounds {
  return { left: x, top: y, right: x + width, bottom: y + height };
}

function paintPath(
  context: CanvasRenderingContext2D,
  item: Extract<DrawItem, { kind: "path" }>,
  path: Path2D,
): void {
  if (item.fill) {
    context.fillStyle = item.fill;
    context.fill(path);
  }
  if (item.stroke && item.lineWidth > 0) {
    context.strokeStyle = item.stroke;
    context.lineWidth = item.lineWidth;
    context.setLineDash(item.dash);
    context.lineCap = item.round ? "round" : "butt";
    context.lineJoin = "round";
    context.stroke(path);
  }
}

/** Nothing under 6 px is written: nobody could read it. */
function paintText(
  context: CanvasRenderingContext2D,
  item: Extract<DrawItem, { kind: "text" }>,
  scale: number,
): void {
  if (item.size * scale < 6) return;
  context.font = `${item.weight} ${item.size}px ${item.mono ? fonts.mono : fonts.ui}`;
  context.textAlign =
    item.anchor === "middle" ? "center" : item.anchor === "end" ? "right" : "left";
  context.fillStyle = item.fill;
  // A wider font than that of the files is narrowed to the same width.
  context.fillText(item.text, item.x, item.y, item.width > 0 ? item.width + 0.5 : undefined);
}
