/** A piece of a line with the classes of its look. */
export interface Piece {
  text: string;
  look: string;
}

const sequence = /\x1b\[([0-9;]*)m/g;
const anySequence = /\x1b\[[0-9;?]*[A-Za-z]/g;

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

interface Style {
  colour: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const plainStyle: Style = {
  colour: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
};

/** The text without colour sequences. */
export function withoutColours(text: string): string {
  return text.includes("\x1b") ? text.replace(anySequence, "") : text;
}

/** Cuts a line into pieces of one look each. */
export function pieces(text: string): Piece[] {
  if (!text.includes("\x1b")) return text ? [{ text, look: "" }] : [];
  const found: Piece[] = [];
  let style = plainStyle;
  let from = 0;
  const add = (until: number) => {
    const part = text.slice(from, until).replace(anySequence, "");
    if (part) found.push({ text: part, look: lookOf(style) });
  };
  for (const hit of text.matchAll(sequence)) {
    add(hit.index);
    style = applied(style, (hit[1] ?? "").split(";").map(Number));
    from = hit.index + hit[0].length;
  }
  add(text.length);
  return found;
}

function applied(before: Style, codes: number[]): Style {
  let style = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) style = { ...plainStyle };
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) style.bold = style.dim = false;
    else if (code === 23) style.italic = false;
    else if (code === 24) style.underline = false;
    else if (code === 39) style.colour = null;
    else if (code >= 30 && code <= 37) style.colour = colours[code - 30] ?? null;
    else if (code >= 90 && code <= 97) style.colour = colours[code - 90] ?? null;
    else if (code === 38 || code === 48) {
      const [colour, used] = wideColour(codes.slice(at + 1));
      if (code === 38) style.colour = colour;
      at += used;
    }
  }
  return style;
}

/** Takes a colour of the 256 or of all, to the nearest one that has contrast in every theme. */
function wideColour(rest: number[]): [string | null, number] {
  if (rest[0] === 2) return [nearest(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), 4];
  if (rest[0] !== 5) return [null, rest.length];
  const index = rest[1] ?? 0;
  if (index < 16) return [colours[index % 8] ?? null, 2];
  if (index > 231) return ["white", 2];
  const cube = index - 16;
  return [nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51), 2];
}

function nearest(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < 40) return "white";
  const bits =
    (red > most * 0.6 ? 1 : 0) + (green > most * 0.6 ? 2 : 0) + (blue > most * 0.6 ? 4 : 0);
  return colours[bits] ?? "white";
}

function lookOf({ colour, bold, dim, italic, underline }: Style): string {
  return [
    colour && `ansi-${colour}`,
    bold && "ansi-bold",
    dim && "ansi-dim",
    italic && "ansi-italic",
    underline && "ansi-underline",
  ]
    .filter(Boolean)
    .join(" ");
}
