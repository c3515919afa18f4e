import type { PreviewEntry } from "../../api/views";

export interface TreeRow {
  path: string;
  name: string;
  depth: number;
  folder: boolean;
  entry: PreviewEntry | null;
}

/** The entries as rows of a tree: folders before their contents, also where none was listed. */
export function treeRows(entries: readonly PreviewEntry[]): TreeRow[] {
  const rows = new Map<string, TreeRow>();
  for (const entry of entries) {
    const parts = entry.path.split("/").filter(Boolean);
    parts.forEach((name, depth) => {
      const path = parts.slice(0, depth + 1).join("/");
      const own = depth === parts.length - 1;
      if (!own && rows.has(path)) return;
      const folder = !own || entry.kind === "folder";
      rows.set(path, { path, name, depth, folder, entry: own ? entry : null });
    });
  }
  return [...rows.values()].sort(byPlace);
}

/** Inside each folder: folders first, then by name. */
function byPlace(a: TreeRow, b: TreeRow): number {
  const [left, right] = [a.path.split("/"), b.path.split("/")];
  for (let at = 0; ; at++) {
    const [one, two] = [left[at], right[at]];
    if (one === undefined) return -1;
    if (two === undefined) return 1;
    if (one === two) continue;
    const oneIsFolder = at < left.length - 1 || a.folder;
    const twoIsFolder = at < right.length - 1 || b.folder;
    if (oneIsFolder !== twoIsFolder) return oneIsFolder ? -1 : 1;
    return one < two ? -1 : 1;
  }
}

/** The file to show first: the flow's own, or the first text. */
export function firstFile(entries: readonly PreviewEntry[]): string | null {
  const texts = entries.filter(({ isText }) => isText);
  return (texts.find(({ path }) => path.endsWith("live.yml")) ?? texts[0])?.path ?? null;
}

/** The rows outside of closed folders. */
export function unfolded(rows: readonly TreeRow[], closed: ReadonlySet<string>): TreeRow[] {
  let hidden: string | null = null;
  return rows.filter(({ path, folder }) => {
    if (hidden !== null && path.startsWith(`${hidden}/`)) return false;
    hidden = folder && closed.has(path) ? path : null;
    return true;
  });
}
