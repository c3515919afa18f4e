// Pictures of a graph by the window's own painting, by the browser's reading of the exported SVG,
// and by poppler's reading of the exported PDF; and how far two of them differ.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { buildSync } from "../../ui/node_modules/esbuild";
import type { Page } from "./bench";

const ui = resolve(__dirname, "../../ui");

/** Device pixels for one pixel of a drawing. */
export const ratio = 2;
/** Side of a cell in which colours are averaged, in pixels of a drawing. */
const cell = 3;

interface Piece {
  owner: string | null;
  edge: number | null;
  x: number;
  y: number;
  texts: { text: string; x: number; y: number }[];
  shapes: [number, number][];
}
/** What the window is told of a graph, as far as a test looks into it. */
export interface Drawing {
  width: number;
  height: number;
  ground: string;
  nodes: { id: string; label: string; x: number; y: number; frame: boolean }[];
  pens: { fill: string | null; stroke: string | null }[];
  pieces: Piece[];
}

/** How far two pictures differ: the mean of all cells, and the worst cell and its place. */
export interface Difference {
  mean: number;
  worst: number;
  x: number;
  y: number;
}

/** The window's code for painting, as one script that leaves `graph` behind. */
function paintingCode(): string {
  const contents = 'export { Brush } from "./brush"; export { Scene } from "./scene";';
  const resolveDir = `${ui}/src/shared/graph`;
  const built = buildSync({
    stdin: { contents, resolveDir, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "graph",
  });
  return built.outputFiles[0]?.text ?? "";
}

function fontFace(family: string, file: string): string {
  const data = readFileSync(`${ui}/node_modules/@fontsource-variable/${file}`).toString("base64");
  const src = `url(data:font/woff2;base64,${data}) format("woff2-variations")`;
  return `@font-face{font-family:"${family}";font-weight:100 900;src:${src}}`;
}

/** Makes the page ready for painting: the window's code and its fonts. */
export async function prepare(page: Page): Promise<void> {
  await page.goto("about:blank");
  const faces = [
    fontFace("Inter Variable", "inter/files/inter-latin-wght-normal.woff2"),
    fontFace(
      "JetBrains Mono Variable",
      "jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
    ),
  ];
  await page.addStyleTag({ content: faces.join("") });
  await page.addScriptTag({ content: paintingCode() });
  await page.evaluate(async () => {
    for (const weight of [400, 500, 600])
      await document.fonts.load(`${weight} 12px "Inter Variable"`);
    await document.fonts.load('400 12px "JetBrains Mono Variable"');
  });
}

/** How far each word of a box lies from its place in the window's drawing, in an exported SVG. */
export async function shifts(page: Page, svg: string, drawing: Drawing) {
  const words = drawing.pieces
    .filter(({ owner, edge }) => owner !== null && edge === null)
    .flatMap(({ owner, x, y, texts }) =>
      texts.map(({ text, x: dx, y: dy }) => ({
        owner,
        text,
        x: x + dx,
        y: y + dy,
      })),
    );
  return page.evaluate(
    ([svg, words]) => {
      const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
      const written = new Map<string, Element[]>();
      for (const text of root.querySelectorAll("g[data-id] > text")) {
        const said = [...text.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
        const shown = said.map(({ nodeValue }) => nodeValue).join("");
        const key = `${text.parentElement?.dataset["id"]}: ${shown}`;
        written.set(key, [...(written.get(key) ?? []), text]);
      }
      return words.map(({ owner, text, x, y }) => {
        const found = written.get(`${owner}: ${text}`)?.shift();
        const at = (name: string) => Number(found?.getAttribute(name) ?? NaN);
        return { word: `${owner}: ${text}`, x: at("x") - x, y: at("y") - y };
      });
    },
    [svg, words] as const,
  );
}

/** The PDF as a PNG, one pixel of the drawing as `ratio` pixels. */
export function ofPdf(file: string): string {
  // a pixel is 3/4 points, so that 96 dots an inch show one to one
  const dots = String(96 * ratio);
  const png = execFileSync("pdftoppm", ["-png", "-r", dots, "-singlefile", file]);
  return `data:image/png;base64,${png.toString("base64")}`;
}

export const ofSvg = (text: string) =>
  `data:image/svg+xml;base64,${Buffer.from(text).toString("base64")}`;

/** Paints the drawing as the window does, and compares that with a picture. */
export async function compare(
  page: Page,
  picture: string,
  drawing: Drawing,
  [shift, ground, keep]: [{ x: number; y: number }, string, boolean],
): Promise<Difference & { painted: string; other: string }> {
  return page.evaluate(
    async ([picture, drawing, { x, y }, ground, ratio, cell, keep]) => {
      type Any = Record<string, new (...args: unknown[]) => never>;
      const { Scene, Brush } = (window as unknown as { graph: Any }).graph as Any;
      const [width, height] = [Math.ceil(drawing.width * ratio), Math.ceil(drawing.height * ratio)];
      const sheet = () => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [width, height];
        const context = canvas.getContext("2d", {
          alpha: false,
          willReadFrequently: true,
        });
        if (!context) throw new Error("no canvas");
        context.fillStyle = ground;
        context.fillRect(0, 0, width, height);
        return { canvas, context };
      };
      const ours = sheet();
      if (!Scene || !Brush) throw new Error("no code for painting");
      const scene = new Scene(drawing) as { seen(view: object): unknown[] };
      const all = { left: 0, top: 0, right: drawing.width, bottom: drawing.height };
      const place = { scale: 1, ratio, x: 0, y: 0 };
      const brush = new Brush(ours.context, place, {
        state: {},
        edge: "",
        ground,
      }) as {
        paint(pieces: unknown[], meant: null): void;
      };
      brush.paint(scene.seen(all), null);
      const theirs = sheet();
      const image = new Image();
      image.src = picture;
      await image.decode();
      // A picture without dots of its own, an SVG, is drawn as sharp as it is needed.
      const dots = picture.startsWith("data:image/svg") ? ratio : 1;
      theirs.context.drawImage(
        image,
        -x * ratio,
        -y * ratio,
        image.naturalWidth * dots,
        image.naturalHeight * dots,
      );
      const read = (context: CanvasRenderingContext2D) =>
        context.getImageData(0, 0, width, height).data;
      const [one, two] = [read(ours.context), read(theirs.context)];
      const side = cell * ratio;
      let [sum, count, worst, worstX, worstY] = [0, 0, 0, 0, 0];
      for (let top = 0; top + side <= height; top += side)
        for (let left = 0; left + side <= width; left += side) {
          const apart = [0, 0, 0];
          for (let row = top; row < top + side; row += 1)
            for (let column = left; column < left + side; column += 1)
              for (let part = 0; part < 3; part += 1) {
                const at = (row * width + column) * 4 + part;
                apart[part] = (apart[part] ?? 0) + (one[at] ?? 0) - (two[at] ?? 0);
              }
          const far = Math.max(...apart.map(Math.abs)) / (side * side);
          sum += far;
          count += 1;
          if (far > worst) [worst, worstX, worstY] = [far, left / ratio, top / ratio];
        }
      const kept = (canvas: HTMLCanvasElement) => (keep ? canvas.toDataURL() : "");
      const [painted, other] = [kept(ours.canvas), kept(theirs.canvas)];
      return { mean: sum / count, worst, x: worstX, y: worstY, painted, other };
    },
    [picture, drawing, shift, ground, ratio, cell, keep] as const,
  );
}
