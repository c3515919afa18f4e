import type { Palette } from "./brush";
import type { Look } from "./painter";
import type { Scene } from "./scene";

/** What is painted over a graph and changes often. */
export interface Marks {
  selected: string | null;
  focused: string | null;
  /** Nodes with something to see, for example what differs from another bake. */
  changed: ReadonlySet<string> | null;
}

export function paintMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  marks: Marks,
  [ratio, look, palette]: [number, Look, Palette & { focus: string; changed: string; ink: string }],
): void {
  const zoom = ratio * look.scale;
  context.setTransform(zoom, 0, 0, zoom, ratio * look.x, ratio * look.y);
  context.globalAlpha = 1;
  context.setLineDash([]);
  for (const id of marks.changed ?? []) {
    const node = scene.nodes.get(id);
    if (!node) continue;
    const size = Math.max(5.5, 4 / look.scale);
    context.beginPath();
    context.arc(node.x + node.width - 3, node.y + 3, size, 0, 2 * Math.PI);
    context.fillStyle = palette.changed;
    context.fill();
    context.lineWidth = Math.max(1.5, 1 / look.scale);
    context.strokeStyle = palette.ink;
    context.stroke();
  }
  ring(context, scene, marks.focused, [1.5, look.scale, palette.focus]);
  ring(context, scene, marks.selected, [3, look.scale, palette.focus]);
}

function ring(
  context: CanvasRenderingContext2D,
  scene: Scene,
  id: string | null,
  [width, scale, colour]: [number, number, string],
): void {
  const node = id === null ? undefined : scene.nodes.get(id);
  if (!node) return;
  const gap = 5 + width / 2;
  context.lineWidth = Math.max(width, 2 / scale);
  context.strokeStyle = colour;
  context.beginPath();
  context.roundRect(node.x - gap, node.y - gap, node.width + 2 * gap, node.height + 2 * gap, 13);
  context.stroke();
}
