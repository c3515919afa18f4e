import "@xterm/xterm/css/xterm.css";

import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";

import type { TerminalSession } from "../../shared/terminals.svelte";

/** The colours of the window, as a terminal wants them. */
function theme(element: HTMLElement): ITheme {
  const style = getComputedStyle(element);
  const of = (name: string) => resolved(element, style.getPropertyValue(name).trim());
  return {
    background: of("--surface-raised"),
    foreground: of("--text-1"),
    cursor: of("--text-1"),
    cursorAccent: of("--surface-raised"),
    selectionBackground: of("--surface-active"),
    red: of("--text-danger"),
    green: of("--text-ok"),
    yellow: of("--text-warn"),
    blue: of("--text-info"),
    magenta: of("--text-cached"),
    cyan: of("--text-info"),
    black: of("--text-1"),
    white: of("--text-2"),
    brightBlack: of("--text-3"),
    brightRed: of("--text-danger"),
    brightGreen: of("--text-ok"),
    brightYellow: of("--text-warn"),
    brightBlue: of("--text-info"),
    brightMagenta: of("--text-cached"),
    brightCyan: of("--text-info"),
    brightWhite: of("--text-1"),
  };
}

/** A colour as numbers: terminals do not know OKLCH. */
function resolved(element: HTMLElement, colour: string): string {
  const canvas = element.ownerDocument.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return "#808080";
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

/** One terminal on the screen. It stays as it is while other parts of the dock are shown. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #place: HTMLElement;

  constructor(place: HTMLElement, session: TerminalSession) {
    this.#place = place;
    const style = getComputedStyle(place);
    this.#terminal = new Terminal({
      fontFamily: style.getPropertyValue("--font-mono").trim(),
      fontSize: 12,
      lineHeight: 1.25,
      scrollback: 10_000,
      minimumContrastRatio: 4.5,
      screenReaderMode: false,
      theme: theme(place),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(place);
    this.#fit.fit();
    this.#terminal.onData((text) => session.type(new TextEncoder().encode(text)));
    this.#terminal.onBinary((text) =>
      session.type(Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
    );
    this.#terminal.onResize(({ cols, rows }) => session.resize({ columns: cols, rows }));
    // Control with F6 leaves it: every other key belongs to the job.
    this.#terminal.attachCustomKeyEventHandler((event) => event.key !== "F6");
    session.show(
      {
        write: (bytes) => this.#terminal.write(bytes),
        plainLines: () => (this.#terminal.options.convertEol = true),
      },
      { columns: this.#terminal.cols, rows: this.#terminal.rows },
    );
  }

  /** Takes the size of its place. */
  fit(): void {
    if (this.#place.clientHeight > 0 && this.#place.clientWidth > 0) this.#fit.fit();
  }

  focus(): void {
    this.#terminal.focus();
  }

  recolour(): void {
    this.#terminal.options.theme = theme(this.#place);
  }

  close(): void {
    this.#terminal.dispose();
  }
}
