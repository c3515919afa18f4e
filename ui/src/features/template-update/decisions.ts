import type { MergeSide, UpdateChange } from "../../api/views";

/** How many places of a text need a decision. */
export function conflictCount({ pieces }: UpdateChange): number {
  return pieces.filter(({ kind }) => kind === "conflict").length;
}

/** The sides once every one is chosen. */
export function settled(sides: readonly (MergeSide | null)[]): MergeSide[] | null {
  const chosen = sides.filter((side) => side !== null);
  return chosen.length === sides.length ? chosen : null;
}

/** Lines before and after a conflict, so that a person sees where it is. */
export function context(text: string, from: "start" | "end", lines = 3): string {
  const all = text.replace(/\n$/, "").split("\n");
  return (from === "start" ? all.slice(0, lines) : all.slice(-lines)).join("\n");
}
