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

/** A drawing made ready for painting: parsed when seen, found by place, repaintable in part. */
export class Scene {
  readonly drawing: Drawing;
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly #nodes = new Map<string, DrawnNode>();
  /** Each piece, and the drawing that its shapes and fonts are in. */
  readonly #pieces: [DrawnPiece, Drawing][];
  /** What was seen already. */
  readonly #prepared: (Prepared | undefined)[];
  readonly #outlines = new Outlines();
  readonly #places: Places;
  readonly #byOwner = new Map<string, number[]>();
  /** Changes with every repaint. */
  version = 0;

  constructor(drawing: Drawing) {
    this.drawing = drawing;
    this.nodes = this.#nodes;
    for (const node of drawing.nodes) this.#nodes.set(node.id, node);
    this.#pieces = drawing.pieces.map((piece) => [piece, drawing]);
    this.#prepared = new Array<undefined>(drawing.pieces.length);
    this.#places = new Places(drawing.pieces.map(boundsOf));
    drawing.pieces.forEach(({ owner }, index) => {
      if (owner === null) return;
      const same = this.#byOwner.get(owner);
      if (same) same.push(index);
      else this.#byOwner.set(owner, [index]);
    });
  }

  /** The pieces that touch `view`, first to last. */
  seen(view: Bounds): Prepared[] {
    return this.#places.in(view).map((index) => this.#at(index));
  }

  /** The node at a point of the drawing, inner ones before their frames. */
  nodeAt(x: number, y: number): DrawnNode | null {
    const point = { left: x, top: y, right: x, bottom: y };
    const hit = ({ x: left, y: top, width, height }: DrawnNode) =>
      x >= left && x <= left + width && y >= top && y <= top + height;
    const found = this.#places.in(point).flatMap((index) => {
      const { node } = this.#at(index);
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
        if (place === undefined) return;
        this.#pieces[place] = [piece, part];
        this.#prepared[place] = undefined;
      });
    }
    this.version += 1;
  }

  #at(index: number): Prepared {
    return (this.#prepared[index] ??= this.#prepare(
      ...(this.#pieces[index] as [DrawnPiece, Drawing]),
    ));
  }

  #prepare(piece: DrawnPiece, from: Drawing): Prepared {
    return {
      piece,
      node: piece.owner === null ? null : (this.#nodes.get(piece.owner) ?? null),
      edge: piece.edge === null ? null : (this.drawing.edges[piece.edge] ?? null),
      bounds: boundsOf(piece),
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

/** Where a piece is painted, its lines included. */
function boundsOf({ x, y, width, height }: DrawnPiece): Bounds {
  return grown({ left: x, top: y, right: x + width, bottom: y + height }, 4);
}

export function edgesOf({ x, y, width, height }: DrawnNode): Bounds {
  return { left: x, top: y, right: x + width, bottom: y + height };
}
