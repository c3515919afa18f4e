import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, type Page } from "./bench";

const source = readFileSync(
  resolve(__dirname, "../../ui/node_modules/axe-core/axe.min.js"),
  "utf8",
);

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Checks what is on the screen against WCAG 2.2 AA; says what is wrong and where. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const axe = (
      window as unknown as {
        axe: {
          run(context: Document, options: object): Promise<{ violations: Violation[] }>;
        };
      }
    ).axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, {
      runOnly: { type: "tag", values: tags },
    });
    return violations;
  });
  const told = violations.map(({ id, help, nodes }) => {
    const places = nodes.map(
      ({ html, failureSummary }) =>
        `    ${html.slice(0, 200)}\n      ${failureSummary.replaceAll("\n", "\n      ")}`,
    );
    return `${id}: ${help}\n${places.join("\n")}`;
  });
  expect(told, where).toEqual([]);
}
