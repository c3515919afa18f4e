/** Where the letters of a search stand in a text, and how well they fit; null when they do not. */
export interface Match {
  score: number;
  /** Parts of the text, the matched ones marked. */
  parts: { text: string; hit: boolean }[];
}

export function fuzzy(search: string, text: string): Match | null {
  const wanted = search.trim().toLowerCase();
  if (!wanted) return { score: 0, parts: [{ text, hit: false }] };
  const low = text.toLowerCase();
  const at = low.indexOf(wanted);
  if (at >= 0)
    return { score: 1000 - at - text.length / 100, parts: marked(text, range(at, wanted.length)) };
  const places = scattered(wanted, low);
  if (!places) return null;
  // Letters that lie far apart are chance, not a search.
  const spread = (places.at(-1) ?? 0) - (places[0] ?? 0);
  if (spread > wanted.length * 2) return null;
  return { score: 100 - spread, parts: marked(text, new Set(places)) };
}

const range = (start: number, length: number) =>
  new Set(Array.from({ length }, (_, index) => start + index));

/** Places of the letters in their order; a blank in the search may stand for anything. */
function scattered(wanted: string, low: string): number[] | null {
  const places: number[] = [];
  let from = 0;
  for (const sign of wanted) {
    if (sign === " ") continue;
    const at = low.indexOf(sign, from);
    if (at < 0) return null;
    places.push(at);
    from = at + 1;
  }
  return places;
}

function marked(text: string, places: Set<number>): Match["parts"] {
  const parts: Match["parts"] = [];
  for (let index = 0; index < text.length; index++) {
    const hit = places.has(index);
    const last = parts.at(-1);
    if (last && last.hit === hit) last.text += text[index];
    else parts.push({ text: text[index] ?? "", hit });
  }
  return parts;
}
