import type { BakeRow } from "../api/views";

/** What people tell a bake by: its name, or the beginning of its id. */
export function bakeName({ name, id }: Pick<BakeRow, "name" | "id">): string {
  return name ?? `#${/[0-9a-f]{8}(?=-)/.exec(id)?.[0] ?? id}`;
}
