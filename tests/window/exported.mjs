// Looks into exported files with programs that know nothing of us.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { command } from "./display.mjs";

/** The PDF has one page of text that can be selected, with every font inside, and no picture. */
export async function checkPdf(file, names) {
  const text = await command("pdftotext", "-layout", file, "-");
  for (const name of names) assert.ok(text.includes(name), `"${name}" is text in the PDF:\n${text}`);
  const fonts = (await command("pdffonts", file)).trim().split("\n").slice(2);
  assert.ok(fonts.length > 0, "the PDF has fonts");
  for (const font of fonts) {
    // name, type, encoding, emb, sub, uni, object: the three words before the numbers are flags.
    const [embedded] = font.trim().split(/\s+/).slice(-5);
    assert.equal(embedded, "yes", `embedded: ${font}`);
  }
  const pictures = (await command("pdfimages", "-list", file)).trim().split("\n").slice(2);
  assert.deepEqual(pictures, [], "the PDF is drawn, not a picture");
}

/** Another reader takes the DOT file, and finds every task and the edges between them. */
export async function checkDot(file, names) {
  const drawn = JSON.parse(await command("dot", "-Tjson", file));
  const found = (drawn.objects ?? []).flatMap(({ name, label }) => [name, label]).join("\n");
  for (const name of names) assert.ok(found.includes(name), `"${name}" is in the DOT:\n${found}`);
  assert.ok(drawn.edges?.length > 0, "the DOT has edges");
  const svg = await command("dot", "-Tsvg", file);
  assert.match(svg, /<svg/);
}

/** A parser of XML takes the SVG, and every task is text in it. */
export async function checkSvg(session, file, names) {
  const text = await readFile(file, "utf8");
  const read = (text) => {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    const fault = parsed.querySelector("parsererror")?.textContent ?? null;
    return { fault, root: parsed.documentElement.localName, words: parsed.documentElement.textContent };
  };
  const { fault, root, words } = await session.run(read, text);
  assert.equal(fault, null);
  assert.equal(root, "svg");
  for (const name of names) assert.ok(words.includes(name), `"${name}" is text in the SVG`);
}

/** The PNG is one, of a size that can be read, and not of one colour. */
export async function checkPng(file) {
  const facts = await command("identify", "-format", "%m %w %h %k", file);
  const [kind, width, height, colours] = facts.split(" ");
  assert.equal(kind, "PNG");
  assert.ok(Number(width) >= 600 && Number(height) >= 200, `${width} x ${height}`);
  assert.ok(Number(colours) > 8, `${colours} colours`);
}
