// The picture of a graph: what its parallel list tells, and where its nodes are on the canvas.

import assert from "node:assert/strict";

/** The states of tasks, by what is written on them; null until all of them are in the list. */
export async function graphStates(session, labels) {
  const entries = await session.run(() =>
    [...document.querySelectorAll("[data-node]")].map((entry) => entry.textContent.toLowerCase()),
  );
  const states = labels.map((label) => {
    const entry = entries.find((text) => new RegExp(`(^|\\W)${label}\\W`).test(text));
    const words = "waiting|pending|running|succeeded|failed|cancelled|skipped|cached|unknown";
    return entry?.match(new RegExp(`\\b(${words})\\b`))?.[1];
  });
  return states.every(Boolean) ? states : null;
}

/** Clicks on a node where it is painted. The whole picture has to be in view, unmoved. */
export async function clickNode(session, project, label) {
  const bake = await session.run(() => decodeURIComponent(location.hash.match(/bakes\/([^?]+)/)[1]));
  const subject = { kind: "bake", bake, attempt: null };
  const ask = { project, subject, theme: "light", direction: "right" };
  const drawing = await session.call("graph_drawing", ask);
  const node = drawing.nodes.find((node) => node.label === label && !node.frame);
  assert.ok(node, `a node "${label}"`);
  const box = await session.run(() => document.querySelector("[role=group] > canvas").getBoundingClientRect().toJSON());
  // The page fits the picture into the canvas, never larger than it is: with a margin of 24, and off
  // what floats above it (52) and, where there is room, below it (56).
  const [width, height] = [box.width - 48, box.height - 76];
  const scale = Math.min(width / drawing.width, height / drawing.height, 1);
  const spare = { x: box.width - drawing.width * scale, y: box.height - drawing.height * scale };
  const highest = Math.min(52, spare.y - 24);
  const top = Math.max(Math.min(spare.y / 2, Math.max(spare.y - 56, highest)), highest);
  await session.clickAt(
    box.x + spare.x / 2 + (node.x + node.width / 2) * scale,
    box.y + top + (node.y + node.height / 2) * scale,
  );
}
