import type { Desk } from "../shared/desk.svelte";
import { fuzzy, type Match } from "./fuzzy";
import { paletteItems, prefixes, type Group, type PaletteItem } from "./palette-items";

export interface Found {
  item: PaletteItem;
  match: Match;
}

const order: readonly Group[] = ["Actions", "Jobs", "Bakes", "Projects", "Settings and help"];

/** What fits a search: groups in their order, the best of each first. */
export function findItems(desk: Desk, search: string): Found[] {
  const narrowed = prefixes[search[0] ?? ""];
  const words = narrowed ? search.slice(1) : search;
  const found = paletteItems(desk).flatMap((item): Found[] => {
    if (narrowed && !narrowed.includes(item.group)) return [];
    const match = fuzzy(words, item.label);
    return match ? [{ item, match }] : [];
  });
  return order.flatMap((group) =>
    found
      .filter(({ item }) => item.group === group)
      .sort((a, b) => b.match.score - a.match.score)
      .slice(0, narrowed ? 50 : 8),
  );
}
