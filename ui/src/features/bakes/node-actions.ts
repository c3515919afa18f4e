import type { DrawnNode, RestartKind, TaskView } from "../../api/views";
import type { Dock } from "../../shared/dock.svelte";
import type { MenuItem } from "../../shared/menu-item";
import { isLively } from "../../shared/state-words";

interface Deeds {
  lively: boolean;
  tasks: readonly TaskView[];
  dock: Dock;
  select: (id: string) => void;
  fold: (node: DrawnNode) => void;
  restart: (kind: RestartKind, tasks: string[]) => void;
}

/** Everything that can be done with a node of the graph of a bake. */
export function nodeActions(node: DrawnNode, deeds: Deeds): MenuItem[] {
  const task = deeds.tasks.find(({ id }) => id === node.id);
  const items: MenuItem[] = [];
  if (node.kind !== "task")
    items.push({
      label: node.frame ? "Fold into one box" : "Open",
      detail: "o",
      act: () => deeds.fold(node),
    });
  if (task?.rawId)
    items.push({
      label: "Open the log",
      act: () => {
        deeds.select(node.id);
        deeds.dock.show("logs");
      },
    });
  items.push({ label: "Show details", detail: "Enter", act: () => deeds.select(node.id) });
  // Only whole tasks can be begun again, and only when nobody works on the bake.
  if (!deeds.lively && task && !isLively(task.state)) {
    items.push({
      label: "Restart from here…",
      act: () => deeds.restart("from", [task.id]),
    });
    items.push({
      label: "Restart only this…",
      act: () => deeds.restart("only", [task.id]),
    });
  }
  return items;
}
