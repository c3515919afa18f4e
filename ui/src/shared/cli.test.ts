import { expect, test } from "vitest";

import { showTwin, stopTwin } from "./cli";

test("words that a shell would read otherwise are quoted", () => {
  const { command, official } = stopTwin("/home/mira/my code", "train", "it's");
  expect(command).toBe(`bakehouse kill train 'it'"'"'s' -C '/home/mira/my code'`);
  expect(official).toBe(`apolo-flow kill train 'it'"'"'s'`);
});

test("attempts are named as each program wants it", () => {
  const { command, official } = showTwin("/rye", "bake-1", "a.b", 2);
  expect(command).toBe("bakehouse show bake-1 a.b -k 2 -C /rye");
  expect(official).toBe("apolo-flow show bake-1 a.b -a 2");
});
