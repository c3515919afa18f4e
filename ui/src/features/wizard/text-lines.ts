import type { PreviewMark } from "../../api/views";

export interface TextPart {
  text: string;
  /** Where it begins in the whole text. */
  start: number;
  look: string;
  /** The variable that the part came from. */
  variable: string | null;
}

export interface TextLine {
  /** Where it begins in the whole text. */
  start: number;
  parts: TextPart[];
}

interface Look {
  start: number;
  end: number;
  look: string;
}

/** The lines of a file, cut where the look or the origin changes. */
export function textLines(text: string, marks: readonly PreviewMark[], yaml: boolean): TextLine[] {
  let start = 0;
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const from = start;
      start += line.length + 1;
      const inside = marks.filter((mark) => mark.start < from + line.length && mark.end > from);
      return { start: from, parts: parts(line, from, inside, yaml ? yamlLooks(line) : []) };
    });
}

function parts(
  line: string,
  from: number,
  marks: readonly PreviewMark[],
  looks: Look[],
): TextPart[] {
  const cuts = new Set([0, line.length]);
  for (const { start, end } of marks) for (const at of [start - from, end - from]) cuts.add(at);
  for (const { start, end } of looks) for (const at of [start, end]) cuts.add(at);
  const sorted = [...cuts].filter((at) => at >= 0 && at <= line.length).sort((a, b) => a - b);
  return sorted.slice(0, -1).map((at, index) => {
    const mark = marks.find(({ start, end }) => start - from <= at && end - from > at);
    const look = looks.findLast(({ start, end }) => start <= at && end > at);
    return {
      text: line.slice(at, sorted[index + 1]),
      start: from + at,
      look: look?.look ?? "",
      variable: mark?.variable ?? null,
    };
  });
}

/** Keys, comments and expressions: enough to read a flow by. */
function yamlLooks(line: string): Look[] {
  const looks: Look[] = [];
  const key = /^(\s*(?:- )?)([\w.$-]+)(?=:(?:\s|$))/.exec(line);
  if (key) looks.push({ start: key[1]?.length ?? 0, end: key[0].length, look: "key" });
  for (const hit of line.matchAll(/\$\[\[.*?\]\]|\$\{\{.*?\}\}/g)) {
    looks.push({ start: hit.index, end: hit.index + hit[0].length, look: "expression" });
  }
  const comment = /(?:^|\s)#.*$/.exec(line);
  if (comment) looks.push({ start: comment.index, end: line.length, look: "comment" });
  return looks;
}
