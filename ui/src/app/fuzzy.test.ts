import { expect, it } from "vitest";

import { fuzzy } from "./fuzzy";

const hits = (search: string, text: string) =>
  fuzzy(search, text)
    ?.parts.filter(({ hit }) => hit)
    .map(({ text }) => text) ?? null;

it("words that stand together win over letters that stand apart", () => {
  expect(hits("star", "Start train")).toEqual(["Star"]);
  expect(
    (fuzzy("start", "Start train")?.score ?? 0) > (fuzzy("strt", "Start train")?.score ?? 0),
  ).toBe(true);
});

it("letters far apart are no match", () => {
  expect(hits("st", "Look inside the sample")).toBeNull();
  expect(hits("zz", "Start")).toBeNull();
});

it("an empty search fits everything", () => {
  expect(fuzzy("  ", "x")?.score).toBe(0);
});
