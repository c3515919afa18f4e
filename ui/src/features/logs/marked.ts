import { pieces, type Piece } from "./ansi";

export interface MarkedPiece extends Piece {
  hit: boolean;
}

/** The pieces of a line, cut further so that each hit of the search stands alone. */
export function markedPieces(text: string, search: string): MarkedPiece[] {
  const plain = pieces(text);
  const wanted = search.toLowerCase();
  if (!wanted) return plain.map((piece) => ({ ...piece, hit: false }));
  const hits = hitsIn(
    plain
      .map((piece) => piece.text)
      .join("")
      .toLowerCase(),
    wanted,
  );
  let start = 0;
  return plain.flatMap((piece) => {
    const parts = cut(piece, start, hits, wanted.length);
    start += piece.text.length;
    return parts;
  });
}

function hitsIn(low: string, wanted: string): number[] {
  const hits: number[] = [];
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, at + wanted.length))
    hits.push(at);
  return hits;
}

function cut(piece: Piece, start: number, hits: number[], length: number): MarkedPiece[] {
  const parts: MarkedPiece[] = [];
  const add = (from: number, to: number, hit: boolean) => {
    if (to > from) parts.push({ look: piece.look, text: piece.text.slice(from, to), hit });
  };
  let from = 0;
  for (const at of hits) {
    const [first, last] = [
      Math.max(at - start, 0),
      Math.min(at + length - start, piece.text.length),
    ];
    if (last <= 0 || first >= piece.text.length) continue;
    add(from, first, false);
    add(first, last, true);
    from = last;
  }
  add(from, piece.text.length, false);
  return parts;
}
