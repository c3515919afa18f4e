import type {
  Drawing,
  DrawnEdge,
  DrawnFont,
  DrawnNode,
  DrawnPen,
  DrawnPiece,
} from "../../api/views";
import { grown, type Bounds } from "./bounds";
import { Outlines, type Outline } from "./outlines";
import { Places } from "./places";

/** A piece made ready for painting it often. */
export interface Prepared {
  piece: DrawnPiece;
  node: DrawnNode | null;
  edge: DrawnEdge | null;
  bounds: Bounds;
  shapes: readonly { outline: Outline; pen: DrawnPen }[];
  texts: readonly Written[];
}

export interface Written {
  text: string;
  x: number;
  y: number;
  width: number;
  font: DrawnFont;
}

/** A drawing made ready for painting: parsed once, found by place, repaintable in part. */
export class Scene {
  readonly drawing: Drawing;
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly pieces: readonly Prepared[];
  readonly #nodes = new Map<string, DrawnNode>();
  readonly #pieces: Prepared[];
  readonly #outlines = new Outlines();
  readonly #places: Places;
  readonly #byOwner = new Map<string, number[]>();
  /** Changes with every repaint. */
  version = 0;

  constructor(drawing: Drawing) {
    this.drawing = drawing;
    this.nodes = this.#nodes;
    for (const node of drawing.nodes) this.#nodes.set(node.id, node);
    this.#pieces = drawing.pieces.map((piece) => this.#prepare(piece, drawing));
    this.pieces = this.#pieces;
    this.#places = new Places(this.#pieces.map(({ bounds }) => bounds));
    this.#pieces.forEach(({ piece: { owner } }, index) => {
      if (owner !== null) this.#byOwner.set(owner, [...(this.#byOwner.get(owner) ?? []), index]);
    });
  }

  /** The pieces that touch `view`, first to last. */
  seen(view: Bounds): Prepared[] {
    return this.#places.in(view).map((index) => this.#pieces[index] as Prepared);
  }

  /** The node at a point of the drawing, inner ones before their frames. */
  nodeAt(x: number, y: number): DrawnNode | null {
    const point = { left: x, top: y, right: x, bottom: y };
    const hit = ({ x: left, y: top, width, height }: DrawnNode) =>
      x >= left && x <= left + width && y >= top && y <= top + height;
    const found = this.#places.in(point).flatMap((index) => {
      const node = this.#pieces[index]?.node;
      return node && hit(node) ? [node] : [];
    });
    return found.findLast(({ frame }) => !frame) ?? found.at(-1) ?? null;
  }

  /** Takes the new look of some nodes; their places stay. */
  repaint(part: Drawing): void {
    for (const node of part.nodes) {
      const known = this.#nodes.get(node.id);
      if (known) this.#nodes.set(node.id, { ...known, ...node });
    }
    const fresh = new Map<string, DrawnPiece[]>();
    for (const piece of part.pieces)
      if (piece.owner !== null) fresh.set(piece.owner, [...(fresh.get(piece.owner) ?? []), piece]);
    for (const [owner, pieces] of fresh) {
      const places = this.#byOwner.get(owner) ?? [];
      pieces.forEach((piece, order) => {
        const place = places[order];
        if (place !== undefined) this.#pieces[place] = this.#prepare(piece, part);
      });
    }
    this.version += 1;
  }

  #prepare(piece: DrawnPiece, from: Drawing): Prepared {
    const { x, y, width, height } = piece;
    const box = { left: x, top: y, right: x + width, bottom: y + height };
    return {
      piece,
      node: piece.owner === null ? null : (this.#nodes.get(piece.owner) ?? null),
      edge: piece.edge === null ? null : (this.drawing.edges[piece.edge] ?? null),
      bounds: grown(box, 4),
      shapes: piece.shapes.flatMap(([outline, pen]) => {
        const data = from.outlines[outline];
        const found = from.pens[pen];
        return data && found ? [{ outline: this.#outlines.of(data), pen: found }] : [];
      }),
      texts: piece.texts.flatMap(({ font, ...text }) => {
        const found = from.fonts[font];
        return found ? [{ ...text, font: found }] : [];
      }),
    };
  }
}

export function edgesOf({ x, y, width, height }: DrawnNode): Bounds {
  return { left: x, top: y, right: x + width, bottom: y + height };
}
