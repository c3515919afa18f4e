import type { Desk } from "../shared/desk.svelte";
import { fuzzy, type Match } from "./fuzzy";
import { paletteItems, prefixes, type Group, type PaletteItem } from "./palette-items";

export interface Found {
  item: PaletteItem;
  match: Match;
}

const order: readonly Group[] = ["Actions", "Jobs", "Bakes", "Projects", "Settings and help"];

/** What fits a search: groups by their best, in their own order while nothing is typed. */
export function findItems(desk: Desk, search: string): Found[] {
  const narrowed = prefixes[search[0] ?? ""];
  const words = narrowed ? search.slice(1) : search;
  const found = paletteItems(desk).flatMap((item): Found[] => {
    if (narrowed && !narrowed.includes(item.group)) return [];
    const match = fuzzy(words, item.label);
    return match ? [{ item, match }] : [];
  });
  const groups = order.map((group) =>
    found
      .filter(({ item }) => item.group === group)
      .sort((a, b) => b.match.score - a.match.score)
      .slice(0, narrowed ? 50 : 8),
  );
  const best = (group: Found[]) => group[0]?.match.score ?? 0;
  return (words.trim() ? groups.sort((a, b) => best(b) - best(a)) : groups).flat();
}
