import { expect, it } from "vitest";

import { visible, visibleName } from "./plain-text";

it("signs that nobody sees are written out", () => {
  expect(visible("a\u202egnp.exe")).toBe("a‹U+202E›gnp.exe");
  expect(visible("\u001b[31mred\u0007")).toBe("‹U+001B›[31mred‹U+0007›");
  expect(visible("zero\u200bwidth\ufeff")).toBe("zero‹U+200B›width‹U+FEFF›");
  expect(visible("tag\u{e0041}")).toBe("tag‹U+E0041›");
});

it("lines, tabs and letters of all languages stay as they are", () => {
  const text = "α\tβ\nעברית 日本語 é 👩‍🍳".replace("\u200d", "");
  expect(visible(text)).toBe(text);
});

it("a name has neither lines nor tabs", () => {
  expect(visibleName("a\nb\tc")).toBe("a‹U+000A›b‹U+0009›c");
});
