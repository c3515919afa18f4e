import type { BakeState } from "../../../api/views";
import { inColumns, timeOfDay } from "../../../shared/duration";
import { stateOrder } from "../../../shared/state-words";
import { ticks, type TimeScale } from "./time-scale";
import { ranFor, type Run, type TimelineRow } from "./timeline-rows";

export const rowHeight = 26;
const bar = 12;

export interface TimelineColours {
  state: Record<BakeState, string>;
  text: string;
  quiet: string;
  line: string;
  faint: string;
  ground: string;
  on: string;
  font: string;
}

export function timelineColours(element: Element): TimelineColours {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const states = stateOrder.map((state) => [state, value(`--state-${state}`)] as const);
  return {
    state: Object.fromEntries(states) as Record<BakeState, string>,
    text: value("--text-1"),
    quiet: value("--text-2"),
    line: value("--line-2"),
    faint: value("--line-1"),
    ground: value("--surface-crumb"),
    on: value("--state-on"),
    font: `11px ${style.fontFamily}`,
  };
}

/** Where a moment is on the canvas, and what part of time is seen. */
export interface TimelineLook {
  scale: TimeScale;
  /** The seen part along the line. */
  window: readonly [number, number];
  width: number;
  height: number;
  /** How far the rows are scrolled. */
  top: number;
}

export const across = ({ scale, window, width }: TimelineLook, moment: number) =>
  ((scale.along(moment) - window[0]) / (window[1] - window[0])) * width;

/** Paints the bars of the rows in view, the grid of times and the breaks. */
export class TimelinePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #look: TimelineLook;
  readonly #colours: TimelineColours;

  constructor(context: CanvasRenderingContext2D, look: TimelineLook, colours: TimelineColours) {
    this.#context = context;
    this.#look = look;
    this.#colours = colours;
  }

  paint(rows: readonly TimelineRow[], selected: string | null, shown: number): void {
    const { width, height, top } = this.#look;
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.font = this.#colours.font;
    context.textBaseline = "middle";
    this.#grid();
    const first = Math.max(0, Math.floor(top / rowHeight));
    const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight));
    for (let index = first; index < last; index++) {
      const row = rows[index];
      if (row) this.#row(row, index * rowHeight - top, row.id === selected);
    }
    this.#breaks();
    this.#now(shown);
  }

  #x = (moment: number) => across(this.#look, moment);

  #grid(): void {
    const { scale, window, width, height } = this.#look;
    const apart = ((window[1] - window[0]) / width) * 92;
    this.#context.fillStyle = this.#colours.faint;
    for (const at of ticks(scale, [window[0], window[1]], apart))
      this.#context.fillRect(Math.round(this.#x(at)), 0, 1, height);
  }

  /** The axis above the rows. */
  axis(shown: number): void {
    const { scale, window, width, height } = this.#look;
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.font = this.#colours.font;
    context.textBaseline = "middle";
    context.textAlign = "center";
    const apart = ((window[1] - window[0]) / width) * 92;
    const fine = scale.moment(window[1]) - scale.moment(window[0]) < 20 * 60_000;
    const word = (at: number) => {
      const time = timeOfDay(new Date(at).toISOString());
      if (apart <= 500) return `${time}.${Math.floor((at % 1000) / 100)}`;
      return fine ? time : time.slice(0, 5);
    };
    context.fillStyle = this.#colours.quiet;
    const here = this.#x(shown);
    for (const at of ticks(scale, [window[0], window[1]], apart)) {
      const x = this.#x(at);
      if (x > 24 && x < width - 24 && Math.abs(x - here) > 56)
        context.fillText(word(at), x, height / 2);
    }
    if (here < -1 || here > width + 1) return;
    const text = timeOfDay(new Date(shown).toISOString());
    const half = context.measureText(text).width / 2 + 7;
    const x = Math.min(Math.max(here, half + 1), width - half - 1);
    context.fillStyle = this.#colours.text;
    context.beginPath();
    context.roundRect(x - half, height / 2 - 9, 2 * half, 18, 4);
    context.fill();
    context.fillStyle = this.#colours.ground;
    context.fillText(text, x, height / 2 + 0.5);
    context.textAlign = "left";
  }

  #breaks(): void {
    const context = this.#context;
    const { height, scale, width } = this.#look;
    for (const { from, to } of scale.breaks) {
      const [left, right] = [this.#x(from), this.#x(to)];
      if (right < 0 || left > width) continue;
      context.fillStyle = this.#colours.ground;
      context.fillRect(left, 0, right - left, height);
      context.strokeStyle = this.#colours.line;
      context.lineWidth = 1;
      for (const x of [left, right]) {
        context.beginPath();
        for (let y = 0; y <= height; y += 5) context.lineTo(x + (y % 10 ? 2.5 : -2.5), y);
        context.stroke();
      }
      this.#pill(`${short(to - from)} idle`, (left + right) / 2, height - 16);
    }
  }

  #pill(text: string, x: number, y: number): void {
    const context = this.#context;
    const half = context.measureText(text).width / 2 + 8;
    const at = Math.min(Math.max(x, half + 2), this.#look.width - half - 2);
    context.beginPath();
    context.roundRect(at - half, y - 9, 2 * half, 18, 9);
    context.fillStyle = this.#colours.ground;
    context.fill();
    context.strokeStyle = this.#colours.line;
    context.stroke();
    context.fillStyle = this.#colours.quiet;
    context.textAlign = "center";
    context.fillText(text, at, y + 0.5);
    context.textAlign = "left";
  }

  #now(shown: number): void {
    const x = this.#x(shown);
    this.#context.fillStyle = this.#colours.text;
    this.#context.fillRect(Math.round(x) - 0.5, 0, 1.5, this.#look.height);
  }

  #row(row: TimelineRow, y: number, selected: boolean): void {
    const middle = y + rowHeight / 2;
    this.#context.fillStyle = this.#colours.faint;
    this.#context.fillRect(0, y + rowHeight - 1, this.#look.width, 1);
    if (row.group) return this.#bracket(row, middle);
    for (const run of row.runs) this.#run(run, middle, row);
    if (row.instant !== null) this.#instant(row, middle);
    const last = row.runs.at(-1);
    const ran = ranFor(row);
    if (!last || !row.span) return;
    this.#context.fillStyle = selected ? this.#colours.text : this.#colours.quiet;
    const words = ran === null ? "waits" : inColumns(ran);
    const cap = last.state === "failed" ? 10 : 0;
    this.#context.fillText(words, this.#x(row.span[1]) + 8 + cap, middle + 0.5);
  }

  #bracket({ span, critical }: TimelineRow, middle: number): void {
    if (!span) return;
    const context = this.#context;
    const [left, right] = [this.#x(span[0]), Math.max(this.#x(span[1]), this.#x(span[0]) + 2)];
    context.strokeStyle = critical ? this.#colours.text : this.#colours.quiet;
    context.lineWidth = critical ? 2 : 1.25;
    context.beginPath();
    context.moveTo(left, middle - 5);
    context.lineTo(left, middle + 5);
    context.moveTo(left, middle);
    context.lineTo(right, middle);
    context.moveTo(right, middle - 5);
    context.lineTo(right, middle + 5);
    context.stroke();
  }

  #run(run: Run, middle: number, { critical }: TimelineRow): void {
    const context = this.#context;
    const colour = this.#colours.state[run.state];
    const top = middle - bar / 2;
    for (const part of run.parts) {
      const left = this.#x(part.from);
      const width = Math.max(this.#x(part.to) - left, 1.5);
      if (left > this.#look.width || left + width < 0) continue;
      context.globalAlpha = run.attempt === null ? 1 : 0.6;
      if (part.phase === "waiting") this.#hatched(left, top, width);
      else if (part.phase === "pulling") {
        context.globalAlpha *= 0.45;
        context.fillStyle = colour;
        context.fillRect(left, top, width, bar);
      } else this.#running(run, left, top, width);
      context.globalAlpha = 1;
    }
    const [first, last] = [run.parts[0], run.parts.at(-1)];
    if (!first || !last) return;
    const [left, right] = [this.#x(first.from), this.#x(last.to)];
    if (run.state === "failed" && !last.open) this.#cross(right, middle, colour);
    if (run.attempt !== null && right - left > 70) this.#name(run.attempt, left, middle);
    if (critical && run.attempt === null) {
      context.strokeStyle = this.#colours.text;
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(left - 3, top - 3, Math.max(right - left, 2) + 6, bar + 6, 4);
      context.stroke();
    }
  }

  #running(run: Run, left: number, top: number, width: number): void {
    const context = this.#context;
    const colour = this.#colours.state[run.state];
    const hollow = run.state === "running" || run.state === "cancelled";
    context.beginPath();
    context.roundRect(left, top, width, bar, Math.min(2, width / 2));
    context.fillStyle = colour;
    const alpha = context.globalAlpha;
    if (hollow) context.globalAlpha = alpha * 0.25;
    context.fill();
    context.globalAlpha = alpha;
    if (!hollow) return;
    context.strokeStyle = colour;
    context.lineWidth = run.state === "running" ? 2 : 1.25;
    context.beginPath();
    context.roundRect(left + 1, top + 1, Math.max(width - 2, 0.5), bar - 2, 2);
    context.stroke();
    if (run.state !== "cancelled" || width < 12) return;
    context.beginPath();
    context.moveTo(left + width - 10, top + bar - 2);
    context.lineTo(left + width - 2, top + 2);
    context.stroke();
  }

  #hatched(left: number, top: number, width: number): void {
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(left, top, width, bar);
    context.clip();
    context.strokeStyle = this.#colours.quiet;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, Math.max(width - 1, 0.5), bar - 1);
    context.beginPath();
    for (let x = left - bar; x < Math.min(left + width, this.#look.width + bar); x += 4) {
      context.moveTo(x, top + bar);
      context.lineTo(x + bar, top);
    }
    context.stroke();
    context.restore();
  }

  #cross(x: number, y: number, colour: string): void {
    const context = this.#context;
    const [near, far] = [3, 7];
    context.beginPath();
    for (const [dx, dy] of [
      [-near, -far],
      [near, -far],
      [far, -near],
      [far, near],
      [near, far],
      [-near, far],
      [-far, near],
      [-far, -near],
    ] as const)
      context.lineTo(x + dx, y + dy);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = this.#colours.ground;
    context.lineWidth = 1;
    context.stroke();
    context.strokeStyle = this.#colours.on;
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(x - 2.4, y - 2.4);
    context.lineTo(x + 2.4, y + 2.4);
    context.moveTo(x + 2.4, y - 2.4);
    context.lineTo(x - 2.4, y + 2.4);
    context.stroke();
  }

  #name(attempt: number, left: number, middle: number): void {
    this.#context.fillStyle = this.#colours.on;
    this.#context.fillText(`attempt ${attempt}`, left + 8, middle + 0.5);
  }

  /** A state that took no time: from the cache, or left out. */
  #instant({ state, instant }: TimelineRow, middle: number): void {
    const context = this.#context;
    const x = this.#x(instant ?? 0);
    context.strokeStyle = this.#colours.state[state];
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, middle - 5);
    context.lineTo(x + 5, middle);
    context.lineTo(x, middle + 5);
    context.lineTo(x - 5, middle);
    context.closePath();
    context.stroke();
  }
}

function short(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} m`;
  return `${Math.round(seconds / 3600)} h`;
}
