import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { asFailure } from "./failure";
import { splitLines } from "./ndjson";

describe("failures", () => {
  it("pass as they came", () => {
    const came = {
      code: "conflict",
      message: "Taken.",
      hint: "Take another.",
      field: "port",
      account: null,
      diagnostics: [],
    };
    expect(asFailure(came)).toEqual(came);
  });

  it("with an unknown code or without one become internal", () => {
    expect(asFailure({ code: "strange", message: "Hm." })).toMatchObject({
      code: "internal",
      message: "Hm.",
    });
    expect(asFailure("plain words")).toMatchObject({ code: "internal", message: "plain words" });
    expect(asFailure(new TypeError("not a function"))).toMatchObject({
      code: "internal",
      message: "not a function",
    });
    expect(asFailure(null).code).toBe("internal");
  });

  it("with malformed parts keep the good ones", () => {
    expect(
      asFailure({ code: "invalid", message: "No.", hint: 3, field: null, diagnostics: "x" }),
    ).toEqual({
      code: "invalid",
      message: "No.",
      hint: null,
      field: null,
      account: null,
      diagnostics: [],
    });
  });
});

describe("lines of a stream", () => {
  const read = async (chunks: string[]) => {
    const lines: string[] = [];
    const rest = [...chunks];
    await splitLines(
      { read: async () => (rest.length ? { done: false, value: rest.shift() } : { done: true }) },
      (line) => lines.push(line),
    );
    return lines;
  };

  it("are put together from pieces that end anywhere", async () => {
    expect(await read(['{"a":', "1}\n{", '"b":2}\n', "\n"])).toEqual(['{"a":1}', '{"b":2}']);
  });

  it("include the last one without its end", async () => {
    expect(await read(["1\n2"])).toEqual(["1", "2"]);
  });
});

it("every type of the contract is among the views", () => {
  const folder = resolve("src/api/generated");
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const names = files.map((file) => file.replace(/\.ts$/, ""));
  const views = readFileSync(resolve("src/api/views.ts"), "utf8");
  for (const name of names.filter((name) => name !== "commands")) {
    expect(views).toContain(`export type { ${name} }`);
  }
});
